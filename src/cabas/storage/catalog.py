"""The published catalog on PostgreSQL: a file is copied into a temporary table and merged in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from psycopg import AsyncConnection, AsyncCursor

from cabas.domain.catalog import Product, SoldBy, Storage
from cabas.kernel.errors import Conflict, InvalidInput
from cabas.kernel.quantity import Quantity
from cabas.storage.catalog_lines import product_line, stock_line
from cabas.storage.database import SET_RETAILER, Database, Row
from cabas.storage.queries import queries
from cabas.usecases.formats import StockRow
from cabas.usecases.publishing import WITHDRAW_SHARE_MAX, Known, Merged, Options
from cabas.usecases.publishing import Row as Published

SQL = queries("catalog")
CHUNK, BATCH = 500, 2000
# Rows that are merged at once: many enough for a statement, few enough to be merged while others are read.
MERGED = 10_000
_Connection = AsyncConnection[Row]


class PostgresCatalog:
    """`usecases.publish.CatalogStore` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def merge(
        self,
        retailer_id: str,
        rows: Callable[[Known], Iterable[Published]],
        *,
        source: str,
        options: Options,
        now: datetime,
    ) -> Merged:
        """Store rows in one transaction: all or nothing. What `rows` raises undoes it all."""
        where: dict[str, object] = {"retailer_id": retailer_id, "stores": list(options.stores)}
        async with self._import(where, source, now) as (connection, generation):
            stored: dict[str, bytes | None] = dict(await _rows(connection, SQL["digests"], where))
            lines = (product_line(row, options) for row in rows({sku: one or b"" for sku, one in stored.items()}))
            count, differ, priced = await self._merge_all(connection, where, lines)
            withdrawn = await self._withdraw(connection, where, options)
            if options.stores:
                await connection.execute(SQL["merge_counts"], where)  # in the order in which orders lock what they take
            added = sum(sku not in stored for sku in differ)
            updated = len(priced.difference(differ)) + len(differ) - added
            ((products,),) = await _rows(connection, SQL["count_products"], where)
            unchanged = count - added - updated
            merged = Merged(generation, added, updated, unchanged, tuple(sorted(differ)), withdrawn, products)
            await _end(connection, where, merged)
        return merged

    async def _merge_all(
        self, connection: _Connection, where: dict[str, object], lines: Iterator[bytes]
    ) -> tuple[int, set[str], set[str]]:
        """Store the lines, some thousand at a time, so that the server works while later rows are read. Returns their
        number, and the SKUs of new or changed products and of other prices.
        """
        for statement in ("stage_products", "index_products", "stage_listed"):
            await connection.execute(SQL[statement])
        count, differ, priced = 0, set[str](), set[str]()
        while copied := await _copy(connection, SQL["copy_products"], islice(lines, MERGED)):
            count += copied
            await connection.execute("ANALYZE incoming (sku)")
            differ.update(sku for (sku,) in await _rows(connection, SQL["merge_products"], where))
            priced.update(sku for (sku,) in await _rows(connection, SQL["merge_prices"], where))
            await connection.execute(SQL["listed"])
            await connection.execute(SQL["next_products"])
        await connection.execute("ANALYZE listed")
        return count, differ, priced

    async def _withdraw(self, connection: _Connection, where: dict[str, object], options: Options) -> tuple[str, ...]:
        if options.absent != "withdraw":
            return ()
        ((before,),) = await _rows(connection, SQL["count_products"], where)
        gone = tuple(sku for (sku,) in await _rows(connection, SQL["find_absent"], where))
        if len(gone) > WITHDRAW_SHARE_MAX * before and not options.withdraw_many:
            raise InvalidInput(
                f"{len(gone)} of {before} products are not in this file and would be withdrawn. Nothing was changed.",
                remedy="Check that the file is the whole catalog, then allow it (--withdraw-many).",
                code="withdraw_many",
            )
        if gone:
            await connection.execute(SQL["withdraw_products"], where | {"skus": list(gone)})
            await connection.execute(SQL["withdraw_offers"], where | {"skus": list(gone)})
        return gone

    async def merge_stock(
        self, retailer_id: str, rows: Iterable[StockRow], *, source: str, options: Options, now: datetime
    ) -> Merged:
        """Store what stores ask and have, in the same way; rows of unknown stores or products come back."""
        where: dict[str, object] = {"retailer_id": retailer_id}
        async with self._import(where, source, now) as (connection, generation):
            await connection.execute(SQL["stage_stock"])
            count = await _copy(connection, SQL["copy_stock"], (stock_line(row, options) for row in rows))
            await connection.execute("ANALYZE incoming")
            unknown = tuple(
                StockRow(line, store_id, sku, sold, quantity)
                for line, store_id, sku, sold, quantity in sorted(
                    await _rows(connection, SQL["refuse_unknown"], where), key=lambda row: row[0]
                )
            )
            differ = set(await _rows(connection, SQL["merge_store_offers"], where))
            differ.update(await _rows(connection, SQL["merge_store_counts"], where))
            kept = count - len(unknown) - len(differ)
            merged = Merged(generation, updated=len(differ), unchanged=kept, unknown=unknown)
            await _end(connection, where, merged)
        return merged

    async def products(self, retailer_id: str, skus: Sequence[str] | None = None) -> AsyncIterator[Sequence[Product]]:
        """The published products, or those of some SKUs, in batches; read by a cursor, so that memory stays small."""
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
            async with connection.cursor("products") as cursor:
                cursor.itersize = BATCH
                where = {"retailer_id": retailer_id, "skus": list(skus or ())}
                await cursor.execute(SQL["all_products" if skus is None else "some_products"], where)
                while batch := await cursor.fetchmany(BATCH):
                    yield [product_of(row) for row in batch]

    async def brands(self, retailer_id: str) -> list[str]:
        """The brands of the published products, the most frequent first."""
        rows = await self._database.rows(retailer_id, SQL["brands"], {"retailer_id": retailer_id})
        return [brand for (brand,) in rows]

    @asynccontextmanager
    async def _import(
        self, where: dict[str, object], source: str, now: datetime
    ) -> AsyncIterator[tuple[_Connection, int]]:
        """A transaction for one import, numbered. Adds the generation to `where`. Raises `Conflict` when one runs."""
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute(SET_RETAILER, where)
            if await _rows(connection, SQL["lock_catalog"], where) != [(True,)]:
                raise Conflict("Another import of this catalog is running.", remedy="Wait for it to end.")
            await connection.execute(queries("fill")["ensure_retailer"], where)
            ((generation,),) = await _rows(connection, SQL["next_generation"], where | {"source": source, "now": now})
            where["generation"] = generation
            yield connection, generation


