"""Catalogs imported into PostgreSQL and the search index: all or nothing, deltas, withdrawals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cabas.domain.catalog import Product
from cabas.kernel.errors import Conflict, InvalidInput
from cabas.kernel.money import Money
from cabas.storage.database import SET_RETAILER
from cabas.storage.postgres import Postgres
from cabas.storage.reading import ReaderPool
from cabas.storage.search import IndexFolders, open_index, rebuild
from cabas.usecases.formats import Reject
from cabas.usecases.ports import Query, Store
from cabas.usecases.publish import Options, Progress, Report, import_catalog

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HEAD = "sku;name;brand;category;price"
ROWS = (
    "p1;Lait demi-écrémé 1 L;Pré Vert;Crèmerie > Laits;0,99 €",
    "p2;Lait entier 1 L;Pré Vert;Crèmerie > Laits;1,15 €",
    "p3;Beurre doux 250 g;Pré Vert;Crèmerie > Beurres;2,30 €",
    "p4;Café moulu 250 g;Torréfacteur;Épicerie > Cafés;",
)


class Importer:
    """Imports into one retailer's catalog and index."""

    def __init__(self, postgres: Postgres, retailer_id: str, folder: Path) -> None:
        self.postgres, self.retailer_id = postgres, retailer_id
        self.index, self.folder = IndexFolders(folder), folder / retailer_id

    async def run(self, rows: Iterable[str], options: Options | None = None, head: str = HEAD) -> Report:
        data = "\n".join([head, *rows]).encode()
        return await import_catalog(
            self.postgres.catalog, self.index, self.retailer_id, [data], source="test", now=NOW, options=options,
            readers=ReaderPool(1),
        )  # fmt: skip

    async def products(self) -> dict[str, Product]:
        batches = self.postgres.catalog.products(self.retailer_id)
        return {product.sku: product async for batch in batches for product in batch}

    async def table(self, sql: str) -> list[tuple[object, ...]]:
        async with self.postgres.database.connection() as connection, connection.transaction():
            await connection.execute(SET_RETAILER, {"retailer_id": self.retailer_id})
            return await (await connection.execute(sql)).fetchall()

    def found(self, words: str) -> list[str]:
        return [hit.product.sku for hit in open_index(self.folder).find(Query(words, "fr"))]


@pytest.fixture
async def importer(postgres: Postgres, retailer_id: str, tmp_path: Path) -> Importer:
    await postgres.fill.retailer(retailer_id, "Halle")
    await postgres.fill.stores(retailer_id, [Store("s1", retailer_id, "Lille", "Europe/Paris")])
    return Importer(postgres, retailer_id, tmp_path)


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.withdrawn, report.refused


async def test_a_first_import_stores_prices_and_indexes(importer: Importer) -> None:
    report = await importer.run(ROWS)
    assert counts(report) == (4, 0, 0, 0, 0)
    assert (report.format, report.rows, report.without_price, report.generation) == ("csv", 4, 1, 1)
    products = await importer.products()
    assert products["p1"].family == "semi_skimmed_milk"
    assert str(products["p1"].content) == "1000 ml"
    offers = await importer.postgres.shop.offers(importer.retailer_id, "s1", ["p1", "p4"])
    assert offers["p1"].price == Money(99)
    assert offers["p4"].price is None
    assert set(importer.found("lait")[:2]) == {"p1", "p2"}
    assert open_index(importer.folder).get(["p3"])["p3"] == products["p3"]


async def test_the_same_file_again_changes_nothing(importer: Importer) -> None:
    await importer.run(ROWS)
    before = await importer.table("SELECT sku, xmin::text, updated_at FROM product ORDER BY sku")
    offers = await importer.table("SELECT sku, xmin::text FROM offer ORDER BY sku")
    generation = (importer.folder / "CURRENT").read_text()
    assert counts(await importer.run(ROWS)) == (0, 0, 4, 0, 0)
    assert await importer.table("SELECT sku, xmin::text, updated_at FROM product ORDER BY sku") == before
    assert await importer.table("SELECT sku, xmin::text FROM offer ORDER BY sku") == offers
    assert (importer.folder / "CURRENT").read_text() == generation


