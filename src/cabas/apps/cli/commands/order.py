"""cabas order: one order from one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cabas.apps import demo
from cabas.apps.cli import run, show
from cabas.apps.cli.options import At, DataDir, Json, Lang, Retailer, StoreOption, clock, settings, spoken
from cabas.apps.hear import transcribe
from cabas.apps.play import Played, Wish, play
from cabas.apps.wiring import House, open_house
from cabas.kernel.errors import NotFound

PANEL = "Talk"


def command(
    text: Annotated[
        str, typer.Argument(help='What is needed, in one sentence: "deux litres de lait et des œufs".')
    ] = "",
    lang: Lang = None,
    audio: Annotated[Path | None, typer.Option(help="A sound file that says it, instead of the text.")] = None,
    shopper: Annotated[str | None, typer.Option(help="Order as this shopper.")] = None,
    platform: Annotated[str, typer.Option(help="The platform it comes through; see `cabas agreement list`.")] = "house",
    channel: Annotated[str, typer.Option(help="voice, chat, web, app or store.")] = "voice",
    store: StoreOption = None,
    key: Annotated[str, typer.Option(help="Idempotency key: the same key places one order, however often.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Confirm age and large orders beforehand.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the cart, order nothing.")] = False,
    json: Json = False,
    at: At = None,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Order in one sentence: what was understood, the cart, the slot, the order and its ledger."""
    if audio is not None:
        text = transcribe(settings(data_dir, retailer), audio, spoken(lang, "").lang)
        show.notes.print(text, markup=False, highlight=False)
    said = spoken(lang, text)

    async def work() -> Played:
        async with open_house(settings(data_dir, retailer), clock=clock(at)) as house:
            await demo.keep_open(house)
            where = store or await default_store(house, shopper)
            wish = Wish(text, said.locale, where, shopper, platform, channel, key, yes, dry_run)
            return await play(house, wish)

    result = run(work())
    if json:
        show.json_out(result)
    else:
        show.played(result, said.lang)
    if result.order is None and not dry_run:
        raise typer.Exit(1)


async def default_store(house: House, shopper: str | None) -> str:
    """The store of the settings, of the shopper, or the first one."""
    if house.config.store:
        return house.config.store
    if shopper is not None:
        own = (await house.postgres.shop.shopper(house.retailer, shopper)).store_id
        if own:
            return own
    stores = await house.postgres.shop.stores(house.retailer)
    if not stores:
        raise NotFound(f"{house.retailer} has no stores yet.", remedy="Load some, or try the shop of `cabas demo`.")
    return stores[0].id
