"""Who is calling: the platform behind a key, a linked account or an open door, within its share of requests.

The use cases decide what a caller may do; the door only says who it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from starlette.datastructures import Headers
from starlette.requests import Request

from cabas.kernel.errors import CabasError
from cabas.surfaces.contract import Premises
from cabas.usecases.partners import PREFIX, NotKnown, open_platform, platform_of_key, quota
from cabas.usecases.shop.visit import Caller

# A platform may send this share of a minute's requests at once.
BURST_SHARE = 0.25
# Who has no key shares the open platform's quota by address, so that one guest cannot use it up.
GUEST_SHARE = 0.2
CLIENTS_MAX = 20_000


class TooMany(CabasError):
    """The caller sent more than its share. `seconds` is how long to wait."""

    code = "rate_limited"

    def __init__(self, seconds: int) -> None:
        super().__init__("There are too many requests.", remedy=f"Wait {seconds} s.")
        self.seconds = seconds


@dataclass(slots=True)
class Quotas:
    """A token bucket per caller, in this process. The least recent callers are forgotten above `CLIENTS_MAX`."""

    now: Callable[[], float] = monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, caller: str, per_minute: float) -> None:
        """Count one request. Raises `TooMany` when there is none left, and counts nothing then."""
        now, most = self.now(), max(1.0, per_minute * BURST_SHARE)
        left, since = self._left.pop(caller, (most, now))
        left = min(most, left + (now - since) * per_minute / 60)
        self._left[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > CLIENTS_MAX:
            self._left.popitem(last=False)
        if left < 1:
            raise TooMany(max(1, round((1 - left) * 60 / per_minute)))


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one surface. `audience` is the address tokens must be made for."""

    premises: Premises
    surface: str
    audience: str = ""
    channel: str = "chat"
    quotas: Quotas = field(default_factory=Quotas)

    async def admit(self, request: Request, *, locale: str = "", platform: str | None = None) -> Caller:
        """The caller of a request. `platform` is given by surfaces that know it by other proof (a signature).

        Raises `NotKnown` (no or wrong credentials) and `TooMany`.
        """
        presented = credential(request.headers)
        shopper, scopes, guest = None, frozenset[str](), False
        if platform is None and presented:
            platform, shopper, scopes = await self._by_credential(presented)
        elif platform is None:
            platform, guest = open_platform(self.premises.agreements()), True
        self._count(platform, request, guest=guest)
        return Caller(
            self.premises.retailer, platform, self.surface, self.channel, locale or spoken_locale(request.headers),
            shopper, scopes,
        )  # fmt: skip

    async def _by_credential(self, presented: str) -> tuple[str, str | None, frozenset[str]]:
        if presented.startswith(PREFIX):
            now = self.premises.clock.now()
            return await platform_of_key(self.premises.keys, self.premises.retailer, presented, now), None, frozenset()
        linked = await self.premises.tokens.read(presented, self.audience)
        if linked is None:
            raise NotKnown("This token is not valid here.", remedy="Link the account again.", code="invalid_token")
        return linked.platform, linked.shopper_id, linked.scopes

    def _count(self, platform: str, request: Request, *, guest: bool) -> None:
        if self.premises.testing:
            return  # conformance tools are in a hurry
        allowed = float(quota(self.premises.agreements(), platform))
        self.quotas.take(platform, allowed)
        if guest and request.client is not None:
            self.quotas.take(f"{platform} {request.client.host}", allowed * GUEST_SHARE)


def credential(headers: Headers) -> str:
    """The key or token a request shows; empty when it shows none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return headers.get("x-api-key", "").strip()


def spoken_locale(headers: Headers) -> str:
    """The first language a request asks for, as a locale; French when it asks for none."""
    first = headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    return first if first and first != "*" and len(first) <= 35 else "fr-FR"
