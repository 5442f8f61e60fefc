"""The demo shop: loaded once into the data folder, its slots kept two weeks ahead of the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from cabas.agreement.agreement import parse
from cabas.apps.config import Config
from cabas.apps.wiring import House, SystemClock, database
from cabas.demo.retailer import CODES, build, fill
from cabas.demo.slots import slots
from cabas.demo.stores import RETAILER_ID, STORES
from cabas.kernel.clock import Clock
from cabas.kernel.errors import NotFound
from cabas.storage.kept import kept_words
from cabas.storage.postgres import Postgres
from cabas.storage.search import CURRENT, IndexBroken, IndexFolders, open_index, rebuild

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
    kept_words(config.data_dir)
    async with database(config) as dsn, await Postgres.open(dsn) as postgres:
        if not (config.index_dir / RETAILER_ID / CURRENT).exists():
            await _load(postgres, config, progress, now)
        elif not _readable(config):
            progress("Indexing the products for search again")
            products = postgres.catalog.products(RETAILER_ID)
            await IndexFolders(config.index_dir).rebuild(RETAILER_ID, products, lang="fr")
        await keep_slots(postgres, now.date())


async def _load(postgres: Postgres, config: Config, progress: Progress, now: datetime) -> None:
    progress("Making the demo shop: products, stores, shoppers")
    demo = build(SystemClock().now().date())
    progress(f"Loading {len(demo.products):,} products, {len(demo.stores)} stores, {len(demo.shoppers)} shoppers")
    await fill(demo, postgres.fill)
    await postgres.discounts.keep(RETAILER_ID, CODES)
    for text in example_agreements().values():
        agreement = parse(text)
        if agreement.retailer == RETAILER_ID:
            await postgres.agreements.keep(RETAILER_ID, agreement.id, text, now)
    progress("Indexing the products for search")
    await asyncio.to_thread(rebuild, config.index_dir / RETAILER_ID, demo.products)


def _readable(config: Config) -> bool:
    try:
        return len(open_index(config.index_dir / RETAILER_ID)) > 0
    except IndexBroken:  # damaged, or of another version: the database has what it was made of
        return False


async def keep_open(house: House) -> None:
    """Slots around the moment the house lives in, when it is the demo's: the past of `--at`, or weeks after loading."""
    if house.retailer == RETAILER_ID:
        await keep_slots(house.postgres, house.clock.now().date())


async def keep_slots(postgres: Postgres, day: date) -> None:
    """Slots for the two weeks from `day`, where a store of the demo has none in the second of them."""
    there = {store.id for store in await postgres.shop.stores(RETAILER_ID)}
    for store, shelves in STORES:
        if store.id not in there:
            continue
        made = [slot for slot in slots(store, shelves, day) if slot.starts_at.date() >= day]
        last = max(slot.starts_at for slot in made)
        found = await postgres.shop.slots(RETAILER_ID, store.id, last - timedelta(days=2), last + timedelta(hours=1))
        if not found:
            await postgres.fill.slots(RETAILER_ID, made)
