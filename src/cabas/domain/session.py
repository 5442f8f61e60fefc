"""A checkout session: what a platform says of an order beside its lines. The lines are the conversation's cart.

A platform that speaks a protocol instead of sentences fills a cart, names buyer and address, chooses a slot and
completes. It is the same conversation underneath, so a shopper may go on by voice with what an assistant has begun.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from cabas.kernel.errors import Conflict

# How long a session waits for its next word (UCP recommends six hours), and how long the answer to a key is kept.
SESSION_TTL = timedelta(hours=6)


# A claim: that the buyer is a member of the retailer's loyalty program.
LOYALTY = "loyalty"


class SessionStatus(StrEnum):
    """Where a session is."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELED = "canceled"


# event -> {from: to}
TRANSITIONS: Mapping[str, Mapping[SessionStatus, SessionStatus]] = {
    "change": {SessionStatus.OPEN: SessionStatus.OPEN},
    "complete": {SessionStatus.OPEN: SessionStatus.COMPLETED},
    "cancel": {SessionStatus.OPEN: SessionStatus.CANCELED},
}


def next_status(status: SessionStatus, event: str) -> SessionStatus:
    """Where `event` takes a session. Raises `Conflict` (code "session_completed" or "session_canceled")."""
    try:
        return TRANSITIONS[event][status]
    except KeyError:
        raise Conflict(
            f"This session is {status}.", remedy="Open another one.", code=f"session_{status.value}"
        ) from None


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, as the platform says it; every field may be empty. `phone` is E.164."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address (schema.org PostalAddress). `country` is ISO 3166-1 alpha-2."""

    street: str = ""
    extra: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """`kind` is "cart" (being filled) or "checkout" (to be ordered). `consents` are the purposes
    (`domain.consent.PURPOSES`) answered yes or no. `note` tells the picker or the driver something. `adult` says that
    the buyer confirmed the age asked for. `source` is where the session came from: another session, or the link that
    was followed ("video:ID"), for attribution. `callback` is what its surface must remember to tell the platform of the
    order. `servings` says for how many people the recipes in the cart are, by their titles. `claims` are
    what the platform says of the buyer and nobody proved yet (`LOYALTY`). Times are time-zone aware.
    """

    kind: str
    opened_at: datetime
    expires_at: datetime
    status: SessionStatus = SessionStatus.OPEN
    buyer: Buyer | None = None
    destination: Address | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)
    note: str = ""
    adult: bool = False
    source: str = ""
    callback: str = ""
    servings: Mapping[str, Fraction] = field(default_factory=dict)
    claims: tuple[str, ...] = ()

    def expired(self, now: datetime) -> bool:
        """Whether it waited too long."""
        return self.status is SessionStatus.OPEN and self.expires_at <= now
