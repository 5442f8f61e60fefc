"""Publish a catalog: a file of products or of stock is checked, shown, and merged as a whole or not at all.

Rows that break a rule are refused one by one, each with its reason and remedy. A file that is no feed, is damaged, or
is mostly refused changes nothing. Importing a file again costs and changes only what differs.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.estimate import estimated_price
from cabas.domain.catalog import Product
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.formats import Draft, Feed, Reject, Rules, StockRow, open_feed

PREVIEW_ROWS, PREVIEW_SCANNED = 10, 2000
# A file with more refused rows than this share of its rows is surely the wrong file, or the wrong format.
REJECTS_SHARE_MAX, REJECTS_COUNTED_FROM = 0.5, 20
# Withdrawing more than this share of a catalog because a file does not hold it takes a second word.
WITHDRAW_SHARE_MAX = 0.5
# When more than this share of a catalog changed, a new index is made faster than the old one is changed.
REBUILD_SHARE = 0.2
PROGRESS_EVERY = 2000


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
class Row:
    """A product ready to be stored, with its price in every store. `priced`: whether the file speaks of prices."""

    product: Product
    price: Money | None
    priced: bool = True
    estimated: bool = False
    available: bool | None = None
    quantity: int | None = None


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
class Preview:
    """What an import would read: `mapped` columns (field -> header), unused ones, first products and refused rows.

    Counts are of the first `PREVIEW_SCANNED` rows; `whole` when that was all of the file.
    """

    format: str
    mapped: Mapping[str, str]
    unused: tuple[str, ...]
    products: tuple[Row, ...]
    stock: tuple[StockRow, ...]
    rejects: tuple[Reject, ...]
    rows: int
    rejected: Mapping[str, int]
    families: int
    whole: bool


class CatalogStore(Protocol):
    """Where the published catalog is kept."""

    async def merge(
        self, retailer_id: str, rows: Iterable[Row], *, source: str, options: Options, now: datetime
    ) -> Merged:
        """Store `rows` in one transaction: all or nothing, unchanged rows untouched. What `rows` raises undoes it all.

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


class Index(Protocol):
    """The search index of the retailer's catalog, for writing."""

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


Watch = Callable[[Progress], None]
Refused = Callable[[Reject], None]


def _ignore(_: object) -> None:
    return None


def preview(chunks: Iterable[bytes], options: Options | None = None, *, brands: Iterable[str] = ()) -> Preview:
    """What importing the file would do, from its first rows. Raises `InvalidInput` when it is no feed."""
    options = options or Options()
    feed = open_feed(chunks, name=options.format, rules=Rules(options.currency, options.lang))
    reading = _Reading(feed, options, brands)
    items = list(islice(reading.items(), PREVIEW_SCANNED + 1))
    whole = len(items) <= PREVIEW_SCANNED
    items = items[:PREVIEW_SCANNED]
    rows = [item for item in items if isinstance(item, Row)]
    rejects = [item for item in items if isinstance(item, Reject)]
    return Preview(
        format=feed.format,
        mapped=feed.mapped,
        unused=feed.unused,
        products=tuple(rows[:PREVIEW_ROWS]),
        stock=tuple(item for item in items if isinstance(item, StockRow))[:PREVIEW_ROWS],
        rejects=tuple(rejects[:PREVIEW_ROWS]),
        rows=len(items),
        rejected=dict(Counter(reject.code for reject in rejects)),
        families=sum(row.product.family is not None for row in rows),
        whole=whole,
    )


async def import_catalog(
    store: CatalogStore, index: Index, retailer_id: str, chunks: Iterable[bytes], *, source: str, now: datetime,
    options: Options | None = None, watch: Watch = _ignore, refused: Refused = _ignore,
) -> Report:  # fmt: skip
    """Check and merge a file given as chunks of bytes (plain or gzip), then bring the search index up to date.

    `source` names the file in the report. `watch` is told how far it is, `refused` of every row not taken.
    Raises `InvalidInput` (the file is no feed, damaged, or mostly refused) and changes nothing then.
    """
    options = options or Options()
    feed = open_feed(chunks, name=options.format, rules=Rules(options.currency, options.lang))
    reading = _Reading(feed, options, await store.brands(retailer_id), watch, refused)
    stock = feed.format == "google-inventory"
    if stock:
        merged = await store.merge_stock(retailer_id, reading.stock(), source=source, options=options, now=now)
        for row in merged.unknown:
            reading.refuse(_unknown(row))
    else:
        merged = await store.merge(retailer_id, reading.rows(), source=source, options=options, now=now)
        watch(Progress(reading.count, sum(reading.rejected.values()), "indexing"))
        await bring_up_to_date(store, index, retailer_id, merged, lang=options.lang)
    return Report(
        source=source,
        format=feed.format,
        generation=merged.generation,
        rows=reading.count,
        added=merged.added,
        changed=merged.updated,
        unchanged=merged.unchanged,
        withdrawn=len(merged.withdrawn),
        rejected=dict(reading.rejected),
        examples=tuple(reading.examples),
        without_price=reading.without_price,
        estimated=reading.estimated,
    )


