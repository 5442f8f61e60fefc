"""Products per second into a Google feed (JSON lines, TSV and the supplemental source, gzip), beside a plain COPY.

    python bench/feed.py                          the catalog of ../shared, with made-up prices
    python bench/feed.py --catalog shop.csv --url postgresql://…
    python bench/feed.py --keep DIR               the filled database stays in DIR, for the next run

The baseline is PostgreSQL's own: the same query, its rows sent by COPY and compressed at the same level. Then the whole
feed is written, and a delta of nothing. CPU is told for this process and for the server beside the clock's seconds;
memory is this process's own.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import tempfile
import time
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from _meter import Meter
from cabas.agreement.agreement import parse
from cabas.storage import embedded, migrate
from cabas.storage.feed_files import GZIP_LEVEL, FeedFolder
from cabas.storage.feeds import SQL, PostgresFeeds
from cabas.storage.postgres import Postgres
from cabas.storage.reading import ReaderPool
from cabas.storage.search import IndexFolders
from cabas.usecases.feeds import Gate, Setting, find_format
from cabas.usecases.feeds.export import Counts, Job, export, published
from cabas.usecases.publish import Options, import_catalog
from ranking import SHARED

NOW, DAY = datetime(2026, 11, 22, tzinfo=UTC), date(2026, 11, 22)
RETAILER = "bench"
AGREEMENT = f"""
id = "bench-google"
retailer = "{RETAILER}"
platform = "google"
starts = 2026-01-01
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["everything"]
[fulfillment_split]
methods = ["pickup"]
"""


def told(title: str, took: float, rows: int, meter: Meter, size: int) -> None:
    """One line of figures."""
    own, *theirs = meter.cpu.values()
    print(
        f"{title:34} {took:6.1f} s  {rows / took:8.0f} rows/s  CPU {own:5.1f} s + PostgreSQL {sum(theirs):4.1f} s  "
        f"{_peak()} MiB  {size >> 20} MiB of gzip",
        flush=True,
    )


def _peak() -> int:
    """The most memory this process held since it was last asked, in MiB; 0 where Linux does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM:")), 0)


def copy(dsn: str, server: tuple[int, ...]) -> None:
    """The baseline."""
    query = SQL["feed_rows"].decode().rstrip(";")
    where = {"retailer_id": RETAILER, "store_id": "", "stores": [], "day": DAY, "after": ""}
    start, size, rows = time.perf_counter(), 0, 0
    with Meter(*server) as meter, psycopg.connect(dsn) as connection:
        connection.execute("SELECT set_config('cabas.retailer_id', %s, true)", [RETAILER])
        packer = zlib.compressobj(GZIP_LEVEL, wbits=31)
        with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT".encode(), where) as lines:
            for line in lines:
                rows += 1
                size += len(packer.compress(line))
        size += len(packer.flush())
    told("COPY of the same rows to gzip", time.perf_counter() - start, rows, meter, size)


async def feed(dsn: str, folder: FeedFolder, title: str, at: datetime, server: tuple[int, ...], *, delta: bool) -> None:
    """One export."""
    form = find_format("google")
    image = "https://img.example/{sku}.jpg"
    setting = Setting(RETAILER, "Bench", "google", DAY, "https://shop.example/p/{sku}", image=image, estimated=True)
    job = Job(form, setting, Gate(parse(AGREEMENT), setting, form.PLACE, form.SURFACE), [], delta)
    async with await Postgres.open(dsn) as postgres:
        start = time.perf_counter()
        with Meter(*server) as meter, folder.locked():
            draft = folder.begin(title, packed=True)
            before = published(folder.state(folder.before()) if delta else iter(()), "")
            counts: Counts = await export(job, PostgresFeeds(postgres.database), draft, before)
            path = folder.finish(draft, at, "delta" if delta else "full", {}, keep=3)
        size = sum(one.stat().st_size for one in path.iterdir())
        told(f"{title}: {counts.published:,} published", time.perf_counter() - start, counts.rows, meter, size)


async def fill(dsn: str, catalog: Path, folder: Path) -> None:
    """Import the catalog."""

    def chunks():  # noqa: ANN202
        with catalog.open("rb") as file:
            while chunk := file.read(1 << 20):
                yield chunk

    async with await Postgres.open(dsn) as postgres:
        await postgres.fill.retailer(RETAILER, "Bench")
        options = Options(prices="estimate")
        await import_catalog(
            postgres.catalog, IndexFolders(folder), RETAILER, chunks(), source=catalog.name, now=NOW, options=options,
            readers=ReaderPool(),
        )  # fmt: skip
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ANALYZE")


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", type=Path, default=SHARED / "data" / "catalog" / "off_fr.tsv.gz")
    parser.add_argument("--url", help="a PostgreSQL of your own")
    parser.add_argument("--keep", type=Path, help="where the filled database stays")
    asked = parser.parse_args()
    gc.set_threshold(50_000, 20, 100)  # as the `cabas` command does
    if not asked.catalog.exists():
        sys.exit(f"There is no catalog at {asked.catalog}: give one with --catalog.")
    with tempfile.TemporaryDirectory() as name:
        folder, kept = Path(name), asked.keep or Path(name)
        filled = (kept / "search").is_dir()
        server = None if asked.url else embedded.start(kept / "postgres")
        dsn = asked.url or (server.dsn if server else "")
        try:
            migrate.migrate(dsn)
            if not filled:
                asyncio.run(fill(dsn, asked.catalog, kept / "search"))
            cluster = kept / "postgres" / "cluster" / "postmaster.pid"
            pids = (int(cluster.read_text().split()[0]),) if server else ()
            _peak()
            copy(dsn, pids)
            out = FeedFolder(folder / "feed")
            asyncio.run(feed(dsn, out, "full", NOW, pids, delta=False))
            asyncio.run(feed(dsn, out, "delta", NOW + timedelta(seconds=1), pids, delta=True))
        finally:
            if server:
                server.release()


if __name__ == "__main__":
    main()
