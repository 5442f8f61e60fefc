"""`PartnerKeys` and `Answers` in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cabas.kernel.errors import Conflict, NotFound
from cabas.storage.memory.rows import Rows
from cabas.usecases.shop.ports import PartnerKey, Stored


class MemoryPartnerKeys:
    """The keys by which platforms are known."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, retailer_id: str, key: PartnerKey, secret_hash: bytes) -> None:
        """Store a new key."""
        self._rows.partner_keys[retailer_id, key.id] = (key, secret_hash)

    async def find(self, retailer_id: str, key_id: str) -> tuple[PartnerKey, bytes] | None:
        """The key and the hash of its secret."""
        return self._rows.partner_keys.get((retailer_id, key_id))

    async def keys(self, retailer_id: str) -> tuple[PartnerKey, ...]:
        """All keys, newest first."""
        own = [key for (owner, _), (key, _) in self._rows.partner_keys.items() if owner == retailer_id]
        return tuple(sorted(sorted(own, key=lambda one: one.id), key=lambda one: one.created_at, reverse=True))

    async def revoke(self, retailer_id: str, key_id: str, now: datetime) -> None:
        """Let a key open nothing any more. Raises `NotFound`."""
        found = await self.find(retailer_id, key_id)
        if found is None:
            raise NotFound(f"There is no key {key_id[:60]!r}.", remedy="See `cabas partner list`.")
        key, secret_hash = found
        revoked = replace(key, revoked_at=key.revoked_at or now)
        self._rows.partner_keys[retailer_id, key_id] = (revoked, secret_hash)


class MemoryAnswers:
    """Answers given to keyed requests. A request that was begun here and lost is never taken over: nothing is lost."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def begin(
        self, retailer_id: str, platform: str, surface: str, key: str, request_hash: str, now: datetime
    ) -> Stored | None:
        """The answer that is stored; None when the request is ours to answer now. Raises `Conflict`."""
        where = (retailer_id, platform, surface, key)
        begun = self._rows.request_answers.get(where)
        if begun is None:
            self._rows.request_answers[where] = (request_hash, None)
            return None
        if begun[0] != request_hash:
            raise Conflict(
                "This key was used for another request.", remedy="Use a new key.", code="idempotency_mismatch"
            )
        if begun[1] is None:
            raise Conflict(
                "The same request is being answered.", remedy="Ask again in a moment.", code="idempotency_in_flight"
            )
        return begun[1]

    async def finish(self, retailer_id: str, platform: str, surface: str, key: str, answer: Stored) -> None:
        """Keep the answer."""
        where = (retailer_id, platform, surface, key)
        self._rows.request_answers[where] = (self._rows.request_answers[where][0], answer)

    async def drop(self, retailer_id: str, platform: str, surface: str, key: str) -> None:
        """Forget that the request began."""
        self._rows.request_answers.pop((retailer_id, platform, surface, key), None)
