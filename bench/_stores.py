"""Twenty stores over one catalog, for the talk benchmark: the same figures in memory and in PostgreSQL.

Every store asks its own price for every product, and holds two thirds of the range, another two thirds each.
"""

# ruff: noqa: ANN401 - what stands in for any port

from __future__ import annotations

import asyncio
import tempfile
import time
import zlib
from array import array
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from cabas.apps.eval.shop import slots_from
from cabas.domain.catalog import Offer
from cabas.domain.customer import Shopper
from cabas.kernel.clock import FixedClock
from cabas.kernel.money import Money
from cabas.storage import embedded, migrate
from cabas.storage.memory import Memory
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Store

RETAILER, STORES, LEFT = "bench", 20, 40
NAMES = tuple(f"store-{number:02d}" for number in range(STORES))


@dataclass(frozen=True, slots=True)
class Range:
    """The SKUs of a catalog with the price of each in cents, and the row of each SKU."""

    skus: Sequence[str]
    prices: array[int]
    rows: Mapping[str, int]

    def price(self, row: int, store: int) -> int:
        """What a store asks, in cents: within a tenth of the others."""
        return self.prices[row] * (95 + (row * 7 + store * 3) % 11) // 100

    def left(self, row: int, store: int) -> int:
        """How many a store has."""
        return LEFT if (row * 31 + store * 17) % 3 else 0


def range_of(priced: Iterable[tuple[str, int]]) -> Range:
    """The range of (SKU, price) pairs."""
    known = list(priced)
    return Range([sku for sku, _ in known], array("i", (price for _, price in known)),
                 {sku: row for row, (sku, _) in enumerate(known)})  # fmt: skip


class Counted:
    """A port whose questions are counted: each is a round trip where a database answers."""

    asked = 0

    def __init__(self, port: Any) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def ask(*given: Any, **named: Any) -> Any:
            Counted.asked += 1
            return await found(*given, **named)

        return ask


@dataclass(frozen=True, slots=True)
class Ports:
    """Where conversations are kept and what stores answer, of one kind: in memory, or PostgreSQL."""

    conversations: Any
    shop: Any
    orders: Any
    consents: Any


@dataclass(frozen=True, slots=True)
class MemoryStores:
    """A `Shop`: prices and stock of all stores reckoned from the range, the rest as the shop underneath."""

    shop: Any
    range: Range

    async def offers(
        self, retailer_id: str, store_id: str, skus: Sequence[str], *, day: date | None = None
    ) -> dict[str, Offer]:
        """Price and stock of one store."""
        store, rows = NAMES.index(store_id), self.range.rows
        return {
            sku: Offer(sku, store_id, Money(self.range.price(row, store)), self.range.left(row, store))
            for sku in skus
            if (row := rows.get(sku)) is not None
        }

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop, name)


async def _people(fill: Any, now: FixedClock) -> None:
    await fill.retailer(RETAILER, "Bench")
    stores = [Store(name, RETAILER, name, timezone="Europe/Paris") for name in NAMES]
    await fill.stores(RETAILER, stores)
    for store in stores:
        opened = slots_from(now.now(), store)
        await fill.slots(RETAILER, [replace(slot, id=f"{store.id}-{slot.id}") for slot in opened])
    await fill.shoppers(RETAILER, [Shopper("shopper", RETAILER, "Camille", personal=True)])


@asynccontextmanager
async def in_memory(known: Range, clock: FixedClock) -> AsyncIterator[Ports]:
    """The stores in this process."""
    memory = Memory()
    await _people(memory.fill, clock)
    yield Ports(memory.conversations, MemoryStores(memory.shop, known), memory.orders, memory.consents)


@asynccontextmanager
async def in_postgres(known: Range, clock: FixedClock) -> AsyncIterator[Ports]:
    """The stores in an embedded PostgreSQL that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="cabas-bench-") as folder, embedded.start(Path(folder)) as server:
        migrate.migrate(server.dsn)
        start = time.perf_counter()
        await asyncio.to_thread(_load, server.dsn, known)
        async with await Postgres.open(server.dsn) as postgres:
            await _people(postgres.fill, clock)
            took = time.perf_counter() - start
            rows = len(known.skus) * STORES
            print(f"  {rows:,} prices and {rows * 2 // 3:,} counts stored in {took:.0f} s")
            yield Ports(postgres.conversations, postgres.shop, postgres.orders, postgres.consents)


def _load(dsn: str, known: Range) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "INSERT INTO retailer (retailer_id, name) VALUES (%s, 'Bench') ON CONFLICT DO NOTHING", [RETAILER]
        )
        for number, store in enumerate(NAMES):
            with connection.cursor() as cursor:
                with cursor.copy("COPY offer (retailer_id, store_id, sku, price) FROM STDIN") as copy:
                    for row, sku in enumerate(known.skus):
                        copy.write(f"{RETAILER}\t{store}\t{sku}\t{known.price(row, number)}\n")
                with cursor.copy("COPY stock (retailer_id, store_id, sku, on_hand) FROM STDIN") as copy:
                    for row, sku in enumerate(known.skus):
                        if left := known.left(row, number):
                            copy.write(f"{RETAILER}\t{store}\t{sku}\t{left}\n")
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE offer")
        connection.execute("ANALYZE stock")


def store_of(text: str) -> str:
    """The store a sentence is said in: any of them, always the same."""
    return NAMES[zlib.crc32(text.encode()) % STORES]
