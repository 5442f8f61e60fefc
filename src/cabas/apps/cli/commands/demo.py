"""cabas demo: a made-up shop to try Cabas with."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from cabas.apps import demo
from cabas.apps.cli import run, show
from cabas.apps.cli.commands import order as order_command
from cabas.apps.cli.options import At, DataDir, Json, Lang, clock, settings, spoken
from cabas.apps.config import Config
from cabas.apps.wiring import open_house
from cabas.demo.stores import RETAILER_ID

PANEL = "Run"
# Who the demo pretends to be, by language.
GUESTS = {"fr": "camille", "en": "sam"}
TRY = """
Three things to try:
  1. Talk or type at [bold]http://{host}:{port}[/bold], as Camille (in French) or Sam (in English)
  2. [bold]cabas chat[/bold] in another terminal: {chat}
  3. [bold]cabas order "un poulet et des carottes" --platform google --at 2018-12-15T10:00[/bold]
     and again with --at 2019-01-15T10:00: what one agreement says before and after its dates
"""


def command(
    order: Annotated[str | None, typer.Option(help="Play this one order in the terminal instead of serving.")] = None,
    lang: Lang = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (CABAS_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (CABAS_PORT).", min=0, max=65535)] = None,
    json: Json = False,
    at: At = None,
    data_dir: DataDir = None,
) -> None:
    """Load the demo shop if it is not there yet, then serve it, or play one order."""
    config = replace(settings(data_dir), retailer=RETAILER_ID)
    run(demo.ensure(config, lambda text: show.notes.print(f"[dim]{text}[/dim]"), clock(at)))
    if order:
        guest = GUESTS.get(spoken(lang, order).lang, "camille")
        order_command.command(
            order, lang, audio=None, shopper=guest, store=None, platform="house", channel="voice", key="", yes=False,
            dry_run=False, json=json, at=at, data_dir=data_dir, retailer=RETAILER_ID,
        )  # fmt: skip
        return
    config = replace(config, host=host or config.host, port=config.port if port is None else port)
    where = f"CABAS_DATA_DIR={config.data_dir} .venv/bin/cabas chat --shopper camille"
    banner = TRY.format(host=config.host, port=config.port, chat=where)
    run(_serve(config, banner))


async def _serve(config: Config, banner: str) -> None:
    from cabas.apps.cli.commands.serve import serve

    async with open_house(config) as house:
        guests = [await house.postgres.shop.shopper(RETAILER_ID, one) for one in GUESTS.values()]
    await serve(config, tuple(guests), banner)
