"""`PartnerKeys` on PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from cabas.kernel.errors import NotFound
from cabas.storage.database import Database
from cabas.storage.queries import queries
from cabas.usecases.shop.ports import PartnerKey

SQL = queries("partners")


class PostgresPartnerKeys:
    """The keys by which platforms are known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, retailer_id: str, key: PartnerKey, secret_hash: bytes) -> None:
        """Store a new key."""
        row = {"retailer_id": retailer_id, "key_id": key.id, "platform": key.platform, "secret_hash": secret_hash,
               "note": key.note, "created_at": key.created_at, "expires_at": key.expires_at}  # fmt: skip
        await self._database.run(retailer_id, (SQL["add_key"], row))

    async def find(self, retailer_id: str, key_id: str) -> tuple[PartnerKey, bytes] | None:
        """The key and the hash of its secret."""
        where = {"retailer_id": retailer_id, "key_id": key_id}
        rows = await self._database.rows(retailer_id, SQL["find_key"], where)
        return (PartnerKey(*rows[0][:6]), bytes(rows[0][6])) if rows else None

    async def keys(self, retailer_id: str) -> tuple[PartnerKey, ...]:
        """All keys, newest first."""
        rows = await self._database.rows(retailer_id, SQL["keys"], {"retailer_id": retailer_id})
        return tuple(PartnerKey(*row) for row in rows)

    async def revoke(self, retailer_id: str, key_id: str, now: datetime) -> None:
        """Let a key open nothing any more. Raises `NotFound`."""
        where = {"retailer_id": retailer_id, "key_id": key_id, "now": now}
        (cursor,) = await self._database.run(retailer_id, (SQL["revoke_key"], where))
        if not cursor.rowcount:
            raise NotFound(f"There is no key {key_id[:60]!r}.", remedy="See `cabas partner list`.")
