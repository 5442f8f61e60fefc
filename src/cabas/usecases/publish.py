"""Publish a catalog: a file of products or of stock is checked, shown, and merged as a whole or not at all.

Rows that break a rule are refused one by one, each with its reason and remedy. A file that is no feed, is damaged, or
is mostly refused changes nothing. Importing a file again costs and changes only what differs.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from cabas.dialogue.annotate import Annotator, version
from cabas.dialogue.estimate import estimated_price
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.formats import Draft, Feed, Reject, Rules, StockRow, open_feed
from cabas.usecases.publishing import (
    PREVIEW_SCANNED,
    CatalogStore,
    Index,
    Known,
    Merged,
    NewIndex,
    Options,
    Packed,
    Preview,
    Progress,
    Readers,
    Report,
    Row,
    Shown,
    Task,
    product_of,
)

__all__ = ["Options", "Preview", "Progress", "Report", "import_catalog", "preview", "rejects_csv"]

PREVIEW_ROWS = 10
# A file with more refused rows than this share of its rows is surely the wrong file, or the wrong format.
REJECTS_SHARE_MAX, REJECTS_COUNTED_FROM = 0.5, 20
# When more than this share of a catalog changed, a new index is made faster than the old one is changed.
REBUILD_SHARE = 0.2
PROGRESS_EVERY = 2000
# Rows are read so many at a time, which is what one message to another process holds.
CHUNK = 200

Watch = Callable[[Progress], None]
Refused = Callable[[Reject], None]


def _ignore(_: object) -> None:
    return None


def preview(chunks: Iterable[bytes], options: Options | None = None, *, brands: Iterable[str] = ()) -> Preview:
    """What importing the file would do, from its first rows. Raises `InvalidInput` when it is no feed."""
    options = options or Options()
    feed = open_feed(chunks, name=options.format, rules=Rules(options.currency, options.lang))
    reading, annotator = _Reading(feed, options), Annotator(options.lang, brands, options.own_brands)
    items = list(islice(reading.walk({}), PREVIEW_SCANNED + 1))
    whole = len(items) <= PREVIEW_SCANNED
    if whole:
        reading.all_read()
    items = items[:PREVIEW_SCANNED]
    shown = [_shown(annotator, item.item, options) for item in items if isinstance(item.item, Draft)]
    rejects = [item.item for item in items if isinstance(item.item, Reject)]
    return Preview(
        format=feed.format,
        mapped=feed.mapped,
        unused=feed.unused,
        products=tuple(shown[:PREVIEW_ROWS]),
        stock=tuple(item.item for item in items if isinstance(item.item, StockRow))[:PREVIEW_ROWS],
        rejects=tuple(rejects[:PREVIEW_ROWS]),
        rows=len(items),
        rejected=dict(Counter(reject.code for reject in rejects)),
        families=sum(one.product.family is not None for one in shown),
        whole=whole,
    )


def _shown(annotator: Annotator, draft: Draft, options: Options) -> Shown:
    product = product_of(annotator, draft)
    if draft.price is None and options.prices == "estimate":
        return Shown(product, estimated_price(product, options.currency), estimated=True)
    return Shown(product, draft.price)


async def import_catalog(
    store: CatalogStore, index: Index, retailer_id: str, chunks: Iterable[bytes], *, source: str, now: datetime,
    readers: Readers, options: Options | None = None, watch: Watch = _ignore, refused: Refused = _ignore,
) -> Report:  # fmt: skip
    """Check and merge a file given as chunks of bytes (plain or gzip), then bring the search index up to date.

    `source` names the file in the report. `watch` is told how far it is, `refused` of every row not taken. `readers`
    turn rows into products.
    Raises `InvalidInput` (the file is no feed, damaged, or mostly refused) and changes nothing then.
    """
    options = options or Options()
    feed = open_feed(chunks, name=options.format, rules=Rules(options.currency, options.lang))
    reading = _Reading(feed, options, watch, refused)
    if feed.format == "google-inventory":
        merged = await store.merge_stock(retailer_id, reading.stock(), source=source, options=options, now=now)
        for row in merged.unknown:
            reading.refuse(_unknown(row))
    else:
        brands = tuple(await store.brands(retailer_id))
        estimated = options.currency if options.prices == "estimate" else None
        task = Task(options.lang, brands, options.own_brands, estimated)
        merged = await _merge_products(store, index, retailer_id, reading, readers, task, source, now)
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


async def _merge_products(
    store: CatalogStore, index: Index, retailer_id: str, reading: _Reading, readers: Readers, task: Task, source: str,
    now: datetime,
) -> Merged:  # fmt: skip
    """Store the products and make the index agree. The first products are indexed while they are read."""
    lang, stale = reading.options.lang, index.begin(retailer_id)
    drafts: list[NewIndex] = []

    def rows(known: Known) -> Iterator[Row]:
        if known:
            yield from reading.rows(known, readers, task)
            return
        draft = index.draft(retailer_id, lang=lang)
        drafts.append(draft)
        for row in reading.rows(known, readers, replace(task, indexed=True)):
            draft.put(row.entry)
            yield row
        draft.end()

    try:
        merged = await store.merge(retailer_id, rows, source=source, options=reading.options, now=now)
    except BaseException:
        for draft in drafts:
            draft.drop()
        if not stale:
            index.end(retailer_id)
        raise
    reading.watch(Progress(reading.count, sum(reading.rejected.values()), "indexing"))
    touched = len(merged.changed) + len(merged.withdrawn)
    if drafts:
        drafts[0].publish()
    elif stale or not index.exists(retailer_id) or touched > REBUILD_SHARE * merged.products:
        await index.rebuild(retailer_id, store.products(retailer_id), lang=lang)
    elif touched:
        await index.update(retailer_id, store.products(retailer_id, merged.changed), merged.withdrawn)
    index.end(retailer_id)
    return merged


class _Taken(NamedTuple):
    """A row of the feed. A draft has its digest, and `wanted` when it must be read into a product."""

    item: Draft | StockRow | Reject
    digest: bytes = b""
    wanted: bool = False
    known: bool = False


class _Reading:
    """Walks a feed once: rows become products, refused rows are counted and told."""

    def __init__(self, feed: Feed, options: Options, watch: Watch = _ignore, refused: Refused = _ignore) -> None:
        self.feed, self.options = feed, options
        self.watch, self.tell = watch, refused
        self.count = self.without_price = self.estimated = 0
        self.rejected: Counter[str] = Counter()
        self.examples: list[Reject] = []
        self.priced = "price" in feed.mapped
        self.rules = f"{version()}{options.lang}{','.join(options.own_brands)}"

    def rows(self, known: Known, readers: Readers, task: Task) -> Iterator[Row]:
        """The products; those that are not `known` as they are here are read.

        Raises `InvalidInput` at the end when too many rows were refused.
        """
        chunks: deque[list[_Taken]] = deque()

        def wanted() -> Iterator[list[Draft]]:
            walk = self.walk(known)
            while chunk := list(islice(walk, CHUNK)):
                chunks.append(chunk)
                yield [one.item for one in chunk if one.wanted and isinstance(one.item, Draft)]

        for products in readers.read(task, wanted()):
            made = iter(products)
            for one in chunks.popleft():
                if isinstance(one.item, Draft):
                    yield self._row(one.item, one, next(made) if one.wanted else None)
        self.all_read()

    def walk(self, known: Known) -> Iterator[_Taken]:
        """The rows of the feed, which may be read a few chunks ahead."""
        for item in self.feed.rows:
            self.count += 1
            if isinstance(item, Draft):
                digest = item.digest(self.rules)
                met = known.get(item.sku) == digest
                yield _Taken(item, digest, not met or self._estimates(item), met)
            else:
                if isinstance(item, Reject):
                    self.refuse(item)
                yield _Taken(item)
            if self.count % PROGRESS_EVERY == 0:
                self.watch(Progress(self.count, sum(self.rejected.values())))

    def stock(self) -> Iterator[StockRow]:
        """The stock rows, in the same way."""
        for one in self.walk({}):
            if isinstance(one.item, StockRow):
                yield one.item
        self.all_read()

    def refuse(self, reject: Reject) -> None:
        """Count a row that was not taken."""
        self.rejected[reject.code] += 1
        if len(self.examples) < PREVIEW_ROWS:
            self.examples.append(reject)
        self.tell(reject)

    def all_read(self) -> None:
        """The end of the file. Raises `InvalidInput` when it held no rows, or too many were refused."""
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

    def _estimates(self, draft: Draft) -> bool:
        return draft.price is None and self.options.prices == "estimate"

    def _row(self, draft: Draft, taken: _Taken, packed: Packed | None) -> Row:
        price, estimate = draft.price, False
        if price is None and packed is not None and packed.price is not None:
            price, estimate = Money(packed.price, self.options.currency), True
        self.without_price += price is None
        self.estimated += estimate
        return Row(
            draft.sku, taken.digest, packed.stored if packed and not taken.known else None,
            packed.entry if packed else b"",
            price, self.priced or estimate, estimate, draft.available, draft.quantity,
        )  # fmt: skip


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
