"""What a shopper agreed to: one purpose, one platform, from a moment on, until it ends or is taken back.

Grants are append-only: taking one back writes `withdrawn_at`, nothing is deleted, so that what was allowed on any day
can be shown later (GDPR, article 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

# purpose: what the shopper is asked. UCP names purposes by reverse domain; a surface maps its names to these.
PURPOSES = {
    "receipts": "show the receipts of orders placed through the platform",
    "personal_results": "use past purchases, so that milk means my milk",
    "personal_service": "let store staff prepare a visit from past purchases",
    "loyalty": "use the loyalty card",
    "contact": "pass on name, address and telephone, so that the platform can deliver",
    "marketing": "send offers",
    "learning": "keep words that were not understood for 30 days, so that Cabas learns them",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A shopper's consent to one purpose (a key of `PURPOSES`) for one platform. Times are time-zone aware."""

    shopper_id: str
    platform: str
    purpose: str
    granted_at: datetime
    until: datetime | None = None
    withdrawn_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it counts at `now`: given, not ended, not taken back."""
        ended = (self.until is not None and self.until <= now) or (
            self.withdrawn_at is not None and self.withdrawn_at <= now
        )
        return self.granted_at <= now and not ended


@dataclass(frozen=True, slots=True)
class Said:
    """What a shopper said to a question about their data: one entry of the record.

    `id` is made by the caller; `text_version` names the words shown, `surface` where, `proof` what else can show it.
    """

    id: str
    shopper_id: str
    platform: str
    purpose: str
    granted: bool
    at: datetime
    text_version: str
    surface: str
    until: datetime | None = None
    proof: Mapping[str, object] = field(default_factory=dict)


def purposes(grants: Iterable[Grant], platform: str, now: datetime) -> frozenset[str]:
    """The purposes agreed to for `platform` at `now`."""
    return frozenset(grant.purpose for grant in grants if grant.platform == platform and grant.holds(now))
