"""Row-level security: every table, tried as the wrong retailer, as nobody, and around the back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from cabas.storage import migrate
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Placed
from support.house import House, a_command, an_order
from support.rows import a_row

TABLES = """
    SELECT relname::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname <> 'schema_migration' ORDER BY 1
"""
APPEND_ONLY = {"posting", "consent"}


def tables(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute(TABLES)]


@pytest.fixture
def as_app(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn) as connection:
        connection.execute("SET ROLE cabas_app")
        yield connection
        connection.rollback()


def become(connection: psycopg.Connection[Any], retailer_id: str) -> None:
    connection.execute("SELECT set_config('cabas.retailer_id', %s, true)", [retailer_id])


def count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def test_every_table_is_closed_to_the_wrong_retailer(dsn: str, as_app: psycopg.Connection[Any]) -> None:
    assert len(tables(dsn)) == 33
    for table in tables(dsn):
        name = sql.Identifier(table)
        insert, values = a_row(as_app, table, "right")
        assert count(as_app, table) == 0, f"{table} shows rows to nobody in particular"
        become(as_app, "right")
        as_app.execute(insert, values)
        assert count(as_app, table) == 1

        become(as_app, "wrong")
        assert count(as_app, table) == 0, f"{table} shows rows of another retailer"
        with pytest.raises(psycopg.errors.InsufficientPrivilege), as_app.transaction():
            as_app.execute(insert, values)
        if table not in APPEND_ONLY:
            changed = as_app.execute(sql.SQL("UPDATE {} SET retailer_id = 'wrong'").format(name))
            assert changed.rowcount == 0, f"{table} lets another retailer take rows"
            assert as_app.execute(sql.SQL("DELETE FROM {}").format(name)).rowcount == 0
        become(as_app, "right")
        assert count(as_app, table) == 1
        if table not in APPEND_ONLY:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), as_app.transaction():
                as_app.execute(sql.SQL("UPDATE {} SET retailer_id = 'wrong'").format(name))
        as_app.rollback()
        as_app.execute("SET ROLE cabas_app")


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("change", ["UPDATE {} SET retailer_id = retailer_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_ledger_and_consents_are_only_added_to(as_app: psycopg.Connection[Any], table: str, change: str) -> None:
    become(as_app, "right")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(sql.SQL(change).format(sql.Identifier(table)))


def test_partitions_cannot_be_reached_around_the_policy(dsn: str, as_app: psycopg.Connection[Any]) -> None:
    with psycopg.connect(dsn) as connection:
        names = [
            row[0] for row in connection.execute("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
        ]
    assert len(names) == 80
    for name in names:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), as_app.transaction():
            as_app.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(name)))


def test_the_application_cannot_change_the_schema(as_app: psycopg.Connection[Any]) -> None:
    for statement in ("ALTER TABLE stock DISABLE ROW LEVEL SECURITY", "DROP TABLE stock", "CREATE TABLE mine ()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), as_app.transaction():
            as_app.execute(statement.encode())


def test_every_table_has_row_level_security_forced(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT relname::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1"
        ).fetchall()
    assert [row[0] for row in rows] == tables(dsn)


@pytest.fixture
def plain_owner(make_database: Callable[[], str]) -> Iterator[str]:
    """The DSN of a database whose owner is no superuser, as hosted PostgreSQL gives them out."""
    dsn = make_database()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain_owner LOGIN CREATEROLE")
        connection.execute("GRANT cabas_app TO plain_owner")
        connection.execute("ALTER SCHEMA public OWNER TO plain_owner")
    yield dsn.replace("//postgres@", "//plain_owner@")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP OWNED BY plain_owner CASCADE")
        connection.execute("DROP ROLE plain_owner")


@pytest.mark.anyio
async def test_an_owner_without_superpowers_is_held_to_the_policy_and_can_run_the_shop(
    dsn: str, plain_owner: str
) -> None:
    assert dsn  # the role cabas_app exists
    migrate.migrate(plain_owner)
    async with await Postgres.open(plain_owner, connections=2) as opened:
        house = House("halle", opened)
        await house.open({"pasta": 5})
        placed = await house.orders.place(a_command(an_order("halle", "o1", {"pasta": 2})))
        assert placed == Placed(b'{"order":"o1"}', replayed=False)
        assert await house.left("pasta") == {"pasta": 3}
    with psycopg.connect(plain_owner) as connection:
        seen = {table: count(connection, table) for table in tables(plain_owner)}
        assert {table for table, rows in seen.items() if rows} == {"retailer"}
        become(connection, "halle")
        assert count(connection, "order_line") == 1
