"""`usecases.link.ports.Links` on PostgreSQL."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime

from cabas.domain.customer import Shopper
from cabas.storage.database import Database, Row
from cabas.storage.documents import to_json
from cabas.storage.queries import queries
from cabas.usecases.link.ports import Link, Ticket

SQL = queries("links")
_LINK = ("link_id", "shopper_id", "platform", "client_id", "client_name", "sector")


class PostgresLinks:
    """Links of accounts, and the tickets people and clients hold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, retailer_id: str, link: Link) -> None:
        """Store a new link."""
        row = {"retailer_id": retailer_id, **dict(zip(_LINK, astuple(link), strict=False))}
        row |= {"scopes": sorted(link.scopes), "purposes": sorted(link.purposes), "created_at": link.created_at}
        await self._database.run(retailer_id, (SQL["add_link"], row))

    async def link(self, retailer_id: str, link_id: str) -> Link | None:
        """The link, ended or not."""
        where = {"retailer_id": retailer_id, "link_id": link_id}
        rows = await self._database.rows(retailer_id, SQL["link"], where)
        return _link(rows[0]) if rows else None

    async def links(self, retailer_id: str, shopper_id: str) -> tuple[Link, ...]:
        """The links of a shopper that hold, newest first."""
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id}
        return tuple(_link(row) for row in await self._database.rows(retailer_id, SQL["links"], where))

    async def end(self, retailer_id: str, link_id: str, now: datetime) -> bool:
        """End a link; whether it was this call that did."""
        where = {"retailer_id": retailer_id, "link_id": link_id, "now": now}
        (cursor,) = await self._database.run(retailer_id, (SQL["end_link"], where))
        return cursor.rowcount > 0

    async def issue(self, retailer_id: str, ticket: Ticket) -> bool:
        """Store a new ticket; False when its hash is taken: what it stands for was there before."""
        row = {
            "retailer_id": retailer_id, "kind": ticket.kind, "hash": ticket.hash, "shopper_id": ticket.shopper_id,
            "link_id": ticket.link_id, "subject": ticket.subject, "about": to_json(ticket.about),
            "created_at": ticket.created_at, "expires_at": ticket.expires_at,
        }  # fmt: skip
        (cursor,) = await self._database.run(retailer_id, (SQL["issue"], row))
        return cursor.rowcount > 0

    async def ticket(self, retailer_id: str, kind: str, hash_: bytes) -> Ticket | None:
        """The ticket, good or not."""
        where = {"retailer_id": retailer_id, "kind": kind, "hash": hash_}
        rows = await self._database.rows(retailer_id, SQL["ticket"], where)
        return _ticket(rows[0]) if rows else None

    async def use(self, retailer_id: str, kind: str, hash_: bytes, now: datetime) -> Ticket | None:
        """Use a ticket up, and return it as it was; None when there is none or it was used before. Atomic."""
        where = {"retailer_id": retailer_id, "kind": kind, "hash": hash_, "now": now}
        rows = await self._database.rows(retailer_id, SQL["use"], where)
        return _ticket((*rows[0], None)) if rows else None

    async def tickets(self, retailer_id: str, shopper_id: str, kind: str, now: datetime) -> tuple[Ticket, ...]:
        """The tickets of a shopper that are good at `now`, newest first."""
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id, "kind": kind, "now": now}
        return tuple(_ticket(row) for row in await self._database.rows(retailer_id, SQL["tickets"], where))

    async def count(self, retailer_id: str, kind: str, subject: str, since: datetime) -> int:
        """How many tickets of a kind and subject were issued since."""
        where = {"retailer_id": retailer_id, "kind": kind, "subject": subject, "since": since}
        rows = await self._database.rows(retailer_id, SQL["count"], where)
        return int(rows[0][0])

    async def shopper_by_email(self, retailer_id: str, email: str) -> Shopper | None:
        """The one shopper with this address (in lower case); None when there is none, or more than one."""
        where = {"retailer_id": retailer_id, "email": email}
        rows = await self._database.rows(retailer_id, SQL["shoppers_by_email"], where)
        return Shopper(*rows[0]) if len(rows) == 1 else None

    async def allow_personal(self, retailer_id: str, shopper_id: str) -> None:
        """Note on the account that the shopper agreed to results from their own history."""
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id}
        await self._database.run(retailer_id, (SQL["allow_personal"], where))

    async def forget(self, retailer_id: str, before: datetime) -> int:
        """Delete tickets that ended before a moment, and say how many there were."""
        (cursor,) = await self._database.run(
            retailer_id, (SQL["forget"], {"retailer_id": retailer_id, "before": before})
        )
        return cursor.rowcount


def _link(row: Row) -> Link:
    return Link(*(*row[:6], frozenset(row[6]), frozenset(row[7]), *row[8:]))


def _ticket(row: Row) -> Ticket:
    return Ticket(row[0], bytes(row[1]), *row[2:])
