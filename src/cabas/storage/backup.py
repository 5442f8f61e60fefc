"""Back a database up into one file, and restore it into an empty one.

The file is a ZIP: `manifest.json` and, per retailer and table, the rows as PostgreSQL's COPY writes them (text, UTF-8).
Any PostgreSQL reads it back, and so do people. The manifest holds the schema version, the columns, the number of rows
and the SHA-256 of each part, and what the ledger moved; a restore checks all of it before it commits.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import msgspec
import psycopg
from psycopg import sql

from cabas.kernel.errors import CabasError
from cabas.storage import migrate
from cabas.storage.audit import MAY_HAPPEN, audit, retailers
from cabas.storage.database import SET_RETAILER
from cabas.storage.queries import queries

SQL = queries("backup")
FORMAT = 1
MANIFEST = "manifest.json"
BLOCK = 1 << 20
Connection = psycopg.Connection[Any]


class BackupError(CabasError):
    """The backup cannot be written, read or restored. The database was not changed."""

    code = "backup"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table of one retailer: where in the file, which columns, how many, and their SHA-256."""

    file: str
    retailer_id: str
    table: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `ledger` is retailer -> currency -> minor units moved."""

    format: int
    schema: int
    made_at: datetime
    parts: tuple[Part, ...]
    ledger: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Table -> rows, over all retailers."""
        result: dict[str, int] = {}
        for part in self.parts:
            result[part.table] = result.get(part.table, 0) + part.rows
        return result


def backup(dsn: str, path: Path, now: datetime) -> Manifest:
    """Write all rows, as of one moment, to `path`; the file appears whole or not at all, readable by its owner only.

    Raises `BackupError` when the file cannot be written and `SchemaError` when the database is not migrated.
    """
    found = migrate.status(dsn)
    migrate.require_current(found)
    with migrate.connect(dsn) as connection, _written(path) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            _plain(connection)
            parts: list[Part] = []
            ledger: dict[str, dict[str, int]] = {}
            for number, retailer_id in enumerate(retailers(connection)):
                connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
                for table, columns in connection.execute(SQL["tables"]).fetchall():
                    name = f"{number}/{table}.copy"
                    parts.append(_dump(connection, archive, name, retailer_id, table, tuple(columns)))
                ledger[retailer_id] = _ledger(connection, retailer_id)
        manifest = Manifest(FORMAT, found.current, now, tuple(parts), ledger)
        archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def restore(dsn: str, path: Path) -> Manifest:
    """Read the backup at `path` into an empty database, which is migrated first. All of it, or nothing.

    Raises `BackupError` when the file is damaged, or newer than this Cabas, or the database is not empty, or what was
    read does not add up.
    """
    with _opened(path) as archive:
        manifest = _checked(archive)
        migrate.migrate(dsn)
        with migrate.connect(dsn) as connection, connection.transaction():
            _plain(connection)
            if retailers(connection):
                raise BackupError("The database is not empty.", remedy="Restore into a new one.")
            for part in manifest.parts:
                _load(connection, archive, part)
            _verify(connection, manifest)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What the backup at `path` holds, after checking every part of it. Raises `BackupError`."""
    with _opened(path) as archive:
        return _checked(archive)


def _plain(connection: Connection) -> None:
    """Write and read values the same way everywhere."""
    connection.execute("SELECT set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true)")
    connection.execute("SELECT set_config('client_encoding', 'UTF8', true), set_config('bytea_output', 'hex', true)")


def _dump(
    connection: Connection, archive: ZipFile, name: str, retailer_id: str, table: str, columns: tuple[str, ...]
) -> Part:
    question = sql.SQL("COPY (SELECT {} FROM {} WHERE retailer_id = {}) TO STDOUT").format(
        _names(columns), sql.Identifier(table), sql.Literal(retailer_id)
    )
    digest, rows = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member, connection.cursor() as cursor:
        with cursor.copy(question) as copy:
            for block in copy:
                digest.update(block)
                member.write(block)
        rows = cursor.rowcount
    return Part(name, retailer_id, table, columns, rows, digest.hexdigest())


def _load(connection: Connection, archive: ZipFile, part: Part) -> None:
    connection.execute(SET_RETAILER, {"retailer_id": part.retailer_id})
    table, target = sql.Identifier(part.table), sql.Identifier(part.table)
    # COPY refuses tables with row-level security, unless the user is above it: then by way of a temporary table.
    filtered = connection.execute(SQL["filtered"], {"table": part.table}).fetchone() == (True,)
    if filtered:
        target = sql.Identifier("restored")
        connection.execute(sql.SQL("CREATE TEMPORARY TABLE restored (LIKE {} INCLUDING DEFAULTS)").format(table))
    with archive.open(part.file) as member, connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(target, _names(part.columns))) as copy:
            while block := member.read(BLOCK):
                copy.write(block)
        rows = cursor.rowcount
    if filtered:
        moved = connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM restored").format(table))
        rows = moved.rowcount
        connection.execute("DROP TABLE restored")
    if rows != part.rows:
        raise BackupError(f"{part.file} gave {rows} rows instead of {part.rows}.", remedy="Use another backup.")


def _verify(connection: Connection, manifest: Manifest) -> None:
    for retailer_id, moved in manifest.ledger.items():
        connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
        if _ledger(connection, retailer_id) != moved:
            raise BackupError(f"The ledger of {retailer_id} does not add up.", remedy="Use another backup.")
        broken = audit(connection, retailer_id).keys() - MAY_HAPPEN
        if broken:
            raise BackupError(
                f"The rows of {retailer_id} contradict each other: {', '.join(sorted(broken))}.",
                remedy="Use another backup.",
            )


def _ledger(connection: Connection, retailer_id: str) -> dict[str, int]:
    return dict(connection.execute(SQL["ledger"], {"retailer_id": retailer_id}).fetchall())


def _names(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _checked(archive: ZipFile) -> Manifest:
    """The manifest, once every part has the SHA-256 it says."""
    try:
        raw = msgspec.json.decode(archive.read(MANIFEST))
        if raw["format"] > FORMAT or raw["schema"] > migrate.migrations()[-1].number:
            raise BackupError("A newer Cabas wrote this backup.", remedy="Update this one.")
        manifest = msgspec.convert(raw, Manifest)
        for part in manifest.parts:
            digest = hashlib.sha256()
            with archive.open(part.file) as member:
                while block := member.read(BLOCK):
                    digest.update(block)
            if digest.hexdigest() != part.sha256:
                raise _damaged(part.file)
    except (KeyError, TypeError, msgspec.MsgspecError, BadZipFile, OSError, EOFError) as error:
        raise _damaged(str(error)) from error
    return manifest


def _damaged(where: str) -> BackupError:
    return BackupError(f"The backup is damaged: {where}.", remedy="Use another backup.")


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(path)
    except FileNotFoundError as error:
        raise BackupError(f"There is no backup at {path}.", remedy="Check the path.") from error
    except (BadZipFile, OSError) as error:
        raise _damaged(str(error)) from error
    with archive:
        yield archive


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only when it is whole and on the disk."""
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BackupError(
            f"{path.parent} cannot be written: {error.strerror}.", remedy="Choose another folder."
        ) from error
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}.", remedy="Is the disk full?") from error
    finally:
        Path(draft).unlink(missing_ok=True)