async def test_only_what_differs_is_changed(importer: Importer) -> None:
    await importer.run(ROWS)
    before = await importer.table("SELECT sku, xmin::text FROM product WHERE sku <> 'p2' ORDER BY sku")
    rows = [ROWS[0].replace("0,99", "1,05"), ROWS[1].replace("entier", "entier bio"), ROWS[2], "p5;Miel;;;4,00 €"]
    assert counts(await importer.run(rows)) == (1, 2, 1, 0, 0)
    products = await importer.products()
    assert sorted(products) == ["p1", "p2", "p3", "p4", "p5"]
    assert products["p2"].labels == {"organic"}
    after = await importer.table("SELECT sku, xmin::text FROM product WHERE sku NOT IN ('p2', 'p5') ORDER BY sku")
    assert after == before
    offers = await importer.postgres.shop.offers(importer.retailer_id, "s1", ["p1"])
    assert offers["p1"].price == Money(105)
    assert importer.found("miel") == ["p5"]
    assert open_index(importer.folder).get(["p2"])["p2"].name == "Lait entier bio 1 L"


async def test_a_deposit_is_stored_found_and_changed(importer: Importer) -> None:
    head = HEAD + ";consigne"
    await importer.run(
        ["p1;Limonade 1 L;Pré Vert;Boissons;1,20;0,25", "p2;Soda 1 L;Pré Vert;Boissons;1,40;"], head=head
    )
    assert {sku: one.deposit for sku, one in (await importer.products()).items()} == {"p1": 25, "p2": 0}
    assert open_index(importer.folder).get(["p1"])["p1"].deposit == 25
    report = await importer.run(["p1;Limonade 1 L;Pré Vert;Boissons;1,20;0,15"], head=head)
    assert counts(report) == (0, 1, 0, 0, 0)
    assert open_index(importer.folder).get(["p1"])["p1"].deposit == 15
    await importer.postgres.fill.products(importer.retailer_id, [Product("p2", {"fr": "Soda 1 L"}, deposit=30)])
    assert {sku: one.deposit for sku, one in (await importer.products()).items()} == {"p1": 15, "p2": 30}


async def test_an_import_into_a_shop_that_was_filled_loses_nothing(importer: Importer) -> None:
    filled = [Product("tea", {"fr": "Thé vert 20 sachets"}), Product("p1", {"fr": "Lait"})]
    await importer.postgres.fill.products(importer.retailer_id, filled)
    rebuild(importer.folder, filled)
    report = await importer.run(ROWS[:1])
    assert counts(report) == (0, 1, 0, 0, 0)
    assert (importer.found("thé vert")[0], importer.found("lait")) == ("tea", ["p1"])


async def test_what_a_file_does_not_hold_is_withdrawn_when_asked(importer: Importer) -> None:
    await importer.run(ROWS)
    assert counts(await importer.run(ROWS[:3])) == (0, 0, 3, 0, 0)
    assert sorted(await importer.products()) == ["p1", "p2", "p3", "p4"]
    assert counts(await importer.run(ROWS[:3], Options(absent="withdraw"))) == (0, 0, 3, 1, 0)
    assert sorted(await importer.products()) == ["p1", "p2", "p3"]
    assert await importer.table("SELECT sku FROM offer WHERE sku = 'p4'") == []
    assert importer.found("café") == []


async def test_most_of_a_catalog_is_not_withdrawn_by_mistake(importer: Importer) -> None:
    await importer.run(ROWS)
    with pytest.raises(InvalidInput, match="3 of 4") as caught:
        await importer.run(ROWS[:1], Options(absent="withdraw"))
    assert caught.value.code == "withdraw_many"
    assert sorted(await importer.products()) == ["p1", "p2", "p3", "p4"]
    report = await importer.run(ROWS[:1], Options(absent="withdraw", withdraw_many=True))
    assert counts(report) == (0, 0, 1, 3, 0)
    assert importer.found("beurre") == []


async def test_a_file_that_breaks_off_changes_nothing(importer: Importer) -> None:
    await importer.run(ROWS)

    def broken() -> Iterable[bytes]:
        yield f"{HEAD}\np9;Sel;;;0,50 €\n".encode()
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        await import_catalog(
            importer.postgres.catalog, importer.index, importer.retailer_id, broken(), source="broken", now=NOW,
            readers=ReaderPool(1),
        )  # fmt: skip
    assert "p9" not in await importer.products()
    assert await importer.table("SELECT count(*) FROM import_run") == [(1,)]


