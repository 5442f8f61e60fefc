"""cabas worker: housekeeping, apart from the web server."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from cabas.apps import web, worker
from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.counter import Counter
from cabas.apps.tell import teller
from cabas.apps.wiring import open_house

PANEL = "Run"


def command(
    once: Annotated[bool, typer.Option("--once", help="One round, and tell what was deleted.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Tell platforms of their orders and delete what is not to be kept; `cabas serve` does, unless told --no-worker."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            if not once:
                stop = asyncio.Event()
                for number in (signal.SIGINT, signal.SIGTERM):
                    asyncio.get_running_loop().add_signal_handler(number, stop.set)
                show.notes.print("Tidying up every hour (Ctrl-C ends it).")
                shared = web.premises(house, Counter(house.desk, house.retailer, "house"))
                await worker.work(house, stop, send=teller(shared, tuple(web.found_surfaces())))
                return
            done = await worker.tidy_once(house)
            if json:
                show.json_out(done)
                return
            show.console.print(
                f"Deleted: {done.conversations:,} conversations, {done.events_and_keys:,} delivered events and keys,"
                f" {done.failures:,} of what was not understood."
            )

    run(work())
