"""Rows per second of a catalog import: checked, understood, stored in PostgreSQL and indexed for search.

    python bench/import_catalog.py                         the catalogs of ../shared, if they are there
    python bench/import_catalog.py --catalog shop.csv --url postgresql://…

Three imports of each file: the first into nothing; the same again (nothing differs); and one whose every hundredth
product has another name. Memory is the largest resident size of this process, without the server.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cabas.storage import embedded, migrate
from cabas.storage.postgres import Postgres
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


async def run(catalog: Path, dsn: str, folder: Path) -> None:
    """The three imports of one file."""
    async with await Postgres.open(dsn) as postgres:
        retailer = catalog.name.split(".")[0]
        await postgres.fill.retailer(retailer, retailer)
        for title, data in (("first", chunks(catalog)), ("again", chunks(catalog)), ("changed", changed(catalog))):
            start = time.perf_counter()
            steps: list[tuple[str, float]] = []
            report: Report = await import_catalog(
                postgres.catalog, IndexFolders(folder), retailer, data, source=catalog.name, now=NOW, options=Options(),
                watch=lambda progress, start=start, steps=steps: steps.append(
                    (progress.step, time.perf_counter() - start)
                ),
            )  # fmt: skip
            took = time.perf_counter() - start
            marks = dict(steps)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            read, stored = marks.get("storing", 0.0), marks.get("indexing", 0.0)
            print(
                f"{catalog.name:20} {title:8} {took:6.1f} s  {report.rows / took:8.0f} rows/s  "
                f"(read {read:.1f}, stored {stored - read:.1f}, indexed {took - stored:.1f})  {memory:.0f} MB  "
                f"+{report.added} ~{report.changed} ={report.unchanged} refused {report.refused}",
                flush=True,
            )


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
        try:
            migrate.migrate(dsn)
            for catalog in catalogs:
                if not catalog.exists():
                    sys.exit(f"There is no catalog at {catalog}: give one with --catalog.")
                asyncio.run(run(catalog, dsn, Path(folder) / "search"))
        finally:
            if server:
                server.release()


if __name__ == "__main__":
    main()
