"""`usecases.link.ports.IdentityProvider`: the retailer's own OpenID provider, by Authlib's client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cabas.kernel.clock import Clock
from cabas.kernel.errors import NotAllowed, Unavailable
from cabas.storage.provider_settings import ProviderSettings

SECONDS, KEPT_FOR, LEEWAY = 10.0, timedelta(hours=1), timedelta(minutes=1)
ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]


class OpenIdProvider:
    """Signs shoppers in by code and PKCE. `transport` may be another's, as in tests."""

    def __init__(
        self, settings: ProviderSettings, clock: Clock, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._settings, self._clock, self._transport = settings, clock, transport
        self._known: tuple[datetime, Mapping[str, Any]] | None = None

    async def start(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The address to send the shopper's browser to. Raises `Unavailable`."""
        about = await self._about()
        async with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    async def finish(self, redirect_uri: str, code: str, nonce: str, verifier: str) -> str:
        """The verified e-mail of who came back with `code`. Raises `NotAllowed` or `Unavailable`."""
        about = await self._about()
        try:
            async with self._client(redirect_uri) as client:
                answer = await client.fetch_token(about["token_endpoint"], code=code, code_verifier=verifier)
                keys = await client.request("GET", about["jwks_uri"], withhold_token=True)
            return self._email(str(answer.get("id_token", "")), KeySet.import_key_set(keys.json()), nonce)
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise NotAllowed(
                f"The identity provider's answer is not good ({type(error).__name__}).", remedy="Sign in again."
            ) from error
        except httpx2.HTTPError as error:
            raise _away(error) from error

    def _email(self, token: str, keys: KeySet, nonce: str) -> str:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        meant, now = claims.get("aud"), self._clock.now().timestamp()
        audience = meant if isinstance(meant, list) else [meant]
        good = (
            claims.get("iss") == self._settings.issuer
            and self._settings.client_id in audience
            and claims.get("azp", self._settings.client_id) == self._settings.client_id
            and claims.get("nonce") == nonce
            and now < float(claims.get("exp", 0)) + LEEWAY.total_seconds()
        )
        email = claims.get("email")
        if not good or not isinstance(email, str) or claims.get("email_verified") is not True:
            raise NotAllowed("The identity provider names no verified e-mail.", remedy="Confirm the address there.")
        return email

    async def _about(self) -> Mapping[str, Any]:
        """The provider's metadata, kept for an hour."""
        now = self._clock.now()
        if self._known is not None and now < self._known[0] + KEPT_FOR:
            return self._known[1]
        try:
            async with self._client("") as client:
                address = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
                found = (await client.request("GET", address, withhold_token=True)).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise _away(error) from error
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if (
            not isinstance(found, dict)
            or found.get("issuer") != self._settings.issuer
            or not all(map(found.get, needed))
        ):
            raise Unavailable("The identity provider's metadata does not fit.", remedy="Check CABAS_IDP_ISSUER.")
        self._known = (now, found)
        return found

    def _client(self, redirect_uri: str) -> Any:  # noqa: ANN401 (Authlib has no types)
        return AsyncOAuth2Client(
            self._settings.client_id, self._settings.secret or None, scope="openid email", redirect_uri=redirect_uri,
            token_endpoint_auth_method="client_secret_basic" if self._settings.secret else "none",
            code_challenge_method="S256", transport=self._transport, timeout=SECONDS, trust_env=False,
        )  # fmt: skip


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"The identity provider does not answer ({type(error).__name__}).", remedy="Try again.")
