"""`Consents` on PostgreSQL: an append-only record of who agreed to what, in which words, where, until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cabas.domain.consent import PURPOSES, Grant, purposes
from cabas.kernel.errors import InvalidInput
from cabas.storage.database import Database
from cabas.storage.documents import to_json
from cabas.storage.queries import queries

SQL = queries("consents")


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


class PostgresConsents:
    """What shoppers agreed to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, retailer_id: str, said: Said) -> None:
        """Add an entry. Raises `InvalidInput` for a purpose nobody was asked about."""
        check_purpose(said)
        row = {
            "retailer_id": retailer_id,
            "shopper_id": said.shopper_id,
            "consent_id": said.id,
            "purpose": said.purpose,
            "platform": said.platform,
            "granted": said.granted,
            "until": said.until,
            "text_version": said.text_version,
            "surface": said.surface,
            "proof": to_json(said.proof),
            "given_at": said.at,
        }
        await self._database.run(retailer_id, (SQL["add_consent"], row))

    async def grants(self, retailer_id: str, shopper_id: str) -> tuple[Grant, ...]:
        """All grants of a shopper, with the moment they were taken back, oldest first."""
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id}
        rows = await self._database.rows(retailer_id, SQL["consents"], where)
        return grants(
            (Grant(shopper_id, platform, purpose, at, until), granted) for platform, purpose, granted, at, until in rows
        )

    async def purposes(self, retailer_id: str, shopper_id: str, platform: str, now: datetime) -> frozenset[str]:
        """The purposes (`domain.consent.PURPOSES`) the shopper agreed to for `platform` at `now`."""
        return purposes(await self.grants(retailer_id, shopper_id), platform, now)


def check_purpose(said: Said) -> None:
    """Raise `InvalidInput` for a purpose nobody was asked about."""
    if said.purpose not in PURPOSES:
        raise InvalidInput(f"There is no purpose {said.purpose!r}.", remedy=f"Use one of {', '.join(PURPOSES)}.")


def grants(entries: Iterable[tuple[Grant, bool]]) -> tuple[Grant, ...]:
    """The grants of a record (entry, whether it grants), oldest first: taking back ends every open one before it."""
    found: list[Grant] = []
    for entry, granted in entries:
        if granted:
            found.append(entry)
            continue
        found = [
            replace(grant, withdrawn_at=entry.granted_at)
            if grant.withdrawn_at is None and (grant.platform, grant.purpose) == (entry.platform, entry.purpose)
            else grant
            for grant in found
        ]
    return tuple(found)
