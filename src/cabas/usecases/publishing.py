"""What publishing a catalog speaks of: options, rows, reports, who reads rows, and the two places a catalog is kept in.

A row is read into a product once, and packed there and then for both places: what is slow to make is made by whoever
reads (several processes, for a large file), and what passes from hand to hand afterwards are bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cabas.dialogue.annotate import Annotator
from cabas.domain.catalog import Product
from cabas.kernel.money import Money
from cabas.usecases.formats import Draft, Reject, StockRow

# Counts of a preview are of so many rows.
PREVIEW_SCANNED = 2000
# Withdrawing more than this share of a catalog because a file does not hold it takes a second word.
WITHDRAW_SHARE_MAX = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """How to read and merge a file.

    `format` is detected when None. `absent`: what happens to products the file does not hold ("keep", "withdraw");
    `withdraw_many` allows that for most of the catalog. `prices`: "given", or "estimate" for a demonstration, where
    rows without a price get one made up from their family, marked as such. `stores` get what the file counts, and
    `uncounted` pieces of what it calls available without counting. `own_brands` are the retailer's own.
    """

    format: str | None = None
    lang: str = "fr"
    currency: str = "EUR"
    absent: str = "keep"
    withdraw_many: bool = False
    prices: str = "given"
    stores: tuple[str, ...] = ()
    uncounted: int = 0
    own_brands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """How drafts are read: in `lang`, with the catalog's `brands` and the retailer's own ones. A price is made up in
    `estimated` (ISO 4217) unless that is None; entries for the index are made when it is `indexed`.
    """

    lang: str
    brands: tuple[str, ...] = ()
    own_brands: tuple[str, ...] = ()
    estimated: str | None = None
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Packed:
    """A product as the catalog store and the index take it (`entry` is empty when no index is being made).

    `price` is a made-up one in cents.
    """

    stored: bytes
    entry: bytes = b""
    price: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row ready to be stored. `digest` is of what it says of the product; `stored` is None when that is known.

    `price` is for every store, and `priced` whether the file speaks of prices.
    """

    sku: str
    digest: bytes
    stored: bytes | None
    entry: bytes = b""
    price: Money | None = None
    priced: bool = True
    estimated: bool = False
    available: bool | None = None
    quantity: int | None = None


Known = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did. `changed` are the SKUs of added and changed products, `withdrawn` those taken out."""

    generation: int
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    products: int = 0
    unknown: tuple[StockRow, ...] = ()


@dataclass(slots=True)
class Progress:
    """How far an import is: rows read and refused so far, and what it is doing ("reading", "storing", "indexing")."""

    rows: int = 0
    rejected: int = 0
    step: str = "reading"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did. `rejected` counts by code; `examples` are the first refused rows."""

    source: str
    format: str
    generation: int
    rows: int
    added: int
    changed: int
    unchanged: int
    withdrawn: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Reject, ...] = ()
    without_price: int = 0
    estimated: int = 0

    @property
    def refused(self) -> int:
        """How many rows were refused in all."""
        return sum(self.rejected.values())


@dataclass(frozen=True, slots=True)
class Shown:
    """A product of a preview, with the price it would have."""

    product: Product
    price: Money | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would read: `mapped` columns (field -> header), unused ones, first products and refused rows.

    Counts are of the first `PREVIEW_SCANNED` rows; `whole` when that was all of the file.
    """

    format: str
    mapped: Mapping[str, str]
    unused: tuple[str, ...]
    products: tuple[Shown, ...]
    stock: tuple[StockRow, ...]
    rejects: tuple[Reject, ...]
    rows: int
    rejected: Mapping[str, int]
    families: int
    whole: bool


class Readers(Protocol):
    """Who reads drafts into products: this process, or several beside it."""

    def read(self, task: Task, chunks: Iterable[Sequence[Draft]]) -> Iterator[Sequence[Packed]]:
        """The products of every chunk, in order; chunks are taken from the iterable a bounded number ahead.

        Raises `Unavailable` when a process that reads is gone.
        """
        ...


def product_of(annotator: Annotator, draft: Draft) -> Product:
    """The product a draft tells of."""
    return annotator.product(
        sku=draft.sku, name=draft.name, gtin=draft.gtin, brand=draft.brand, category=draft.category,
        size=draft.size, said_labels=draft.labels, ingredients=draft.ingredients, said_allergens=draft.allergens,
        image=draft.image, deposit=draft.deposit.amount if draft.deposit else 0,
    )  # fmt: skip


class CatalogStore(Protocol):
    """Where the published catalog is kept."""

    async def merge(
        self, retailer_id: str, rows: Callable[[Known], Iterable[Row]], *, source: str, options: Options, now: datetime
    ) -> Merged:
        """Store rows in one transaction: all or nothing. `rows` is called with the digests of what is stored (SKU ->
        digest), and what it raises undoes it all.

        Raises `Conflict` when another import of this retailer is running.
        """
        ...

    async def merge_stock(
        self, retailer_id: str, rows: Iterable[StockRow], *, source: str, options: Options, now: datetime
    ) -> Merged:
        """Store what stores ask and have, in the same way; rows of unknown stores or products come back."""
        ...

    def products(self, retailer_id: str, skus: Sequence[str] | None = None) -> AsyncIterator[Sequence[Product]]:
        """The published products, or those of some SKUs, in batches."""
        ...

    async def brands(self, retailer_id: str) -> list[str]:
        """The brands of the published products."""
        ...


class NewIndex(Protocol):
    """A new index being made, that nobody sees yet."""

    def put(self, entry: bytes) -> None:
        """Put the entry of a product in."""
        ...

    def end(self) -> None:
        """Nothing more is put in: what is left to do may be done while others go on."""
        ...

    def publish(self) -> int:
        """Put it in use at once."""
        ...

    def drop(self) -> None:
        """Forget it."""
        ...


class Index(Protocol):
    """The search index of the retailer's catalog, for writing."""

    def begin(self, retailer_id: str) -> bool:
        """Note that the catalog is about to change; True when an earlier change never reached the index."""
        ...

    def end(self, retailer_id: str) -> None:
        """Note that the index agrees with the catalog."""
        ...

    def draft(self, retailer_id: str, *, lang: str) -> NewIndex:
        """A new index to fill. Raises `Conflict` when another process is writing one."""
        ...

    async def rebuild(self, retailer_id: str, batches: AsyncIterator[Sequence[Product]], *, lang: str) -> int:
        """A new index of all products, put in use at once."""
        ...

    async def update(
        self, retailer_id: str, batches: AsyncIterator[Sequence[Product]], withdrawn: Sequence[str]
    ) -> int:
        """Changed products put in and withdrawn SKUs taken out."""
        ...

    def exists(self, retailer_id: str) -> bool:
        """Whether there is an index that can be updated."""
        ...
