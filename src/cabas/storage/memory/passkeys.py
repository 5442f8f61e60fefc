"""`usecases.link.passkeys.Passkeys` in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cabas.storage.memory.rows import Rows
from cabas.usecases.link.ports import Passkey


class MemoryPasskeys:
    """The passkeys of a retailer's shoppers."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, retailer_id: str, passkey: Passkey) -> bool:
        """Store a new one; False when its id is taken."""
        return self._rows.passkeys.setdefault((retailer_id, passkey.id), passkey) is passkey

    async def find(self, retailer_id: str, passkey_id: bytes) -> Passkey | None:
        """The passkey."""
        return self._rows.passkeys.get((retailer_id, passkey_id))

    async def of(self, retailer_id: str, shopper_id: str) -> tuple[Passkey, ...]:
        """Those of a shopper, newest first."""
        known, whose = self._rows.passkeys.items(), (retailer_id, shopper_id)
        own = [one for (owner, _), one in known if (owner, one.shopper_id) == whose]
        return tuple(sorted(sorted(own, key=lambda one: one.id), key=lambda one: one.created_at, reverse=True))

    async def signed(self, retailer_id: str, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        """Note that it signed; False when its count is not what `passkey` says any more."""
        known = await self.find(retailer_id, passkey.id)
        if known is None or known.sign_count != passkey.sign_count:
            return False
        self._rows.passkeys[retailer_id, passkey.id] = replace(known, sign_count=sign_count, used_at=now)
        return True

    async def remove(self, retailer_id: str, shopper_id: str, passkey_id: bytes) -> bool:
        """Remove one of the shopper's own; whether there was one."""
        known = await self.find(retailer_id, passkey_id)
        if known is None or known.shopper_id != shopper_id:
            return False
        del self._rows.passkeys[retailer_id, passkey_id]
        return True
