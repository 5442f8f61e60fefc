"""Many buyers at once on PostgreSQL: nothing is oversold, nobody deadlocks, one key is one order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import psycopg
import pytest

from cabas.domain.cart import Conversation
from cabas.kernel.errors import Conflict
from cabas.storage.audit import audit
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Placed, SoldOut, StockLevel
from support.house import NOW, STORE, House, a_command, an_order

pytestmark = pytest.mark.anyio


@pytest.fixture
async def crowd(dsn: str, retailer_id: str) -> AsyncIterator[House]:
    """A house with more connections than cores."""
    async with await Postgres.open(dsn, connections=16) as opened:
        yield House(retailer_id, opened)


def broken_rules(dsn: str, retailer_id: str) -> dict[str, object]:
    with psycopg.connect(dsn) as connection:
        return dict(audit(connection, retailer_id))


async def buy(house: House, buyers: int, quantity: int = 1) -> list[Placed | SoldOut]:
    orders = [an_order(house.retailer_id, f"o{number}", {"pasta": quantity}) for number in range(buyers)]
    return await asyncio.gather(*(house.orders.place(a_command(order)) for order in orders))


async def test_twelve_buyers_five_units(crowd: House, dsn: str) -> None:
    await crowd.open({"pasta": 5})
    outcomes = Counter(outcome(found) for found in await buy(crowd, 12))
    assert outcomes == {"placed": 5, "sold out, 0 left": 7}
    assert await crowd.left("pasta") == {"pasta": 0}
    assert await crowd.taken() == 5
    assert broken_rules(dsn, crowd.retailer_id) == {}


def outcome(found: Placed | SoldOut) -> str:
    if isinstance(found, Placed):
        assert not found.replayed
        return "placed"
    if found.slot_full:
        return "slot full"
    return f"sold out, {found.short['pasta']} left"


async def test_five_hundred_buyers_for_the_last_unit(crowd: House, dsn: str) -> None:
    await crowd.open({"pasta": 1}, places=1000)
    outcomes = Counter(outcome(found) for found in await buy(crowd, 500))
    assert outcomes == {"placed": 1, "sold out, 0 left": 499}
    assert await crowd.taken() == 1
    assert broken_rules(dsn, crowd.retailer_id) == {}


async def test_odd_quantities_leave_what_nobody_can_take(crowd: House, dsn: str) -> None:
    await crowd.open({"pasta": 20})
    outcomes = Counter(outcome(found) for found in await buy(crowd, 30, quantity=3))
    assert outcomes == {"placed": 6, "sold out, 2 left": 24}
    assert await crowd.left("pasta") == {"pasta": 2}
    assert broken_rules(dsn, crowd.retailer_id) == {}


async def test_the_last_place_of_an_hour(crowd: House, dsn: str) -> None:
    await crowd.open({"pasta": 1000}, places=3)
    outcomes = Counter(outcome(found) for found in await buy(crowd, 60))
    assert outcomes == {"placed": 3, "slot full": 57}
    assert await crowd.left("pasta") == {"pasta": 997}
    assert broken_rules(dsn, crowd.retailer_id) == {}


async def test_carts_in_opposite_order_never_deadlock(crowd: House, dsn: str) -> None:
    skus = [f"sku-{number:02d}" for number in range(12)]
    await crowd.open(dict.fromkeys(skus, 1000), places=1000)
    orders = [
        an_order(crowd.retailer_id, f"o{number}", dict.fromkeys(skus if number % 2 else reversed(skus), 1))
        for number in range(60)
    ]
    found = await asyncio.gather(*(crowd.orders.place(a_command(order)) for order in orders))
    assert {type(one) for one in found} == {Placed}
    assert await crowd.left(*skus) == dict.fromkeys(skus, 940)
    assert broken_rules(dsn, crowd.retailer_id) == {}


async def test_orders_and_stocktakes_never_deadlock(crowd: House, dsn: str) -> None:
    skus = [f"sku-{number:02d}" for number in range(12)]
    await crowd.open(dict.fromkeys(skus, 1000), places=1000)
    orders = [an_order(crowd.retailer_id, f"o{number}", dict.fromkeys(skus, 1)) for number in range(40)]
    counts = [[StockLevel("lyon", sku, 2000) for sku in reversed(skus)] for _ in range(10)]
    await asyncio.gather(
        *(crowd.orders.place(a_command(order)) for order in orders),
        *(crowd.fill.stock(crowd.retailer_id, levels) for levels in counts),
    )
    assert await crowd.left(*skus) == dict.fromkeys(skus, 1960)
    assert broken_rules(dsn, crowd.retailer_id) == {}


@pytest.mark.parametrize("same_order", [False, True], ids=["each its own order id", "one order id"])
async def test_one_key_sixteen_times_at_once(crowd: House, dsn: str, same_order: bool) -> None:
    await crowd.open({"pasta": 100})
    for round_number in range(5):
        ids = [f"o{round_number}" if same_order else f"o{round_number}-{number}" for number in range(16)]
        commands = [
            a_command(an_order(crowd.retailer_id, order_id, {"pasta": 1}), key=f"key-{round_number}")
            for order_id in ids
        ]
        found = await asyncio.gather(*(crowd.orders.place(command) for command in commands))
        assert {type(one) for one in found} == {Placed}
        assert len({one.answer for one in found}) == 1
        assert sum(not one.replayed for one in found) == 1
    assert await crowd.left("pasta") == {"pasta": 95}
    assert await crowd.taken() == 5
    assert broken_rules(dsn, crowd.retailer_id) == {}


async def test_canceling_sixteen_times_at_once_gives_back_once(crowd: House, dsn: str) -> None:
    await crowd.open({"pasta": 10})
    await crowd.orders.place(a_command(an_order(crowd.retailer_id, "o1", {"pasta": 4})))
    moves = (crowd.orders.move(crowd.retailer_id, "o1", "cancel", NOW) for _ in range(16))
    found = await asyncio.gather(*moves, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in found) == 15
    assert await crowd.left("pasta") == {"pasta": 10}
    assert broken_rules(dsn, crowd.retailer_id) == {}


async def test_twelve_shoppers_hold_five_places(crowd: House, dsn: str) -> None:
    """Who holds a place gets it, whoever else orders meanwhile; when a hold ends, nobody has to sweep it."""
    await crowd.open({"pasta": 1000}, places=5)
    rid, until = crowd.retailer_id, NOW + timedelta(minutes=10)

    async def hold(number: int, at: datetime = NOW) -> bool:
        ends = at + timedelta(minutes=10)
        return bool(await crowd.shop.hold(rid, STORE, "noon", f"c{number}", now=at, until=ends))

    async def buy_as(number: int, at: datetime = NOW) -> bool:
        order = an_order(rid, f"o{number}", {"pasta": 1}, placed_at=at)
        talk = Conversation(f"c{number}", rid, STORE, "web", None, "fr-FR")
        return isinstance(await crowd.orders.place(a_command(order, conversation=talk)), Placed)

    held = await asyncio.gather(*(hold(number) for number in range(12)))
    assert sum(held) == 5
    everybody = range(12)
    mine = [number for number in everybody if held[number]]
    rushed = await asyncio.gather(*(buy_as(number) for number in everybody if number not in mine[:3]))
    assert sum(rushed) == 2  # the two holders among them; the three other places are still kept
    late = await asyncio.gather(*(hold(number, until) for number in range(20, 32)))
    assert sum(late) == 3
    assert await buy_as(mine[0], until) is False
    bought = await asyncio.gather(*(buy_as(number, until) for number in range(20, 32)))
    assert bought == late
    assert broken_rules(dsn, rid) == {}


async def test_holds_and_orders_share_the_places(crowd: House) -> None:
    await crowd.open({"pasta": 1000}, places=5)
    until = NOW + timedelta(minutes=10)
    orders = [an_order(crowd.retailer_id, f"o{number}", {"pasta": 1}) for number in range(20)]
    found = await asyncio.gather(
        *(crowd.orders.place(a_command(order)) for order in orders),
        *(crowd.shop.hold(crowd.retailer_id, STORE, "noon", f"c{n}", now=NOW, until=until) for n in range(20)),
    )
    assert sum(isinstance(one, Placed) or one is True for one in found) == 5
    assert await crowd.taken() == 5
