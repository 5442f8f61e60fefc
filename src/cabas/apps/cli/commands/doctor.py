"""cabas doctor: is everything well, and if not, what to do."""

from __future__ import annotations

import typer

from cabas.apps.cli import show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.extras import report
from cabas.storage.doctor import examine

PANEL = "Run"


def command(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Look at the data folder, the database, the search index and the extras, and say how to mend what is wrong."""
    config = settings(data_dir, retailer)
    checks = [*examine(config.data_dir, config.database_url, config.index_dir / config.retailer), *report(config)]
    if json:
        show.json_out(checks)
    else:
        for check in checks:
            mark = "[green]well[/green]" if check.ok else "[red]ill [/red]"
            show.console.print(f"{mark}  {check.what}")
            if not check.ok and check.remedy:
                show.console.print(f"      {check.remedy}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
