"""What must always hold between the rows of a retailer, asked of the database. For tests, restores and the doctor."""

from __future__ import annotations

from typing import Any

import psycopg

from cabas.storage.database import SET_RETAILER, Row
from cabas.storage.queries import queries

# A stocktake may leave less on hand than was sold, rightly so: the doctor mentions it, a restore accepts it.
MAY_HAPPEN = frozenset({"oversold"})


def audit(connection: psycopg.Connection[Any], retailer_id: str) -> dict[str, list[Row]]:
    """The rules broken, by name (see `sql/queries/audit.sql`), with the rows that break them; empty when all is well.

    Call it inside a transaction: the retailer is set for that one only.
    """
    connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
    found = {}
    for name, statement in queries("audit").items():
        if rows := connection.execute(statement, {"retailer_id": retailer_id}).fetchall():
            found[name] = rows
    return found


def retailers(connection: psycopg.Connection[Any]) -> list[str]:
    """The ids of all retailers. Only the tables' owner sees more than one."""
    return [row[0] for row in connection.execute("SELECT retailer_id FROM retailer ORDER BY retailer_id").fetchall()]
