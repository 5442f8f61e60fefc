"""Migrations: once each, in order, by one process at a time; refusing what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from cabas.kernel.errors import Unavailable
from cabas.storage import migrate
from cabas.storage.migrate import SchemaError, Status
from cabas.storage.postgres import Postgres

ALL = tuple(one.name for one in migrate.migrations())


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [one.number for one in migrate.migrations()] == list(range(1, len(ALL) + 1))
    assert ALL[:3] == ("0001_tables.sql", "0002_partitions.sql", "0003_isolation.sql")


def test_an_empty_database_becomes_a_current_one(make_database: Callable[[], str]) -> None:
    dsn = make_database()
    assert migrate.status(dsn) == Status(0, len(ALL), ALL)
    assert migrate.migrate(dsn) == Status(0, len(ALL), ALL)
    assert migrate.status(dsn) == Status(len(ALL), len(ALL), ())
    assert migrate.migrate(dsn) == Status(len(ALL), len(ALL), ())


def test_several_processes_may_migrate_at_once(make_database: Callable[[], str]) -> None:
    dsn = make_database()
    with ThreadPoolExecutor(6) as pool:
        before = list(pool.map(migrate.migrate, [dsn] * 6))
    assert sorted(one.current for one in before) == [0] + [len(ALL)] * 5
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM schema_migration").fetchone() == (len(ALL),)


def test_a_newer_database_is_refused(make_database: Callable[[], str]) -> None:
    dsn = make_database()
    migrate.migrate(dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("INSERT INTO schema_migration (number, name, sha256) VALUES (9999, '9999_later.sql', '')")
    for ask in (migrate.status, migrate.migrate):
        with pytest.raises(SchemaError, match=r"schema 9999.*update this one"):
            ask(dsn)


def test_an_edited_migration_is_refused(make_database: Callable[[], str]) -> None:
    dsn = make_database()
    migrate.migrate(dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE schema_migration SET sha256 = 'other' WHERE number = 2")
    with pytest.raises(SchemaError, match="Migration 2"):
        migrate.status(dsn)


def test_a_migration_that_fails_leaves_nothing_behind(make_database: Callable[[], str]) -> None:
    dsn = make_database()
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE consent ()")
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate.migrate(dsn)
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT to_regclass('retailer')").fetchone() == (None,)
        connection.execute("DROP TABLE consent")
    assert migrate.migrate(dsn).current == 0


@pytest.mark.anyio
async def test_an_old_schema_is_refused_by_the_application(make_database: Callable[[], str]) -> None:
    with pytest.raises(SchemaError, match="cabas db migrate"):
        await Postgres.open(make_database())


@pytest.mark.anyio
async def test_a_database_that_does_not_answer_is_said_so(dsn: str) -> None:
    with pytest.raises(Unavailable, match="CABAS_DATABASE_URL"):
        await Postgres.open(dsn.replace("/cabas?", "/nowhere?"))


def test_a_user_who_may_not_make_the_role_is_told_what_to_ask_for(make_database: Callable[[], str]) -> None:
    dsn = make_database()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE humble LOGIN")
        try:
            with pytest.raises(SchemaError, match="GRANT cabas_app TO humble"):
                migrate.migrate(dsn.replace("//postgres@", "//humble@"))
        finally:
            connection.execute("DROP ROLE humble")
    assert migrate.status(dsn).current == 0
