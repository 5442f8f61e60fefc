"""Forget what is no longer needed. The worker does it once a day; doing it twice is harmless.

Orders, their lines and the ledger are kept: the law asks for them. What a conversation said is kept no longer than it
helps the shopper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cabas.storage.outbox import Outbox
from cabas.storage.postgres import Postgres
from cabas.usecases.learn.ports import KEEP_FAILURES

# Platforms retry for three days at most; a key is kept longer than anybody retries.
KEEP_EVENTS_AND_KEYS = timedelta(days=14)
KEEP_CONVERSATIONS = timedelta(days=90)
# Nobody: letting go of nobody's holds sweeps those that ended.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many conversations, how many delivered events and idempotency keys, and how much of what was not understood,
    were deleted.
    """

    conversations: int
    events_and_keys: int
    failures: int = 0


async def tidy(postgres: Postgres, retailer_id: str, now: datetime) -> Forgotten:
    """Delete what a retailer no longer needs at `now`."""
    conversations = 0
    for store in await postgres.shop.stores(retailer_id):
        conversations += await postgres.conversations.forget(retailer_id, store.id, now - KEEP_CONVERSATIONS)
        await postgres.shop.drop_holds(retailer_id, store.id, NOBODY, now=now)
    delivered = await Outbox(postgres.database).forget(retailer_id, now - KEEP_EVENTS_AND_KEYS)
    await postgres.links.forget(retailer_id, now - KEEP_EVENTS_AND_KEYS)
    failures = await postgres.failures.forget(retailer_id, now - KEEP_FAILURES)
    return Forgotten(conversations, delivered, failures)
