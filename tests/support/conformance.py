"""The small shop made larger for conformance tools: many things to buy, a promotion, something sold out, many slots."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette

from cabas.apps.tell import teller
from cabas.apps.web import lifespan
from cabas.domain.catalog import Offer, Product, Promotion
from cabas.domain.discount import Discount
from cabas.kernel.money import Money
from cabas.storage.outbox import Event
from cabas.storage.partner_web import PartnerWeb
from cabas.surfaces.contract import Surface
from cabas.usecases.ports import StockLevel
from support.premises import Stage, stage_of
from support.shop import run, slot

MANY = 25
CODES = (
    Discount("SPRING10", "Spring", "percent", 1000),
    Discount("THANKS1", "Thanks", "amount", 10),
    Discount("CLEAN", "Clean hands", "percent", 2000, skus=("soap",)),
    Discount("CLUB", "For members", "percent", 500, automatic=True, members=True),
)


def large_stage(url: str, **changes: Any) -> Stage:
    """The shop at `url`, in test mode, with a way to the tool's own servers."""
    stage = stage_of(testing=True, url=url, changes={"web": PartnerWeb(local=True)}, **changes)
    fill, known = stage.memory.fill, stage.products
    more = {
        f"article{n:02}": Product(f"article{n:02}", {"fr": f"Article {n}"}, category=("Divers",)) for n in range(MANY)
    }
    known.update(more)
    cut = Promotion("percent", 2000)
    run(fill.products("halle", known.values()))
    run(fill.offers("halle", [Offer(sku, "", Money(500), 0) for sku in more]))
    run(fill.offers("halle", [Offer("article00", "", Money(1000), 0, cut)]))
    run(fill.stock("halle", [StockLevel("s1", sku, 100_000) for sku in (*known,)]))
    run(fill.stock("halle", [StockLevel("s1", "article01", 0)]))
    run(stage.memory.discounts.keep("halle", CODES))
    stage.shop.add_slots(
        slot("drive", stage.now + timedelta(hours=3), method="pickup", fee=Money(0), capacity=10_000),
        slot("home", stage.now + timedelta(hours=4), capacity=10_000),
    )
    return stage


@asynccontextmanager
async def opened(stage: Stage, routes: Any, surfaces: Sequence[Surface]) -> AsyncIterator[Starlette]:
    """The application with its surface's routes, and the outbox told of in the background."""
    app = Starlette(routes=routes(stage.premises), lifespan=lifespan)
    work = asyncio.create_task(_tell(stage, surfaces))
    try:
        yield app
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def _tell(stage: Stage, surfaces: Sequence[Surface]) -> None:
    """What is in the outbox in memory, once each, again after half a second when it was not taken."""
    send, told = teller(stage.premises, surfaces), set[tuple[str, str, int]]()
    while True:
        for (retailer, subject), events in list(stage.memory.rows.outbox.items()):
            for seq, one in enumerate(list(events)):
                if (retailer, subject, seq) in told:
                    continue
                event = Event(retailer, "s1", subject, seq, one.topic, dict(one.payload), 1, datetime.now(UTC))
                with suppress(Exception):
                    await send(event)
                    told.add((retailer, subject, seq))
        await asyncio.sleep(0.3)
