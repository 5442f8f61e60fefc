"""The rows of a feed, read from PostgreSQL by a cursor on the server, so that memory stays small."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

from cabas.storage.database import SET_RETAILER, Database, Row
from cabas.storage.queries import queries
from cabas.usecases.feeds.item import Item

SQL = queries("feeds")
BATCH = 2000
# What a sort of the whole catalog may use before it goes to disk.
WORK_MEM = b"SET LOCAL work_mem = '32MB'"
# A feed reads every row once. The plan for any value, which the session asks for, would look each product up by key.
PLAN_ONCE = b"SET LOCAL plan_cache_mode = force_custom_plan"


class PostgresFeeds:
    """`usecases.feeds.export.FeedRows` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def name(self, retailer_id: str) -> str:
        """What the retailer is called; its id when it has no name."""
        rows = await self._database.rows(retailer_id, SQL["feed_retailer"], {"retailer_id": retailer_id})
        return str(rows[0][0]) if rows else retailer_id

    async def generation(self, retailer_id: str) -> int:
        """The number of the catalog's last import."""
        ((number,),) = await self._database.rows(retailer_id, SQL["feed_generation"], {"retailer_id": retailer_id})
        return int(number)

    async def rows(
        self, retailer_id: str, store_id: str, stores: Sequence[str], day: date, after: str = ""
    ) -> AsyncIterator[Sequence[Item]]:
        """The items behind the SKU `after`, in batches, sorted as Python sorts text. One batch is read ahead."""
        where = {"retailer_id": retailer_id, "store_id": store_id, "stores": list(stores), "day": day, "after": after}
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute(SET_RETAILER, where)
            await connection.execute(WORK_MEM)
            await connection.execute(PLAN_ONCE)
            async with connection.cursor("feed") as cursor:
                await cursor.execute(SQL["feed_rows"], where)
                coming = asyncio.ensure_future(cursor.fetchmany(BATCH))
                try:
                    while batch := await coming:
                        coming = asyncio.ensure_future(cursor.fetchmany(BATCH))
                        yield [_item(row) for row in batch]
                finally:
                    if not coming.done():
                        await asyncio.wait([coming])


def _item(row: Row) -> Item:
    return Item._make((*row[:5], tuple(row[5]), *row[6:]))
