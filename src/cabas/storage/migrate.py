"""Bring a database to the schema of this code: numbered SQL files, applied once each, in order, under one lock.

Migrations are expand first: a new version of the schema works with the code before it, so that both may run side by
side. What the old code needed is dropped by a later release.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg

from cabas.kernel.errors import CabasError, Unavailable

OLDEST_POSTGRES = 15
ROLE = "cabas_app"
# Any number will do as long as everybody takes the same: "cabas" in base 36.
LOCK = 20_404_936

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migration (
    number     integer     PRIMARY KEY,
    name       text        NOT NULL,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class SchemaError(CabasError):
    """The database and this code do not fit. Nothing was changed."""

    code = "schema"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file of `sql/migrations`."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Of the file, so that an edited migration is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Status:
    """The database's schema version, the code's, and what lies between. Version 0 is an empty database."""

    current: int
    latest: int
    pending: tuple[str, ...]


@cache
def migrations() -> tuple[Migration, ...]:
    """All migrations of this code, in order."""
    found = []
    for entry in files("cabas.storage").joinpath("sql", "migrations").iterdir():
        number, _, _ = entry.name.partition("_")
        if entry.name.endswith(".sql"):
            found.append(Migration(int(number), entry.name, entry.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda one: one.number))


def connect(dsn: str) -> psycopg.Connection[Any]:
    """An autocommit connection. Raises `Unavailable` when nobody answers and `SchemaError` for a PostgreSQL too old."""
    try:
        connection = psycopg.connect(dsn, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"PostgreSQL does not answer: {str(error).strip()}", remedy="Check CABAS_DATABASE_URL and that it runs."
        ) from error
    version = connection.info.server_version // 10_000
    if version < OLDEST_POSTGRES:
        connection.close()
        raise SchemaError(f"This is PostgreSQL {version}.", remedy=f"Cabas needs {OLDEST_POSTGRES} or newer.")
    return connection


def status(dsn: str) -> Status:
    """How far the database is. Raises `SchemaError` when its schema is newer than this code or was edited."""
    with connect(dsn) as connection:
        return _status(connection)


def migrate(dsn: str) -> Status:
    """Apply what is missing and return the status from before. Several processes may call it at once.

    Raises `SchemaError` as `status` does, and when the role `cabas_app` is missing and cannot be made.
    """
    with connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            before = _status(connection)
            if before.pending:
                _ensure_role(connection)
                connection.execute(_TABLE)
            for migration in migrations():
                if migration.name in before.pending:
                    _apply(connection, migration)
        finally:
            if not connection.closed:
                connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        return before


def require_current(found: Status) -> None:
    """Raise `SchemaError` when migrations are pending."""
    if found.pending:
        raise SchemaError(
            f"The database has schema {found.current}, and this Cabas needs {found.latest}.",
            remedy="Run `cabas db migrate`.",
        )


def _apply(connection: psycopg.Connection[Any], migration: Migration) -> None:
    with connection.transaction():
        connection.execute(migration.sql.encode())
        connection.execute(
            "INSERT INTO schema_migration (number, name, sha256) VALUES (%s, %s, %s)",
            [migration.number, migration.name, migration.sha256],
        )


def _status(connection: psycopg.Connection[Any]) -> Status:
    known = {migration.number: migration for migration in migrations()}
    applied = dict(_applied(connection))
    latest, current = max(known), max(applied, default=0)
    if current > latest:
        raise SchemaError(
            f"The database has schema {current}, and this Cabas knows only {latest}.",
            remedy="A newer Cabas wrote it: update this one.",
        )
    for number, sha256 in applied.items():
        if number not in known or known[number].sha256 != sha256:
            raise SchemaError(
                f"Migration {number} of the database is not the one of this Cabas.",
                remedy="Use the Cabas that made the database, or start with an empty one.",
            )
    return Status(current, latest, tuple(one.name for number, one in known.items() if number not in applied))


def _applied(connection: psycopg.Connection[Any]) -> list[tuple[int, str]]:
    if connection.execute("SELECT to_regclass('schema_migration') IS NULL").fetchone() == (True,):
        return []
    return connection.execute("SELECT number, sha256 FROM schema_migration ORDER BY number").fetchall()


def _ensure_role(connection: psycopg.Connection[Any]) -> None:
    """The role the application works as, and the right of this user to become it."""
    try:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
            connection.execute(f"CREATE ROLE {ROLE} NOLOGIN")
        may = "SET" if connection.info.server_version >= 160_000 else "MEMBER"
        if connection.execute("SELECT pg_has_role(CURRENT_USER, %s, %s)", [ROLE, may]).fetchone() != (True,):
            connection.execute(f"GRANT {ROLE} TO CURRENT_USER")
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return  # made by another process in the meantime
    except psycopg.errors.InsufficientPrivilege as error:
        user = connection.info.user
        raise SchemaError(
            f"The role {ROLE} is missing, and {user} may not make it.",
            remedy=f"Ask an administrator to run: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO {user};",
        ) from error