async def test_a_file_mostly_refused_changes_nothing(importer: Importer) -> None:
    rows = [f"n{number};Sel;;;-1" for number in range(30)] + ["p9;Sel;;;0,50 €"]
    with pytest.raises(InvalidInput, match="30 of 31 rows") as caught:
        await importer.run(rows)
    assert caught.value.code == "mostly_refused"
    assert await importer.products() == {}


async def test_refused_rows_and_progress_are_told(importer: Importer) -> None:
    told: list[Reject] = []
    seen: list[Progress] = []
    data = "\n".join([HEAD, *ROWS, "p9;<b>Sel</b>;;;0,50 €"]).encode()
    report = await import_catalog(
        importer.postgres.catalog, importer.index, importer.retailer_id, [data], source="test", now=NOW,
        watch=seen.append, refused=told.append, readers=ReaderPool(1),
    )  # fmt: skip
    assert report.rejected == {"html_in_title": 1}
    assert [(reject.line, reject.code) for reject in told] == [(6, "html_in_title")]
    assert [progress.step for progress in seen] == ["storing", "indexing"]


async def test_a_file_without_prices_leaves_those_there_are(importer: Importer) -> None:
    await importer.run(ROWS)
    report = await importer.run(["p1;Lait demi-écrémé 1 L;Pré Vert;Crèmerie > Laits"], head="sku;name;brand;category")
    assert counts(report) == (0, 0, 1, 0, 0)
    offers = await importer.postgres.shop.offers(importer.retailer_id, "s1", ["p1"])
    assert offers["p1"].price == Money(99)


async def test_estimated_prices_are_marked_and_give_way(importer: Importer) -> None:
    options = Options(prices="estimate")
    report = await importer.run(ROWS, options)
    assert report.estimated == 1
    assert report.without_price == 0
    assert await importer.table("SELECT sku, estimated FROM offer ORDER BY sku") == [
        ("p1", False), ("p2", False), ("p3", False), ("p4", True),
    ]  # fmt: skip
    assert counts(await importer.run(ROWS, options)) == (0, 0, 4, 0, 0)
    assert counts(await importer.run([ROWS[3] + "3,10 €"])) == (0, 1, 0, 0, 0)
    assert await importer.table("SELECT price, estimated FROM offer WHERE sku = 'p4'") == [(310, False)]
    await importer.run(ROWS[3:], options)
    assert await importer.table("SELECT price, estimated FROM offer WHERE sku = 'p4'") == [(310, False)]


async def test_stock_rows_set_prices_and_counts_of_stores(importer: Importer) -> None:
    await importer.run(ROWS)
    head = "store_code\tid\tquantity\tavailability\tprice"
    rows = [
        "s1\tp1\t12\tin_stock\t0.95 EUR",
        "s1\tp2\t5\tin_stock\t1.15 EUR",
        "s1\tp3\t0\tout_of_stock\t2.30 EUR",
        "s1\tp7\t3\tin_stock\t2.30 EUR",
        "s2\tp1\t3\tin_stock\t2.30 EUR",
    ]
    report = await importer.run(rows, head=head)
    assert report.format == "google-inventory"
    assert (report.changed, report.unchanged) == (3, 0)
    assert report.rejected == {"unknown_id": 2}
    assert [reject.line for reject in report.examples] == [5, 6]
    offers = await importer.postgres.shop.offers(importer.retailer_id, "s1", ["p1", "p2", "p3"])
    assert {sku: (offer.price, offer.available) for sku, offer in offers.items()} == {
        "p1": (Money(95), 12), "p2": (Money(115), 5),
    }  # fmt: skip
    again = await importer.run(rows, head=head)
    assert (again.changed, again.unchanged) == (0, 3)


async def test_two_imports_at_once_are_refused(importer: Importer) -> None:
    async with importer.postgres.database.connection() as connection, connection.transaction():
        await connection.execute(SET_RETAILER, {"retailer_id": importer.retailer_id})
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('catalog:' || %s, 0))", [importer.retailer_id]
        )
        with pytest.raises(Conflict, match="Another import"):
            await importer.run(ROWS)
    assert await importer.products() == {}
