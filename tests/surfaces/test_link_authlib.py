"""Authlib's client, twice: as a platform that links accounts here, and as our way to the retailer's own provider."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cabas.kernel.clock import FixedClock
from cabas.kernel.errors import NotAllowed, Unavailable
from cabas.storage.provider import OpenIdProvider
from cabas.storage.provider_settings import ProviderSettings
from cabas.surfaces.link.app import routes
from support.linking import BACK, VERIFIER, Linking, a_stage, answered
from support.premises import URL

IDP = "https://id.example"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_links_refreshes_and_revokes(method: str) -> None:
    linking = Linking(a_stage())
    linking.sign_in()
    app = Starlette(routes=routes(linking.stage.premises))

    async def play() -> None:
        transport = httpx2.ASGITransport(app)
        async with AsyncOAuth2Client(
            "google", linking.secret, scope="openid shop", redirect_uri=BACK, code_challenge_method="S256",
            token_endpoint_auth_method=method, revocation_endpoint_auth_method=method, transport=transport,
            base_url=URL,
        ) as client:  # fmt: skip
            about = (await client.request("GET", "/.well-known/openid-configuration", withhold_token=True)).json()
            address, state = client.create_authorization_url(
                about["authorization_endpoint"], code_verifier=VERIFIER, nonce="n9"
            )
            asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
            back = linking.decide("receipts", **{"resource": None, **asked})
            assert answered(back)["state"] == state
            token = await client.fetch_token(
                about["token_endpoint"], authorization_response=back.headers["location"], code_verifier=VERIFIER
            )
            assert token["scope"] == "openid shop"
            keys = KeySet.import_key_set((await client.request("GET", about["jwks_uri"], withhold_token=True)).json())
            decoded = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
            claims = CodeIDToken(decoded.claims, decoded.header, {}, {"nonce": "n9", "client_id": "google"})
            claims.validate(now=int(linking.stage.now.timestamp()))
            assert (await client.get("/link/userinfo")).json() == {"sub": claims["sub"]}
            fresh = await client.refresh_token(about["token_endpoint"])
            assert fresh["refresh_token"] != token["refresh_token"]
            told = await client.introspect_token(about["introspection_endpoint"], token=fresh["access_token"])
            assert told.json()["active"] is True
            await client.revoke_token(about["revocation_endpoint"], token=fresh["refresh_token"])
            told = await client.introspect_token(about["introspection_endpoint"], token=fresh["access_token"])
            assert told.json() == {"active": False}
            with pytest.raises(OAuthError, match="invalid_grant"):
                await client.refresh_token(about["token_endpoint"], refresh_token=fresh["refresh_token"])

    asyncio.run(play())


class Provider:
    """The retailer's own OpenID provider, which answers with `claims`."""

    def __init__(self, claims: Mapping[str, Any], *, issuer: str = IDP) -> None:
        self.claims, self.issuer, self.key = claims, issuer, ECKey.generate_key("P-256", {"kid": "k1"})
        self.asked: list[dict[str, str]] = []
        routes = [
            Route("/.well-known/openid-configuration", self.about),
            Route("/token", self.token, methods=["POST"]),
            Route("/keys", self.keys),
        ]
        self.transport = httpx2.ASGITransport(Starlette(routes=routes))

    async def about(self, request: Request) -> Response:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer, **{name: f"{IDP}/{path}" for name, path in ends.items()}})

    async def token(self, request: Request) -> Response:
        self.asked.append({name: values[0] for name, values in parse_qs((await request.body()).decode()).items()})
        signed = jwt.encode({"alg": "ES256", "kid": "k1"}, dict(self.claims), self.key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


NOW = a_stage().now
GOOD = {
    "iss": IDP, "aud": "cabas", "exp": int(NOW.timestamp()) + 60, "nonce": "n1", "email": "camille@example.org",
    "email_verified": True,
}  # fmt: skip


def at(provider: Provider) -> OpenIdProvider:
    return OpenIdProvider(ProviderSettings(IDP, "cabas", "secret"), FixedClock(NOW), provider.transport)


def test_the_provider_is_asked_with_pkce_and_believed_for_a_verified_address() -> None:
    provider = Provider(GOOD)

    async def play() -> tuple[str, str]:
        client = at(provider)
        return await client.start(BACK, "s1", "n1", VERIFIER), await client.finish(BACK, "c1", "n1", VERIFIER)

    where, email = asyncio.run(play())
    asked = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    assert where.startswith(f"{IDP}/authorize?")
    assert (asked["state"], asked["nonce"], asked["scope"], asked["redirect_uri"]) == ("s1", "n1", "openid email", BACK)
    assert asked["code_challenge_method"] == "S256"
    assert email == "camille@example.org"
    assert (provider.asked[0]["code"], provider.asked[0]["code_verifier"]) == ("c1", VERIFIER)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"azp": "other"},
        {"exp": int(NOW.timestamp()) - 61},
        {"nonce": "other"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"exp": "soon"},
    ],
    ids=str,
)
def test_anything_else_is_not_believed(change: dict[str, object]) -> None:
    with pytest.raises(NotAllowed):
        asyncio.run(at(Provider({**GOOD, **change})).finish(BACK, "c1", "n1", VERIFIER))


def test_a_provider_that_is_another_or_away_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        asyncio.run(at(Provider(GOOD, issuer="https://evil.example")).start(BACK, "s1", "n1", VERIFIER))
    nobody = OpenIdProvider(
        ProviderSettings(IDP, "cabas"), FixedClock(NOW), httpx2.MockTransport(lambda _: httpx2.Response(503))
    )
    with pytest.raises(Unavailable):
        asyncio.run(nobody.start(BACK, "s1", "n1", VERIFIER))


def test_another_s_signature_is_not_believed() -> None:
    provider = Provider(GOOD)
    client = at(provider)

    async def play() -> None:
        await client.start(BACK, "s1", "n1", VERIFIER)
        theirs, provider.key = provider.key, ECKey.generate_key("P-256", {"kid": "k1"})
        keys = theirs.as_dict(private=False)

        async def old(request: Request) -> Response:
            return JSONResponse({"keys": [keys]})

        app: Starlette = provider.transport.app  # type: ignore[assignment]
        app.router.routes = [one for one in app.router.routes if getattr(one, "path", "") != "/keys"]
        app.router.routes.append(Route("/keys", old))
        await client.finish(BACK, "c1", "n1", VERIFIER)

    with pytest.raises(NotAllowed):
        asyncio.run(play())