def product_of(row: Row) -> Product:
    """The product of a row of `all_products`."""
    (sku, names, lang, gtin, brand, own_brand, category, family, value, unit, scale, pieces, sold_by, vat_rate, age,
     allergens, labels, storage, popularity, ingredients, image, deposit) = row  # fmt: skip
    return Product(
        sku, names, lang, gtin, brand, own_brand, tuple(category), family,
        None if value is None else Quantity(value, unit, scale), pieces, SoldBy(sold_by), vat_rate, age,
        frozenset(allergens), frozenset(labels), Storage(storage), popularity, ingredients, image,
        deposit,
    )  # fmt: skip


async def _copy(connection: _Connection, statement: bytes, lines: Iterator[bytes]) -> int:
    count = 0
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while chunk := list(islice(lines, CHUNK)):
            await copy.write(b"".join(chunk))
            count += len(chunk)
    return count


async def _rows(connection: _Connection, statement: bytes, parameters: dict[str, Any]) -> list[Row]:
    cursor: AsyncCursor[Row] = await connection.execute(statement, parameters)
    return await cursor.fetchall()


async def _end(connection: _Connection, where: dict[str, object], merged: Merged) -> None:
    report = {
        "added": merged.added,
        "changed": merged.updated,
        "unchanged": merged.unchanged,
        "withdrawn": len(merged.withdrawn),
    }
    await connection.execute(SQL["end_import"], where | {"report": msgspec.json.encode(report).decode()})
