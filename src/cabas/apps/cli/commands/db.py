"""cabas db: the database: schema, backup, restore."""

from __future__ import annotations

import typer

from cabas.apps.cli import show
from cabas.apps.cli.options import DataDir, Json, settings
from cabas.apps.config import Config
from cabas.storage import embedded, migrate

PANEL = "Run"
app = typer.Typer(help="The database: schema, backup and restore.", no_args_is_help=True)


def url(config: Config) -> str:
    """The database's URL; the embedded server is started when there is no other, and let go at exit."""
    return config.database_url or embedded.start(config.data_dir / "postgres").dsn


@app.command("status")
def status(json: Json = False, data_dir: DataDir = None) -> None:
    """The schema of the database beside the one of this Cabas."""
    found = migrate.status(url(settings(data_dir)))
    if json:
        show.json_out(found)
    else:
        pending = ", ".join(found.pending) or "nothing to do"
        show.console.print(f"Schema {found.current} of {found.latest}: {pending}.")
    if found.pending:
        raise typer.Exit(1)


@app.command("migrate")
def migrate_(data_dir: DataDir = None) -> None:
    """Bring the database to the schema of this Cabas."""
    before = migrate.migrate(url(settings(data_dir)))
    done = ", ".join(before.pending) or "nothing to do"
    show.console.print(f"Schema {before.current} -> {before.latest}: {done}.")
