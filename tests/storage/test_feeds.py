"""Feeds from a real PostgreSQL into real folders: exact rows, deltas, withdrawals, exports that are killed."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cabas.agreement.agreement import parse
from cabas.domain.catalog import Offer, Product, Promotion
from cabas.kernel.errors import Conflict, InvalidInput, NotFound
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity
from cabas.storage.feed_files import FeedFolder
from cabas.storage.feeds import PostgresFeeds
from cabas.storage.postgres import Postgres
from cabas.usecases.feeds import Gate, Item, Setting, find_format
from cabas.usecases.feeds.export import Counts, Job, export, published
from cabas.usecases.ports import StockLevel
from support.house import House, a_store

pytestmark = pytest.mark.anyio
DAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, tzinfo=UTC)
TEXT = """
id = "house-google"
retailer = "{retailer}"
platform = "google"
starts = 2026-01-01
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["Crèmerie"]
[[assortment.sells]]
goods = ["Boissons"]
from = 2026-11-25
[fulfillment_split]
methods = ["pickup"]
"""


def a_product(sku: str, name: str, **changes: Any) -> Product:
    usual = Product(
        sku, {"fr": name}, brand="Halle", category=("Crèmerie", "Laits"), content=Quantity(1, "LTR"),
        image=f"https://img.example/{sku}.jpg",
    )  # fmt: skip
    return replace(usual, **changes)


PRODUCTS = (
    a_product("b-entier", "Lait entier"),
    a_product("a-ecreme", "Lait écrémé"),
    a_product("C-creme", "Crème", image=""),
    a_product("jus", "Jus d'orange", category=("Boissons", "Jus")),
    a_product("vin", "Vin", category=("Vins",), minimum_age=18),
    a_product("Ébriété", "Fromage blanc"),
)


async def fill(house: House, products: Sequence[Product] = PRODUCTS) -> None:
    """Two stores: lyon asks its own price for whole milk, nantes does not sell skimmed milk."""
    await house.fill.retailer(house.retailer_id, "Halle")
    await house.fill.stores(house.retailer_id, [a_store(house.retailer_id), a_store(house.retailer_id, "nantes")])
    await house.fill.products(house.retailer_id, list(products))
    cut = Promotion("percent", 1000, starts=date(2026, 11, 20), ends=date(2026, 11, 30))
    await house.fill.offers(
        house.retailer_id,
        [
            *(Offer(one.sku, "", Money(200), 0) for one in products),
            Offer("b-entier", "lyon", Money(210), 0, cut),
        ],
    )
    await house.fill.stock(house.retailer_id, [StockLevel("lyon", "b-entier", 7), StockLevel("nantes", "a-ecreme", 2)])


@dataclass
class Feed:
    """One feed of one retailer, into a folder."""

    house: House
    path: Path
    form: str = "google"
    store: str = ""
    day: date = DAY

    @property
    def folder(self) -> FeedFolder:
        return FeedFolder(self.path)

    def job(self, *, delta: bool = False) -> Job:
        retailer = self.house.retailer_id
        form = find_format(self.form)
        setting = Setting(retailer, "Halle", "google", self.day, "https://halle.example/p/{sku}", self.store)
        gate = Gate(parse(TEXT.format(retailer=retailer)), setting, form.PLACE, form.SURFACE)
        return Job(form, setting, gate, ["lyon", "nantes"] if not self.store else [self.store], delta)

    async def write(self, at: datetime, since: str = "", rows: Any = None, packed: bool = True) -> Counts:
        folder, job = self.folder, self.job(delta=bool(since))
        with folder.locked():
            known = folder.exports()
            base = folder.before(since) if since else known[-1] if known else ""
            draft = folder.begin(f"{job.setting}{since}", packed=packed)
            before = published(folder.state(base) if base else iter(()), draft.after)
            source = rows or PostgresFeeds(self.house.ports.database)
            try:
                counts = await export(job, source, draft, before)
            except BaseException:
                draft.leave()
                raise
            folder.finish(draft, at, "delta" if since else "full", {}, keep=3)
        return counts

    def read(self, file: str) -> list[str]:
        path = self.path / "latest" / f"{file}.gz"
        return gzip.decompress(path.read_bytes()).decode().splitlines()

    def withdrawn(self) -> list[str]:
        return [json.loads(line)["id"] for line in self.read("withdrawn.jsonl")]


async def test_rows_come_sorted_with_price_stock_and_promotion(halle: House) -> None:
    await fill(halle)
    feeds = PostgresFeeds(halle.ports.database)

    async def read(store: str, stores: list[str], after: str = "") -> list[Item]:
        return [item async for batch in feeds.rows(halle.retailer_id, store, stores, DAY, after) for item in batch]

    everywhere = await read("", ["lyon", "nantes"])
    assert [item.sku for item in everywhere] == ["C-creme", "a-ecreme", "b-entier", "jus", "vin", "Ébriété"]
    assert [(item.price, item.available, item.kind) for item in everywhere[1:3]] == [(200, 2, None), (200, 7, None)]
    lyon = await read("lyon", ["lyon"], after="a-ecreme")
    assert lyon[0] == Item(
        "b-entier", "Lait entier", "fr", None, "Halle", ("Crèmerie", "Laits"), 1, "LTR", 0, 1, "each", 0, "",
        "https://img.example/b-entier.jpg", 210, "EUR", True, False, 7, "percent", 1000, 1, date(2026, 11, 20),
        date(2026, 11, 30),
    )  # fmt: skip


async def test_what_is_exported_is_what_the_shop_asks(halle: House, tmp_path: Path) -> None:
    await fill(halle)
    feed = Feed(halle, tmp_path, "google-local", "lyon")
    counts = await feed.write(NOW)
    offers = await halle.shop.offers(halle.retailer_id, "lyon", [one.sku for one in PRODUCTS], day=DAY)
    rows = {line.split("\t")[1]: line.split("\t") for line in feed.read("inventory.tsv")[1:]}
    assert {sku: row[4] for sku, row in rows.items()} == {sku: str(offers[sku].price) for sku in rows}
    assert {sku: int(row[3]) for sku, row in rows.items()} == {sku: offers[sku].available for sku in rows}
    assert rows["b-entier"][5] == "1.89 EUR"
    assert (counts.rows, counts.published, counts.withheld) == (6, 4, {"not_yet": 1, "not_in_assortment": 1})


async def test_a_delta_holds_what_changed_and_what_is_gone(halle: House, tmp_path: Path) -> None:
    await fill(halle)
    feed = Feed(halle, tmp_path)
    first = await feed.write(NOW)
    assert (first.published, first.written, first.added, first.changed, first.withdrawn) == (3, 3, 3, 0, 0)
    assert first.rejected == {"image_missing": 1}
    assert [line.split("\t")[0] for line in feed.read("products.tsv")] == ["id", "a-ecreme", "b-entier", "Ébriété"]
    rejected = (tmp_path / "latest" / "rejected.csv").read_text(encoding="utf-8").splitlines()
    assert rejected[1].startswith("C-creme,image,image_missing,The product has no picture.,")

    nothing = await feed.write(NOW + timedelta(seconds=1), "last")
    assert (nothing.published, nothing.written, nothing.withdrawn) == (3, 0, 0)
    assert feed.read("products.jsonl") == []

    await halle.fill.offers(halle.retailer_id, [Offer("a-ecreme", "", Money(205), 0)])
    await halle.ports.database.run(
        halle.retailer_id,
        (b"DELETE FROM product WHERE retailer_id = %(r)s AND sku = 'b-entier'", {"r": halle.retailer_id}),
    )
    feed.day = date(2026, 11, 25)  # from this day on juices may be listed
    second = await feed.write(NOW + timedelta(days=1), "last")
    assert (second.published, second.written, second.added, second.changed, second.withdrawn) == (3, 2, 1, 1, 1)
    assert [json.loads(line)["offerId"] for line in feed.read("products.jsonl")] == ["a-ecreme", "jus"]
    assert feed.withdrawn() == ["b-entier"]

    since = await feed.write(NOW + timedelta(days=1, seconds=1), "2026-11-24")
    assert (since.written, since.withdrawn) == (2, 1), "the same, told from the last export of the day before"


async def test_a_row_that_turns_bad_is_withdrawn(halle: House, tmp_path: Path) -> None:
    await fill(halle)
    feed = Feed(halle, tmp_path)
    await feed.write(NOW)
    await halle.fill.products(halle.retailer_id, [a_product("Ébriété", "x" * 151)])
    counts = await feed.write(NOW + timedelta(seconds=1), "last")
    assert (counts.withdrawn, counts.rejected) == (1, {"image_missing": 1, "title_too_long": 1})
    assert feed.withdrawn() == ["Ébriété"]


async def test_there_is_no_delta_of_nothing(halle: House, tmp_path: Path) -> None:
    feed = Feed(halle, tmp_path)
    with pytest.raises(NotFound, match="--full"):
        await feed.write(NOW, "last")
    with pytest.raises(InvalidInput, match="neither an export nor a day"):
        await feed.write(NOW, "yesterday")
    assert feed.folder.exports() == []


async def test_one_export_at_a_time_and_old_ones_go(halle: House, tmp_path: Path) -> None:
    await fill(halle)
    feed = Feed(halle, tmp_path)
    with feed.folder.locked(), pytest.raises(Conflict, match="is running"):
        await feed.write(NOW)
    for seconds in range(5):
        await feed.write(NOW + timedelta(seconds=seconds))
    assert feed.folder.exports() == [f"20261124T09000{second}Z-full" for second in (2, 3, 4)]
    assert (tmp_path / "latest").readlink() == Path("20261124T090004Z-full")


async def test_the_last_full_export_stays_for_those_who_fetch_it(halle: House, tmp_path: Path) -> None:
    await fill(halle)
    feed = Feed(halle, tmp_path)
    await feed.write(NOW)
    for seconds in range(1, 6):
        await feed.write(NOW + timedelta(seconds=seconds), "last")
    assert feed.folder.exports() == ["20261124T090000Z-full", *(f"20261124T09000{at}Z-delta" for at in (3, 4, 5))]
    assert feed.folder.full() == "20261124T090000Z-full"


@dataclass
class Broken:
    """Rows that end in the middle: by an error, or with the process."""

    items: list[Item]
    stop: int
    how: str = "error"

    async def rows(
        self, retailer_id: str, store_id: str, stores: Sequence[str], day: date, after: str = ""
    ) -> AsyncIterator[Sequence[Item]]:
        left = [item for item in self.items if item.sku > after]
        for start in range(0, len(left), 10_000):
            if self.stop and start >= self.stop:
                if self.how == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise OSError("the cable")
            yield left[start : start + 10_000]


def many(count: int, price: int) -> list[Item]:
    return [
        Item(f"{number:07}", f"Lait {number}", "fr", None, "Halle", ("Crèmerie",), 1, "LTR", 0, 1, "each", 0, "",
             "https://img.example/1.jpg", price, "EUR", True, False, 1, None, None, None, None, None)
        for number in range(count)
    ]  # fmt: skip


def contents(path: Path) -> dict[str, bytes]:
    folder = path / "latest"
    return {
        one.name: gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes()
        for one in folder.iterdir()
        if one.name != "report.json"
    }


async def test_an_export_that_broke_off_goes_on_where_it_was(tmp_path: Path) -> None:
    house = House("halle", None)
    whole, broken = Feed(house, tmp_path / "whole"), Feed(house, tmp_path / "broken")
    for feed in (whole, broken):
        await feed.write(NOW, rows=Broken(many(45_000, 200), 0))
    changed = many(45_000, 200)[5:44_990] + many(45_000, 210)[44_990:]
    await whole.write(NOW + timedelta(seconds=1), "last", Broken(changed, 0))
    for stop in (10_000, 30_000, 10_000):
        with pytest.raises(OSError, match="the cable"):
            await broken.write(NOW + timedelta(seconds=1), "last", Broken(changed, stop))
        assert len(broken.folder.exports()) == 1, "the previous export stands"
    counts = await broken.write(NOW + timedelta(seconds=1), "last", Broken(changed, 0))
    assert (counts.rows, counts.published, counts.written, counts.withdrawn) == (44_995, 44_995, 10, 5)
    assert contents(broken.path) == contents(whole.path)
    for file in (broken.path / "latest").glob("*.gz"):  # some programs read the first member and no further
        reader = zlib.decompressobj(wbits=31)
        reader.decompress(file.read_bytes())
        assert (reader.eof, reader.unused_data) == (True, b""), file.name


def _killed(path: str) -> None:
    feed = Feed(House("halle", None), Path(path))
    asyncio.run(feed.write(NOW + timedelta(seconds=1), rows=Broken(many(45_000, 210), 30_000, "kill")))


async def test_kill_9_leaves_the_previous_export_whole(tmp_path: Path) -> None:
    feed = Feed(House("halle", None), tmp_path)
    await feed.write(NOW, rows=Broken(many(45_000, 200), 0))
    before = contents(tmp_path)
    command = [sys.executable, __file__, str(tmp_path)]  # this file as a program of its own
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    ended = await asyncio.to_thread(subprocess.run, command, env=environment, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert contents(tmp_path) == before
    assert feed.folder.exports() == ["20261124T090000Z-full"]
    taken: list[str] = []

    class Watched(Broken):
        async def rows(self, *where: Any, after: str = "") -> AsyncIterator[Sequence[Item]]:  # type: ignore[override]
            *where_, after = where
            taken.append(after)
            async for batch in super().rows(*where_, after):
                yield batch

    counts = await feed.write(NOW + timedelta(seconds=1), rows=Watched(many(45_000, 210), 0))
    assert taken == ["0019999"], "it went on behind the last checkpoint"
    assert (counts.published, counts.changed) == (45_000, 45_000)
    assert len(feed.read("products.jsonl")) == 45_000
    assert len(set(feed.read("products.jsonl"))) == 45_000


async def test_files_may_stay_plain(halle: House, postgres: Postgres, tmp_path: Path) -> None:
    await fill(halle)
    await Feed(halle, tmp_path, "acp").write(NOW, packed=False)
    lines = (tmp_path / "latest" / "products.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["C-creme", "a-ecreme", "b-entier", "Ébriété"]
    counts = await Feed(halle, tmp_path, "acp").write(NOW + timedelta(seconds=1), "last")
    assert counts.written == 0


if __name__ == "__main__":
    _killed(sys.argv[1])
