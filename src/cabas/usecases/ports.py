"""What the use cases need from the outside, as Protocols. `storage` implements them on PostgreSQL and tantivy, and in
memory for tests and evaluations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from cabas.agreement.agreement import Agreement
from cabas.dialogue.query import Query as Query  # noqa: PLC0414 (ports are where others look for it)
from cabas.dialogue.reread import Reading as Reading  # noqa: PLC0414 (idem)
from cabas.domain.cart import Conversation
from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Habit, Shopper
from cabas.domain.discount import Discount
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.insight import Purchase
from cabas.domain.ledger import Posting
from cabas.domain.order import Adjustment, Order
from cabas.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class Store:
    """A shop with its own stock and slots. `timezone` is an IANA name; `hours` maps a weekday (0 = Monday) to
    (opens, closes) pairs like ("08:30", "20:30"). `delivers_to` are postcode prefixes.
    """

    id: str
    retailer_id: str
    name: str
    timezone: str
    postcode: str = ""
    city: str = ""
    address: str = ""
    currency: str = "EUR"
    methods: tuple[str, ...] = ("pickup", "delivery")
    delivers_to: tuple[str, ...] = ()
    hours: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The address on one line, as receipts have it."""
        return ", ".join(part for part in (self.address, f"{self.postcode} {self.city}".strip()) if part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found, with the engine's relevance (higher is better, comparable within one search only)."""

    product: Product
    score: float


class Search(Protocol):
    """The published catalog of one retailer, for reading. Never sees a commission."""

    def find(self, query: Query, limit: int = 20) -> Sequence[Hit]:
        """The best products for `query`, best first."""
        ...

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        """Products by SKU; unknown ones are left out."""
        ...

    def knows(self, words: str) -> bool:
        """Whether products are called that: every word of `words`, together, in a name. Grounds the segmentation."""
        ...

    def brands(self) -> Mapping[str, int]:
        """The brands of the catalog and how many products each has."""
        ...


class Conversations(Protocol):
    """The memory of conversations."""

    async def load(self, retailer_id: str, conversation_id: str) -> Conversation | None:
        """The conversation, or None."""
        ...

    async def save(self, conversation: Conversation) -> Conversation:
        """Store it and return it with its next version. Raises `Conflict` when another turn was stored meanwhile."""
        ...


class Shop(Protocol):
    """What one retailer's stores ask and have: read side of prices, stock, slots and shoppers."""

    async def store(self, retailer_id: str, store_id: str) -> Store:
        """The store. Raises `NotFound`, naming the stores there are."""
        ...

    async def stores(self, retailer_id: str) -> list[Store]:
        """All stores of the retailer, by id."""
        ...

    async def offers(
        self, retailer_id: str, store_id: str, skus: Sequence[str], *, day: date | None = None
    ) -> dict[str, Offer]:
        """Price and available-to-sell of those SKUs in that store; those it does not sell are left out.

        Of several promotions the one that runs on `day` (default: today) is given, else the next, else the last.
        """
        ...

    async def slots(
        self,
        retailer_id: str,
        store_id: str,
        start: datetime,
        end: datetime,
        method: Method | None = None,
        *,
        now: datetime | None = None,
        holder: str = "",
    ) -> list[Slot]:
        """The slots that start in [start, end), earliest first, in the store's time zone.

        Places held at `now` (default: `start`) by others than `holder` (a conversation id) count as taken; what it
        holds itself is told (`Slot.held_until`).
        """
        ...

    async def hold(
        self, retailer_id: str, store_id: str, slot_id: str, holder: str, *, now: datetime, until: datetime
    ) -> bool:
        """Keep a place in a slot for `holder` until then, instead of what it held; False when none is left.

        `Orders.place` turns the hold of the order's conversation into the order's place.
        """
        ...

    async def drop_holds(self, retailer_id: str, store_id: str, holder: str, *, now: datetime) -> None:
        """Let go of the places `holder` holds in that store."""
        ...

    async def discounts(self, retailer_id: str, codes: Sequence[str], holder: str = "") -> dict[str, Discount]:
        """The retailer's discounts of those codes (tidied), and the automatic ones, by code.

        `used_by` of each is what `holder` used.
        """
        ...

    async def shopper(self, retailer_id: str, shopper_id: str) -> Shopper:
        """The shopper. Raises `NotFound`."""
        ...

    async def habits(self, retailer_id: str, shopper_id: str, now: datetime) -> tuple[Habit, ...]:
        """What the shopper usually buys, strongest first. The caller has checked consent."""
        ...


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Everything the placing transaction writes, decided beforehand. `answer` is what a replay of `key` returns.

    `key` and `request_hash` (SHA-256 of the raw request) make it idempotent; `events` become outbox rows
    (topic, payload). Quantities of `order.lines` are taken from stock, one place from the slot, one use of each of
    `order.discounts`.
    """

    order: Order
    postings: tuple[Posting, ...]
    key: str
    request_hash: str
    answer: bytes
    conversation: Conversation | None = None
    events: tuple[tuple[str, Mapping[str, object]], ...] = ()
    payment: Payment | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The order stands. `replayed` when the same key and request had placed it before; `answer` is the stored one."""

    answer: bytes
    replayed: bool


@dataclass(frozen=True, slots=True)
class SoldOut:
    """Nothing was changed: these SKUs (with what is left of each, in the product's unit), the slot, or the uses of
    these codes ran out.
    """

    short: Mapping[str, int] = field(default_factory=dict)
    slot_full: bool = False
    codes: tuple[str, ...] = ()


class Orders(Protocol):
    """Placing and reading orders."""

    async def place(self, command: PlaceOrder) -> Placed | SoldOut:
        """Take stock, slot and uses of codes, write order, lines, postings, outbox and the idempotency row: all or
        nothing.

        The conversation is stored as `save` would, so its version is one higher afterwards. Keys belong to the order's
        platform at the order's store. Raises `Conflict` when `key` was used with another request (code
        "idempotency_mismatch"), or another turn was stored meanwhile ("conversation_conflict").
        """
        ...

    async def replay(self, retailer_id: str, store_id: str, platform: str, key: str, request_hash: str) -> bytes | None:
        """The stored answer of `key`, or None when it was never used. Keys belong to one store and platform.

        Raises `Conflict` (code "idempotency_mismatch") when it was used with another request.
        """
        ...

    async def get(self, retailer_id: str, order_id: str) -> Order:
        """The order, by id or by number. Raises `NotFound`."""
        ...

    async def postings(self, retailer_id: str, order_id: str) -> tuple[Posting, ...]:
        """What the order posted to the ledger, in order."""
        ...

    async def payments(self, retailer_id: str, order_id: str) -> tuple[Payment, ...]:
        """How the order is paid, first payment first; nothing for one that is paid when it is handed over."""
        ...

    async def note_payment(self, retailer_id: str, order_id: str, number: int, payment: Payment) -> None:
        """Note how the payment `number` (1 is the first) of an order stands now. Raises `NotFound`."""
        ...

    async def move(
        self,
        retailer_id: str,
        order_id: str,
        event: str,
        at: datetime,
        postings: Sequence[Posting] = (),
        events: Sequence[tuple[str, Mapping[str, object]]] = (),
        adjustment: Adjustment | None = None,
    ) -> Order:
        """Let `event` (see `domain.order.TRANSITIONS`) happen to an order, and return it as it is then.

        Canceling gives stock, slot and uses of codes back; handing over takes what was picked out of the store.
        `postings`, `events` and an `adjustment` are added in the same transaction, which reserves a substitute. Raises
        `NotFound`, and `Conflict` when the event cannot happen, the order was adjusted by somebody else meanwhile, or
        there is not that much of a substitute (code "sold_out").
        """
        ...


@dataclass(frozen=True, slots=True)
class StockLevel:
    """What was counted of one SKU in one store, in the product's unit; `safety` of it is never sold online."""

    store_id: str
    sku: str
    on_hand: int
    safety: int = 0


@dataclass(frozen=True, slots=True)
class TillLine:
    """One line of one receipt of a till or web shop, for the shopper's habits."""

    shopper_id: str
    receipt_id: str
    line: int
    purchase: Purchase
    store_id: str = ""


class Fill(Protocol):
    """Loads a shop in bulk: demonstrations, tests, first fillings. What is known already is replaced, by its key."""

    async def retailer(self, retailer_id: str, name: str) -> None:
        """Make a retailer known, or rename it."""
        ...

    async def stores(self, retailer_id: str, stores: Iterable[Store]) -> None:
        """Stores."""
        ...

    async def products(self, retailer_id: str, products: Iterable[Product]) -> None:
        """Products."""
        ...

    async def offers(self, retailer_id: str, offers: Iterable[Offer]) -> None:
        """Prices and promotions; a `store_id` of "" is every store. `available` is not looked at: see `stock`."""
        ...

    async def stock(self, retailer_id: str, levels: Iterable[StockLevel]) -> None:
        """What was counted; what is reserved by orders stays reserved."""
        ...

    async def slots(self, retailer_id: str, slots: Iterable[Slot]) -> None:
        """Slots; places already taken by orders stay taken."""
        ...

    async def shoppers(self, retailer_id: str, shoppers: Iterable[Shopper]) -> None:
        """Shoppers."""
        ...

    async def purchases(self, retailer_id: str, lines: Iterable[TillLine]) -> None:
        """Lines of receipts; a line read twice counts once."""
        ...


class Agreements(Protocol):
    """What the retailers signed."""

    async def for_platform(self, retailer_id: str, platform: str, day: date | None = None) -> Agreement | None:
        """The agreement with `platform` that is live on `day`; else the nearest one; None without any."""
        ...


class Consents(Protocol):
    """What shoppers agreed to."""

    async def purposes(self, retailer_id: str, shopper_id: str, platform: str, now: datetime) -> frozenset[str]:
        """The purposes (`domain.consent.PURPOSES`) the shopper agreed to for `platform` at `now`."""
        ...


class RecipePages(Protocol):
    """Fetches a recipe page: https, public addresses only, limits on size and time, no scripts."""

    async def fetch(self, url: str) -> str:
        """The HTML of the page. Raises `InvalidInput` or `Unavailable` saying why it was not read."""
        ...


class SecondReader(Protocol):
    """Reads again what the dialogue left over: an optional language model. It is trusted with nothing, see
    `dialogue.reread`.
    """

    async def read(self, words: str, lang: str) -> Sequence[Reading]:
        """What goods the words mean. Never raises, bounded in time; nothing when unsure, or when nobody answers."""
        ...


class Kinds(Protocol):
    """The nearest kind of goods for words no lexicon has: optional embeddings."""

    async def nearest(self, words: str, lang: str) -> str | None:
        """The family that `words` mean, or None when none is near enough. Never raises."""
        ...


class Transcriber(Protocol):
    """Speech to text: an optional recognizer on this machine."""

    async def transcribe(self, audio: bytes, lang: str) -> str:
        """What is said in `audio` (a file of any usual kind), in `lang`; empty when nothing was heard for sure.

        Raises `InvalidInput` for what is too large, too long or no sound, `Unavailable` when it cannot be read now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Today:
    """The moment a use case runs at, for one store: `now` in the store's zone."""

    now: datetime

    @property
    def day(self) -> date:
        """The store's calendar day."""
        return self.now.date()
