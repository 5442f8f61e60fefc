"""`Conversations` and `Consents` in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cabas.domain.cart import Conversation
from cabas.domain.consent import Grant, purposes
from cabas.storage.consent_record import Said, check_purpose, grants
from cabas.storage.memory.rows import Rows
from cabas.storage.refusals import overtaken


class MemoryConversations:
    """`Conversations` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def load(self, retailer_id: str, conversation_id: str) -> Conversation | None:
        """The conversation, or None."""
        return self._rows.conversations.get((retailer_id, conversation_id))

    async def save(self, conversation: Conversation) -> Conversation:
        """Store it and return it with its next version. Raises `Conflict` when another turn was stored meanwhile."""
        self.check(conversation)
        stored = replace(conversation, version=conversation.version + 1)
        self._rows.conversations[conversation.retailer_id, conversation.id] = stored
        return stored

    def check(self, conversation: Conversation) -> None:
        """Raise `Conflict` when another turn was stored meanwhile."""
        known = self._rows.conversations.get((conversation.retailer_id, conversation.id))
        if (known.version if known else 0) != conversation.version:
            raise overtaken(conversation)


class MemoryConsents:
    """`Consents` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def record(self, retailer_id: str, said: Said) -> None:
        """Add an entry. Raises `InvalidInput` for a purpose nobody was asked about."""
        check_purpose(said)
        grant = Grant(said.shopper_id, said.platform, said.purpose, said.at, said.until)
        self._rows.consents.setdefault((retailer_id, said.shopper_id), []).append((grant, said.granted))

    async def grants(self, retailer_id: str, shopper_id: str) -> tuple[Grant, ...]:
        """All grants of a shopper, with the moment they were taken back, oldest first."""
        return grants(sorted(self._rows.consents.get((retailer_id, shopper_id), []), key=lambda one: one[0].granted_at))

    async def purposes(self, retailer_id: str, shopper_id: str, platform: str, now: datetime) -> frozenset[str]:
        """The purposes (`domain.consent.PURPOSES`) the shopper agreed to for `platform` at `now`."""
        return purposes(await self.grants(retailer_id, shopper_id), platform, now)
