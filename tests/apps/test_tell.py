"""What is in the outbox is told by the surface the order came through, and by no other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from cabas.apps.tell import teller
from cabas.domain.order import OrderStatus
from cabas.domain.payment import Payment, PaymentStatus
from cabas.kernel.errors import Unavailable
from cabas.kernel.money import Money
from cabas.storage.outbox import Event
from cabas.surfaces.contract import News, Premises, Surface
from cabas.usecases.shop.pay import NoPayments
from support.orders import at, line, order
from support.premises import Stage, stage_of

WHEN = at("2026-11-24")
PLACED = Event("halle", "s1", "o1", 1, "order.placed", {"platform": "google", "order_id": "o1"}, 1, WHEN)


def surface(name: str, heard: list[tuple[str, News]], *, mine: bool) -> Surface:
    async def tell(_: Premises, news: News) -> bool:
        heard.append((name, news))
        return mine

    return Surface(name, name, f"/{name}", lambda _: (), tell=tell)


def with_order(status: OrderStatus = OrderStatus.PLACED, **changes: Any) -> Stage:
    """A shop with the order o1 of milk, authorized for 2.00."""
    stage = stage_of(**changes)
    stage.memory.rows.orders["halle", "o1"] = replace(order(line(105, sku="milk")), id="o1", status=status)
    stage.memory.rows.payments["halle", "o1"] = [Payment("purse", PaymentStatus.AUTHORIZED, Money(200), "auth-1")]
    return stage


class Purse(NoPayments):
    """Remembers what was captured."""

    def __init__(self) -> None:
        self.captured: list[Money] = []

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        self.captured.append(amount)
        return replace(payment, status=PaymentStatus.CAPTURED)


def test_a_platform_that_does_not_listen_does_not_keep_the_money_waiting() -> None:
    async def deaf(*_: object) -> bool:
        raise Unavailable("deaf")

    purse = Purse()
    stage = with_order(OrderStatus.COMPLETED, payments=purse)
    send = teller(stage.premises, [Surface("a", "a", "/a", lambda _: (), tell=deaf)])
    for _ in range(2):
        with pytest.raises(Unavailable, match="deaf"):
            asyncio.run(send(PLACED))
    assert purse.captured == [Money(105)]


def test_the_first_that_knows_the_order_tells_it() -> None:
    heard: list[tuple[str, News]] = []
    silent = Surface("silent", "silent", "/silent", lambda _: ())
    surfaces = [silent, surface("a", heard, mine=False), surface("b", heard, mine=True), surface("c", heard, mine=True)]
    asyncio.run(teller(with_order().premises, surfaces)(PLACED))
    news = News("o1.1", "google", "o1", WHEN)
    assert heard == [("a", news), ("b", news)]


@pytest.mark.parametrize(
    "event",
    [
        replace(PLACED, topic="receipt.shared"),
        replace(PLACED, payload={"platform": "google"}),
        replace(PLACED, payload={"order_id": "o1"}),
    ],
)
def test_what_is_about_no_order_is_told_to_nobody(event: Event) -> None:
    heard: list[tuple[str, News]] = []
    asyncio.run(teller(stage_of().premises, [surface("a", heard, mine=True)])(event))
    assert heard == []
