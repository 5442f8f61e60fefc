"""Everything PostgreSQL does for Cabas, opened in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cabas.storage.agreements import PostgresAgreements
from cabas.storage.answers import PostgresAnswers
from cabas.storage.catalog import PostgresCatalog
from cabas.storage.consents import PostgresConsents
from cabas.storage.conversations import PostgresConversations
from cabas.storage.database import Database
from cabas.storage.discounts import PostgresDiscounts
from cabas.storage.fill import PostgresFill
from cabas.storage.links import PostgresLinks
from cabas.storage.orders import PostgresOrders
from cabas.storage.partners import PostgresPartnerKeys
from cabas.storage.passkeys import PostgresPasskeys
from cabas.storage.shop import PostgresShop
from cabas.storage.teachings import PostgresFailures, PostgresTeachings


@dataclass(frozen=True, slots=True)
class Postgres:
    """The ports of `usecases.ports` on one database. Use it as a context, or close it."""

    database: Database
    agreements: PostgresAgreements
    answers: PostgresAnswers
    catalog: PostgresCatalog
    consents: PostgresConsents
    conversations: PostgresConversations
    discounts: PostgresDiscounts
    failures: PostgresFailures
    fill: PostgresFill
    links: PostgresLinks
    orders: PostgresOrders
    partners: PostgresPartnerKeys
    passkeys: PostgresPasskeys
    shop: PostgresShop
    teachings: PostgresTeachings

    @classmethod
    async def open(cls, dsn: str, *, connections: int = 8, wait_seconds: float = 30) -> Self:
        """Connect to a migrated database. Raises `Unavailable` or `SchemaError` saying what to do."""
        database = await Database.open(dsn, connections=connections, wait_seconds=wait_seconds)
        versions: dict[str, int] = {}
        return cls(
            database=database,
            agreements=PostgresAgreements(database),
            answers=PostgresAnswers(database),
            catalog=PostgresCatalog(database),
            consents=PostgresConsents(database),
            conversations=PostgresConversations(database, versions),
            discounts=PostgresDiscounts(database),
            failures=PostgresFailures(database),
            fill=PostgresFill(database),
            links=PostgresLinks(database),
            orders=PostgresOrders(database),
            partners=PostgresPartnerKeys(database),
            passkeys=PostgresPasskeys(database),
            shop=PostgresShop(database),
            teachings=PostgresTeachings(database, versions),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
