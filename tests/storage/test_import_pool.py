"""Rows of a large file are read by several processes: the same result, in the same order, or nothing at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from cabas.domain.catalog import Product
from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.storage.postgres import Postgres
from cabas.storage.reading import CHUNKS_AHEAD, ReaderPool
from cabas.storage.search import IndexFolders, open_index
from cabas.usecases.formats import Draft, Reject
from cabas.usecases.publish import Report, import_catalog
from cabas.usecases.publishing import Packed, Readers, Task

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="Processes are counted in /proc, which is Linux's."),
]

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HEAD = "sku;name;brand;category;price"
NAMES = ("Lait entier", "Beurre doux", "Café moulu", "Riz rond", "Miel de fleurs", "Thon au naturel", "Pâtes")
# The first row is read here, then chunk after chunk by two processes.
FROM_ROWS = 1


def rows(count: int) -> list[str]:
    return [
        f"p{number:04};{NAMES[number % len(NAMES)]} {number} g;Pré Vert;;1,{number % 100:02} €"
        for number in range(count)
    ]


def drafts(count: int) -> list[Draft]:
    return [Draft(line=2 + number, sku=f"p{number:04}", name=NAMES[number % len(NAMES)]) for number in range(count)]


class Dying:
    """A pool whose processes are killed when `after` chunks were handed over."""

    def __init__(self, after: int) -> None:
        self._after = after

    def read(self, task: Task, chunks: Iterable[Sequence[Draft]]) -> Iterator[Sequence[Packed]]:
        def watched() -> Iterator[Sequence[Draft]]:
            for number, chunk in enumerate(chunks):
                if number == self._after:
                    for child in children():
                        os.kill(child, signal.SIGKILL)
                yield chunk

        return ReaderPool(2, from_rows=FROM_ROWS).read(task, watched())


def children() -> list[int]:
    """The reading processes of this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_text()
            except OSError:
                continue
            if parent == os.getpid() and "cabas.storage.reading" in command:
                found.append(int(entry.name))
    return found


async def imported(
    postgres: Postgres, retailer_id: str, folder: Path, lines: Sequence[str], readers: Readers, told: list[Reject]
) -> Report:
    await postgres.fill.retailer(retailer_id, "Halle")
    data = "\n".join([HEAD, *lines]).encode()
    return await import_catalog(
        postgres.catalog, IndexFolders(folder), retailer_id, [data], source="test", now=NOW, refused=told.append,
        readers=readers,
    )  # fmt: skip


async def stored(postgres: Postgres, retailer_id: str) -> dict[str, Product]:
    return {product.sku: product async for batch in postgres.catalog.products(retailer_id) for product in batch}


def test_the_order_of_the_file_is_kept() -> None:
    task = Task("fr", ("Pré Vert",), ("Pré Vert",), estimated="EUR", indexed=True)
    asked = [drafts(3), drafts(0), *([one] for one in drafts(40)), drafts(250)]
    here = list(ReaderPool(1).read(task, asked))
    assert [[msgspec.msgpack.decode(one.entry)[0] for one in chunk] for chunk in here] == [
        [one.sku for one in chunk] for chunk in asked
    ]
    assert [list(chunk) for chunk in ReaderPool(3, from_rows=FROM_ROWS).read(task, asked)] == here
    assert children() == []


def test_chunks_are_taken_a_bounded_number_ahead() -> None:
    taken = 0

    def asked() -> Iterator[list[Draft]]:
        nonlocal taken
        for one in drafts(200):
            taken += 1
            yield [one]

    answers = ReaderPool(2, from_rows=FROM_ROWS).read(Task("fr"), asked())
    ahead = [taken - number for number, _ in enumerate(answers)]
    assert len(ahead) == 200
    assert max(ahead) == 2 * CHUNKS_AHEAD + 1
    assert children() == []


def test_a_small_file_starts_no_process() -> None:
    answers = ReaderPool(2, from_rows=1000).read(Task("fr"), [drafts(20)] * 50)
    assert [(len(chunk), children()) for chunk in answers] == [(20, [])] * 50


def test_reading_that_is_given_up_leaves_no_process() -> None:
    answers = ReaderPool(2, from_rows=FROM_ROWS).read(Task("fr"), [drafts(20)] * 50)
    next(answers)
    next(answers)
    assert len(children()) == 2
    del answers
    assert children() == []


async def test_several_processes_store_what_one_does(postgres: Postgres, retailer_id: str, tmp_path: Path) -> None:
    lines = rows(1500)
    # Refused rows at the ends and in the middle, one of them a second row of the same product.
    lines[0], lines[700], lines[1499] = "p0000;<b>Sel</b>;;;1 €", "p0001;Sel;;;1 €", "p1499;Sel;;;-1 €"
    one, several = f"{retailer_id}-one", f"{retailer_id}-several"
    told_one: list[Reject] = []
    told_several: list[Reject] = []
    report = await imported(postgres, one, tmp_path, lines, ReaderPool(1), told_one)
    pool = ReaderPool(2, from_rows=FROM_ROWS)
    assert await imported(postgres, several, tmp_path, lines, pool, told_several) == report
    assert (report.added, report.refused) == (1497, 3)
    assert [(reject.line, reject.code) for reject in told_several] == [
        (2, "html_in_title"), (702, "duplicate_id"), (1501, "price_negative"),
    ]  # fmt: skip
    assert told_several == told_one
    products = await stored(postgres, several)
    assert products == await stored(postgres, one)
    assert "p0700" not in products
    index = open_index(tmp_path / several)
    assert len(index) == 1497
    assert index.get(["p0001"])["p0001"] == products["p0001"]
    again = await imported(postgres, several, tmp_path, lines, pool, [])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1497)


async def test_a_process_that_dies_ends_the_import_and_changes_nothing(
    postgres: Postgres, retailer_id: str, tmp_path: Path
) -> None:
    await imported(postgres, retailer_id, tmp_path, rows(300), ReaderPool(1), [])
    before = await stored(postgres, retailer_id)
    changed = [line.replace(" g;", " g bio;") for line in rows(5000)]
    with pytest.raises(Unavailable, match="Nothing was changed") as caught:
        await imported(postgres, retailer_id, tmp_path, changed, Dying(after=6), [])
    assert caught.value.code == "reader_gone"
    assert caught.value.remedy
    assert await stored(postgres, retailer_id) == before
    assert len(open_index(tmp_path / retailer_id)) == 300
    del caught
    assert children() == []


async def test_a_file_that_is_refused_at_its_end_changes_nothing(
    postgres: Postgres, retailer_id: str, tmp_path: Path
) -> None:
    lines = [line if number < 400 else f"n{number};Sel;;;-1 €" for number, line in enumerate(rows(1000))]
    with pytest.raises(InvalidInput, match="600 of 1000 rows"):
        await imported(postgres, retailer_id, tmp_path, lines, ReaderPool(2, from_rows=FROM_ROWS), [])
    assert await stored(postgres, retailer_id) == {}
    assert children() == []
