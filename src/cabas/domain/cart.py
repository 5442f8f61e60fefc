"""The cart: what the shopper asked for beside what was chosen for it. Immutable; every change is a new cart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from cabas.domain.discount import Applied, Denied, Discount, apply
from cabas.domain.session import Session
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money, total

LINES_MAX = 200
# More of one thing than a household buys: the shopper is asked once more, or refused above the second figure.
QUANTITY_ASK, QUANTITY_MAX = 24, 500


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as people say it: `value` of one of the spoken units
    l ml kg g piece pack dozen bunch slice can bottle jar tub bag (`UNITS_SAID`).
    """

    value: Fraction
    unit: str = "piece"

    def __str__(self) -> str:
        return f"{float(self.value):g} {self.unit}"


UNITS_SAID = ("l", "ml", "kg", "g", "piece", "pack", "dozen", "bunch", "slice", "can", "bottle", "jar", "tub", "bag")


@dataclass(frozen=True, slots=True)
class Want:
    """What was asked for, before any product: the words, the amount (None when none was said), what it must be.

    `words` are the food words, tidied, without amount, verbs and articles. `constraints` are written as the
    evaluation sets and the wire write them: a tag ("organic", "gluten free") or a parametrised one ("not_brand:X",
    "max_price:3.00", "size:1.5l", "pack_of:6").
    """

    words: str
    lang: str
    amount: Amount | None = None
    family: str | None = None
    brand: str | None = None
    constraints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line. `quantity` counts the product's unit (pieces, or grams when sold by weight).

    `sku` is None while nothing in this store fits: the wish is kept, priced at nothing and never ordered.
    `why` are reason codes the reply puts into words ("usual", "cheapest", "popular", "label:organic", ...).
    `alternatives` are SKUs, best first. `recipe` names the dish the line came from, `used` is how much
    of the quantity recipes take (the rest serves the next one). An unticked line is proposed ("you surely have salt"),
    not bought. `substitution` is what the picker may do when it is gone (a key of `domain.order.SUBSTITUTIONS`; empty
    when nobody said). `deposit` is what is paid back for all its empties, beside the price; None without any.
    """

    id: str
    want: Want
    sku: str | None = None
    name: str = ""
    brand: str | None = None
    family: str | None = None
    quantity: int = 0
    sold_by: str = "each"
    unit_price: Money | None = None
    price: Money | None = None
    full_price: Money | None = None
    vat_rate: int = 0
    category: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    minimum_age: int = 0
    content: str = ""
    per_unit: str = ""
    available: bool = True
    why: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    recipe: str | None = None
    ticked: bool = True
    used: Fraction = Fraction(0)
    substitution: str = ""
    deposit: Money | None = None

    @property
    def cost(self) -> Money | None:
        """Price and deposit; None without a price."""
        return self.price + self.deposit if self.price is not None and self.deposit is not None else self.price

    @property
    def bought(self) -> bool:
        """Whether an order would contain it."""
        return self.ticked and self.sku is not None and self.price is not None


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """The slot in the cart: one of the store's, by id, with what was asked so that another can be proposed."""

    slot_id: str
    method: str
    starts_at: str
    ends_at: str
    fee: Money


