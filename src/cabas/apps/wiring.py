"""All parts put together: the database, the search index, the lexicon, the agreements, the clock and chance."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from cabas.agreement.book import AgreementBook, book
from cabas.apps.config import Config
from cabas.apps.extras import Extras, open_extras
from cabas.apps.learning import Lexicons
from cabas.dialogue.lexicon import Lexicon
from cabas.domain.customer import Shopper
from cabas.kernel.clock import Clock
from cabas.kernel.errors import NotFound
from cabas.kernel.ids import uuid7
from cabas.storage import embedded, migrate
from cabas.storage.client_documents import JsonDocuments
from cabas.storage.kept import kept_words
from cabas.storage.mail import MailFolder, SmtpMail
from cabas.storage.pages import HttpRecipePages
from cabas.storage.partner_web import PartnerWeb
from cabas.storage.postgres import Postgres
from cabas.storage.search import TantivySearch, open_index
from cabas.usecases.link.ports import IdentityProvider, LinkDesk
from cabas.usecases.shop.pay import NoPayments
from cabas.usecases.shop.visit import Shopfront
from cabas.usecases.talk.desk import Desk


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def new_id() -> str:
    """A fresh time-ordered id."""
    return uuid7(datetime.now(UTC), secrets.randbits(74))


@dataclass(frozen=True, slots=True)
class House:
    """Cabas, open for business: everything a surface, a command or the worker needs."""

    config: Config
    dsn: str
    postgres: Postgres
    clock: Clock
    agreements: AgreementBook
    indexes: dict[str, TantivySearch]
    lexicons: Lexicons
    secret: bytes
    extras: Extras = Extras()  # noqa: RUF009 (immutable)

    @property
    def retailer(self) -> str:
        """The retailer this installation serves by default."""
        return self.config.retailer

    @property
    def desk(self) -> Desk:
        """What conversations need."""
        return Desk(
            conversations=self.postgres.conversations,
            shop=self.postgres.shop,
            orders=self.postgres.orders,
            agreements=self.agreements,
            consents=self.postgres.consents,
            pages=HttpRecipePages(),
            search=self.search,
            lexicon=self.lexicon,
            clock=self.clock,
            new_id=new_id,
            pairwise_key=self.secret,
            reader=self.extras.reader,
            kinds=self.extras.kinds,
            learning=self.lexicons,
        )

    @property
    def front(self) -> Shopfront:
        """What shopping by protocol needs."""
        return Shopfront(self.desk, self.extras.payments or NoPayments())

    def linking(self, guests: Sequence[Shopper] = ()) -> LinkDesk:
        """What linking accounts needs. `guests` may be chosen without proof: in the demo only."""
        smtp = self.config.smtp
        return LinkDesk(
            links=self.postgres.links,
            passkeys=self.postgres.passkeys,
            consents=self.postgres.consents,
            shoppers=self.postgres.shop,
            mail=SmtpMail(smtp) if smtp is not None else MailFolder(self.config.mail_dir, new_id),
            documents=JsonDocuments(PartnerWeb(local=self.config.testing).get, self.clock),
            new_secret=lambda: secrets.token_urlsafe(32),
            new_id=new_id,
            guests=guests,
            provider=self._provider(),
        )

    def _provider(self) -> IdentityProvider | None:
        if self.config.provider is None:
            return None
        from cabas.storage.provider import OpenIdProvider  # needs libraries that most installations never call

        return OpenIdProvider(self.config.provider, self.clock)

    def search(self, retailer_id: str) -> TantivySearch:
        """The index of a retailer, opened once. Raises `NotFound` when nothing was ever published."""
        if retailer_id not in self.indexes:
            folder = self.config.index_dir / retailer_id
            if not folder.is_dir():
                raise NotFound(
                    f"{retailer_id} has published no products.",
                    remedy="Run `cabas catalog import FILE` or `cabas demo`.",
                )
            self.indexes[retailer_id] = open_index(folder)
        return self.indexes[retailer_id]

    def lexicon(self, retailer_id: str, lang: str) -> Lexicon:
        """The words of a retailer in a language: the families, its brands, and what it taught."""
        return self.lexicons.of(retailer_id, lang)


def secret(config: Config) -> bytes:
    """This installation's secret: CABAS_SECRET, or a file that is made once and only its owner can read."""
    if config.secret:
        return config.secret.encode()
    path = config.data_dir / "secret"
    config.data_dir.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_bytes()


@asynccontextmanager
async def database(config: Config) -> AsyncIterator[str]:
    """The URL of the database, migrated; the embedded one is started and let go."""
    if config.database_url:
        migrate.migrate(config.database_url)
        yield config.database_url
        return
    server = embedded.start(config.data_dir / "postgres")
    try:
        migrate.migrate(server.dsn)
        yield server.dsn
    finally:
        server.release()


@asynccontextmanager
async def open_house(config: Config, *, clock: Clock | None = None) -> AsyncIterator[House]:
    """Open everything and close it again. Raises a `CabasError` that says what to do when a part does not answer."""
    words = kept_words(config.data_dir)
    async with database(config) as dsn, await Postgres.open(dsn) as postgres, open_extras(config) as extras:
        texts = await postgres.agreements.texts(config.retailer)
        lexicons = Lexicons(postgres.teachings, postgres.failures, lambda whose: house.search(whose).brands())
        house = House(
            config=config,
            dsn=dsn,
            postgres=postgres,
            clock=clock or SystemClock(),
            agreements=book({f"{name}.toml": text for name, text in texts.items()}),
            indexes={},
            lexicons=lexicons,
            secret=secret(config),
            extras=extras,
        )
        try:
            yield house
        finally:
            words.keep()
