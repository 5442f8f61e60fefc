"""A pool of connections that work as `cabas_app`, and the two ways to use one: a batch, or a transaction.

Row-level security shows a connection nothing until it has said whose rows it wants, which both ways do first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from cabas.kernel.errors import Unavailable
from cabas.storage import migrate

Row = tuple[Any, ...]
Statement = tuple[bytes, Mapping[str, object] | None]

SET_RETAILER = b"SELECT set_config('cabas.retailer_id', %(retailer_id)s, true)"


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
        await pool.open()
        return cls(pool)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def run(self, retailer_id: str, *statements: Statement) -> list[AsyncCursor[Row]]:
        """Run statements on the retailer's rows as one transaction, in one round trip; one cursor for each."""
        async with self.connection() as connection, connection.pipeline():
            await connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
            return [await connection.execute(sql, parameters) for sql, parameters in statements]

    async def rows(self, retailer_id: str, sql: bytes, parameters: Mapping[str, object]) -> Sequence[Row]:
        """The rows of one query, in one round trip."""
        (cursor,) = await self.run(retailer_id, (sql, parameters))
        return await cursor.fetchall()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Row]]:
        """A connection in autocommit mode that has yet to say whose rows it wants. Raises `Unavailable`."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise Unavailable(
                "All connections to PostgreSQL are busy, or it does not answer.",
                remedy="Try again; if it lasts, run `cabas doctor`.",
            ) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, psycopg.errors.QueryCanceled):
                raise
            raise Unavailable(f"PostgreSQL broke off: {str(error).strip()}", remedy="Try again.") from error


async def _become_app(connection: AsyncConnection[Row]) -> None:
    # For the whole session: a statement that forgets to say whose rows it wants then sees none, whoever logged in.
    await connection.execute(f"SET ROLE {migrate.ROLE}".encode())
