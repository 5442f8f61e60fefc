"""A pool of connections that work as `cabas_app`, and the two ways to use one: a batch, or a transaction.

Row-level security shows a connection nothing until it has said whose rows it wants, which both ways do first.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection, AsyncCursor, errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.storage import migrate

Row = tuple[Any, ...]
Cursor = AsyncCursor[Row]
Parameters = Mapping[str, object]
# A statement with its parameters; with a list of them it is run for each.
Statement = tuple[bytes, Parameters | list[Parameters]]

SET_RETAILER = b"SELECT set_config('cabas.retailer_id', %(retailer_id)s, true)"


class Refused(Exception):
    """A batch was taken back whole: one of its `must` statements touched no row, or a unique key was taken."""


@cache
def must(statement: bytes) -> bytes:
    """The same INSERT or UPDATE, taking the whole batch back when it touches no row.

    SQL has no "fail unless"; a division by zero is one. It lets a transaction full of conditions be sent
    and committed in one round trip, without a procedural language.
    """
    return b"WITH done AS (" + statement.rstrip(b";") + b" RETURNING 1) SELECT 1 / count(*) FROM done"


class Database:
    """One PostgreSQL. Open it with `Database.open`, close it with `close`."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Row]]) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str, *, connections: int = 8, wait_seconds: float = 30) -> Self:
        """Connect. Raises `Unavailable` when PostgreSQL does not answer, `SchemaError` when its schema does not fit."""
        migrate.require_current(await asyncio.to_thread(migrate.status, dsn))
        pool = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=connections,
            timeout=wait_seconds,
            kwargs={"autocommit": True, "prepare_threshold": 0},
            configure=_become_app,
            open=False,
        )
        try:
            await pool.open(wait=True)
        except PoolTimeout as error:
            await pool.close()
            raise Unavailable("PostgreSQL opens no connections.", remedy="Run `cabas doctor`.") from error
        return cls(pool)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def run(self, retailer_id: str, *statements: Statement) -> list[Cursor]:
        """Run statements on the retailer's rows as one transaction, in one round trip; one cursor for each.

        There is no BEGIN and no COMMIT: what lies between two synchronizations of a pipeline is one transaction.
        Raises `Refused` when a `must` statement touched no row or a unique key was taken; nothing was changed then.
        Raises `Unavailable` when PostgreSQL breaks off meanwhile; whether it was done cannot be told then.
        """
        cursors: list[Cursor] = []
        failure: psycopg.Error | UnicodeError | None = None
        async with self.connection() as connection:
            try:
                async with connection.pipeline():
                    try:
                        await connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
                        for sql, parameters in statements:
                            cursors.append(await _send(connection, sql, parameters))
                    except BaseException as error:
                        if not _taken_back(error):
                            # Leaving the pipeline synchronizes, which would commit the part that was sent. Without a
                            # connection there is nothing to commit: PostgreSQL forgets it, the pool opens another.
                            await connection.close()
                        if not isinstance(error, (psycopg.Error, UnicodeError)):
                            raise
                        failure = error
            except psycopg.Error as error:
                failure = failure or error
        if isinstance(failure, (errors.DivisionByZero, errors.UniqueViolation)):
            raise Refused from failure
        if failure is not None:
            raise _translated(failure) from failure
        return cursors

    async def rows(self, retailer_id: str, sql: bytes, parameters: Mapping[str, object]) -> Sequence[Row]:
        """The rows of one query, in one round trip."""
        (cursor,) = await self.run(retailer_id, (sql, parameters))
        return await cursor.fetchall()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Row]]:
        """A connection in autocommit mode that has yet to say whose rows it wants. Raises `Unavailable`."""
        try:
            connection = await self._living()
            try:
                yield connection
            finally:
                await self._pool.putconn(connection)
        except PoolTimeout as error:
            raise Unavailable(
                "All connections to PostgreSQL are busy, or it does not answer.",
                remedy="Try again; if it lasts, run `cabas doctor`.",
            ) from error
        except psycopg.Error as error:
            raise _translated(error) from error

    async def _living(self) -> AsyncConnection[Row]:
        """A connection that has not ended while nobody used it: no request fails because PostgreSQL was restarted."""
        while True:
            connection = await self._pool.getconn()
            try:
                if _heard_from(connection):
                    await self._pool.check_connection(connection)
            except BaseException as error:
                await self._pool.putconn(connection)  # the pool opens another in place of a dead one
                if not isinstance(error, psycopg.OperationalError):
                    raise
            else:
                return connection


def _heard_from(connection: AsyncConnection[Row]) -> bool:
    """Whether something has come unasked: its end, or a notice now and then. It costs no round trip."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _taken_back(error: BaseException) -> bool:
    """Whether the server itself refused a statement, and has forgotten those before it."""
    return isinstance(error, psycopg.errors.PipelineAborted) or (
        isinstance(error, psycopg.Error) and error.sqlstate is not None
    )


def _translated(error: psycopg.Error | UnicodeError) -> Exception:
    """What a caller can do something about, in its own words; anything else as it is."""
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return Unavailable(f"PostgreSQL broke off: {str(error).strip()}", remedy="Try again.")
    if isinstance(error, (psycopg.DataError, UnicodeError)):
        return InvalidInput(f"PostgreSQL cannot keep this: {str(error).strip()}", remedy="Correct the value.")
    return error


async def _send(connection: AsyncConnection[Row], sql: bytes, parameters: Parameters | list[Parameters]) -> Cursor:
    cursor = connection.cursor()
    # Both ride the pipeline that is open. A pipeline or transaction inside it would commit what was sent so far.
    if isinstance(parameters, list):
        await cursor.executemany(sql, parameters)
    else:
        await cursor.execute(sql, parameters)
    return cursor


async def _become_app(connection: AsyncConnection[Row]) -> None:
    connection.prepared_max = None  # there are as many as there are queries in sql/
    # For the whole session: a statement that forgets to say whose rows it wants then sees none, whoever logged in.
    await connection.execute(f"SET ROLE {migrate.ROLE}".encode())
    # Statements find rows by key: their plans are made once. Left alone, PostgreSQL plans partitioned tables each time.
    await connection.execute("SET plan_cache_mode = force_generic_plan")
