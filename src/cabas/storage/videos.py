"""`usecases.videos.VideoLinks` on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cabas.kernel.money import Money
from cabas.storage.database import Database, Parameters, Row
from cabas.storage.queries import queries
from cabas.usecases.videos import SOURCE, Came, VideoLink

SQL = queries("videos")


class PostgresVideoLinks:
    """Links of products under videos, and the orders that came through them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, retailer_id: str, links: Sequence[VideoLink], at: datetime) -> None:
        """Keep proposals; those a person decided about stay as decided."""
        rows: list[Parameters] = [
            {
                "retailer_id": retailer_id, "link_id": one.id, "platform": one.platform, "video_id": one.video_id,
                "video_title": one.video_title, "sku": one.sku, "words": one.words, "seconds": one.seconds,
                "score": one.score, "reasons": list(one.reasons), "at": at,
            }
            for one in links
        ]  # fmt: skip
        if rows:
            await self._database.run(retailer_id, (SQL["propose_link"], rows))

    async def all(self, retailer_id: str) -> list[VideoLink]:
        """All of them, by video and time in it."""
        rows = await self._database.rows(retailer_id, SQL["video_links"], {"retailer_id": retailer_id})
        return [_link(row) for row in rows]

    async def get(self, retailer_id: str, link_id: str) -> VideoLink | None:
        """The link of that code."""
        where = {"retailer_id": retailer_id, "link_id": link_id}
        rows = await self._database.rows(retailer_id, SQL["video_link"], where)
        return _link(rows[0]) if rows else None

    async def decide(self, retailer_id: str, link_ids: Sequence[str], state: str, at: datetime) -> list[str]:
        """Approve or reject; the ids that there were."""
        where = {"retailer_id": retailer_id, "links": list(link_ids), "state": state, "at": at}
        return [link_id for (link_id,) in await self._database.rows(retailer_id, SQL["decide_links"], where)]

    async def came(self, retailer_id: str) -> list[Came]:
        """The orders that came through links, by source."""
        where = {"retailer_id": retailer_id}
        rows = await self._database.rows(retailer_id, queries("orders")["orders_by_source"], where)
        return [Came(row[0], row[1], row[2], Money(row[3], row[4])) for row in rows if row[0].startswith(SOURCE)]


def _link(row: Row) -> VideoLink:
    link_id, platform, video_id, title, sku, words, seconds, score, reasons, state = row
    return VideoLink(link_id, platform, video_id, title, sku, words, seconds, score, tuple(reasons), state)
