"""The texts of agreements on PostgreSQL. Versions are kept: an order names the terms it was placed under."""

from __future__ import annotations

from datetime import datetime

from cabas.storage.database import Database
from cabas.storage.queries import queries

SQL = queries("agreements")


class PostgresAgreements:
    """Keeps the TOML texts; `cabas.agreement.book.book` reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, retailer_id: str, agreement_id: str, document: str, at: datetime) -> bool:
        """Store a text as the next version, unless it is the newest already; whether it was stored."""
        row = {"retailer_id": retailer_id, "agreement_id": agreement_id, "document": document, "at": at}
        (cursor,) = await self._database.run(retailer_id, (SQL["add_agreement"], row))
        return cursor.rowcount == 1

    async def texts(self, retailer_id: str) -> dict[str, str]:
        """Agreement id -> the newest text."""
        where = {"retailer_id": retailer_id}
        rows = await self._database.rows(retailer_id, SQL["newest_agreements"], where)
        return {agreement_id: document for agreement_id, _, document in rows}