@dataclass(frozen=True, slots=True)
class Cart:
    """The lines of one shopper at one store, oldest first.

    `codes` are discount codes as given; `discounts` those of them that are for this shopper here, and the automatic
    ones, as last read. What they take off follows from the lines.
    """

    currency: str = "EUR"
    lines: tuple[LineItem, ...] = ()
    method: str | None = None
    slot: SlotChoice | None = None
    next_line: int = 1
    codes: tuple[str, ...] = ()
    discounts: tuple[Discount, ...] = ()

    def line(self, line_id: str) -> LineItem:
        """The line with that id. Raises `InvalidInput` when there is none."""
        for item in self.lines:
            if item.id == line_id:
                return item
        raise InvalidInput(f"There is no line {line_id} in this cart.", remedy="Read the cart again.")

    def add(self, item: LineItem) -> Cart:
        """With one more line, numbered by the cart. Raises `InvalidInput` above `LINES_MAX` lines."""
        if len(self.lines) >= LINES_MAX:
            raise InvalidInput(f"A cart holds at most {LINES_MAX} lines.", remedy="Place this order and start another.")
        numbered = replace(item, id=str(self.next_line))
        return replace(self, lines=(*self.lines, numbered), next_line=self.next_line + 1)

    def put(self, item: LineItem) -> Cart:
        """With the line of the same id replaced."""
        self.line(item.id)
        return replace(self, lines=tuple(item if line.id == item.id else line for line in self.lines))

    def remove(self, line_ids: Iterable[str]) -> Cart:
        """Without those lines."""
        gone = set(line_ids)
        return replace(self, lines=tuple(line for line in self.lines if line.id not in gone))

    def find(self, fits: Callable[[LineItem], bool]) -> tuple[LineItem, ...]:
        """The lines that fit, newest first."""
        return tuple(line for line in reversed(self.lines) if fits(line))

    @property
    def bought(self) -> tuple[LineItem, ...]:
        """The lines an order would contain."""
        return tuple(line for line in self.lines if line.bought)

    @property
    def goods(self) -> Money:
        """What the bought lines cost before codes, VAT included."""
        return total((line.price for line in self.bought if line.price is not None), self.currency)

    @property
    def fee(self) -> Money:
        """The fee of the slot before codes."""
        return self.slot.fee if self.slot else Money.zero(self.currency)

    @property
    def deposits(self) -> Money:
        """The deposits on the bought lines. No code takes anything off them."""
        return total((line.deposit for line in self.bought if line.deposit is not None), self.currency)

    @property
    def taken_off(self) -> tuple[tuple[Applied, ...], tuple[Denied, ...]]:
        """What the discounts take off, and those that take nothing."""
        return apply(self.discounts, self.bought, self.fee) if self.discounts else ((), ())

    @property
    def total(self) -> Money:
        """Goods, deposits and the fee of the slot, less what codes take off."""
        applied, _ = self.taken_off
        return self.goods + self.deposits + self.fee - total((one.amount for one in applied), self.currency)


@dataclass(frozen=True, slots=True)
class Pending:
    """The one thing Cabas is waiting for: a question it asked. `kind` names it ("checkout", "empty_cart", "age",
    "slot", "which", "reorder", ...); `about` are line ids, SKUs or slot ids it concerns; `options` what was offered.
    `later` are ids of lines a recipe proposed in the same turn: they are offered once this is answered.
    """

    kind: str
    about: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """One shopper talking to one store through one platform. All of its memory is here, in the database.

    `focus` are the line ids last spoken of, newest first ("encore deux"); `past` the carts before the last
    changes, newest first, at most `PAST_MAX`, for undo. `said` are the last `SAID_MAX` (who, text) pairs, oldest first;
    who is "shopper", "cabas", or "note" for what a touch did.
    `version` guards against two turns at once. `session` is there when a platform speaks a protocol, not sentences.
    `source` is the link the shopper came by ("video:ID"), until an order is placed. `ordered` is the cart of a session
    that was ordered in the browser: the talk goes on with an empty one, and the platform still sees its own.
    `diet` are the constraints that hold for all food asked for from now on ("je mange sans gluten").
    """

    id: str
    retailer_id: str
    store_id: str
    platform: str
    shopper_id: str | None
    locale: str
    cart: Cart = field(default_factory=Cart)
    focus: tuple[str, ...] = ()
    pending: Pending | None = None
    past: tuple[Cart, ...] = ()
    topic: str | None = None
    misses: int = 0
    turns: int = 0
    order_id: str | None = None
    said: tuple[tuple[str, str], ...] = ()
    version: int = 0
    session: Session | None = None
    source: str = ""
    ordered: Cart | None = None
    diet: tuple[str, ...] = ()

    @property
    def lang(self) -> str:
        """The language of the locale: "fr" of "fr-BE"."""
        return self.locale.partition("-")[0]


PAST_MAX = 10
SAID_MAX = 40
