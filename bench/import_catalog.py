"""Rows per second of a catalog import: checked, understood, stored in PostgreSQL and indexed for search.

    python bench/import_catalog.py                         the catalogs of ../shared, if they are there
    python bench/import_catalog.py --catalog shop.csv --url postgresql://…

Three imports of each file: the first into nothing; the same again (nothing differs); and one whose every hundredth
product has another name. CPU and memory are those of all processes together; of a server given by --url, its memory
and work are not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from _meter import Meter
from cabas.storage import embedded, migrate
from cabas.storage.kept import kept_words
from cabas.storage.postgres import Postgres
from cabas.storage.reading import ReaderPool
from cabas.storage.search import IndexFolders
from cabas.usecases.publish import Options, Report, import_catalog
from ranking import SHARED

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHANGED_EVERY = 100


def chunks(path: Path) -> Iterator[bytes]:
    """The file as it is."""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def changed(path: Path) -> Iterator[bytes]:
    """The file with a word more in the second column of every hundredth row."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        for number, line in enumerate(file):
            cells = line.split(b"\t", 2)
            if number and number % CHANGED_EVERY == 0 and len(cells) == 3:
                cells[1] += b" Nouveau"
            yield b"\t".join(cells)


async def run(catalog: Path, dsn: str, folder: Path, server: tuple[int, ...]) -> None:
    """The three imports of one file."""
    async with await Postgres.open(dsn) as postgres:
        retailer = catalog.name.split(".")[0]
        await postgres.fill.retailer(retailer, retailer)
        for title, data in (("first", chunks(catalog)), ("again", chunks(catalog)), ("changed", changed(catalog))):
            start = time.perf_counter()
            steps: list[tuple[str, float]] = []
            with Meter(*server) as meter:
                report: Report = await import_catalog(
                    postgres.catalog, IndexFolders(folder), retailer, data, source=catalog.name, now=NOW,
                    options=Options(),
                    watch=lambda progress, start=start, steps=steps: steps.append(
                        (progress.step, time.perf_counter() - start)
                    ),
                    readers=ReaderPool(),
                )  # fmt: skip
            took = time.perf_counter() - start
            marks = dict(steps)
            _, *theirs = meter.cpu.values()
            read, stored = marks.get("storing", 0.0), marks.get("indexing", 0.0)
            print(
                f"{catalog.name:20} {title:8} {took:6.1f} s  {report.rows / took:8.0f} rows/s  "
                f"(read {read:.1f}, stored {stored - read:.1f}, indexed {took - stored:.1f})  "
                f"CPU {meter.cpu_seconds:.1f} s (PostgreSQL {sum(theirs):.1f})  {meter.peak >> 20} MiB  "
                f"+{report.added} ~{report.changed} ={report.unchanged} refused {report.refused}",
                flush=True,
            )


def _pids(folder: Path) -> tuple[int, ...]:
    """The process of the embedded server."""
    return (int((folder / "cluster" / "postmaster.pid").read_text().split()[0]),)


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", type=Path, action="append")
    parser.add_argument("--url", help="a PostgreSQL of your own")
    asked = parser.parse_args()
    catalogs = asked.catalog or [SHARED / "data" / "catalog" / f"{name}.tsv.gz" for name in ("off_fr_20k", "off_fr")]
    with tempfile.TemporaryDirectory() as folder:
        server = None if asked.url else embedded.start(Path(folder) / "postgres")
        dsn = asked.url or (server.dsn if server else "")
        pids = _pids(Path(folder) / "postgres") if server else ()
        try:
            migrate.migrate(dsn)
            kept_words(Path(folder))
            for catalog in catalogs:
                if not catalog.exists():
                    sys.exit(f"There is no catalog at {catalog}: give one with --catalog.")
                asyncio.run(run(catalog, dsn, Path(folder) / "search", pids))
        finally:
            if server:
                server.release()


if __name__ == "__main__":
    main()
