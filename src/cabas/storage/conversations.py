"""`Conversations` on PostgreSQL: one row each, guarded by its version."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime

from cabas.domain.cart import Conversation
from cabas.storage.database import Database, Statement
from cabas.storage.documents import dump_conversation, load_conversation
from cabas.storage.queries import queries
from cabas.storage.refusals import overtaken

SQL = queries("conversations")
HINTS_MAX = 50_000


class PostgresConversations:
    """The memory of conversations. One round trip to load, one to save.

    It remembers at which store this process last saw a conversation, because the store is the shard. That is a hint:
    without it, or when it is wrong, every shard is asked. The version of the retailer's words rides along with a
    conversation, and is noted in `versions`.
    """

    def __init__(self, database: Database, versions: dict[str, int] | None = None) -> None:
        self._database = database
        self._versions = {} if versions is None else versions
        self._seen: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def load(self, retailer_id: str, conversation_id: str) -> Conversation | None:
        """The conversation, or None."""
        key = {"retailer_id": retailer_id, "conversation_id": conversation_id}
        store_id = self._seen.get((retailer_id, conversation_id))
        rows = None
        if store_id is not None:
            rows = await self._database.rows(retailer_id, SQL["load_conversation"], key | {"store_id": store_id})
        if not rows:
            rows = await self._database.rows(retailer_id, SQL["find_conversation"], key)
        if not rows:
            return None
        document, version, words = rows[0]
        self._versions[retailer_id] = words or 0
        conversation = load_conversation(document, version)
        self._remember(conversation)
        return conversation

    async def save(self, conversation: Conversation) -> Conversation:
        """Store it and return it with its next version. Raises `Conflict` when another turn was stored meanwhile."""
        (cursor,) = await self._database.run(conversation.retailer_id, store_turn(conversation))
        stored = cursor.rowcount
        if not stored and conversation.version:
            (cursor,) = await self._database.run(
                conversation.retailer_id, (SQL["move_conversation"], _parameters(conversation))
            )
            stored = cursor.rowcount
        if not stored:
            raise overtaken(conversation)
        self._remember(conversation)
        return replace(conversation, version=conversation.version + 1)

    async def forget(self, retailer_id: str, store_id: str, before: datetime) -> int:
        """Delete a store's conversations silent since before that moment, and return how many they were."""
        where = {"retailer_id": retailer_id, "store_id": store_id, "before": before}
        (cursor,) = await self._database.run(retailer_id, (SQL["forget_conversations"], where))
        return cursor.rowcount

    def _remember(self, conversation: Conversation) -> None:
        self._seen[conversation.retailer_id, conversation.id] = conversation.store_id
        self._seen.move_to_end((conversation.retailer_id, conversation.id))
        if len(self._seen) > HINTS_MAX:
            self._seen.popitem(last=False)


def store_turn(conversation: Conversation) -> Statement:
    """The statement that stores the next turn; it touches no row when another turn was stored meanwhile."""
    return SQL["update_conversation" if conversation.version else "insert_conversation"], _parameters(conversation)


def _parameters(conversation: Conversation) -> dict[str, object]:
    return {
        "retailer_id": conversation.retailer_id,
        "store_id": conversation.store_id,
        "conversation_id": conversation.id,
        "platform": conversation.platform,
        "shopper_id": conversation.shopper_id,
        "version": conversation.version,
        "document": dump_conversation(conversation),
    }
