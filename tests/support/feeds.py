"""Small exports in folders, as `cabas feed export` leaves them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cabas.storage.feed_files import FeedFolder
from cabas.usecases.feeds import Gate, Item, Setting, find_format
from cabas.usecases.feeds.export import Job, export
from support.premises import an_agreement

DAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 6, tzinfo=UTC)
MILK = Item(
    "milk", "Lait entier", "fr", None, "Halle", ("Crèmerie",), 1, "LTR", 0, 1, "each", 0, "",
    "https://img.example/milk.jpg", 120, "EUR", True, False, 4, None, None, None, None, None,
)  # fmt: skip


class Rows:
    """`FeedRows` of a list."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items

    async def rows(self, *_: Any, after: str = "") -> AsyncIterator[Sequence[Item]]:
        yield [one for one in self._items if one.sku > after]


def exported(
    root: Path, items: Sequence[Item] = (MILK,), *, platform: str = "google", retailer: str = "halle",
    kind: str = "full", at: datetime = NOW, packed: bool = True, folder: str = "", **report: Any,
) -> Path:  # fmt: skip
    """An export of a platform's Google feed below `root`: its folder."""
    form = find_format("google")
    setting = Setting(retailer, "Halle", platform, DAY, "https://halle.example/p/{sku}", estimated=True)
    gate = Gate(an_agreement(platform), setting, form.PLACE, form.SURFACE)
    place = FeedFolder(root / retailer / (folder or f"{platform}-google"))
    told = {
        "retailer": retailer, "platform": platform, "format": "google", "store": "", "day": "2026-11-24",
        "agreement": f"halle-{platform}", "since": "", **report,
    }  # fmt: skip

    async def work() -> None:
        await export(Job(form, setting, gate, []), Rows(items), draft, iter(()))

    with place.locked():
        draft = place.begin("test", packed=packed)
        asyncio.run(work())
        return place.finish(draft, at, kind, told, keep=10)
