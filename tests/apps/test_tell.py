"""What is in the outbox is told by the surface the order came through, and by no other."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cabas.apps.tell import teller
from cabas.storage.outbox import Event
from cabas.surfaces.contract import News, Premises, Surface
from support.orders import at
from support.premises import stage_of

WHEN = at("2026-11-24")
PLACED = Event("halle", "s1", "o1", 1, "order.placed", {"platform": "google", "order_id": "o1"}, 1, WHEN)


def surface(name: str, heard: list[tuple[str, News]], *, mine: bool) -> Surface:
    async def tell(_: Premises, news: News) -> bool:
        heard.append((name, news))
        return mine

    return Surface(name, name, f"/{name}", lambda _: (), tell=tell)


def test_the_first_that_knows_the_order_tells_it() -> None:
    heard: list[tuple[str, News]] = []
    silent = Surface("silent", "silent", "/silent", lambda _: ())
    surfaces = [silent, surface("a", heard, mine=False), surface("b", heard, mine=True), surface("c", heard, mine=True)]
    asyncio.run(teller(stage_of().premises, surfaces)(PLACED))
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
