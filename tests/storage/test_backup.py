"""A backup holds everything and comes back as it was; a damaged one is refused and changes nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest
from psycopg import sql

from cabas.dialogue.knowledge import Word
from cabas.domain.cart import Conversation
from cabas.domain.catalog import Offer, Product, Promotion
from cabas.domain.customer import Shopper
from cabas.domain.insight import Purchase
from cabas.kernel.money import Money
from cabas.storage import migrate
from cabas.storage.backup import BackupError, backup, read_manifest, restore
from cabas.storage.consent_record import Said
from cabas.storage.doctor import Check, examine
from cabas.storage.postgres import Postgres
from cabas.storage.queries import queries
from cabas.storage.search import IndexBroken, IndexFolders, open_index, rebuild, update
from cabas.usecases.learn.ports import OWN, Failure, Pack, Proposal
from cabas.usecases.ports import Query, TillLine
from support.house import NOW, House, a_command, an_order
from support.rows import a_row

pytestmark = pytest.mark.anyio
MADE = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


async def a_shop(dsn: str) -> None:
    """Two retailers with something in every corner, awkward characters included."""
    migrate.migrate(dsn)
    async with await Postgres.open(dsn, connections=2) as opened:
        for retailer_id in ("halle", "été\t\\N"):
            house = House(retailer_id, opened)
            await house.open({"pasta": 10, "soap\n": 3})
            await house.fill.products(
                retailer_id, [Product("pasta", {"fr": 'Pâtes "n° 5"\t\\', "en": "☕"}, allergens=frozenset({"gluten"}))]
            )
            await house.fill.offers(retailer_id, [Offer("pasta", "lyon", Money(90), 0, Promotion("percent", 500))])
            await house.fill.shoppers(retailer_id, [Shopper("camille", retailer_id, "Camille")])
            line = TillLine("camille", "r1", 1, Purchase(NOW, "pasta", "Pâtes", "pasta", None, 2))
            await house.fill.purchases(retailer_id, [line])
            talk = await house.conversations.save(Conversation("c1", retailer_id, "lyon", "web", "camille", "fr-FR"))
            await house.orders.place(a_command(an_order(retailer_id, "o1", {"pasta": 3}), conversation=talk))
            await house.orders.place(a_command(an_order(retailer_id, "o2", {"pasta": 1})))
            await house.orders.move(retailer_id, "o2", "cancel", NOW)
            await house.shop.hold(retailer_id, "lyon", "noon", "c2", now=NOW, until=NOW.replace(year=2027))
            said = Said("s1", "camille", "web", "receipts", True, NOW, "v1", "account page", proof={"ip": "::1"})
            await opened.consents.record(retailer_id, said)
            await opened.agreements.keep(retailer_id, "house", 'id = "house"\n', NOW)
            word = Word("schmurtz", "fr", "courgette", like="courgette")
            await opened.teachings.put(retailer_id, Pack("ours", OWN, "ours.csv", NOW), [word])
            proposal = Proposal("p1", "fr", "zukini", "courgette", None, 50, 1, ("spelling",), NOW)
            await opened.teachings.propose(retailer_id, [proposal])
            failure = Failure("f1", "lyon", NOW, "fr", "web", "voice", "no_product", "du zukini", "zukini")
            await opened.failures.add(retailer_id, [failure])

    with psycopg.connect(dsn) as connection:  # what no port above fills, so that a new table is never forgotten
        for table in [table for table, rows in everything(dsn).items() if not rows]:
            connection.execute(*a_row(connection, table, "halle"))


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def everything(dsn: str) -> dict[str, list[str]]:
    with psycopg.connect(dsn) as connection:
        tables = [table for table, _ in connection.execute(queries("backup")["tables"])]
        rows = {table: connection.execute(sql.SQL("SELECT one::text FROM {} AS one").format(sql.Identifier(table)))
                for table in tables}  # fmt: skip
        return {table: sorted(row[0] for row in cursor) for table, cursor in rows.items()}


async def test_everything_comes_back_as_it_was(make_database: Callable[[], str], tmp_path: Path) -> None:
    source, target = make_database(), make_database()
    await a_shop(source)
    manifest = backup(source, tmp_path / "shop.zip", MADE)

    assert (manifest.schema, manifest.made_at) == (migrate.migrations()[-1].number, MADE)
    assert manifest.counts()["customer_order"] == 4
    assert manifest.ledger["halle"] == {"EUR": 300 + 15 + 100 + 5}
    assert read_manifest(tmp_path / "shop.zip") == manifest
    assert (tmp_path / "shop.zip").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["shop.zip"]

    assert restore(target, tmp_path / "shop.zip") == manifest
    before = everything(source)
    assert everything(target) == before
    assert [table for table, rows in before.items() if not rows] == []
    async with await Postgres.open(target, connections=2) as opened:
        house = House("halle", opened)
        assert await house.left("pasta") == {"pasta": 7}
        assert await house.orders.place(a_command(an_order("halle", "o3", {"pasta": 7})))


async def test_a_plain_owner_backs_up_and_restores_too(make_database: Callable[[], str], tmp_path: Path) -> None:
    source, target = make_database(), make_database()
    await a_shop(source)
    backup(source, tmp_path / "shop.zip", MADE)
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("CREATE ROLE keeper LOGIN")
        connection.execute("GRANT cabas_app TO keeper")
        connection.execute("ALTER SCHEMA public OWNER TO keeper")
        database = connection.info.dbname
        connection.execute(f"GRANT TEMPORARY ON DATABASE {database} TO keeper")
    as_keeper = target.replace("//postgres@", "//keeper@")
    try:
        restore(as_keeper, tmp_path / "shop.zip")
        assert everything(target) == everything(source)
        assert backup(as_keeper, tmp_path / "again.zip", MADE).counts() == read_manifest(tmp_path / "shop.zip").counts()
    finally:
        with psycopg.connect(target, autocommit=True) as connection:
            connection.execute("DROP OWNED BY keeper CASCADE")
            connection.execute("DROP ROLE keeper")


async def test_a_database_that_is_not_empty_is_left_alone(make_database: Callable[[], str], tmp_path: Path) -> None:
    source = make_database()
    await a_shop(source)
    backup(source, tmp_path / "shop.zip", MADE)
    before = everything(source)
    with pytest.raises(BackupError, match="not empty"):
        restore(source, tmp_path / "shop.zip")
    assert everything(source) == before


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> None:
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))


async def test_a_damaged_backup_is_refused(make_database: Callable[[], str], tmp_path: Path) -> None:
    source, target = make_database(), make_database()
    await a_shop(source)
    good, bad = tmp_path / "shop.zip", tmp_path / "bad.zip"
    backup(source, good, MADE)

    rewritten(good, bad, lambda name, data: data.replace(b"lyon", b"lion") if name.endswith("stock.copy") else data)
    with pytest.raises(BackupError, match="damaged"):
        restore(target, bad)
    bad.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    with pytest.raises(BackupError, match="damaged"):
        restore(target, bad)
    rewritten(good, bad, lambda name, data: data.replace(b'"format": 1', b'"format": 2'))
    with pytest.raises(BackupError, match="newer Cabas"):
        restore(target, bad)
    rewritten(good, bad, lambda name, data: data.replace(b'"EUR": 420', b'"EUR": 421'))
    with pytest.raises(BackupError, match=r"ledger of .* does not add up"):
        restore(target, bad)
    rewritten(good, bad, lambda name, data: data.replace(b'"rows": 2', b'"rows": 3'))
    with pytest.raises(BackupError, match="rows instead of 3"):
        restore(target, bad)
    with pytest.raises(BackupError, match="no backup at"):
        restore(target, tmp_path / "nowhere.zip")
    assert set(map(len, everything(target).values())) == {0}


async def test_a_backup_that_cannot_be_written_leaves_the_old_one(
    make_database: Callable[[], str], tmp_path: Path
) -> None:
    source = make_database()
    await a_shop(source)
    with pytest.raises(BackupError, match="cannot be written"):
        backup(source, tmp_path / "nowhere" / "shop.zip", MADE)
    (tmp_path / "shop.zip").mkdir()
    with pytest.raises(BackupError, match="cannot be written"):
        backup(source, tmp_path / "shop.zip", MADE)
    assert names(tmp_path) == ["shop.zip"]


async def test_the_doctor_finds_a_healthy_shop_healthy(make_database: Callable[[], str], tmp_path: Path) -> None:
    dsn = make_database()
    await a_shop(dsn)
    rebuild(tmp_path / "search", [])
    checks = examine(tmp_path, dsn, tmp_path / "search")
    assert [check for check in checks if not check.ok] == []
    assert Check(True, "halle: stock, slots, orders and ledger agree.") in checks
    words = [check.what for check in checks]
    assert "halle: 2 events wait to be delivered, the oldest since 2026-11-24 08:00 UTC, 0 were given up." in words


async def test_the_doctor_says_what_is_wrong(make_database: Callable[[], str], tmp_path: Path) -> None:
    dsn = make_database()

    def wrong() -> list[tuple[str, str]]:
        return [(check.what, check.remedy) for check in examine(tmp_path, dsn, tmp_path / "search") if not check.ok]

    no_index = (
        f"There is no search index in {tmp_path / 'search'}.",
        "Import a catalog: `cabas catalog import`.",
    )
    latest = migrate.migrations()[-1].number
    assert wrong() == [(f"The schema is 0 of {latest}.", "Run `cabas db migrate`."), no_index]
    await a_shop(dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE stock SET reserved = reserved + 1 WHERE retailer_id = 'halle' AND sku = 'pasta'")
        connection.execute("UPDATE outbox SET dead_at = now() WHERE retailer_id = 'halle' AND subject = 'o1'")
    found = wrong()
    assert found[0] == ("halle: rows contradict each other: stock_differs (1).", "Count the stock; report it as a bug.")
    assert found[1][0].endswith("1 were given up.")
    assert found[2] == no_index
    dsn = dsn.replace("/test_", "/nowhere_")
    assert [what.partition(":")[0] for what, _ in wrong()] == ["PostgreSQL does not answer", no_index[0]]


async def test_the_doctor_starts_the_embedded_server_and_knows_what_a_killed_one_left() -> None:
    folder = Path(tempfile.mkdtemp(prefix="cabas-doctor-"))
    try:
        wrong = [check.what for check in examine(folder) if not check.ok]
        assert wrong == [f"The schema is 0 of {migrate.migrations()[-1].number}."]
        (folder / "postgres" / "cluster" / "postmaster.pid").write_text("999999\n")
        wrong = [check.what for check in examine(folder) if not check.ok]
        assert wrong[0] == "A killed server left its lock behind."
    finally:
        shutil.rmtree(folder)


def test_the_doctor_knows_an_index_of_another_version(tmp_path: Path) -> None:
    index = tmp_path / "search"
    rebuild(index, [])
    (index / "1" / "format").write_text("of an earlier one")
    told = (f"The search index in {index / '1'} was made by another version of Cabas.",
            "Make it again: `cabas catalog reindex`.")  # fmt: skip
    found = examine(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing", index)[-1]
    assert found == Check(False, *told)
    with pytest.raises(IndexBroken, match="another version"):
        update(index, [])
    assert not IndexFolders(tmp_path).exists("search")
    assert rebuild(index, []) == 0
    assert len(open_index(index).find(Query("lait", "fr"))) == 0
