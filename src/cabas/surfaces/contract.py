"""What a way in is: a folder in `surfaces/` with `wire.py` (its types), `app.py` (its routes) and `transcripts/`.

`app.py` offers `surface: Surface`. Surfaces are found by scanning the folder; `apps.wiring` hands each the premises.
What several surfaces share stands beside this file: `door` (who is calling), `keyed` (a request sent twice).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from starlette.routing import BaseRoute

from cabas.agreement.agreement import Agreement
from cabas.kernel.clock import Clock
from cabas.kernel.errors import Unavailable
from cabas.surfaces.quotas import Quotas
from cabas.usecases.feeds.fetch import PublishedFeed, PublishedFeeds
from cabas.usecases.link.ports import LinkDesk
from cabas.usecases.ports import Transcriber
from cabas.usecases.shop.ports import Answers, PartnerKeys
from cabas.usecases.shop.visit import Shopfront


@dataclass(frozen=True, slots=True)
class Linked:
    """What an access token stands for: a platform, and the shopper who linked their account, with the scopes given."""

    platform: str
    shopper_id: str | None = None
    scopes: frozenset[str] = frozenset()


class Tokens(Protocol):
    """Reads access tokens of linked accounts."""

    async def read(self, token: str, audience: str) -> Linked | None:
        """What the token stands for at `audience` (a URL of ours); None when it is none of ours, or not valid now."""
        ...


class NoTokens:
    """Nobody's account is linked."""

    async def read(self, token: str, audience: str) -> Linked | None:
        """Always None."""
        return None


class Web(Protocol):
    """Other people's servers: profiles of platforms, and addresses that are told of orders. Only public ones."""

    async def get(self, url: str) -> bytes:
        """The JSON document at `url`. Raises `InvalidInput` for an address that is not asked, `Unavailable`."""
        ...

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status `url` answers with. Raises as `get`."""
        ...


class NoWeb:
    """Nobody is asked or told."""

    async def get(self, url: str) -> bytes:
        """Always `Unavailable`."""
        raise Unavailable(f"Nothing is fetched from {url[:200]}.", remedy="Open the house with a way to the web.")

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Always `Unavailable`."""
        raise Unavailable(f"Nothing is sent to {url[:200]}.", remedy="Open the house with a way to the web.")


class NoFeeds:
    """Nothing was exported."""

    async def of(self, retailer_id: str, platform: str) -> Sequence[PublishedFeed]:
        """Always empty."""
        return ()


@dataclass(frozen=True, slots=True)
class Premises:
    """What a surface works with. `counter` are the conversations of the retailer's own page, `front` the shop by
    protocol. `url` is the public address without a slash at its end. `testing` opens what conformance tools need: it
    is never on by default. `web` reaches partners' servers. `linking` is None where accounts cannot be linked.
    """

    retailer: str
    counter: Any
    front: Shopfront
    agreements: Callable[[], tuple[Agreement, ...]]
    keys: PartnerKeys
    answers: Answers
    url: str
    clock: Clock
    secret: bytes = field(repr=False, default=b"")
    tokens: Tokens = field(default_factory=NoTokens)
    testing: bool = False
    web: Web = field(default_factory=NoWeb)
    linking: LinkDesk | None = None
    quotas: Quotas = field(default_factory=Quotas)
    feeds: PublishedFeeds = field(default_factory=NoFeeds)
    ears: Transcriber | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Something happened to an order of a platform. `id` is the same however often it is told; `at` is when."""

    id: str
    platform: str
    order_id: str
    at: datetime


async def healthy(premises: Premises) -> str:
    """Fine, for a surface that needs nothing of its own."""
    return ""


@dataclass(frozen=True, slots=True)
class Surface:
    """One way in. `routes(premises)` returns its Starlette routes; `version` is that of the protocol it speaks.

    `health(premises)` is empty, or says what keeps it from working. `own` is the retailer's own page, which is no
    partner's way in. `tell(premises, news)` tells a platform of an order it brought, as it is now: True when it was
    told, False when the order is none of this surface's; it raises when the platform did not take it.
    """

    name: str
    title: str
    path: str
    routes: Callable[[Any], Sequence[BaseRoute]]
    version: str = ""
    health: Callable[[Premises], Awaitable[str]] = healthy
    own: bool = False
    tell: Callable[[Premises, News], Awaitable[bool]] | None = None
