"""cabas fixtures: small shops from files, to play with."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, settings
from cabas.apps.wiring import database
from cabas.kernel.errors import InvalidInput, NotFound
from cabas.storage.postgres import Postgres

PANEL = "Measure"
app = typer.Typer(help="Small shops from CSV files, to play conformance tests against.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `load` a name of its own while it is the only one."""


@app.command("load")
def load(
    folder: Annotated[Path, typer.Argument(help="Folder with products.csv, inventory.csv and more.", metavar="DIR")],
    retailer: Annotated[
        str, typer.Option(help="Id of the retailer to make; the folder's name when left out.", show_default=False)
    ] = "",
    name: Annotated[str, typer.Option(help="Its name; the id when left out.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Load a shop in the layout of UCP's conformance tests, as a retailer of its own that any platform may shop at.

    All files are checked before anything is written. Loading it again opens its delivery windows again.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", remedy="Name the folder that holds products.csv.")
    whose = retailer or re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", whose):
        raise InvalidInput(f"{whose!r} cannot be an id.", remedy="Use small letters, digits and dashes: --retailer ID.")
    files = {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in folder.iterdir()
        if path.suffix in (".csv", ".json")
    }
    run(_load(files, whose, name or whose, data_dir))


async def _load(files: dict[str, str], whose: str, name: str, data_dir: Path | None) -> None:
    from cabas.apps.wiring import SystemClock
    from cabas.storage.search import rebuild
    from cabas.usecases.fixtures import load_fixtures, open_agreement, read_fixtures

    found, config, clock = read_fixtures(files, whose), settings(data_dir, whose), SystemClock()
    async with database(config) as dsn, await Postgres.open(dsn) as postgres:
        now = clock.now()
        await load_fixtures(found, whose, name, fill=postgres.fill, discounts=postgres.discounts, now=now)
        text = open_agreement(whose, name, found.currency)
        await postgres.agreements.keep(whose, f"{whose}-anyone", text, now)
    products = [product for product, _ in found.products]
    await asyncio.to_thread(rebuild, config.index_dir / whose, products, lang="en")
    loaded = {
        "products": len(products), "shipping rates": len(found.rates), "codes and promotions": len(found.discounts),
        "customers": len(found.customers), "addresses (checked, not kept)": found.addresses,
        "payment instruments (checked, not kept)": found.instruments,
    }  # fmt: skip
    show.console.print(f"{whose}: " + ", ".join(f"{count} {what}" for what, count in loaded.items()) + ".")
    show.console.print(f"Serve it: CABAS_TESTING=1 cabas serve --retailer {whose}")
