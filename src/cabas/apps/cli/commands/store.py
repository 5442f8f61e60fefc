"""cabas store: the retailer's stores, their hours and slots."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.wiring import open_house
from cabas.dialogue import say

PANEL = "Shop"
app = typer.Typer(help="Stores, their opening hours and slots.", no_args_is_help=True)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@app.command("list")
def list_stores(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """List the stores."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            stores = await house.postgres.shop.stores(house.retailer)
            if json:
                show.json_out(stores)
                return
            table = Table("id", "name", "city", "methods", "hours", box=None, header_style="dim")
            for store in stores:
                week = {day: "/".join(f"{a}-{b}" for a, b in spans) for day, spans in sorted(store.hours.items())}
                hours = ", ".join(f"{DAYS[day]} {text}" for day, text in week.items())
                table.add_row(store.id, store.name, f"{store.postcode} {store.city}", ", ".join(store.methods), hours)
            show.console.print(table)

    run(work())


@app.command("slots")
def slots(
    store: Annotated[str, typer.Argument(help="Which store.")],
    days: Annotated[int, typer.Option(help="How many days ahead.", min=1, max=60)] = 2,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """List the slots of a store with the places left."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            shop = await house.postgres.shop.store(house.retailer, store)
            now = house.clock.now().astimezone(ZoneInfo(shop.timezone))
            found = await house.postgres.shop.slots(house.retailer, store, now, now + timedelta(days=days))
            if json:
                show.json_out(found)
                return
            table = Table("id", "when", "method", "places left", "fee", "closes", box=None, header_style="dim")
            for slot in found:
                when = say.window(slot.starts_at, slot.ends_at, now.date(), "en")
                left = str(slot.capacity - slot.taken) if slot.open_at(now) else "closed"
                table.add_row(slot.id, when, slot.method, left, say.money(slot.fee, "en"), f"{slot.cutoff:%d/%m %H:%M}")
            show.console.print(table)

    run(work())
