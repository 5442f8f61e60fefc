"""Orders per second through `Orders.place`, beside the very same SQL sent bare by psycopg, in the same run.

    python bench/place_order.py                      embedded PostgreSQL, waiting for the disk
    python bench/place_order.py --url postgresql://… --lines 3 10 --clients 1 8

Each order takes its lines from stock and a place in a slot, and writes order, lines, two postings, an event and its
idempotency key. The two ways take turns, so that a busy machine is as unfair to one as to the other: the ratio is what
counts. What is built before the clock starts: the orders; for the bare way also their statements and parameters.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import TypeVar

from cabas.domain.catalog import Offer
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.ledger import Posting
from cabas.domain.order import Order, OrderLine, OrderStatus
from cabas.kernel.ids import fingerprint, order_number
from cabas.kernel.money import Money
from cabas.storage import embedded, migrate
from cabas.storage.database import SET_RETAILER, Statement
from cabas.storage.placing import statements
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Placed, PlaceOrder, StockLevel, Store

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SKUS = [f"sku-{number:05d}" for number in range(5_000)]
TURNS = 10
T = TypeVar("T")


def an_order(retailer_id: str, number: int, lines: int) -> PlaceOrder:
    """The `number`-th order: other SKUs than its neighbors'."""
    sold = tuple(
        OrderLine(
            line, SKUS[(number * 31 + line * 389) % len(SKUS)], "Coquillettes", 1, "each", Money(129), Money(129), 550
        )
        for line in range(1, lines + 1)
    )
    total, order_id = Money(129 * lines), f"bench-{number:09d}"
    order = Order(
        order_id, order_number(order_id), retailer_id, "lyon", None, "web", "house", "voice", NOW, OrderStatus.PLACED,
        sold, "pickup", "noon", NOW + timedelta(hours=3), NOW + timedelta(hours=4), Money(0), total, total, "retailer",
        "retailer",
    )  # fmt: skip
    postings = (
        Posting("shopper:payment", "retailer:sales", total, "sale"),
        Posting("retailer:sales", "retailer:commission", Money(total.amount // 20), "commission"),
    )
    event = ("order.placed", {"order_id": order_id, "total": total.amount})
    return PlaceOrder(order, postings, f"key-{number}", fingerprint(b"{}"), b'{"status":"placed"}', None, (event,))


async def fill(postgres: Postgres, retailer_id: str) -> None:
    """A store with more stock and places than the benchmark can sell."""
    await postgres.fill.stores(retailer_id, [Store("lyon", retailer_id, "Halle", "Europe/Paris")])
    await postgres.fill.offers(retailer_id, [Offer(sku, "", Money(129), 0) for sku in SKUS])
    await postgres.fill.stock(retailer_id, [StockLevel("lyon", sku, 10**9) for sku in SKUS])
    slot = Slot(
        "noon", "lyon", Method.PICKUP, NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1), 10**8, 0, Money(0)
    )
    await postgres.fill.slots(retailer_id, [slot])


async def measure(postgres: Postgres, retailer_id: str, clients: int, lines: int, seconds: float) -> None:
    """Print what both ways reach with that many clients."""
    numbers = count(clients * 10**7 + lines * 10**6)

    async def through_the_port(commands: Iterator[PlaceOrder], until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            if not isinstance(await postgres.orders.place(next(commands)), Placed):
                raise SystemExit("An order was refused: the benchmark is wrong.")
            done += 1
        return done

    async def bare(batches: Iterator[Sequence[Statement]], until: float) -> int:
        done = 0
        async with postgres.database.connection() as connection:
            while time.perf_counter() < until:
                async with connection.pipeline():
                    await connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
                    for sql, parameters in next(batches):
                        if isinstance(parameters, list):
                            await connection.cursor().executemany(sql, parameters)
                        else:
                            await connection.execute(sql, parameters)
                done += 1
        return done

    def commands() -> Iterator[PlaceOrder]:
        # Built ahead: more than one client can place in the time.
        return iter([an_order(retailer_id, next(numbers), lines) for _ in range(int(seconds * 2_500 / clients) + 100)])

    async def rate(way: Callable[[T, float], Awaitable[int]], work: Sequence[T]) -> float:
        gc.collect()
        gc.freeze()  # what was built ahead is no work for the garbage collector while the clock runs
        start = time.perf_counter()
        done = await asyncio.gather(*(way(one, start + seconds) for one in work))
        return sum(done) / (time.perf_counter() - start)

    port, plain = [], []
    for _ in range(TURNS):
        port.append(await rate(through_the_port, [commands() for _ in range(clients)]))
        batches = [iter([statements(command) for command in commands()]) for _ in range(clients)]
        plain.append(await rate(bare, batches))
    ratio = median(one / other for one, other in zip(port, plain, strict=True))
    best = f"{max(port):>8.0f} {max(plain):>8.0f}"
    print(f"{clients:>7} {lines:>5} {median(port):>14.0f} {median(plain):>14.0f} {ratio:>7.2f} {best}")


@contextmanager
def database(url: str | None, parent: str | None) -> Iterator[str]:
    """The URL given, or an embedded server in a folder that is thrown away."""
    if url is not None:
        yield url
        return
    with (
        tempfile.TemporaryDirectory(prefix="cabas-bench-", dir=parent) as folder,
        embedded.start(Path(folder)) as server,
    ):
        yield server.dsn


async def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a PostgreSQL of your own; rows of a retailer called bench-… are left in it")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--lines", type=int, nargs="+", default=[3])
    parser.add_argument("--seconds", type=float, default=0.7, help=f"of each of the {TURNS} turns")
    parser.add_argument("--folder", help="where the embedded server keeps its data meanwhile; a disk in memory, say")
    options = parser.parse_args()
    retailer_id = f"bench-{time.time_ns()}"
    with database(options.url, options.folder) as dsn:
        migrate.migrate(dsn)
        async with await Postgres.open(dsn, connections=max(options.clients)) as postgres:
            await fill(postgres, retailer_id)
            print("clients lines place orders/s  bare orders/s   ratio    (best turn of each)")
            for lines in options.lines:
                for clients in options.clients:
                    await measure(postgres, retailer_id, clients, lines, options.seconds)


if __name__ == "__main__":
    asyncio.run(main())
