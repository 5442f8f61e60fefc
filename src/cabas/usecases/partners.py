"""Who is at the door: keys for platforms, and the caller a key, a profile or nothing at all stands for.

A key is "ck_ID.SECRET". The id finds it, a hash of the secret proves it, and only that hash is stored. Secrets have 256
bits of chance, so a plain SHA-256 is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cabas.agreement.agreement import Agreement
from cabas.agreement.terms.access import REQUESTS_PER_MINUTE, Access
from cabas.kernel.errors import CabasError, InvalidInput
from cabas.usecases.shop.ports import PartnerKey, PartnerKeys

PREFIX = "ck_"


class NotKnown(CabasError):
    """The caller did not say who it is, or it could not be believed. Nothing was changed."""

    code = "unauthorized"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is shown once and stored nowhere."""

    key: PartnerKey
    secret: str


async def make_key(
    keys: PartnerKeys, agreements: tuple[Agreement, ...], retailer_id: str, platform: str, *, now: datetime,
    new_secret: Callable[[], str], new_id: Callable[[], str], note: str = "", expires_at: datetime | None = None,
) -> NewKey:  # fmt: skip
    """A new key for `platform`. `new_secret` gives 256 bits or more as text. Raises `InvalidInput` without one."""
    if not any(one.platform == platform for one in agreements):
        known = sorted({one.platform for one in agreements})
        raise InvalidInput(
            f"{retailer_id} has no agreement with {platform!r}.",
            remedy=f"Use one of: {', '.join(known) or 'none yet'}.",
            code="no_agreement",
        )
    key = PartnerKey(new_id().replace("-", ""), platform, note, now, expires_at)
    secret = new_secret()
    await keys.add(retailer_id, key, _hash(secret))
    return NewKey(key, f"{PREFIX}{key.id}.{secret}")


async def platform_of_key(keys: PartnerKeys, retailer_id: str, presented: str, now: datetime) -> str:
    """The platform a key belongs to. Raises `NotKnown` for one that is unknown, wrong, expired or revoked."""
    key_id, _, secret = presented.removeprefix(PREFIX).partition(".")
    found = await keys.find(retailer_id, key_id) if presented.startswith(PREFIX) and key_id and secret else None
    if found is None or not hmac.compare_digest(found[1], _hash(secret)) or not found[0].holds(now):
        raise NotKnown("This key opens nothing.", remedy="Ask the retailer for a new one.", code="invalid_key")
    return found[0].platform


def platform_of_profile(agreements: tuple[Agreement, ...], profile: str) -> str | None:
    """The platform whose agreement names this profile address, or None."""
    for one in agreements:
        access = one.find(Access)
        if access is not None and profile in access.profiles:
            return one.platform
    return None


def platform_of_client(agreements: tuple[Agreement, ...], client: str) -> str | None:
    """The platform whose agreement names this client (an OAuth client, the id of a skill), or None."""
    for one in agreements:
        access = one.find(Access)
        if access is not None and client in access.clients:
            return one.platform
    return None


def open_platform(agreements: tuple[Agreement, ...]) -> str:
    """The platform that callers without a key are taken for. Raises `NotKnown` when no agreement is that open."""
    for one in agreements:
        access = one.find(Access)
        if access is not None and access.open:
            return one.platform
    raise NotKnown("Nobody is let in without a key.", remedy="Send the key you got from the retailer.")


def quota(agreements: tuple[Agreement, ...], platform: str) -> int:
    """How many requests the platform may send in a minute."""
    for one in agreements:
        access = one.find(Access)
        if one.platform == platform and access is not None:
            return access.requests_per_minute
    return REQUESTS_PER_MINUTE


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
