"""Access tokens: short-lived JWTs (RFC 9068) that are bound to an audience and die with the link they were made for.

Keys follow from the installation's secret and the month, so every process has the same ones, nothing is stored, and
they change by themselves. The keys of the month before and after are published too: clients keep them for a while.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from cabas.kernel.clock import Clock
from cabas.surfaces.contract import Linked
from cabas.usecases.link.ports import Link, Links

ALGORITHM, ACCESS, IDENTITY = "ES256", "at+jwt", "JWT"
ACCESS_LIFE, IDENTITY_LIFE = timedelta(minutes=10), timedelta(minutes=10)
PERIOD_SECONDS = 30 * 24 * 3600
TOKEN_MAX = 8192
# The order of the curve P-256: private keys are from 1 to one less.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Claims = Mapping[str, object]


@lru_cache(maxsize=64)
def _key(secret: bytes, period: int) -> ECKey:
    """The signing key of a period. 512 bits reduced to 256 leave no bias worth naming."""
    chance = int.from_bytes(hmac.digest(secret, f"cabas link signing key {period}".encode(), hashlib.sha512))
    private = ec.derive_private_key(chance % (_ORDER - 1) + 1, ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ECKey.import_key(pem, {"use": "sig", "alg": ALGORITHM, "kid": ECKey.import_key(pem).thumbprint()})


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for `issuer` and reads what it signed."""

    secret: bytes
    issuer: str

    def keys(self, now: datetime) -> tuple[ECKey, ...]:
        """The keys of this period, the one before, and the one to come."""
        period = int(now.timestamp()) // PERIOD_SECONDS
        return tuple(_key(self.secret, one) for one in (period, period - 1, period + 1))

    def public(self, now: datetime) -> dict[str, object]:
        """What clients verify with, as a JWK set."""
        return {"keys": [key.as_dict(private=False) for key in self.keys(now)]}

    def sign(self, kind: str, claims: Claims, now: datetime, life: timedelta) -> str:
        """A token of a kind, good from `now` for `life`."""
        key, issued = self.keys(now)[0], int(now.timestamp())
        whole = {"iss": self.issuer, "iat": issued, "exp": issued + int(life.total_seconds()), **claims}
        return jwt.encode({"alg": ALGORITHM, "typ": kind, "kid": key.kid}, whole, key)

    def read(self, kind: str, token: str, now: datetime) -> Claims | None:
        """The claims of a token of ours that is good at `now`; None for anything else."""
        if len(token) > TOKEN_MAX or not token.isascii():
            return None
        try:
            found = jwt.decode(token, KeySet(list(self.keys(now))), algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError):
            return None
        claims, until = found.claims, found.claims.get("exp")
        good = found.header.get("typ") == kind and claims.get("iss") == self.issuer
        return claims if good and isinstance(until, int) and now.timestamp() < until else None


@dataclass(frozen=True, slots=True)
class LinkedTokens:
    """`surfaces.contract.Tokens` of linked accounts of one retailer."""

    links: Links
    retailer: str
    signer: Signer
    clock: Clock

    async def read(self, token: str, audience: str) -> Linked | None:
        """What the token stands for at `audience`; None when it is none of ours, for another, or over.

        A token made for the retailer's own address is good at every surface: the client named no resource.
        """
        found = await self.behind(token)
        if found is None:
            return None
        claims, link = found
        meant = claims.get("aud")
        if not isinstance(meant, list) or not {audience, self.signer.issuer} & set(meant):
            return None
        return Linked(link.platform, link.shopper_id or None, frozenset(str(claims["scope"]).split()))

    async def behind(self, token: str) -> tuple[Claims, Link] | None:
        """The claims of a good access token and the link it was made for, which holds; else None."""
        claims = self.signer.read(ACCESS, token, self.clock.now())
        if claims is None:
            return None
        link = await self.links.link(self.retailer, str(claims.get("link", "")))
        return (claims, link) if link is not None and link.ended_at is None else None
