"""A session as a surface shows it: lines, slots, totals, and what stands in the way of an order. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cabas.domain.cart import Conversation, LineItem
from cabas.domain.catalog import Product
from cabas.domain.discount import Applied, Denied, apply
from cabas.domain.fulfillment import Slot
from cabas.domain.order import Order
from cabas.domain.pricing import vat_by_rate
from cabas.domain.receipt import FEE_VAT_RATE, Receipt
from cabas.domain.session import Address, Buyer, Session, SessionStatus
from cabas.kernel.money import Money, total
from cabas.usecases.ports import Store
from cabas.usecases.shop.ports import PaymentHandler

ERROR, WARNING, INFO = "error", "warning", "info"
# Who can do something about an error (UCP, message severity).
RECOVERABLE, INPUT, REVIEW, FINAL = (
    "recoverable",
    "requires_buyer_input",
    "requires_buyer_review",
    "unrecoverable",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about the session. `text` is for the buyer; `line_id`, `sku` or `discount_code` (as it was
    given) say what it is about.
    """

    kind: str
    code: str
    text: str
    severity: str = RECOVERABLE
    line_id: str = ""
    sku: str = ""
    discount_code: str = ""


@dataclass(frozen=True, slots=True)
class ItemAsk:
    """A product by SKU, in pieces or grams. `line_id` is the line it changes; without one it is a new line.

    `substitution` is a key of `domain.order.SUBSTITUTIONS`; None leaves what was said before.
    """

    sku: str
    quantity: int
    line_id: str = ""
    substitution: str | None = None


@dataclass(frozen=True, slots=True)
class SessionAsk:
    """What a platform says of a session. None leaves things as they are; `items` replace all lines.

    `method` and `slot_id` choose how and when; `store_id` where.
    """

    items: Sequence[ItemAsk] | None = None
    buyer: Buyer | None = None
    destination: Address | None = None
    method: str | None = None
    slot_id: str | None = None
    store_id: str | None = None
    codes: Sequence[str] | None = None
    consents: Mapping[str, bool] | None = None
    note: str | None = None
    adult: bool | None = None
    source: str | None = None
    callback: str | None = None
    claims: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the order costs, VAT included. `subtotal` = `items` - `discount` (promotions, and codes for some goods);
    `total` = `subtotal` - `order_discount` (codes for the order as a whole, or the fee) + `fee` + `deposits` (on
    bottles: paid back, without VAT).

    `vat` maps a rate (basis points) to the VAT inside the total.
    """

    items: Money
    discount: Money
    subtotal: Money
    fee: Money
    total: Money
    vat: Mapping[int, Money] = field(default_factory=dict)
    order_discount: Money = Money(0)  # noqa: RUF009 (immutable)
    deposits: Money = Money(0)  # noqa: RUF009 (immutable)

    @property
    def tax(self) -> Money:
        """All VAT inside the total."""
        return total(self.vat.values(), self.total.currency)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session now. `products` are of its lines, by SKU; `slots` what may still be chosen; `denied` codes that do not
    count; `handle` is what stands for it in a link to the shopper's browser; `member` says that the shopper is known to
    be a member of the loyalty program (asked where something is for members), whose name is `program`.

    `ready` says that it could be completed as it is. `order` and `receipt` are there once it was.
    """

    talk: Conversation
    session: Session
    store: Store
    now: datetime
    lang: str
    products: Mapping[str, Product]
    slots: Sequence[Slot]
    totals: Totals
    notices: Sequence[Notice]
    handlers: Sequence[PaymentHandler]
    seller: str
    minimum_age: int = 0
    order: Order | None = None
    receipt: Receipt | None = None
    handle: str = ""
    denied: Sequence[Denied] = ()
    member: bool = False
    program: str = ""

    @property
    def id(self) -> str:
        """The session's id."""
        return self.talk.id

    @property
    def lines(self) -> tuple[LineItem, ...]:
        """The lines, those that cannot be bought included; what a recipe proposed is none (`proposed`)."""
        return tuple(line for line in self.talk.cart.lines if line.ticked)

    @property
    def proposed(self) -> tuple[LineItem, ...]:
        """What recipes proposed because kitchens have it: nothing of it is bought."""
        return tuple(line for line in self.talk.cart.lines if not line.ticked)

    @property
    def applied(self) -> tuple[Applied, ...]:
        """What codes and automatic discounts take off."""
        return self.talk.cart.taken_off[0]

    def for_members(self, one: Applied) -> bool:
        """Whether that is for members of the loyalty program."""
        return any(rule.members for rule in self.talk.cart.discounts if rule.code == one.code)

    @property
    def unproved(self) -> bool:
        """Whether something is taken off for a member whom nobody knows yet."""
        is_open = self.session.status is SessionStatus.OPEN
        return is_open and not self.member and any(self.for_members(one) for one in self.applied)

    def off(self, line: LineItem) -> Money:
        """What those for some goods take off a line."""
        some = (one for one in self.applied if not one.whole)
        shares = [share for one in some for line_id, share in one.shares if line_id == line.id]
        return total(shares, self.talk.cart.currency)

    def fee_of(self, slot: Slot) -> Money:
        """The fee of a slot after discounts."""
        cart = self.talk.cart
        applied, _ = apply(cart.discounts, cart.bought, slot.fee)
        return slot.fee - total((one.fee for one in applied), slot.fee.currency)

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not any(one.kind == ERROR for one in self.notices)


def totals_of(talk: Conversation) -> Totals:
    """The totals of a conversation's cart."""
    cart = talk.cart
    applied, _ = cart.taken_off
    some, whole = ([one for one in applied if one.whole is kind] for kind in (False, True))
    off, order_off = (total((one.amount for one in codes), cart.currency) for codes in (some, whole))
    full = total((line.full_price or line.price for line in cart.bought if line.price is not None), cart.currency)
    rates = {line.id: line.vat_rate for line in cart.bought}
    taxed = [(line.price, line.vat_rate) for line in cart.bought if line.price is not None]
    taxed += [(-share, rates[line]) for one in applied for line, share in one.shares]
    taxed.append((cart.fee - total((one.fee for one in applied), cart.currency), FEE_VAT_RATE))
    return Totals(
        items=full,
        discount=full - cart.goods + off,
        subtotal=cart.goods - off,
        fee=cart.fee,
        total=cart.total,
        vat={rate: vat for rate, vat in vat_by_rate(taxed).items() if vat},
        order_discount=order_off,
        deposits=cart.deposits,
    )
