"""The ports of `usecases.ports` in memory, for evaluations and unit tests.

A shared test suite holds them to the same answers as PostgreSQL. Nothing in them waits, so each call is atomic.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cabas.storage.memory.discounts import MemoryDiscounts
from cabas.storage.memory.fill import MemoryFill
from cabas.storage.memory.links import MemoryLinks
from cabas.storage.memory.orders import MemoryOrders
from cabas.storage.memory.partners import MemoryAnswers, MemoryPartnerKeys
from cabas.storage.memory.passkeys import MemoryPasskeys
from cabas.storage.memory.people import MemoryConsents, MemoryConversations
from cabas.storage.memory.rows import Rows
from cabas.storage.memory.shop import MemoryShop
from cabas.storage.memory.teachings import MemoryFailures, MemoryTeachings

__all__ = ["Memory", "MemoryConsents", "MemoryConversations", "MemoryFill", "MemoryOrders", "MemoryShop", "Rows"]


@dataclass(frozen=True, slots=True)
class Memory:
    """The ports of `usecases.ports` in memory, over the same `rows`."""

    rows: Rows = field(default_factory=Rows)

    @property
    def conversations(self) -> MemoryConversations:
        """`Conversations`."""
        return MemoryConversations(self.rows)

    @property
    def shop(self) -> MemoryShop:
        """`Shop`."""
        return MemoryShop(self.rows)

    @property
    def orders(self) -> MemoryOrders:
        """`Orders`."""
        return MemoryOrders(self.rows)

    @property
    def consents(self) -> MemoryConsents:
        """`Consents`."""
        return MemoryConsents(self.rows)

    @property
    def teachings(self) -> MemoryTeachings:
        """`usecases.learn.ports.Teachings`."""
        return MemoryTeachings(self.rows)

    @property
    def failures(self) -> MemoryFailures:
        """`usecases.learn.ports.Failures`."""
        return MemoryFailures(self.rows)

    @property
    def partners(self) -> MemoryPartnerKeys:
        """`usecases.shop.ports.PartnerKeys`."""
        return MemoryPartnerKeys(self.rows)

    @property
    def answers(self) -> MemoryAnswers:
        """`usecases.shop.ports.Answers`."""
        return MemoryAnswers(self.rows)

    @property
    def links(self) -> MemoryLinks:
        """`usecases.link.ports.Links`."""
        return MemoryLinks(self.rows)

    @property
    def discounts(self) -> MemoryDiscounts:
        """`usecases.discounts.Discounts`."""
        return MemoryDiscounts(self.rows)

    @property
    def passkeys(self) -> MemoryPasskeys:
        """`usecases.link.ports.Passkeys`."""
        return MemoryPasskeys(self.rows)

    @property
    def fill(self) -> MemoryFill:
        """`Fill`."""
        return MemoryFill(self.rows)
