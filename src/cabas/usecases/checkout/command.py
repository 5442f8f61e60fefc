"""What a checkout is asked and what it answers. Everything here is plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cabas.agreement.term import Decision
from cabas.domain.cart import Cart, Conversation
from cabas.domain.fulfillment import Slot
from cabas.domain.order import Order
from cabas.domain.payment import Payment
from cabas.domain.receipt import Receipt
from cabas.kernel.money import Money


def as_it_is(conversation: Conversation, _order: Order) -> Conversation:
    """The conversation, unchanged."""
    return conversation


@dataclass(frozen=True, slots=True)
class Checkout:
    """Order what is in the cart of `conversation`.

    `platform` is who calls, as authenticated; it must be the conversation's. `key` and `request_hash` (SHA-256 of the
    raw request) make it idempotent. `adult` says that the shopper confirmed the age asked for. `remember` may change
    the conversation that is stored with the order (its cart already empty), to keep what was said of it.
    `payment` is how it is paid, made sure of beforehand; None means when it is handed over.
    """

    conversation: Conversation
    platform: str
    channel: str
    key: str
    request_hash: str
    adult: bool = False
    remember: Callable[[Conversation, Order], Conversation] = as_it_is
    payment: Payment | None = None


class Status(StrEnum):
    """How a checkout ended. Only `PLACED` changed anything."""

    PLACED = "placed"
    EMPTY = "empty"
    DENIED = "denied"
    SOLD_OUT = "sold_out"
    SLOT_NEEDED = "slot_needed"
    SLOT_CLOSED = "slot_closed"
    PRICES_CHANGED = "prices_changed"
    AGE_TO_CONFIRM = "age_to_confirm"


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A line (with its deposit), or the fee (`line_id` empty), that costs something else than the cart said. A code
    that counts no more changes no line: `CheckoutResult.cart` says so.
    """

    line_id: str
    name: str
    was: Money
    now: Money


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another product that is there: `left` pieces or grams, `price` per pack or kilogram."""

    sku: str
    name: str
    price: Money
    left: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line that cannot be filled: `asked` and `left` are pieces or grams of the SKU, over all its lines."""

    line_id: str
    sku: str
    name: str
    asked: int
    left: int
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: what a term or the law (`decision.term` "law") says of a line, or of the order when no `line_id`."""

    decision: Decision
    line_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a replay of the same request gets back, stored as JSON with the order."""

    order: Order
    receipt: Receipt
    changes: tuple[PriceChange, ...]
    age_check: bool


@dataclass(frozen=True, slots=True)
class CheckoutResult:
    """How it ended. Which fields count depends on `status`:

    placed: `order`, `receipt`, `changes` (what became cheaper), `answer` (JSON of `Answer`), `replayed`, `conversation`
    (as stored). denied: `refusals`. sold_out: `shortages`. slot_needed, slot_closed: `slots`, the next open ones the
    agreement allows. prices_changed: `changes`, and `cart` with today's prices, to be confirmed. age_to_confirm and
    placed: `minimum_age`; `age_check` says that proof of age is asked at hand-over because the birth date is unknown.
    """

    status: Status
    order: Order | None = None
    receipt: Receipt | None = None
    conversation: Conversation | None = None
    answer: bytes = b""
    replayed: bool = False
    changes: tuple[PriceChange, ...] = ()
    cart: Cart | None = None
    refusals: tuple[Refusal, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    slots: tuple[Slot, ...] = ()
    minimum_age: int = 0
    age_check: bool = False
