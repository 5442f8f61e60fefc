"""cabas db: the database: schema, backup, restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cabas.apps.cli import show
from cabas.apps.cli.options import DataDir, Json, settings
from cabas.apps.config import Config
from cabas.apps.wiring import SystemClock
from cabas.storage import backup, embedded, migrate

PANEL = "Run"
app = typer.Typer(help="The database: schema, backup and restore.", no_args_is_help=True)


@contextmanager
def url(config: Config) -> Iterator[str]:
    """The database's URL, nothing migrated; the embedded server is started when there is no other, and let go."""
    if config.database_url:
        yield config.database_url
        return
    with embedded.start(config.data_dir / "postgres") as server:
        yield server.dsn


@app.command("status")
def status(json: Json = False, data_dir: DataDir = None) -> None:
    """The schema of the database beside the one of this Cabas."""
    with url(settings(data_dir)) as dsn:
        found = migrate.status(dsn)
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
    with url(settings(data_dir)) as dsn:
        before = migrate.migrate(dsn)
    done = ", ".join(before.pending) or "nothing to do"
    show.console.print(f"Schema {before.current} -> {before.latest}: {done}.")


@app.command("backup")
def backup_(
    file: Annotated[Path, typer.Argument(help="Where to write it; the file appears whole or not at all.")],
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Write everything in the database, as of one moment, to one file."""
    with url(settings(data_dir)) as dsn:
        manifest = backup.backup(dsn, file, SystemClock().now())
    _tell(manifest, f"Backed up to {file}", json=json)


@app.command("restore")
def restore_(
    file: Annotated[Path, typer.Argument(help="A file of `cabas db backup`.")],
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Fill an empty database from a backup; counts and the ledger are checked before anything stands."""
    with url(settings(data_dir)) as dsn:
        manifest = backup.restore(dsn, file)
    _tell(manifest, f"Restored {file}", json=json)
    show.notes.print("[dim]The search index is not in the backup: run `cabas catalog reindex`.[/dim]")


def _tell(manifest: backup.Manifest, done: str, *, json: bool) -> None:
    if json:
        show.json_out(manifest)
        return
    rows = ", ".join(f"{count:,} {table}" for table, count in sorted(manifest.counts().items()) if count)
    show.console.print(f"{done}: {rows or 'nothing'}.")
