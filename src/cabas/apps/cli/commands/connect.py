"""cabas connect: what to register where for a platform, checked."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.counter import Counter
from cabas.apps.wiring import open_house

PANEL = "Partners"
MARKS = {"done": "[green]✓[/]", "open": "[red]✗[/]", "by hand": "·"}


def command(
    platform: Annotated[str, typer.Argument(help="The platform of an agreement (`cabas agreement list`).")],
    lang: Annotated[str, typer.Option("--lang", help="Language of the steps: en or fr.")] = "en",
    offline: Annotated[bool, typer.Option("--offline", help="Ask nothing of the running server.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Walk through what to register where for a platform, surface by surface, and check it."""
    import httpx2
    from rich.markup import escape

    from cabas.apps.connect import LANGUAGES, walk
    from cabas.apps.web import found_surfaces, premises
    from cabas.kernel.errors import InvalidInput

    if lang not in LANGUAGES:
        raise InvalidInput(f"The steps are not written in {lang!r}.", remedy=f"Use one of: {', '.join(LANGUAGES)}.")

    async def work() -> bool:
        async with open_house(settings(data_dir, retailer)) as house, httpx2.AsyncClient() as client:
            shared = premises(house, Counter(house.desk, house.retailer, "house"))
            walks = await walk(shared, platform, found_surfaces(), lang, client=None if offline else client)
        if json:
            show.json_out([dataclasses.asdict(one) for one in walks])
            return all(one.ready for one in walks)
        for one in walks:
            show.console.print(f"[bold]{escape(one.title)}[/]")
            for step in one.steps:
                show.console.print(f" {MARKS[step.state]} {escape(step.say)}", highlight=False)
                if step.give:
                    show.console.print(f"     {escape(step.give)}", style="cyan", highlight=False, soft_wrap=True)
                if step.why:
                    show.console.print(f"     {escape(step.why)}", style="red", highlight=False)
        return all(one.ready for one in walks)

    if not run(work()):
        raise typer.Exit(1)
