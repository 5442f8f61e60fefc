"""Export a feed: every row judged once, written once, and compared with what the platform was given before.

Rows come sorted by SKU, and so does what the last export published: both are walked side by side, so that a delta of
millions of products needs no more memory than one of ten. What is published no longer is withdrawn.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from cabas.usecases.feeds import FeedFormat, Gate, Item, Rejected, Setting, Ware, judge
from cabas.usecases.feeds.formats._write import json_line

# Rows between two checkpoints: what a killed export does again at most.
CHECKPOINT_EVERY = 20_000
STATE, WITHDRAWN, REJECTED = "state.txt", "withdrawn.jsonl", "rejected.csv"
REJECTED_HEAD = b"id,field,code,reason,remedy\n"
Published = Iterator[tuple[str, str]]


class FeedRows(Protocol):
    """Where rows come from."""

    def rows(
        self, retailer_id: str, store_id: str, stores: Sequence[str], day: date, after: str = ""
    ) -> AsyncIterator[Sequence[Item]]:
        """The items behind the SKU `after`, in batches, sorted by code points."""
        ...


@dataclass(slots=True)
class Counts:
    """What was counted so far; a checkpoint keeps it. `rows` = published + rejected + withheld.

    `written` are rows of the feed's files: all published ones, or in a delta the added and changed ones.
    """

    rows: int = 0
    published: int = 0
    written: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    estimated: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)


class Draft(Protocol):
    """An export being written. Nothing of it is seen before `finish`."""

    @property
    def after(self) -> str:
        """The last SKU of the part that is there already; empty at the beginning."""
        ...

    @property
    def counts(self) -> Counts:
        """What was counted in that part."""
        ...

    async def write(self, parts: Mapping[str, bytes]) -> None:
        """Append to files."""
        ...

    async def checkpoint(self, after: str, counts: Counts) -> None:
        """Everything up to that SKU is written: an export that is killed later goes on from there."""
        ...


def published(lines: Iterator[str], after: str) -> Published:
    """SKU and digest of the lines of a state file, those behind `after`."""
    for line in lines:
        digest, _, sku = line.rstrip("\n").partition(" ")
        if sku > after:
            yield sku, digest


@dataclass(frozen=True, slots=True)
class Job:
    """One export: what, for whom, and against what. `delta` writes only what changed since `before`."""

    form: FeedFormat
    setting: Setting
    gate: Gate
    stores: Sequence[str]
    delta: bool = False


async def export(
    job: Job, rows: FeedRows, draft: Draft, before: Published, watch: Callable[[Counts], None] = lambda _: None
) -> Counts:
    """Write the feed into `draft`. `before` is what the platform has (sorted); it must begin behind `draft.after`."""
    form, setting = job.form, job.setting
    counts, writing = draft.counts, _Writing(job, draft.counts, before)
    if not draft.after:
        heads = {file: form.head(file, setting) for file in form.FILES}
        await draft.write({**heads, **form.beside(setting), STATE: b"", WITHDRAWN: b"", REJECTED: REJECTED_HEAD})
    since = 0
    async for batch in rows.rows(setting.retailer, setting.store, job.stores, setting.day, draft.after):
        for item in batch:
            writing.take(item)
        since += len(batch)
        await draft.write(writing.parts())
        if since >= CHECKPOINT_EVERY:
            since = 0
            await draft.checkpoint(batch[-1].sku, counts)
        watch(counts)
    writing.withdraw_rest()
    await draft.write(writing.parts())
    watch(counts)
    return counts


class _Writing:
    """The lines of a batch, file by file."""

    def __init__(self, job: Job, counts: Counts, before: Published) -> None:
        self._job, self._counts, self._before = job, counts, before
        self._had = next(before, None)
        self._lines: list[list[bytes]] = [[] for _ in job.form.FILES]
        self._state: list[str] = []
        self._withdrawn: list[bytes] = []
        self._rejected: list[Rejected] = []

    def take(self, item: Item) -> None:
        """One row of the catalog."""
        counts, job = self._counts, self._job
        counts.rows += 1
        known = self._known(item.sku)
        found = judge(item, job.gate, job.setting, job.form.REQUIRED)
        if isinstance(found, Ware):
            self._publish(found, known)
            return
        if known is not None:
            self._withdraw(item.sku)
        if isinstance(found, Rejected):
            counts.rejected[found.code] = counts.rejected.get(found.code, 0) + 1
            self._rejected.append(found)
        else:
            counts.withheld[found.code] = counts.withheld.get(found.code, 0) + 1

    def _publish(self, ware: Ware, known: str | None) -> None:
        counts, job, sku = self._counts, self._job, ware.item.sku
        lines = job.form.lines(ware, job.setting)
        digest = hashlib.blake2b(b"".join(lines), digest_size=8).hexdigest()
        self._state.append(f"{digest} {sku}\n")
        counts.published += 1
        counts.estimated += bool(ware.item.estimated)
        counts.added += known is None
        counts.changed += known is not None and known != digest
        if not job.delta or known != digest:
            counts.written += 1
            for held, line in zip(self._lines, lines, strict=True):
                held.append(line)

    def _known(self, sku: str) -> str | None:
        """The digest of what the platform has under that SKU; what lies before it is there no longer."""
        while self._had is not None and self._had[0] < sku:
            self._withdraw(self._had[0])
            self._had = next(self._before, None)
        if self._had is None or self._had[0] != sku:
            return None
        digest = self._had[1]
        self._had = next(self._before, None)
        return digest

    def _withdraw(self, sku: str) -> None:
        self._counts.withdrawn += 1
        self._withdrawn.append(json_line({"id": sku}))

    def withdraw_rest(self) -> None:
        """What the platform has behind the last row."""
        while self._had is not None:
            self._withdraw(self._had[0])
            self._had = next(self._before, None)

    def parts(self) -> dict[str, bytes]:
        """What to append to each file; the lines are let go."""
        done = {file: b"".join(held) for file, held in zip(self._job.form.FILES, self._lines, strict=True)}
        done[STATE] = "".join(self._state).encode()
        done[WITHDRAWN] = b"".join(self._withdrawn)
        done[REJECTED] = rejected_csv(self._rejected)
        self._lines = [[] for _ in self._job.form.FILES]
        self._state, self._withdrawn, self._rejected = [], [], []
        return done


def rejected_csv(rows: Sequence[Rejected]) -> bytes:
    """Lines of `rejected.csv`. A cell a spreadsheet would run begins with a space."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        cells = (row.sku, row.field, row.code, row.reason, row.remedy)
        writer.writerow([f" {cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in cells])
    return text.getvalue().encode()


def total(counted: Mapping[str, int]) -> int:
    """All of them."""
    return sum(Counter(counted).values())
