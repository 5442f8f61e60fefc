"""`usecases.link.passkeys.Passkeys` on PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from cabas.storage.database import Database, Row
from cabas.storage.queries import queries
from cabas.usecases.link.ports import Passkey

SQL = queries("passkeys")


class PostgresPasskeys:
    """The passkeys of a retailer's shoppers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, retailer_id: str, passkey: Passkey) -> bool:
        """Store a new one; False when its id is taken."""
        row = {
            "retailer_id": retailer_id, "passkey_id": passkey.id, "shopper_id": passkey.shopper_id,
            "public_key": passkey.public_key, "sign_count": passkey.sign_count, "name": passkey.name,
            "created_at": passkey.created_at, "used_at": passkey.used_at,
        }  # fmt: skip
        (cursor,) = await self._database.run(retailer_id, (SQL["add"], row))
        return cursor.rowcount > 0

    async def find(self, retailer_id: str, passkey_id: bytes) -> Passkey | None:
        """The passkey."""
        where = {"retailer_id": retailer_id, "passkey_id": passkey_id}
        rows = await self._database.rows(retailer_id, SQL["find"], where)
        return _passkey(rows[0]) if rows else None

    async def of(self, retailer_id: str, shopper_id: str) -> tuple[Passkey, ...]:
        """Those of a shopper, newest first."""
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id}
        return tuple(_passkey(row) for row in await self._database.rows(retailer_id, SQL["of"], where))

    async def signed(self, retailer_id: str, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        """Note that it signed; False when its count is not what `passkey` says any more. Atomic."""
        where = {
            "retailer_id": retailer_id, "passkey_id": passkey.id, "sign_count": passkey.sign_count,
            "now_counted": sign_count, "now": now,
        }  # fmt: skip
        (cursor,) = await self._database.run(retailer_id, (SQL["signed"], where))
        return cursor.rowcount > 0

    async def remove(self, retailer_id: str, shopper_id: str, passkey_id: bytes) -> bool:
        """Remove one of the shopper's own; whether there was one."""
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id, "passkey_id": passkey_id}
        (cursor,) = await self._database.run(retailer_id, (SQL["remove"], where))
        return cursor.rowcount > 0


def _passkey(row: Row) -> Passkey:
    return Passkey(bytes(row[0]), row[1], bytes(row[2]), *row[3:])
