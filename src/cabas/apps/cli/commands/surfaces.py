"""cabas surfaces: the ways in, and who may use them."""

from __future__ import annotations

from datetime import date

import typer
from rich.table import Table

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.term import Enter
from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.counter import Counter
from cabas.apps.wiring import open_house

PANEL = "Partners"


def command(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """List the ways in: address, version, health, and the platforms whose agreements open them."""
    from cabas.apps.web import found_surfaces, premises

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            shared = premises(house, Counter(house.desk, house.retailer, "house"))
            today = house.clock.now().date()
            signed = [one for one in house.agreements.of_retailer(house.retailer) if one.live_on(today)]
            rows = []
            for one in found_surfaces():
                said = await one.health(shared)
                opened = [made.platform for made in signed if _opens(made, one.name, today) and not one.own]
                rows.append(
                    {"name": one.name, "title": one.title, "url": f"{shared.url}{one.path}", "version": one.version,
                     "health": said or "fine", "platforms": opened}
                )  # fmt: skip
            if json:
                show.json_out(rows)
                return
            table = Table("name", "what", "address", "version", "health", "platforms", box=None, header_style="dim")
            for row in rows:
                table.add_row(*(", ".join(value) if isinstance(value, list) else str(value) for value in row.values()))
            show.console.print(table)
            if shared.testing:
                typer.echo("CABAS_TESTING is on: hooks for conformance tools are open. Never in a real shop.", err=True)

    run(work())


def _opens(made: Agreement, surface: str, day: date) -> bool:
    question = Enter(day, surface)
    return evaluate(made, Request(made.retailer, made.platform, (question,))).allowed
