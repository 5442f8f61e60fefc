"""cabas serve: the web server."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from threading import Thread
from time import sleep
from typing import Annotated

import typer

from cabas.apps import web, worker
from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Retailer, settings
from cabas.apps.config import Config
from cabas.apps.counter import Counter
from cabas.apps.tell import teller
from cabas.apps.tracing import keep_log
from cabas.apps.warm import keep_warm, warm
from cabas.apps.wiring import House, open_house
from cabas.dialogue.locales import languages
from cabas.domain.customer import Shopper
from cabas.kernel.errors import CabasError
from cabas.storage.videos import PostgresVideoLinks

PANEL = "Run"


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on (CABAS_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (CABAS_PORT).", min=0, max=65535)] = None,
    housekeeping: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Tidy up beside it; else run `cabas worker`.")
    ] = True,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Serve every surface: the voice page at /, health at /healthz and /readyz."""
    config = settings(data_dir, retailer)
    config = replace(config, host=host or config.host, port=config.port if port is None else port)
    run(serve(config, housekeeping=housekeeping))


async def serve(
    config: Config, guests: tuple[Shopper, ...] = (), banner: str = "", *, housekeeping: bool = True
) -> None:
    """Open the house and serve it until Ctrl-C, with `housekeeping` beside it."""
    keep_log(config.log)
    listener = web.bind(config.host, config.port)
    try:
        async with open_house(config) as house:
            counter = Counter(house.desk, house.retailer, "house", guests, PostgresVideoLinks(house.postgres.database))
            await house.lexicons.refresh(house.retailer, now=True)
            for lang in languages():  # read before the first shopper comes
                house.lexicon(house.retailer, lang)
            app = web.web_app(house, counter)
            port = listener.getsockname()[1]
            show.console.print(f"Cabas is open at [bold]http://{config.host}:{port}[/bold]  (Ctrl-C closes it)")
            if banner:
                show.console.print(banner)
            stop = asyncio.Event()
            send = teller(web.premises(house, counter), tuple(web.found_surfaces()))
            beside = [asyncio.create_task(worker.work(house, stop, send=send))] if housekeeping else []
            Thread(target=_warm, args=(house,), daemon=True).start()  # shoppers are served meanwhile
            try:
                await web.serve(app, [listener])
            finally:
                stop.set()
                await asyncio.gather(*beside)
    finally:
        listener.close()
    show.console.print("Closed.")


def _warm(house: House) -> None:
    try:
        house.search(house.retailer)
    except CabasError:  # nothing is published yet
        warm()
    else:
        warm(house.desk, house.retailer)
    keep_warm(house.desk, house.retailer, sleep)
