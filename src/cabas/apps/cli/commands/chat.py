"""cabas chat: a conversation in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from cabas.apps import demo
from cabas.apps.cli import run, show
from cabas.apps.cli.commands.order import default_store
from cabas.apps.cli.options import At, DataDir, Lang, Retailer, StoreOption, clock, settings, spoken
from cabas.apps.counter import Counter
from cabas.apps.wiring import open_house
from cabas.kernel.errors import CabasError

PANEL = "Talk"


def command(
    lang: Lang = None,
    shopper: Annotated[str | None, typer.Option(help="Talk as this shopper.")] = None,
    platform: Annotated[str, typer.Option(help="The platform the conversation comes through.")] = "house",
    store: StoreOption = None,
    at: At = None,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Talk with the shop in the terminal. An empty line or Ctrl-D ends it."""
    said = spoken(lang, "")

    async def work() -> None:
        async with open_house(settings(data_dir, retailer), clock=clock(at)) as house:
            await demo.keep_open(house)
            counter = Counter(house.desk, house.retailer, platform)
            where = store or await default_store(house, shopper)
            view = await counter.open(said.locale, where, shopper, "chat")
            show.console.print(f"[dim]{view.reply.notice}[/dim]\n[bold]Cabas[/bold]  {view.reply.text}")
            while text := _ask():
                try:
                    view = await counter.say(view.conversation_id, text, "chat")
                except CabasError as error:
                    show.console.print(f"[yellow]{error}[/yellow]")
                    continue
                show.console.print(f"[bold]Cabas[/bold]  {view.reply.text}")
                if view.cart.lines and view.order is None:
                    show.cart_view(view)

    run(work())


def _ask() -> str:
    try:
        return show.console.input("[bold cyan]>[/bold cyan] ").strip()
    except EOFError:
        return ""
