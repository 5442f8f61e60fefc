"""What linking needs from the outside: links and tickets, mail, documents of clients, another identity provider."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cabas.domain.consent import Grant, Said
from cabas.domain.customer import Shopper

# Kinds of tickets.
CODE, REFRESH, MAIL, SESSION = "code", "refresh", "mail", "session"
PUSHED, ASSERTION = "pushed", "assertion"


@dataclass(frozen=True, slots=True)
class Link:
    """A client of `platform` may act for a shopper. Everything issued under it dies with `ended_at`.

    `sector` is what the shopper's pairwise id is made for: the platform, or the client itself when it comes in by an
    open agreement, so that two assistants cannot put their records together.
    """

    id: str
    shopper_id: str
    platform: str
    client_id: str
    client_name: str
    sector: str
    scopes: frozenset[str]
    purposes: frozenset[str]
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A secret somebody holds, by its SHA-256 (`hash`): good once, or until `expires_at`, or until it is used up.

    `subject` is what tickets of a kind are counted by; `about` whatever was settled when it was issued.
    """

    kind: str
    hash: bytes
    shopper_id: str
    created_at: datetime
    expires_at: datetime
    link_id: str = ""
    subject: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    used_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is good at `now`."""
        return self.used_at is None and now < self.expires_at


class Links(Protocol):
    """Links and tickets of one retailer's shoppers."""

    async def add(self, retailer_id: str, link: Link) -> None:
        """Store a new link."""
        ...

    async def link(self, retailer_id: str, link_id: str) -> Link | None:
        """The link, ended or not."""
        ...

    async def links(self, retailer_id: str, shopper_id: str) -> tuple[Link, ...]:
        """The links of a shopper that hold, newest first."""
        ...

    async def end(self, retailer_id: str, link_id: str, now: datetime) -> bool:
        """End a link; whether it was this call that did."""
        ...

    async def issue(self, retailer_id: str, ticket: Ticket) -> bool:
        """Store a new ticket; False when its hash is taken: what it stands for was there before."""
        ...

    async def ticket(self, retailer_id: str, kind: str, hash_: bytes) -> Ticket | None:
        """The ticket, good or not."""
        ...

    async def use(self, retailer_id: str, kind: str, hash_: bytes, now: datetime) -> Ticket | None:
        """Use a ticket up, and return it as it was; None when there is none or it was used before. Atomic."""
        ...

    async def tickets(self, retailer_id: str, shopper_id: str, kind: str, now: datetime) -> tuple[Ticket, ...]:
        """The tickets of a shopper that are good at `now`, newest first."""
        ...

    async def count(self, retailer_id: str, kind: str, subject: str, since: datetime) -> int:
        """How many tickets of a kind and subject were issued since."""
        ...

    async def shopper_by_email(self, retailer_id: str, email: str) -> Shopper | None:
        """The one shopper with this address (in lower case); None when there is none, or more than one."""
        ...

    async def allow_personal(self, retailer_id: str, shopper_id: str) -> None:
        """Note on the account that the shopper agreed to results from their own history."""
        ...


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair of a shopper's device; the public half is here (COSE). `name` is what the browser called itself,
    `sign_count` how often the device says it signed (0: it does not count).
    """

    id: bytes
    shopper_id: str
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None = None


class Passkeys(Protocol):
    """The passkeys of one retailer's shoppers."""

    async def add(self, retailer_id: str, passkey: Passkey) -> bool:
        """Store a new one; False when its id is taken."""
        ...

    async def find(self, retailer_id: str, passkey_id: bytes) -> Passkey | None:
        """The passkey."""
        ...

    async def of(self, retailer_id: str, shopper_id: str) -> tuple[Passkey, ...]:
        """Those of a shopper, newest first."""
        ...

    async def signed(self, retailer_id: str, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        """Note that it signed; False when its count is not what `passkey` says any more. Atomic."""
        ...

    async def remove(self, retailer_id: str, shopper_id: str, passkey_id: bytes) -> bool:
        """Remove one of the shopper's own; whether there was one."""
        ...


class ConsentRecord(Protocol):
    """The append-only record of what shoppers said about their data."""

    async def record(self, retailer_id: str, said: Said) -> None:
        """Add an entry."""
        ...

    async def grants(self, retailer_id: str, shopper_id: str) -> tuple[Grant, ...]:
        """All grants of a shopper, with the moment they were taken back, oldest first."""
        ...


class Shoppers(Protocol):
    """Accounts by their id."""

    async def shopper(self, retailer_id: str, shopper_id: str) -> Shopper:
        """The shopper. Raises `NotFound`."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text."""

    to: str
    subject: str
    text: str


class Mail(Protocol):
    """Sends mail."""

    async def send(self, letter: Letter) -> None:
        """Hand it over. Raises `Unavailable` when nobody takes it."""
        ...


class ClientDocuments(Protocol):
    """Fetches client id metadata documents: https, public addresses only, small, never following a redirect."""

    async def document(self, url: str) -> Mapping[str, object]:
        """The JSON object at `url`. Raises `InvalidInput` or `Unavailable`."""
        ...


class IdentityProvider(Protocol):
    """Where the retailer's shoppers sign in already, by OpenID Connect."""

    async def start(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The address to send the shopper's browser to. Raises `Unavailable`."""
        ...

    async def finish(self, redirect_uri: str, code: str, nonce: str, verifier: str) -> str:
        """The verified e-mail of who came back with `code`. Raises `NotAllowed` or `Unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class LinkDesk:
    """The ports of linking. `guests` are demo shoppers that may be chosen without proof; empty in any real shop.

    `new_secret` gives 256 bits of chance or more, as text that fits a URL.
    """

    links: Links
    passkeys: Passkeys
    consents: ConsentRecord
    shoppers: Shoppers
    mail: Mail
    documents: ClientDocuments
    new_secret: Callable[[], str] = field(repr=False)
    new_id: Callable[[], str]
    guests: Sequence[Shopper] = ()
    provider: IdentityProvider | None = None


def hashed(secret: str) -> bytes:
    """What is kept of a secret. Secrets have 256 bits of chance, so a plain SHA-256 leaves nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
