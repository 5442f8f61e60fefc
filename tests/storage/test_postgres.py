"""What only PostgreSQL can get wrong: hints, round trips, agreements, housekeeping, loading in bulk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from cabas.domain.cart import Conversation
from cabas.domain.catalog import Offer, Product, SoldBy, Storage
from cabas.kernel.errors import Unavailable
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity
from cabas.storage.catalog import product_of
from cabas.storage.conversations import PostgresConversations
from cabas.storage.database import Database
from cabas.storage.housekeeping import KEEP_CONVERSATIONS, KEEP_EVENTS_AND_KEYS, Forgotten, tidy
from cabas.storage.orders import PostgresOrders
from cabas.storage.outbox import Outbox
from cabas.storage.placing import statements
from cabas.storage.postgres import Postgres
from cabas.storage.queries import queries, topics
from cabas.usecases.ports import StockLevel
from support.house import NOW, STORE, House, a_command, a_store, an_order

pytestmark = pytest.mark.anyio


async def test_a_wrong_hint_costs_a_second_question_only(halle: House) -> None:
    here, elsewhere = (PostgresConversations(halle.ports.database) for _ in range(2))
    first = await here.save(Conversation("c1", halle.retailer_id, "lyon", "web", None, "fr-FR"))
    moved = await elsewhere.save(replace(first, store_id="nantes"))
    assert await here.load(halle.retailer_id, "c1") == moved
    assert await here.load(halle.retailer_id, "c1") == moved


class Counting:
    """A database that counts its batches."""

    def __init__(self, database: Database) -> None:
        self.database, self.batches = database, 0

    async def run(self, *arguments: Any) -> Any:
        self.batches += 1
        return await self.database.run(*arguments)


async def test_an_order_is_one_batch_and_a_refusal_two(halle: House) -> None:
    await halle.open({"pasta": 2, "rice": 2, "soap": 2})
    counting = Counting(halle.ports.database)
    orders = PostgresOrders(counting)  # type: ignore[arg-type]
    await orders.place(a_command(an_order(halle.retailer_id, "o1", {"pasta": 2, "rice": 1, "soap": 1})))
    assert counting.batches == 1
    await orders.place(a_command(an_order(halle.retailer_id, "o2", {"pasta": 2})))
    assert counting.batches == 3


def test_rows_are_locked_in_one_order_everywhere() -> None:
    order = an_order("halle", "o1", {"soap": 1, "pasta": 1, "rice": 1})
    talk = Conversation("c1", "halle", STORE, "web", None, "fr-FR", version=1)
    sent = statements(a_command(order, conversation=talk))
    heads = [sql.decode().removeprefix("WITH done AS (").split("\n")[0].split(" (")[0] for sql, _ in sent]
    assert heads == [
        "INSERT INTO idempotency", "INSERT INTO customer_order", "INSERT INTO order_line", "INSERT INTO posting",
        "INSERT INTO outbox", "UPDATE conversation", "UPDATE stock", "SELECT FROM slot", "UPDATE slot",
        "DELETE FROM slot_hold",
    ]  # fmt: skip
    asked = sent[6][1]
    assert isinstance(asked, list)
    assert [one["sku"] for one in asked] == ["pasta", "rice", "soap"]


@asynccontextmanager
async def one_connection(dsn: str) -> AsyncIterator[Postgres]:
    async with await Postgres.open(dsn, connections=1, wait_seconds=0.05) as opened:
        yield opened


async def test_when_all_connections_are_busy_it_is_said_so(dsn: str, retailer_id: str) -> None:
    async with one_connection(dsn) as opened, opened.database.connection():
        with pytest.raises(Unavailable, match="busy"):
            await opened.shop.stores(retailer_id)


async def test_a_connection_says_whose_rows_it_wants_for_one_batch_only(halle: House, dsn: str) -> None:
    await halle.open({"pasta": 2})
    async with one_connection(dsn) as opened:
        assert await opened.shop.offers(halle.retailer_id, STORE, ["pasta"])
        async with opened.database.connection() as connection:
            row = await (await connection.execute("SELECT count(*), current_user FROM offer")).fetchone()
        assert row == (0, "cabas_app")


async def test_agreements_keep_their_versions(halle: House) -> None:
    keeper, rid = halle.ports.agreements, halle.retailer_id
    assert await keeper.keep(rid, "google", "a = 1\n", NOW)
    assert not await keeper.keep(rid, "google", "a = 1\n", NOW)
    assert await keeper.keep(rid, "google", "a = 2\n", NOW)
    assert await keeper.keep(rid, "alexa", "b = 1\n", NOW)
    assert await keeper.texts(rid) == {"google": "a = 2\n", "alexa": "b = 1\n"}
    assert await keeper.texts("stranger") == {}
    assert await keeper.keep(rid, "google", "a = 1\n", NOW)
    assert (await keeper.texts(rid))["google"] == "a = 1\n"


async def test_old_conversations_events_and_keys_are_forgotten(halle: House, dsn: str) -> None:
    rid = halle.retailer_id
    await halle.open({"pasta": 9})
    for name in ("old", "new"):
        await halle.conversations.save(Conversation(name, rid, STORE, "web", None, "fr-FR"))
    await halle.orders.place(a_command(an_order(rid, "o1", {"pasta": 1})))

    async def arrives(event: object) -> None:
        return None

    await Outbox(halle.ports.database).deliver(rid, arrives, NOW)
    with psycopg.connect(dsn) as connection:
        aged = NOW - KEEP_CONVERSATIONS - timedelta(seconds=1)
        age = "UPDATE conversation SET updated_at = %s WHERE retailer_id = %s AND conversation_id = %s"
        for name, at in (("old", aged), ("new", NOW)):
            connection.execute(age, [at, rid, name])
    assert await tidy(halle.ports, "stranger", NOW) == Forgotten(0, 0)
    assert await tidy(halle.ports, rid, NOW) == Forgotten(1, 0)
    assert await halle.conversations.load(rid, "old") is None
    assert await halle.conversations.load(rid, "new") is not None
    assert await tidy(halle.ports, rid, NOW + KEEP_EVENTS_AND_KEYS + timedelta(seconds=1)) == Forgotten(0, 2)
    assert (await halle.orders.get(rid, "o1")).id == "o1"


async def test_twelve_thousand_rows_come_in_chunks_and_the_last_of_a_key_counts(halle: House, dsn: str) -> None:
    rid = halle.retailer_id
    await halle.fill.stores(rid, [a_store(rid)])
    await halle.fill.offers(rid, (Offer(f"s{number}", "", Money(number), 0) for number in range(12_000)))
    await halle.fill.offers(rid, [Offer("s1", "", Money(5), 0), Offer("s1", "", Money(6), 0)])
    await halle.fill.stock(rid, [StockLevel(STORE, "s1", 5), StockLevel(STORE, "s1", 7)])
    offers = await halle.shop.offers(rid, STORE, ["s1", "s11999"])
    assert offers == {"s1": Offer("s1", STORE, Money(6), 7), "s11999": Offer("s11999", STORE, Money(11_999), 0)}
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM offer WHERE retailer_id = %s", [rid]).fetchone() == (12_000,)
        assert connection.execute("SELECT name FROM retailer WHERE retailer_id = %s", [rid]).fetchone() == (rid,)


async def test_a_product_is_loaded_column_by_column(halle: House) -> None:
    product = Product(
        "p1", {"fr": "Tomates", "en": "Tomatoes"}, "en", "3017620422003", "Saveol", own_brand=True, category=("A", "B"),
        family="tomato", content=Quantity(15, "KGM", 1), pieces=6, sold_by=SoldBy.WEIGHT, vat_rate=550, minimum_age=18,
        allergens=frozenset({"milk", "gluten"}), labels=frozenset({"organic"}), storage=Storage.CHILLED, popularity=7,
        ingredients="tomates", image="https://example.org/p1",
    )  # fmt: skip
    await halle.fill.products(halle.retailer_id, [product])
    where = {"retailer_id": halle.retailer_id}
    rows = await halle.ports.database.rows(halle.retailer_id, queries("catalog")["all_products"], where)
    assert [product_of(row) for row in rows] == [product]


def test_every_statement_has_a_name_and_an_english_line() -> None:
    for topic in topics():
        for name, statement in queries(topic).items():
            assert statement.endswith(b";"), f"{topic}.{name}"
            assert statement.count(b";") == 1, f"{topic}.{name} is more than one statement"
