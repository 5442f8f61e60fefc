"""What a retailer sells: products, their families, and what one store asks for them today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from cabas.kernel.money import Money
from cabas.kernel.quantity import EACH, GRAM, Quantity


class SoldBy(StrEnum):
    """Each: a pack or a counted piece. Weight: ordered in grams or pieces, billed by weight, priced per kilogram."""

    EACH = "each"
    WEIGHT = "weight"


class Storage(StrEnum):
    """Where the picker keeps it until hand-over."""

    AMBIENT = "ambient"
    CHILLED = "chilled"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Product:
    """A thing with a SKU, as one retailer publishes it.

    `names` maps a language to a name; `lang` is the one the retailer wrote. `content` is what one pack holds in total
    (6 x 1.5 l = 9000 ml), or the usual weight of one piece when sold by weight; `pieces` is how many units are inside.
    `family` is an id of the food lexicon, None when the name matched none. `vat_rate` is in basis points (5.5 % = 550).
    `deposit` is paid with each pack and paid back for the empty bottle, jar or crate, in minor units of the currency of
    the price; it is no part of it. `popularity` runs from 0 to 1000. `labels` and `allergens` hold ids of the lexicon
    ("organic", "gluten", ...).
    """

    sku: str
    names: Mapping[str, str]
    lang: str = "fr"
    gtin: str | None = None
    brand: str | None = None
    own_brand: bool = False
    category: tuple[str, ...] = ()
    family: str | None = None
    content: Quantity | None = None
    pieces: int = 1
    sold_by: SoldBy = SoldBy.EACH
    vat_rate: int = 550
    minimum_age: int = 0
    allergens: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    storage: Storage = Storage.AMBIENT
    popularity: int = 0
    ingredients: str = ""
    image: str = ""
    deposit: int = 0

    @property
    def name(self) -> str:
        """The name as the retailer wrote it."""
        return self.names[self.lang]

    def name_in(self, lang: str) -> str:
        """The name in `lang`, or as the retailer wrote it."""
        return self.names.get(lang) or self.names[self.lang]

    @property
    def unit(self) -> str:
        """The unit stock and cart lines count in: grams when sold by weight, else pieces."""
        return GRAM if self.sold_by is SoldBy.WEIGHT else EACH


@dataclass(frozen=True, slots=True)
class Promotion:
    """A price cut by one mechanism, on from `starts` to `ends` (both included, in the store's own days).

    `kind`: "price" sells at `value` cents; "percent" takes `value` basis points off; "multibuy" gives `value` basis
    points off every `every`-th unit (2 and 10000: two for one).
    """

    kind: str
    value: int
    every: int = 1
    starts: date | None = None
    ends: date | None = None
    label: Mapping[str, str] = field(default_factory=dict)

    def runs_on(self, day: date) -> bool:
        """Whether it is on that day."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Offer:
    """One product in one store now. `price` is per pack (each) or per kilogram (weight), VAT included.

    `price` is None while the retailer has published none: such a product can be shown, never ordered. `available` is
    available-to-sell (on hand - safety - reserved) in the product's unit: pieces or grams.
    """

    sku: str
    store_id: str
    price: Money | None
    available: int
    promotion: Promotion | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of thing people ask for by one word ("semi-skimmed milk"), and what is usual about it.

    `names` maps a language to its names, the first one being the one Cabas says. `parent` is the wider family ("milk").
    `piece` is the usual weight or volume of one piece; `pack` what people mean by one without saying an amount.
    """

    id: str
    names: Mapping[str, tuple[str, ...]]
    parent: str | None = None
    category: str = ""
    vat_rate: int = 550
    sold_by: SoldBy = SoldBy.EACH
    minimum_age: int = 0
    allergens: frozenset[str] = frozenset()
    storage: Storage = Storage.AMBIENT
    popularity: int = 0
    piece: Quantity | None = None
    pack: Quantity | None = None
    staple: bool = False


def old_enough(minimum_age: int, age: int | None) -> bool:
    """Whether somebody who says to be `age` years old may have goods sold from `minimum_age` on. An age nobody gave
    (None) is asked for when the order is placed, and proved at hand-over.
    """
    return age is None or age >= minimum_age


def unit_price(price: Money, product: Product) -> tuple[Money, str] | None:
    """Price per kilogram, litre or piece (directive 98/6/EC), with that unit; None when the content is unknown."""
    if product.sold_by is SoldBy.WEIGHT:
        return price, "KGM"
    content = product.content
    if content is None or not content:
        return None
    per = {"mass": ("KGM", Fraction(1000)), "volume": ("LTR", Fraction(1000)), "count": (EACH, Fraction(1))}
    if content.dimension not in per:
        return None
    unit, base = per[content.dimension]
    return price.times(base / content.base), unit
