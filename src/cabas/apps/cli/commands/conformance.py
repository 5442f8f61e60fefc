"""cabas conformance: what other people's checkers say of a server of ours in test mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich.table import Table

from cabas.apps import conformance
from cabas.apps.cli import show
from cabas.apps.cli.options import Json
from cabas.apps.config import from_environment
from cabas.demo import retailer

PANEL = "Measure"
# Those of the demo shop.
CODES = tuple(one.code for one in retailer.CODES if one.whole)
app = typer.Typer(help="Hold a server in test mode to other people's checkers.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `ucp` a name of its own while it is the only one."""


@app.command("ucp")
def ucp(
    server: Annotated[str, typer.Option(help="Address of the server; the one of CABAS_URL when left out.")] = "",
    words: Annotated[str, typer.Option(help="Words that find many products.")] = "bio",
    code: Annotated[
        list[str] | None, typer.Option(help="A discount code that counts for everything; may be repeated.")
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Take the server's certificate as it is.")] = False,
    json: Json = False,
) -> None:
    """Run spck-conformance in every version the server speaks. Exits with 1 when a MUST is not kept.

    The server must be in test mode: CABAS_TESTING=1 cabas demo.
    """
    base = (server or from_environment().public_url).rstrip("/")
    rows = []
    for version, address in conformance.profiles(base, insecure=insecure).items():
        goods = replace(conformance.goods(address, words, insecure=insecure), codes=tuple(code or CODES))
        report = conformance.run_spck(address, conformance.spck_config(address, goods), insecure=insecure)
        rows.append({"version": version, **conformance.counts(report)})
    if json:
        show.json_out(rows)
    else:
        table = Table("version", "passed", "deviated", "not tested", "not applicable", "what deviates", box=None)
        for row in rows:
            shown = [", ".join(value) if isinstance(value, list) else str(value) for value in row.values()]
            table.add_row(*shown)
        show.console.print(table)
    if any(row["deviated"] for row in rows):
        raise typer.Exit(1)
