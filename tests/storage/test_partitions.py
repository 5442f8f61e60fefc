"""Every hot statement touches one partition: what lets the hot tables be spread over machines unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql

from cabas.storage.database import must
from cabas.storage.queries import queries, topics

HOT = ("stock", "slot", "slot_hold", "conversation", "customer_order", "order_line", "posting", "payment", "outbox",
       "idempotency")  # fmt: skip
# Questions that do not know the store. They look into each partition, by index; none is part of placing an order.
ANYWHERE = {
    "conversations.find_conversation",
    "conversations.move_conversation",
    "orders.find_order",
    "orders.orders_by_source",
    "shop.bought",
    "outbox.claim_events",
    "outbox.revive_events",
    "outbox.waiting_events",
    "outbox.forget_events",
    "outbox.forget_keys",
}
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
NUMBERS = "adjusted picked quantity version fee goods total seq limit upper".split()
TIMES = "at now placed_at start end before since until expires_at slot_starts_at slot_ends_at changed_at due_at".split()
SPECIAL: dict[str, Any] = {
    "skus": ["a", "b"], "day": date(2026, 11, 24), "dead_at": None, "method": None, "answer": b"{}", "lines": "[]",
    "postings": "[]", "events": "[]", "discounts": "[]", "adjustments": "[]", "document": "{}", "leased_until": NOW,
}  # fmt: skip
PARAMETER = re.compile(r"%\((\w+)\)s")
TOPICS = ("conversations", "orders", "place", "shop", "outbox")


def value(name: str) -> Any:
    if name in SPECIAL:
        return SPECIAL[name]
    if name in NUMBERS:
        return 1
    return NOW if name in TIMES else "x"


def statements() -> Iterator[tuple[str, str]]:
    for topic in TOPICS:
        for name, statement in queries(topic).items():
            text = statement.decode().rstrip(";")
            if re.search(rf"\b({'|'.join(HOT)})\b", text):
                yield f"{topic}.{name}", text


def test_the_list_of_topics_is_whole() -> None:
    in_bulk = {"audit", "backup", "catalog", "feeds", "fill"}
    elsewhere = {topic for topic in topics() if topic not in TOPICS and topic not in in_bulk}
    for topic in elsewhere:
        for name, statement in queries(topic).items():
            assert not re.search(rf"\b({'|'.join(HOT)})\b", statement.decode()), f"explain {topic}.{name} here, too"


def partitions(plan: str) -> dict[str, set[str]]:
    """Hot table -> the partitions the plan reads, to show or to change them."""
    found: dict[str, set[str]] = {}
    for table, number in re.findall(rf"Scan (?:using \w+ )?on ({'|'.join(HOT)})_(\d)\b", plan):
        found.setdefault(table, set()).add(number)
    return found


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_a_hot_statement_touches_one_partition(dsn: str, mode: str) -> None:
    spread = set()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SET plan_cache_mode = {mode}")
        connection.execute("SET ROLE cabas_app")
        for name, text in statements():
            found = partitions(explain(connection, text))
            if any(len(numbers) > 1 for numbers in found.values()):
                spread.add(name)
    assert spread == ANYWHERE


def explain(connection: psycopg.Connection[Any], text: str) -> str:
    names = list(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", text)
    connection.execute(sql.SQL("PREPARE asked AS {}").format(sql.SQL(numbered)))
    values = sql.SQL(", ").join(sql.Literal(value(name)) for name in names)
    try:
        rows = connection.execute(sql.SQL("EXPLAIN EXECUTE asked ({})").format(values)).fetchall()
    finally:
        connection.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in rows)


def test_the_statements_that_must_find_a_row_touch_one_partition(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        for topic, name in (("place", "take_stock"), ("place", "take_slot"), ("conversations", "update_conversation")):
            plan = explain(connection, must(queries(topic)[name]).decode())
            assert {len(numbers) for numbers in partitions(plan).values()} == {1}, plan


def test_hot_tables_have_eight_partitions_and_keys_that_begin_with_the_shard(dsn: str) -> None:
    question = """
        SELECT parent.relname, count(DISTINCT inhrelid),
            (SELECT array_agg(attname::text ORDER BY place) FROM pg_index
             CROSS JOIN unnest(indkey) WITH ORDINALITY AS keys (attnum, place)
             JOIN pg_attribute ON attrelid = indrelid AND pg_attribute.attnum = keys.attnum
             WHERE indrelid = parent.oid AND indisprimary)
        FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent AND parent.relkind = 'p'
        GROUP BY parent.oid, parent.relname
    """
    with psycopg.connect(dsn) as connection:
        found = {table: (count, key[:2]) for table, count, key in connection.execute(question)}
    assert found == dict.fromkeys(HOT, (8, ["retailer_id", "store_id"]))


def test_no_sequence_trigger_function_or_extension_of_our_own(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        counts = connection.execute("""
            SELECT
                (SELECT count(*) FROM pg_class WHERE relkind = 'S'),
                (SELECT count(*) FROM pg_trigger),
                (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
                (SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'),
                (SELECT count(*) FROM pg_constraint WHERE contype = 'f')
        """).fetchone()
    assert counts == (0, 0, 0, 0, 0)
