"""`Consents` on PostgreSQL: an append-only record of who agreed to what, in which words, where, until when."""

from __future__ import annotations

from datetime import datetime

from cabas.domain.consent import Grant, purposes
from cabas.storage.consent_record import Said, check_purpose, grants
from cabas.storage.database import Database
from cabas.storage.documents import to_json
from cabas.storage.queries import queries

SQL = queries("consents")


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
