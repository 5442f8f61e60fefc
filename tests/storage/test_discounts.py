"""Codes in memory and on PostgreSQL; and on PostgreSQL under many buyers at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from cabas.domain.discount import Discount
from cabas.domain.order import Order, OrderDiscount
from cabas.kernel.errors import NotFound
from cabas.kernel.money import Money
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Placed, SoldOut
from support.house import NOW, House, a_command, an_order

pytestmark = pytest.mark.anyio
TEN = Discount(
    "TEN", "Dix", "percent", 1000, minimum=100, starts=date(2026, 1, 1), ends=date(2026, 12, 31),
    families=("milk",), categories=("Crèmerie > Laits",), skus=("a",), platforms=("google",), uses=3, uses_each=1,
)  # fmt: skip
AUTO = Discount("AUTO", "", "fee", 10_000, automatic=True)


def used(retailer_id: str, ident: str, code: str, holder: str = "") -> Order:
    order = an_order(retailer_id, ident, {"pasta": 2})
    line = replace(order.lines[0], price=Money(180), discount=Money(20), substitution="ask")
    off = OrderDiscount(code, "Dix", Money(20), Money(0), holder)
    return replace(order, lines=(line,), goods=Money(180), total=Money(180), discounts=(off,))


async def test_codes_are_kept_found_replaced_and_removed(anywhere: House) -> None:
    who, ports = anywhere.retailer_id, anywhere.ports
    await anywhere.open({"pasta": 9})
    await ports.discounts.keep(who, [TEN, AUTO])
    assert await ports.discounts.all(who) == (AUTO, TEN)
    assert await anywhere.shop.discounts(who, []) == {"AUTO": AUTO}
    assert await anywhere.shop.discounts(who, ["TEN", "NONE"]) == {"AUTO": AUTO, "TEN": TEN}
    assert await anywhere.shop.discounts(f"{who}-other", ["TEN"]) == {}
    await anywhere.orders.place(a_command(used(who, "o1", "TEN", "camille")))
    assert (await anywhere.shop.discounts(who, ["TEN"], "camille"))["TEN"] == replace(TEN, used=1, used_by=1)
    await ports.discounts.keep(who, [replace(TEN, value=2000)])
    assert (await anywhere.shop.discounts(who, ["TEN"], "lou"))["TEN"] == replace(TEN, value=2000, used=1)
    await ports.discounts.remove(who, "TEN")
    assert await ports.discounts.all(who) == (AUTO,)
    with pytest.raises(NotFound):
        await ports.discounts.remove(who, "TEN")


async def test_an_order_reads_back_with_its_discounts(anywhere: House) -> None:
    await anywhere.open({"pasta": 9})
    await anywhere.ports.discounts.keep(anywhere.retailer_id, [TEN])
    order = used(anywhere.retailer_id, "o1", "TEN", "camille")
    assert isinstance(await anywhere.orders.place(a_command(order)), Placed)
    assert await anywhere.orders.get(anywhere.retailer_id, "o1") == order


async def test_a_use_too_many_changes_nothing_and_a_canceled_one_comes_back(anywhere: House) -> None:
    who = anywhere.retailer_id
    await anywhere.open({"pasta": 9})
    await anywhere.ports.discounts.keep(who, [replace(TEN, uses=1, uses_each=None)])
    await anywhere.orders.place(a_command(used(who, "o1", "TEN")))
    assert await anywhere.orders.place(a_command(used(who, "o2", "TEN"))) == SoldOut({}, codes=("TEN",))
    assert (await anywhere.left("pasta"), await anywhere.taken()) == ({"pasta": 7}, 1)
    await anywhere.orders.move(who, "o1", "cancel", NOW)
    assert isinstance(await anywhere.orders.place(a_command(used(who, "o3", "TEN"))), Placed)
    assert await anywhere.orders.place(a_command(used(who, "o4", "GONE"))) == SoldOut({}, codes=("GONE",))


async def test_one_shopper_uses_a_code_as_often_as_allowed(anywhere: House) -> None:
    who = anywhere.retailer_id
    await anywhere.open({"pasta": 9})
    await anywhere.ports.discounts.keep(who, [TEN])
    await anywhere.orders.place(a_command(used(who, "o1", "TEN", "camille")))
    assert await anywhere.orders.place(a_command(used(who, "o2", "TEN", "camille"))) == SoldOut({}, codes=("TEN",))
    assert isinstance(await anywhere.orders.place(a_command(used(who, "o3", "TEN", "lou"))), Placed)
    await anywhere.orders.move(who, "o1", "cancel", NOW)
    assert isinstance(await anywhere.orders.place(a_command(used(who, "o4", "TEN", "camille"))), Placed)
    assert (await anywhere.shop.discounts(who, ["TEN"], "camille"))["TEN"].used == 2


@pytest.fixture
async def crowd(dsn: str, retailer_id: str) -> AsyncIterator[House]:
    async with await Postgres.open(dsn, connections=12) as opened:
        yield House(retailer_id, opened)


async def test_sixty_buyers_for_three_uses(crowd: House) -> None:
    who = crowd.retailer_id
    await crowd.open({"pasta": 500})
    await crowd.ports.discounts.keep(who, [replace(TEN, uses_each=None)])
    orders = [used(who, f"o{number}", "TEN") for number in range(60)]
    outcomes = await asyncio.gather(*(crowd.orders.place(a_command(order)) for order in orders))
    assert sum(isinstance(one, Placed) for one in outcomes) == 3
    assert outcomes.count(SoldOut({}, codes=("TEN",))) == 57
    assert await crowd.left("pasta") == {"pasta": 494}
    assert (await crowd.shop.discounts(who, ["TEN"]))["TEN"].used == 3


async def test_one_shopper_on_twenty_devices(crowd: House) -> None:
    who = crowd.retailer_id
    await crowd.open({"pasta": 500})
    await crowd.ports.discounts.keep(who, [replace(TEN, uses=None)])
    orders = [used(who, f"o{number}", "TEN", "camille") for number in range(20)]
    outcomes = await asyncio.gather(*(crowd.orders.place(a_command(order)) for order in orders))
    assert sum(isinstance(one, Placed) for one in outcomes) == 1
    assert (await crowd.shop.discounts(who, ["TEN"], "camille"))["TEN"] == replace(TEN, uses=None, used=1, used_by=1)
