"""What a feed is made of: rows of the catalog with their offer, and what an export was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from cabas.kernel.money import Money


class Item(NamedTuple):
    """One product and its offer, column by column as `storage/sql/queries/feeds.sql` reads them: there are hundreds of
    thousands, and a tuple is made ten times faster than a record.

    The content is `content_value` x 10^-`content_scale` of `content_unit`. `price` is in minor units, per pack or per
    kilogram; None while none is published. `sold` False: not on these shelves. `kind` to `ends` are the promotion that
    runs on the day of the export, `kind` None when there is none.
    """

    sku: str
    name: str
    lang: str
    gtin: str | None
    brand: str | None
    category: tuple[str, ...]
    content_value: int | None
    content_unit: str | None
    content_scale: int | None
    pieces: int
    sold_by: str
    minimum_age: int
    ingredients: str
    image: str
    price: int | None
    currency: str | None
    sold: bool | None
    estimated: bool | None
    available: int
    kind: str | None
    value: int | None
    every: int | None
    starts: date | None
    ends: date | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One export: whose, for whom, of which day, and how a row's addresses are written.

    `link` and `image` are templates with "{sku}" (and "{gtin}"); `image` is used for products without a picture of
    their own. `unbranded` is the brand of goods without one. `videos` maps a SKU to the videos it is linked under.
    `estimated` lets prices through that were made up for a demonstration. `store` is empty for the whole retailer.
    """

    retailer: str
    retailer_name: str
    platform: str
    day: date
    link: str
    store: str = ""
    currency: str = "EUR"
    country: str = "FR"
    image: str = ""
    unbranded: str = ""
    estimated: bool = False
    timezone: str = "Europe/Paris"
    videos: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Ware(NamedTuple):
    """A row that may be published: every field checked, nothing left to decide but how it is written.

    `sale` is the price during a promotion of single units, `price` the one without; both per pack, or per kilogram.
    `measure` and `base` are (amount, unit) for the unit price, in the units Google knows. `buyable`: the platform may
    sell it, not only show it.
    """

    item: Item
    title: str
    description: str
    link: str
    image: str
    brand: str
    gtin: str
    price: Money
    sale: Money | None
    available: bool
    measure: tuple[str, str] | None
    base: tuple[int, str] | None
    buyable: bool
    videos: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The category as a path, "Crèmerie > Laits"."""
        return " > ".join(self.item.category)

    @property
    def now(self) -> Money:
        """What is asked for it today."""
        return self.sale if self.sale is not None else self.price


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that should be in the feed and cannot be: which field, why, how to mend it. `code` is stable."""

    sku: str
    field: str
    code: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """A row that shall not be in the feed: the agreement, the law or the shop keeps it out. `code` says which."""

    sku: str
    code: str
