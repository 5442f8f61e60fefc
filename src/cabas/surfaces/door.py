"""Who is calling: the platform behind a key, a linked account or an open door, within its share of requests.

The use cases decide what a caller may do; the door only says who it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request

from cabas.surfaces.contract import Premises
from cabas.surfaces.quotas import Quotas, TooMany
from cabas.usecases.partners import PREFIX, NotKnown, open_platform, platform_of_key, quota
from cabas.usecases.shop.visit import Caller

__all__ = ["Door", "Quotas", "TooMany", "credential", "spoken_locale"]

# Who has no key shares the open platform's quota by address, so that one guest cannot use it up.
GUEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one surface. `audience` is the address tokens must be made for."""

    premises: Premises
    surface: str
    audience: str = ""
    channel: str = "chat"
    own_quotas: Quotas | None = None

    @property
    def quotas(self) -> Quotas:
        """Who has asked how often: over all surfaces, unless the door has its own count."""
        return self.own_quotas or self.premises.quotas

    async def admit(self, request: Request, *, locale: str = "", platform: str | None = None) -> Caller:
        """The caller of a request. `platform` is given by surfaces that know it by other proof (a signature).

        Raises `NotKnown` (no or wrong credentials) and `TooMany`.
        """
        presented = credential(request.headers)
        if presented and platform is None:
            self.quotas.refuse(presented)
        shopper, scopes, guest = None, frozenset[str](), False
        if platform is None and presented:
            platform, shopper, scopes = await self._by_credential(presented)
        elif platform is None:
            platform, guest = open_platform(self.premises.agreements()), True
        try:
            self._count(platform, request, guest=guest)
        except TooMany as told:
            if presented:
                self.quotas.wait(presented, told.exactly)
            raise
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
