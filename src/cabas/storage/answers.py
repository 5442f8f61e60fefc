"""`Answers` on PostgreSQL: what keyed requests were answered, and which are being answered now."""

from __future__ import annotations

from datetime import datetime, timedelta

from cabas.kernel.errors import Conflict
from cabas.storage.database import Database
from cabas.storage.documents import to_json
from cabas.storage.queries import queries
from cabas.usecases.shop.ports import Stored

SQL = queries("answers")
# Whoever answers longer than this was cut off: the next one with the same request takes over.
LEASE = timedelta(seconds=30)


class PostgresAnswers:
    """Answers given to keyed requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, retailer_id: str, platform: str, surface: str, key: str, request_hash: str, now: datetime
    ) -> Stored | None:
        """The answer that is stored; None when the request is ours to answer now. Raises `Conflict`. One round trip."""
        where = _where(retailer_id, platform, surface, key)
        begun = where | {"request_hash": request_hash, "now": now, "lease_until": now + LEASE}
        taken, kept = await self._database.run(retailer_id, (SQL["begin_answer"], begun), (SQL["stored_answer"], where))
        if taken.rowcount:
            return None
        row = await kept.fetchone()
        if row is None:
            return None  # dropped between the two: ours after all
        if row[0] != request_hash:
            raise Conflict(
                "This key was used for another request.", remedy="Use a new key.", code="idempotency_mismatch"
            )
        if row[1] == 0:
            raise Conflict(
                "The same request is being answered.", remedy="Ask again in a moment.", code="idempotency_in_flight"
            )
        return Stored(row[1], bytes(row[3]), row[2])

    async def finish(self, retailer_id: str, platform: str, surface: str, key: str, answer: Stored) -> None:
        """Keep the answer."""
        row = {"status": answer.status, "headers": to_json(answer.headers), "body": answer.body}
        where = _where(retailer_id, platform, surface, key)
        await self._database.run(retailer_id, (SQL["finish_answer"], where | row))

    async def drop(self, retailer_id: str, platform: str, surface: str, key: str) -> None:
        """Forget that the request began."""
        where = _where(retailer_id, platform, surface, key)
        await self._database.run(retailer_id, (SQL["drop_answer"], where))

    async def forget(self, retailer_id: str, before: datetime) -> int:
        """Delete answers from before that moment; how many they were."""
        where = {"retailer_id": retailer_id, "before": before}
        (cursor,) = await self._database.run(retailer_id, (SQL["forget_answers"], where))
        return cursor.rowcount


def _where(retailer_id: str, platform: str, surface: str, key: str) -> dict[str, object]:
    return {"retailer_id": retailer_id, "platform": platform, "surface": surface, "key": key}
