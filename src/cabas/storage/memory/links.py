"""`usecases.link.ports.Links` in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cabas.domain.customer import Shopper
from cabas.storage.memory.rows import Rows
from cabas.usecases.link.ports import Link, Ticket


class MemoryLinks:
    """Links of accounts, and the tickets people and clients hold."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, retailer_id: str, link: Link) -> None:
        """Store a new link."""
        self._rows.links[retailer_id, link.id] = link

    async def link(self, retailer_id: str, link_id: str) -> Link | None:
        """The link, ended or not."""
        return self._rows.links.get((retailer_id, link_id))

    async def links(self, retailer_id: str, shopper_id: str) -> tuple[Link, ...]:
        """The links of a shopper that hold, newest first."""
        own = (one for (owner, _), one in self._rows.links.items() if owner == retailer_id)
        found = [one for one in own if one.shopper_id == shopper_id and one.ended_at is None]
        return tuple(sorted(found, key=lambda one: (one.created_at, one.id), reverse=True))

    async def end(self, retailer_id: str, link_id: str, now: datetime) -> bool:
        """End a link; whether it was this call that did."""
        link = await self.link(retailer_id, link_id)
        if link is None or link.ended_at is not None:
            return False
        self._rows.links[retailer_id, link_id] = replace(link, ended_at=now)
        return True

    async def issue(self, retailer_id: str, ticket: Ticket) -> bool:
        """Store a new ticket; False when its hash is taken: what it stands for was there before."""
        return self._rows.tickets.setdefault((retailer_id, ticket.kind, ticket.hash), ticket) is ticket

    async def ticket(self, retailer_id: str, kind: str, hash_: bytes) -> Ticket | None:
        """The ticket, good or not."""
        return self._rows.tickets.get((retailer_id, kind, hash_))

    async def use(self, retailer_id: str, kind: str, hash_: bytes, now: datetime) -> Ticket | None:
        """Use a ticket up, and return it as it was; None when there is none or it was used before."""
        found = await self.ticket(retailer_id, kind, hash_)
        if found is None or found.used_at is not None:
            return None
        self._rows.tickets[retailer_id, kind, hash_] = replace(found, used_at=now)
        return found

    async def tickets(self, retailer_id: str, shopper_id: str, kind: str, now: datetime) -> tuple[Ticket, ...]:
        """The tickets of a shopper that are good at `now`, newest first."""
        own = [
            one
            for (owner, whose, _), one in self._rows.tickets.items()
            if (owner, whose, one.shopper_id) == (retailer_id, kind, shopper_id) and one.holds(now)
        ]
        return tuple(sorted(sorted(own, key=lambda one: one.hash), key=lambda one: one.created_at, reverse=True))

    async def count(self, retailer_id: str, kind: str, subject: str, since: datetime) -> int:
        """How many tickets of a kind and subject were issued since."""
        return sum(
            (owner, which, one.subject) == (retailer_id, kind, subject) and one.created_at > since
            for (owner, which, _), one in self._rows.tickets.items()
        )

    async def shopper_by_email(self, retailer_id: str, email: str) -> Shopper | None:
        """The one shopper with this address (in lower case); None when there is none, or more than one."""
        found = [one for (owner, _), one in self._rows.shoppers.items() if (owner, one.email) == (retailer_id, email)]
        return found[0] if len(found) == 1 else None

    async def allow_personal(self, retailer_id: str, shopper_id: str) -> None:
        """Note on the account that the shopper agreed to results from their own history."""
        shopper = self._rows.shoppers[retailer_id, shopper_id]
        self._rows.shoppers[retailer_id, shopper_id] = replace(shopper, personal=True)
