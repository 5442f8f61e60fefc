"""Deliver what the outbox holds: at least once, each subject's events in order, with patience and an end to it.

Events are written in the transaction of the change they tell of. A worker claims a batch in a short transaction that
also puts off the next try, sends outside of any transaction, then writes down how it went. A worker that dies in
between leaves events that another one takes up when the claim runs out; receivers know a repetition by `Event.id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cabas.kernel.clock import Clock
from cabas.storage.database import Database, Statement
from cabas.storage.queries import queries

SQL = queries("outbox")
LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=6)
# 5 s doubling up to 6 h: the last try is three days after the first.
ATTEMPTS_MAX = 24
ERROR_MAX = 500


@dataclass(frozen=True, slots=True)
class Event:
    """Something the world is told. `id` is the same at every try; `attempt` counts them from 1."""

    retailer_id: str
    store_id: str
    subject: str
    seq: int
    topic: str
    payload: Any
    attempt: int
    created_at: datetime

    @property
    def id(self) -> str:
        """Unique within the retailer."""
        return f"{self.subject}.{self.seq}"


Send = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Batch:
    """How one round went: events that arrived, that will be tried again, and that were given up."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0

    @property
    def size(self) -> int:
        """All events of the round."""
        return self.delivered + self.retried + self.dead


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is left in the outbox: events that wait, that were given up, and when the oldest waiting one was written."""

    waiting: int
    dead: int
    oldest: datetime | None


class Outbox:
    """The outbox of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def deliver(self, retailer_id: str, send: Send, now: datetime, limit: int = 50) -> Batch:
        """Send the events that are due, at most `limit`, side by side. `send` raises when an event did not arrive."""
        claim = {"retailer_id": retailer_id, "now": now, "leased_until": now + LEASE, "limit": limit}
        rows = await self._database.rows(retailer_id, SQL["claim_events"], claim)
        events = [Event(retailer_id, *row) for row in rows]
        failures = await asyncio.gather(*(_try(send, event) for event in events))
        if events:
            marks = [_mark(event, failure, now) for event, failure in zip(events, failures, strict=True)]
            await self._database.run(retailer_id, *marks)
        dead = sum(failure is not None and is_last(event) for event, failure in zip(events, failures, strict=True))
        failed = sum(failure is not None for failure in failures)
        return Batch(len(events) - failed, failed - dead, dead)

    async def revive(self, retailer_id: str, now: datetime) -> int:
        """Try again, from the first attempt on, what was given up; how many events that is."""
        (cursor,) = await self._database.run(
            retailer_id, (SQL["revive_events"], {"retailer_id": retailer_id, "now": now})
        )
        return cursor.rowcount

    async def waiting(self, retailer_id: str) -> Waiting:
        """What is left to do."""
        ((waiting, dead, oldest),) = await self._database.rows(
            retailer_id, SQL["waiting_events"], {"retailer_id": retailer_id}
        )
        return Waiting(waiting, dead, oldest)

    async def forget(self, retailer_id: str, before: datetime) -> int:
        """Delete delivered events and idempotency keys from before that moment; how many rows that is."""
        where = {"retailer_id": retailer_id, "before": before}
        cursors = await self._database.run(retailer_id, (SQL["forget_events"], where), (SQL["forget_keys"], where))
        return sum(cursor.rowcount for cursor in cursors)


async def work(
    outbox: Outbox, retailer_ids: Sequence[str], send: Send, clock: Clock, stop: asyncio.Event, idle_seconds: float = 1
) -> None:
    """Deliver until `stop` is set; look again after `idle_seconds` when nothing was due. Several may run at once."""
    while not stop.is_set():
        sizes = [(await outbox.deliver(retailer_id, send, clock.now())).size for retailer_id in retailer_ids]
        if not any(sizes):
            try:
                await asyncio.wait_for(stop.wait(), idle_seconds)
            except TimeoutError:
                continue


def wait_after(attempt: int) -> timedelta:
    """How long to wait after the `attempt`-th try failed."""
    return min(FIRST_WAIT * (1 << min(attempt - 1, 30)), LONGEST_WAIT)


def is_last(event: Event) -> bool:
    """Whether the event is given up when this try fails."""
    return event.attempt >= ATTEMPTS_MAX


async def _try(send: Send, event: Event) -> str | None:
    try:
        await send(event)
    except Exception as error:  # noqa: BLE001 - whatever a sender raises, the event has not arrived
        return f"{type(error).__name__}: {error}"[:ERROR_MAX]
    return None


def _mark(event: Event, failure: str | None, now: datetime) -> Statement:
    where = {
        "retailer_id": event.retailer_id,
        "store_id": event.store_id,
        "subject": event.subject,
        "seq": event.seq,
        "now": now,
    }
    if failure is None:
        return SQL["mark_delivered"], where
    dead_at = now if is_last(event) else None
    return SQL["mark_failed"], where | {"due_at": now + wait_after(event.attempt), "dead_at": dead_at, "error": failure}