async def bring_up_to_date(
    store: CatalogStore, index: Index, retailer_id: str, merged: Merged, *, lang: str = "fr"
) -> None:
    """Make the index agree with the stored catalog after a merge: by updating it, or anew when much changed."""
    touched = len(merged.changed) + len(merged.withdrawn)
    if not index.exists(retailer_id) or touched > REBUILD_SHARE * merged.products:
        await index.rebuild(retailer_id, store.products(retailer_id), lang=lang)
    elif touched:
        await index.update(retailer_id, store.products(retailer_id, merged.changed), merged.withdrawn)


class _Reading:
    """Walks a feed once: rows become products, refused rows are counted and told."""

    def __init__(
        self, feed: Feed, options: Options, brands: Iterable[str], watch: Watch = _ignore, refused: Refused = _ignore
    ) -> None:
        self.feed, self.options = feed, options
        self.annotator = Annotator(options.lang, brands, options.own_brands)
        self.watch, self.tell = watch, refused
        self.count = self.without_price = self.estimated = 0
        self.rejected: Counter[str] = Counter()
        self.examples: list[Reject] = []
        self.priced = "price" in feed.mapped

    def items(self) -> Iterator[Row | StockRow | Reject]:
        """Every row, annotated."""
        for item in self.feed.rows:
            self.count += 1
            if isinstance(item, Reject):
                self.refuse(item)
                yield item
            else:
                yield self._row(item) if isinstance(item, Draft) else item
            if self.count % PROGRESS_EVERY == 0:
                self.watch(Progress(self.count, sum(self.rejected.values())))
        self._all_read()

    def rows(self) -> Iterator[Row]:
        """The products. Raises `InvalidInput` at the end when too many rows were refused."""
        return (item for item in self.items() if isinstance(item, Row))

    def stock(self) -> Iterator[StockRow]:
        """The stock rows, in the same way."""
        return (item for item in self.items() if isinstance(item, StockRow))

    def refuse(self, reject: Reject) -> None:
        """Count a row that was not taken."""
        self.rejected[reject.code] += 1
        if len(self.examples) < PREVIEW_ROWS:
            self.examples.append(reject)
        self.tell(reject)

    def _all_read(self) -> None:
        refused = sum(self.rejected.values())
        if self.count == 0:
            raise InvalidInput("The file has a header and no rows.", remedy="Export it again.", code="no_rows")
        if refused >= REJECTS_COUNTED_FROM and refused > REJECTS_SHARE_MAX * self.count:
            code, times = self.rejected.most_common(1)[0]
            raise InvalidInput(
                f"{refused} of {self.count} rows break a rule, most of them {code} ({times}). Nothing was changed.",
                remedy="Mend the file, or name its format and currency.",
                code="mostly_refused",
            )
        self.watch(Progress(self.count, refused, "storing"))

    def _row(self, draft: Draft) -> Row:
        product = self.annotator.product(
            sku=draft.sku, name=draft.name, gtin=draft.gtin, brand=draft.brand, category=draft.category,
            size=draft.size, said_labels=draft.labels, ingredients=draft.ingredients, said_allergens=draft.allergens,
            image=draft.image,
        )  # fmt: skip
        price, estimated = draft.price, False
        if price is None and self.options.prices == "estimate":
            price, estimated = estimated_price(product, self.options.currency), True
        self.without_price += price is None
        self.estimated += estimated
        return Row(product, price, self.priced or estimated, estimated, draft.available, draft.quantity)


def _unknown(row: StockRow) -> Reject:
    reason = f"No product {row.sku[:50]} is published, or there is no store {row.store_id[:50]}."
    return Reject(row.line, "id", "unknown_id", reason, "Import the products and stores first.", row.sku)


def rejects_csv(rejects: Iterable[Reject]) -> Iterator[str]:
    """The lines of a table of refused rows, for a spreadsheet: no cell is run as a formula when it is opened."""
    yield _csv_line(("row", "id", "field", "code", "reason", "remedy"))
    for one in rejects:
        yield _csv_line((str(one.line), one.sku, one.field, one.code, one.reason, one.remedy))


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_inert(cell) for cell in cells])
    return line.getvalue()


def _inert(cell: str) -> str:
    """A leading apostrophe makes text of what a spreadsheet would run (OWASP, "CSV injection")."""
    cell = "".join(mark if mark.isprintable() else "\ufffd" for mark in cell)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
