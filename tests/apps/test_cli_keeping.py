"""The commands for those who keep the shop: catalog, stock, stores, shoppers, the database, the server."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from cabas.storage import embedded, migrate
from support.command import Command, database_of, run

HEAD = "sku\tnom\tmarque\trayon\tprix\tcontenance\n"
GOOD = (
    "1001\tLait demi-écrémé 1 L\tPré Vert\tCrèmerie > Laits\t0,99 €\t1 L\n"
    "1005\tŒufs plein air x 6\t\tCrèmerie > Œufs\t2,15\t\n"
)
BAD = (
    "1002\tBeurre doux 250 g\tPré Vert\tCrèmerie > Beurres\tcher\t250 g\n"
    "\tFarine de blé 1 kg\tMoulin Gris\tÉpicerie > Farines\t1,20\t1 kg\n"
    "1004\tCafé moulu 250 g\tBrûlerie du Pont\tÉpicerie > Cafés\t-3,10\t250 g\n"
)
COUNTS = ("added", "changed", "unchanged", "withdrawn")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "shop.tsv"
    file.write_text(HEAD + GOOD + BAD, encoding="utf-8")
    return file


def products(folder: Path, retailer: str) -> int:
    with psycopg.connect(database_of(folder)) as connection:
        row = connection.execute("SELECT count(*) FROM product WHERE retailer_id = %s", [retailer]).fetchone()
    return row[0] if row else 0


def test_a_catalog_is_previewed_imported_and_imported_again(
    cabas: Command, demo_folder: Path, table: Path, retailer_id: str
) -> None:
    ours = ("--retailer", retailer_id)
    preview = cabas("catalog", "import", str(table), "--preview", *ours)
    assert preview.code == 0
    assert "line 4, price: 'cher' is not a price. Write it like 3.20 or 3,20." in preview.told
    assert preview.told.endswith("price from prix, size from contenance")
    assert "3 refused, 2 of a known family. Nothing was changed." in preview.told
    assert products(demo_folder, retailer_id) == 0
    first = cabas("catalog", "import", str(table), *ours)
    assert first.code == 0
    assert "5 rows: 2 added, 0 changed, 0 unchanged, 0 withdrawn, 3 refused." in first.told
    assert (table.parent / "shop.tsv.rejects.csv").read_text(encoding="utf-8").splitlines() == [
        "row,id,field,code,reason,remedy",
        "4,1002,price,price_unreadable,'cher' is not a price.,\"Write it like 3.20 or 3,20.\"",
        "5,,id,id_missing,The row has no id.,Give every row its own.",
        "6,1004,price,price_negative,A price of -3.10 cannot be.,Give a price above zero.",
    ]
    again = cabas("catalog", "import", str(table), "--json", *ours)
    assert [again.json[count] for count in COUNTS] == [0, 0, 2, 0]
    found = cabas("catalog", "search", "oeufs", "--json", *ours).json
    assert [one["product"]["sku"] for one in found] == ["1005"]
    table.write_text(HEAD + GOOD.splitlines()[1] + "\n", encoding="utf-8")
    gone = cabas("catalog", "import", str(table), "--absent", "withdraw", "--json", *ours)
    assert [gone.json[count] for count in COUNTS] == [0, 0, 1, 1]


def test_a_file_that_is_no_catalog_changes_nothing(
    cabas: Command, demo_folder: Path, table: Path, retailer_id: str
) -> None:
    ours = ("--retailer", retailer_id)
    table.write_text(HEAD + GOOD, encoding="latin-1", errors="replace")
    ran = cabas("catalog", "import", str(table), *ours)
    assert (ran.code, "2 refused" in ran.told) == (1, True)
    assert "UTF-8" in (table.parent / "shop.tsv.rejects.csv").read_text(encoding="utf-8")
    for content in (b"", b"\n\n", bytes(range(256)) * 4, b"\x1f\x8b\x08\x00nonsense", HEAD.encode()[:9]):
        table.write_bytes(content)
        ran = cabas("catalog", "import", str(table), *ours)
        assert (ran.code, ran.told.count("cabas:")) == (2, 1), (content[:20], ran.told)
    missing = cabas("catalog", "import", str(table.parent / "none.tsv"), *ours)
    assert (missing.code, "No such file" in missing.told) == (2, True)
    assert cabas("catalog", "import", str(table.parent), *ours).code == 2
    assert products(demo_folder, retailer_id) == 0


def test_refused_rows_that_cannot_be_written_are_said_so(cabas: Command, table: Path, retailer_id: str) -> None:
    nowhere = table.parent / "none" / "rejects.csv"
    ran = cabas("catalog", "import", str(table), "--rejects", str(nowhere), "--retailer", retailer_id)
    assert ran.code == 2
    assert "its 3 refused rows cannot be written" in ran.told


def test_stock_is_shown_and_counted(cabas: Command) -> None:
    store = "toulouse-lardenne"
    sku = cabas("stock", "show", store, "farine de blé", "--json").json[0]["sku"]
    before = cabas("stock", "show", store, sku, "--json").json[0]["available"]
    ran = cabas("stock", "set", store, sku, str(before + 40))
    assert (ran.code, ran.out) == (0, f"{sku} at {store}: {before + 40} on hand, {before + 40} available to sell.\n")
    assert cabas("stock", "set", store, sku, "9", "--safety", "4").told.endswith("9 on hand, 5 available to sell.")
    assert cabas("stock", "show", store, sku, "--json").json[0]["available"] == 5
    assert cabas("stock", "set", store, "none", "1").code == 2
    assert cabas("stock", "set", "brest", sku, "1").code == 2
    assert cabas("stock", "set", store, sku, "--", "-1").code == 2
    assert cabas("stock", "show", store, sku, "--json").json[0]["available"] == 5


def test_stores_and_their_slots(cabas: Command) -> None:
    stores = cabas("store", "list", "--json").json
    assert [store["id"] for store in stores] == [
        "lille-centre", "lyon-croix-rousse", "nantes-erdre", "toulouse-lardenne"
    ]  # fmt: skip
    slots = cabas("store", "slots", "nantes-erdre", "--days", "3", "--json").json
    assert slots
    assert all(0 <= slot["taken"] <= slot["capacity"] for slot in slots)
    assert cabas("store", "slots", "brest").code == 2


def test_habits_are_for_those_who_agreed(cabas: Command, demo_folder: Path) -> None:
    assert len(cabas("shopper", "habits", "camille", "--most", "3", "--json").json) == 3
    with psycopg.connect(database_of(demo_folder)) as connection:
        row = connection.execute("SELECT shopper_id FROM shopper WHERE NOT personal LIMIT 1").fetchone()
    assert row is not None
    ran = cabas("shopper", "habits", row[0])
    assert (ran.code, ran.out) == (1, "")
    assert "did not agree to personal results. Ask for consent first." in ran.told
    assert cabas("shopper", "habits", "nobody").code == 2


def test_who_takes_consent_back_has_no_habits_any_more(cabas: Command, demo_folder: Path) -> None:
    consent = ("shopper", "consent", "sam", "personal_results")
    assert cabas("shopper", "habits", "sam", "--json").json
    assert cabas(*consent, "--platform", "google", "--withdraw").code == 0
    assert cabas("shopper", "habits", "sam", "--json").json, "the retailer itself still may"
    assert cabas(*consent, "--withdraw").code == 0
    assert cabas("shopper", "habits", "sam").code == 1
    assert cabas(*consent).code == 0
    assert cabas("shopper", "habits", "sam", "--json").json


def test_the_doctor(cabas: Command, tmp_path: Path, make_database: Callable[[], str]) -> None:
    ran = cabas("doctor")
    assert (ran.code, "ill" in ran.told.split()) == (0, False)
    assert "halle: stock, slots, orders and ledger agree." in ran.told
    (tmp_path / "file").write_text("")
    ran = run("doctor", "--data-dir", str(tmp_path / "file" / "data"))
    assert ran.code == 1
    assert f"The data folder {tmp_path}/file/data cannot be written" in ran.told.replace("/ ", "/")
    newer = make_database()
    migrate.migrate(newer)
    with psycopg.connect(newer) as connection:
        connection.execute("INSERT INTO schema_migration (number, name, sha256) VALUES (9999, '9999_later.sql', '')")
    ran = cabas("doctor", CABAS_DATABASE_URL=newer)
    assert (ran.code, "schema 9999" in ran.told, "update this one" in ran.told) == (1, True, True)
    ran = cabas("order", "du lait", CABAS_DATABASE_URL=newer)
    assert (ran.code, "schema 9999" in ran.told) == (1, True)


def test_the_schema_is_brought_up(cabas: Command, make_database: Callable[[], str]) -> None:
    empty = make_database()
    latest = migrate.migrations()[-1].number
    ran = cabas("db", "status", CABAS_DATABASE_URL=empty)
    assert (ran.code, f"Schema 0 of {latest}:" in ran.told) == (1, True)
    assert cabas("db", "migrate", CABAS_DATABASE_URL=empty).told.startswith(f"Schema 0 -> {latest}:")
    assert cabas("db", "status", CABAS_DATABASE_URL=empty).told == f"Schema {latest} of {latest}: nothing to do."


def test_an_index_of_another_version_is_made_again(cabas: Command, demo_folder: Path) -> None:
    index = demo_folder / "search" / "halle"
    (index / (index / "CURRENT").read_text() / "format").write_text("of an earlier one")
    for arguments in (("order", "du lait"), ("catalog", "search", "lait")):
        ran = cabas(*arguments)
        assert (ran.code, "another version" in ran.told, "`cabas catalog reindex`" in ran.told) == (3, True, True)
    ran = cabas("demo", "--order", "du lait")
    assert (ran.code, ran.err) == (0, "Indexing the products for search again\n")


@pytest.fixture(scope="module")
def moved(demo_folder: Path) -> Iterator[Path]:
    """Another data folder, restored from a backup of the demo's."""
    folder = Path(tempfile.mkdtemp(prefix="cabas-moved-", dir=demo_folder.parent))
    kept = folder / "shop.zip"
    assert run("db", "backup", str(kept), CABAS_DATA_DIR=str(demo_folder)).code == 0
    with embedded.start(folder / "postgres", durable=False):
        ran = run("db", "restore", str(kept), CABAS_DATA_DIR=str(folder))
        assert ran.code == 0, ran.told
        assert "run `cabas catalog reindex`" in ran.told
        again = run("db", "restore", str(kept), CABAS_DATA_DIR=str(folder))
        assert (again.code, "not empty" in again.told) == (1, True)
        ran = run("order", "du lait", CABAS_DATA_DIR=str(folder))
        assert (ran.code, "halle has published no products" in ran.told) == (2, True)
        assert run("catalog", "reindex", CABAS_DATA_DIR=str(folder)).told.endswith("products indexed.")
    yield folder
    shutil.rmtree(folder)


