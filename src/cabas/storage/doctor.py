"""Look at an installation and say what is wrong with it, and what to do."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cabas.kernel.errors import CabasError
from cabas.storage import embedded, migrate
from cabas.storage.audit import MAY_HAPPEN, audit, retailers
from cabas.storage.database import SET_RETAILER
from cabas.storage.queries import queries
from cabas.storage.search import open_index

FREE_BYTES_MIN = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it is well, what it is, and what to do when it is not."""

    ok: bool
    what: str
    remedy: str = ""


def examine(data_dir: Path, database_url: str | None = None, index_dir: Path | None = None) -> list[Check]:
    """Look at everything. The embedded server is started when no URL is given; nothing else is changed."""
    checks = [_writable(data_dir), _disk(data_dir)]
    if database_url is None:
        checks.append(_lock(data_dir / "postgres"))
    try:
        with _database(data_dir, database_url) as dsn:
            checks += _server(dsn)
    except CabasError as error:
        checks.append(Check(False, error.message, error.remedy))
    if index_dir is not None:
        checks.append(_index(index_dir))
    return checks


def _writable(folder: Path) -> Check:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Check(True, f"The data folder {folder} can be written.")
    except OSError as error:
        return Check(
            False,
            f"The data folder {folder} cannot be written: {error.strerror}.",
            "Make it writable, or choose another with CABAS_DATA_DIR.",
        )


def _disk(folder: Path) -> Check:
    there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    free = shutil.disk_usage(there).free
    words = f"{free / (1 << 30):.1f} GiB are free on the disk of {folder}."
    return Check(
        free >= FREE_BYTES_MIN, words, "" if free >= FREE_BYTES_MIN else "Make room: PostgreSQL stops when full."
    )


def _lock(folder: Path) -> Check:
    if not (folder / "cluster" / "postmaster.pid").exists():
        return Check(True, "No server was left behind.")
    if embedded.is_running(folder):
        return Check(True, "The embedded PostgreSQL runs.")
    return Check(False, "A killed server left its lock behind.", "Start Cabas: it clears the lock and recovers.")


@contextmanager
def _database(data_dir: Path, database_url: str | None) -> Iterator[str]:
    if database_url is not None:
        yield database_url
        return
    with embedded.start(data_dir / "postgres") as server:
        yield server.dsn


def _server(dsn: str) -> Iterator[Check]:
    with migrate.connect(dsn) as connection:
        version = connection.info.server_version
        yield Check(True, f"PostgreSQL {version // 10_000}.{version % 10_000} answers.")
        try:
            found = migrate.status(dsn)
        except CabasError as error:
            yield Check(False, error.message, error.remedy)
            return
        if found.pending:
            yield Check(False, f"The schema is {found.current} of {found.latest}.", "Run `cabas db migrate`.")
            return
        yield Check(True, f"The schema is {found.current}, as this Cabas needs it.")
        for retailer_id in retailers(connection):
            with connection.transaction():
                broken = audit(connection, retailer_id)
                connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
                row = connection.execute(queries("outbox")["waiting_events"], {"retailer_id": retailer_id}).fetchone()
            yield _rules(retailer_id, {rule: len(rows) for rule, rows in broken.items()})
            waiting, dead, oldest = row or (0, 0, None)
            words = f"{retailer_id}: {waiting} events wait to be delivered"
            words += f", the oldest since {oldest:%Y-%m-%d %H:%M} UTC" if oldest else ""
            yield Check(
                dead == 0, f"{words}, {dead} were given up.", "Mend the receiver, then revive them." if dead else ""
            )


def _rules(retailer_id: str, broken: dict[str, int]) -> Check:
    wrong = ", ".join(f"{rule} ({count})" for rule, count in sorted(broken.items()) if rule not in MAY_HAPPEN)
    if wrong:
        return Check(
            False, f"{retailer_id}: rows contradict each other: {wrong}.", "Count the stock; report it as a bug."
        )
    words = f"{retailer_id}: stock, slots, orders and ledger agree"
    short = broken.get("oversold", 0)
    return Check(True, f"{words}; {short} products were counted below what is sold." if short else f"{words}.")


def _index(folder: Path) -> Check:
    try:
        return Check(True, f"The search index in {folder} has {len(open_index(folder)):,} products.")
    except CabasError as error:
        return Check(False, error.message, error.remedy)
