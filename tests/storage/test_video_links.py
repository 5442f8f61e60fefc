"""Links under videos on PostgreSQL: proposed, decided, and the orders that came through them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cabas.kernel.errors import NotFound
from cabas.kernel.money import Money
from cabas.storage.videos import PostgresVideoLinks
from cabas.usecases.videos import APPROVED, REJECTED, Came, VideoLink, decide
from support.house import NOW, House, a_command, an_order

pytestmark = pytest.mark.anyio
MILK = VideoLink("code-milk", "google", "abc", "Crêpes", "milk", "lait", 75, 700, ("ingredients", "chapter"))
EGGS = replace(MILK, id="code-eggs", sku="eggs", words="œufs", seconds=5, score=580, reasons=())


async def test_what_a_person_decided_stays_decided(halle: House) -> None:
    links = PostgresVideoLinks(halle.ports.database)
    await links.propose(halle.retailer_id, [MILK, EGGS], NOW)
    assert await links.all(halle.retailer_id) == [EGGS, MILK]
    await decide(links, halle.retailer_id, ["code-milk"], APPROVED, NOW)
    await decide(links, halle.retailer_id, ["code-eggs"], REJECTED, NOW)
    later = NOW + timedelta(days=1)
    await links.propose(halle.retailer_id, [replace(MILK, score=1), replace(EGGS, score=1)], later)
    assert await links.get(halle.retailer_id, "code-milk") == replace(MILK, state=APPROVED)
    assert await links.get(halle.retailer_id, "code-eggs") == replace(EGGS, state=REJECTED)
    assert await links.get(halle.retailer_id, "nobody") is None
    assert await links.all(f"{halle.retailer_id}-other") == []


async def test_a_code_there_is_not_changes_nothing(halle: House) -> None:
    links = PostgresVideoLinks(halle.ports.database)
    await links.propose(halle.retailer_id, [MILK], NOW)
    with pytest.raises(NotFound, match="no link 'nobody'"):
        await decide(links, halle.retailer_id, ["code-milk", "nobody"], APPROVED, NOW)
    assert await links.all(halle.retailer_id) == [MILK]


async def test_orders_are_counted_for_the_video_they_came_through(halle: House) -> None:
    links = PostgresVideoLinks(halle.ports.database)
    await halle.open({"milk": 10})
    for number, source in enumerate(("video:abc", "video:abc", "video:xyz", "", "another-session")):
        order = an_order(halle.retailer_id, f"{halle.retailer_id}-{number}", {"milk": 1}, source=source)
        await halle.orders.place(a_command(order))
        assert (await halle.orders.get(halle.retailer_id, order.id)).source == source
    canceled = f"{halle.retailer_id}-2"
    await halle.orders.move(halle.retailer_id, canceled, "cancel", NOW)
    assert await links.came(halle.retailer_id) == [Came("video:abc", "web", 2, Money(200))]