def test_a_shop_moves_by_backup_and_restore(cabas: Command, moved: Path) -> None:
    with embedded.start(moved / "postgres", durable=False):
        ran = run("order", "deux litres de lait", "--json", CABAS_DATA_DIR=str(moved))
        assert (ran.code, len(ran.json["order"]["order"]["lines"])) == (0, 1)
        assert run("doctor", CABAS_DATA_DIR=str(moved)).code == 0


def test_a_port_in_use(cabas: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = cabas("serve", "--port", str(port))
    assert (ran.code, ran.out) == (3, "")
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use." in ran.told
    assert "cabas serve --port 8001" in ran.told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])  # Ctrl-C, and a service manager
def test_a_signal_closes_the_shop(moved: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "CABAS_DATA_DIR": str(moved), "COLUMNS": "200"}
    command = [sys.executable, "-u", "-m", "cabas.apps.cli", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            assert told.startswith("Cabas is open at http://127.0.0.1:")
            with urlopen(f"{told.split()[4]}/readyz", timeout=30) as answer:  # noqa: S310 - our own
                assert answer.read() == b'{"status":"ready"}'
            assert embedded.is_running(moved / "postgres")
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert out.endswith("Closed.\n")
    assert not embedded.is_running(moved / "postgres")


def test_the_benchmarks_are_found(cabas: Command) -> None:
    ran = cabas("bench", "--list")
    assert ran.code == 0
    assert "place_order Orders per second" in ran.told
    ran = cabas("bench", "nothing")
    assert (ran.code, ran.told.startswith("cabas: There is no benchmark 'nothing'. There are ")) == (2, True)


def test_a_discount_code_is_added_listed_counted_and_removed(cabas: Command) -> None:
    wanted = ("--percent", "7.5", "--minimum", "10", "--family", "milk", "--uses", "3", "--until", "2030-12-24")
    added = cabas("discount", "add", "noel 7", *wanted)
    assert (added.code, added.out.strip()) == (0, "NOEL7: 7.5 % from €10.00.")
    listed = {one["code"]: one for one in cabas("discount", "list", "--json").json}
    assert {"BIENVENUE10", "VITAMINES", "NOEL7"} <= set(listed)
    found = listed["NOEL7"]
    assert (found["value"], found["minimum"], found["uses"], found["used"]) == (750, 1000, 3, 0)
    assert {"milk", "semi_skimmed_milk"} <= set(found["families"])
    assert cabas("discount", "remove", "Noel7").code == 0
    gone = cabas("discount", "remove", "NOEL7")
    assert (gone.code, "cabas discount list" in gone.told) == (2, True)


def test_a_discount_code_that_makes_no_sense_is_refused(cabas: Command) -> None:
    before = cabas("discount", "list", "--json").json
    for wrong, word in (
        (("--percent", "10", "--amount", "3"), "--free-fee"),
        (("--percent", "101"), "100 %"),
        (("--percent", "1.234"), "two decimals"),
        (("--percent", "10", "--family", "milkk"), '"milk"'),
        (("--percent", "10", "--platform", "gogle"), '"google"'),
        (("--percent", "10", "--until", "tomorrow"), "2026-12-31"),
    ):
        refused = cabas("discount", "add", "X1", *wrong)
        assert (refused.code, word in refused.told) == (2, True), refused.told
    assert cabas("discount", "list", "--json").json == before


def test_a_shop_of_files_is_loaded_or_nothing_is(cabas: Command, demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Fern Shop"
    folder.mkdir()
    (folder / "products.csv").write_text("id,title,price\nfern,Fern,1250\n", "utf-8")
    (folder / "inventory.csv").write_text("product_id,quantity\nivy,1\n", "utf-8")
    refused = cabas("fixtures", "load", str(folder))
    assert (refused.code, "inventory.csv, row 2, product_id" in refused.told) == (2, True)
    assert products(demo_folder, "fern-shop") == 0
    (folder / "inventory.csv").write_text("product_id,quantity\nfern,1\n", "utf-8")
    for _ in range(2):
        assert "fern-shop: 1 products" in cabas("fixtures", "load", str(folder)).told
    assert products(demo_folder, "fern-shop") == 1
    shown = cabas("stock", "show", "main", "fern", "--json", "--retailer", "fern-shop").json
    assert [(one["price"]["amount"], one["available"]) for one in shown] == [(1250, 1)]
    assert cabas("fixtures", "load", str(tmp_path / "none")).code == 2
