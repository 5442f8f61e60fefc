"""The demo shop: loaded once into the data folder, its slots kept two weeks ahead of the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from cabas.agreement.agreement import parse
from cabas.apps.config import Config
from cabas.apps.wiring import SystemClock, database
from cabas.demo.retailer import build, fill
from cabas.demo.slots import slots
from cabas.demo.stores import RETAILER_ID, STORES
from cabas.kernel.clock import Clock
from cabas.kernel.errors import NotFound
from cabas.storage.postgres import Postgres
from cabas.storage.search import open_index, rebuild

Progress = Callable[[str], None]


def example_agreements() -> dict[str, str]:
    """The agreement files that ship with Cabas: file name -> text. Raises `NotFound` in a broken installation."""
    packaged = files("cabas.demo") / "agreements"
    if packaged.is_dir():
        return {entry.name: entry.read_text(encoding="utf-8") for entry in packaged.iterdir()}
    folder = Path(__file__).parents[3] / "agreements"  # a checkout
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")}
    if not found:
        raise NotFound("The example agreements are missing.", remedy="Install Cabas again.")
    return found


async def ensure(config: Config, progress: Progress, clock: Clock | None = None) -> None:
    """Load the demo retailer unless it is there, and give it slots around the clock's day. Doing it twice is harmless.

    The search index is written last: a load that was interrupted is done again.
    """
    now = (clock or SystemClock()).now()
    async with database(config) as dsn, await Postgres.open(dsn) as postgres:
        if not _loaded(config):
            progress("Making the demo shop: products, stores, shoppers")
            demo = build(SystemClock().now().date())
            progress(
                f"Loading {len(demo.products):,} products, {len(demo.stores)} stores, {len(demo.shoppers)} shoppers"
            )
            await fill(demo, postgres.fill)
            for text in example_agreements().values():
                agreement = parse(text)
                if agreement.retailer == RETAILER_ID:
                    await postgres.agreements.keep(RETAILER_ID, agreement.id, text, now)
            progress("Indexing the products for search")
            await asyncio.to_thread(rebuild, config.index_dir / RETAILER_ID, demo.products)
        await keep_slots(postgres, now.date())


def _loaded(config: Config) -> bool:
    folder = config.index_dir / RETAILER_ID
    try:
        return folder.is_dir() and len(open_index(folder)) > 0
    except Exception:  # noqa: BLE001 (whatever is wrong with it: it is made again)
        return False


async def keep_slots(postgres: Postgres, day: date) -> None:
    """Slots for the two weeks from `day`, where a store has none in the second of them."""
    for store, shelves in STORES:
        made = [slot for slot in slots(store, shelves, day) if slot.starts_at.date() >= day]
        last = max(slot.starts_at for slot in made)
        found = await postgres.shop.slots(RETAILER_ID, store.id, last - timedelta(days=2), last + timedelta(hours=1))
        if not found:
            await postgres.fill.slots(RETAILER_ID, made)
