"""A made-up row for any table, by the types of its columns."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

COLUMNS = """
    SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
VALUES: dict[str, Any] = {
    "text": "x", "bigint": 1, "integer": 1, "smallint": 1, "boolean": True, "date": "2026-11-24", "jsonb": "{}",
    "bytea": b"", "text[]": [], "timestamp with time zone": "2026-11-24T09:00:00Z", "real": 1.0,
    "double precision": 1.0,
}  # fmt: skip


def a_row(connection: psycopg.Connection[Any], table: str, retailer_id: str) -> tuple[sql.Composed, list[Any]]:
    """An INSERT into the table, and its values."""
    columns = connection.execute(COLUMNS, [table]).fetchall()
    values = [
        retailer_id if name == "retailer_id" else f"x-{name}" if kind == "text" else VALUES[kind]
        for name, kind in columns
    ]
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    marks = sql.SQL(", ").join(sql.Placeholder() * len(columns))
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, marks), values
