"""Clients that sign who they are, requests pushed beforehand, and a partner's own back end without a shopper."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.applications import Starlette

from cabas.apps.web import lifespan
from cabas.surfaces.contract import Linked
from cabas.surfaces.link.app import routes
from cabas.surfaces.mcp.app import routes as mcp_routes
from support.linking import AGENT, AGENT_BACK, BACK, PAGE, Linking, a_stage, answered
from support.premises import URL, Stage, an_agreement
from support.shop import run

JWKS, TOKEN = "https://partner.example/jwks.json", f"{URL}/link/token"
KEY = ECKey.generate_key("P-256", {"kid": "p1", "use": "sig", "alg": "ES256"})
OTHER = ECKey.generate_key("P-256", {"kid": "p1", "use": "sig", "alg": "ES256"})
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def signing_stage(**changes: Any) -> Stage:
    """Google proves itself by its keys."""
    stage = a_stage(**changes)
    access = f'redirects = ["{BACK}"]\njwks = "{JWKS}"'
    stage.agreements = (an_agreement("google", seller="platform", access=access), *stage.agreements[1:])
    stage.documents.known[JWKS] = {"keys": [KEY.as_dict(private=False)]}
    return stage


@pytest.fixture
def google() -> Linking:
    """A client that has keys and no secret, and Camille signed in."""
    linking = Linking(signing_stage(), secret="")
    linking.sign_in()
    return linking


def assertion(linking: Linking, key: Any = KEY, alg: str = "ES256", **changes: Any) -> dict[str, str]:
    """What a client shows; None leaves a claim out."""
    now = int(linking.stage.now.timestamp())
    usual = {"iss": "google", "sub": "google", "aud": TOKEN, "jti": "j1", "iat": now, "exp": now + 60}
    claims = {name: value for name, value in (usual | changes).items() if value is not None}
    signed = jwt.encode({"alg": alg, "kid": "p1"}, claims, key, algorithms=[alg])
    return {"client_assertion": signed, "client_assertion_type": TYPE}


def nothing_issued(linking: Linking) -> bool:
    return not any(kind == "refresh" for _, kind, _ in linking.stage.memory.rows.tickets)


def test_a_client_proves_itself_by_its_keys(google: Linking) -> None:
    code = google.code()
    tokens = google.redeem(code, **assertion(google, jti="a")).json()
    assert tokens["scope"] == "openid shop"
    again = google.refresh(tokens["refresh_token"], client_id=None, **assertion(google, jti="b", aud=[URL])).json()
    assert google.call("introspect", token=again["access_token"], **assertion(google, jti="c")).json()["active"]
    assert google.call("revoke", token=again["access_token"], **assertion(google, jti="d")).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": OTHER},
        {"iss": "other"},
        {"sub": "other"},
        {"aud": "https://evil.example/token"},
        {"aud": [TOKEN, "https://evil.example/token"]},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": 10**11},
        {"exp": "soon"},
        {"nbf": 10**11},
        {"jti": None},
        {"jti": 7},
    ],
    ids=lambda wrong: "-".join(f"{name}={value}" for name, value in wrong.items() if name != "key") or "key",
)  # fmt: skip
def test_an_assertion_that_does_not_hold_opens_nothing(google: Linking, wrong: dict[str, Any]) -> None:
    answer = google.redeem(google.code(), **assertion(google, **wrong))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert nothing_issued(google)


def test_keys_leave_no_other_way_in(google: Linking) -> None:
    code = google.code()
    public = OctKey.import_key(json.dumps(google.stage.documents.known[JWKS]))
    unsigned = ({"client_assertion": one, "client_assertion_type": TYPE} for one in ("e30.e30.", "x", "é" * 9))
    for proof in ({"client_secret": google.stage.key("google")}, {}, assertion(google, public, "HS256"), *unsigned):
        assert google.redeem(code, **proof).json()["error"] == "invalid_client"
    twice = assertion(google) | {"client_secret": "x"}
    assert google.redeem(code, **twice).json()["error"] == "invalid_request"
    strange = assertion(google) | {"client_assertion_type": "x"}
    assert google.redeem(code, **strange).json()["error"] == "invalid_request"
    google.stage.documents.known.clear()
    assert google.redeem(code, **assertion(google)).json()["error"] == "invalid_client"
    assert nothing_issued(google)


def test_an_assertion_is_good_once(google: Linking) -> None:
    proof = assertion(google)
    assert google.redeem(google.code(), **proof).status_code == 200
    again = google.redeem(google.code(), **proof)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


def test_a_client_without_keys_cannot_sign() -> None:
    linking = Linking(a_stage())
    answer = linking.call("token", client_secret=None, grant_type="client_credentials", **assertion(linking))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def pushed(linking: Linking, **changes: str | None) -> dict[str, Any]:
    answer = linking.call("par", **linking.query(**changes))
    found: dict[str, Any] = answer.json()
    assert answer.status_code == (201 if "request_uri" in found else 400), answer.text
    return found


def by_name(linking: Linking, name: str, client_id: str = "google") -> Any:
    """The consent page for a pushed request, or whatever comes instead."""
    asked = {"client_id": client_id, "request_uri": name}
    return linking.web.get("/link/authorize", params=asked, headers={"accept-language": "en"})


@pytest.fixture
def plain() -> Linking:
    """A client with a secret, and Camille signed in."""
    linking = Linking(a_stage())
    linking.sign_in()
    return linking


def test_a_request_is_pushed_and_answered_once(plain: Linking) -> None:
    told = pushed(plain)
    assert (told["expires_in"], told["request_uri"][:34]) == (600, "urn:ietf:params:oauth:request_uri:")
    page = by_name(plain, told["request_uri"])
    assert by_name(plain, told["request_uri"]).status_code == 200  # the page may be loaded again
    back = answered(plain.answer(page, "personal_results"))
    assert (back["state"], back["iss"]) == ("s1", URL)
    assert plain.redeem(back["code"]).json()["scope"] == "history openid shop"
    assert plain.answer(page).status_code == 400
    assert by_name(plain, told["request_uri"]).status_code == 400
    assert len(plain.stage.memory.rows.links) == 1


def test_a_no_uses_the_request_up_too(plain: Linking) -> None:
    page = by_name(plain, pushed(plain)["request_uri"])
    assert answered(plain.answer(page, decision="deny"))["error"] == "access_denied"
    assert plain.answer(page).status_code == 400
    assert plain.stage.memory.rows.links == {}


def test_the_name_goes_along_through_signing_in() -> None:
    linking = Linking(a_stage())
    first = by_name(linking, pushed(linking)["request_uri"])
    assert (first.status_code, first.headers["location"].partition("?")[0]) == (303, "/link/sign-in")
    come = linking.web.post("/link/sign-in/guest", data={"shopper": "camille"}, headers=PAGE)
    page = linking.web.get(come.headers["location"], headers={"accept-language": "en"})
    assert answered(linking.answer(page))["state"] == "s1"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/back"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "request_uri_not_supported"),
        ({"resource": "https://evil.example/mcp"}, "invalid_target"),
    ],
    ids=str,
)  # fmt: skip
def test_a_request_against_the_rules_is_not_kept(plain: Linking, changes: dict[str, str | None], error: str) -> None:
    assert pushed(plain, **changes)["error"] == error
    assert not any(kind == "pushed" for _, kind, _ in plain.stage.memory.rows.tickets)


def test_a_pushed_request_is_its_client_s_for_ten_minutes(plain: Linking) -> None:
    name = pushed(plain)["request_uri"]
    for asked in (by_name(plain, name, "other"), by_name(plain, f"{name}x"), by_name(plain, "https://evil.example/r")):
        assert asked.status_code == 400
        assert "location" not in asked.headers
    page = by_name(plain, name)
    plain.stage.now += timedelta(minutes=10)
    later = Linking(plain.stage, secret=plain.secret)
    later.web.cookies = plain.web.cookies
    assert by_name(later, name).status_code == 400
    assert later.answer(page).status_code == 400
    assert plain.stage.memory.rows.links == {}


def test_pushing_needs_a_proof(plain: Linking) -> None:
    answer = plain.call("par", **{**plain.query(), "client_secret": "ck_wrong.x"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    agent = Linking(plain.stage, AGENT, AGENT_BACK)
    assert pushed(agent)["expires_in"] == 600  # a public client has none to show


def own(linking: Linking, **fields: str | None) -> Any:
    return linking.call("token", grant_type="client_credentials", **fields)


def read(linking: Linking, token: str, audience: str = f"{URL}/mcp") -> Linked | None:
    return run(linking.tokens.read(token, audience))


def test_a_back_end_gets_tokens_for_no_shopper(plain: Linking) -> None:
    tokens = own(plain, scope="dev.ucp.shopping.order:read", resource=f"{URL}/mcp").json()
    assert {**tokens, "access_token": ""} == {
        "access_token": "", "token_type": "Bearer", "expires_in": 600, "scope": "dev.ucp.shopping.order:read",
    }  # fmt: skip
    assert read(plain, tokens["access_token"]) == Linked("google", None, frozenset({"dev.ucp.shopping.order:read"}))
    assert read(plain, tokens["access_token"], f"{URL}/ucp") is None
    told = plain.call("introspect", token=tokens["access_token"]).json()
    assert (told["active"], told["sub"], told["client_id"]) == (True, "google", "google")
    second = own(plain, scope="dev.ucp.shopping.order:read").json()["access_token"]
    assert len(plain.stage.memory.rows.links) == 1
    plain.call("revoke", token=second)
    assert read(plain, tokens["access_token"]) is None
    fresh = own(plain, scope="dev.ucp.shopping.order:read").json()["access_token"]
    assert read(plain, fresh, f"{URL}/ucp") is not None


@pytest.mark.parametrize("scope", ["history", "openid shop", "openid", "shop history", "everything"])
def test_what_is_a_shopper_s_to_give_is_not_given(plain: Linking, scope: str) -> None:
    answer = own(plain, scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert plain.stage.memory.rows.links == {}


def test_nobody_gets_one_without_a_proof(plain: Linking) -> None:
    agent = Linking(plain.stage, AGENT, AGENT_BACK)
    assert own(agent).json()["error"] == "unauthorized_client"
    assert own(plain, client_secret=None).json()["error"] == "invalid_client"
    assert own(plain, resource="https://evil.example").json()["error"] == "invalid_target"
    assert plain.stage.memory.rows.links == {}


def test_a_back_end_s_token_opens_its_scopes_at_a_surface(plain: Linking) -> None:
    premises = replace(plain.stage.premises, tokens=plain.tokens)
    reads = own(plain, scope="dev.ucp.shopping.order:read").json()["access_token"]
    manages = own(plain, scope="dev.ucp.shopping.checkout:manage").json()["access_token"]
    app = Starlette(routes=mcp_routes(premises), lifespan=lifespan)

    async def fill(web: httpx2.AsyncClient, token: str) -> dict[str, Any]:
        head = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {token}"}
        params = {"name": "fill_cart", "arguments": {"items": [{"sku": "milk", "quantity": 1}]}}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer: dict[str, Any] = (await web.post("/mcp", headers=head, json=call)).json()["result"]
        return answer

    async def play() -> None:
        async with lifespan(app), httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL) as web:
            assert "insufficient_scope" in (await fill(web, reads))["content"][0]["text"]
            assert plain.stage.memory.rows.conversations == {}
            assert not (await fill(web, manages)).get("isError")

    asyncio.run(play())
    (talk,) = plain.stage.memory.rows.conversations.values()
    assert (talk.platform, talk.shopper_id) == ("google", None)


def test_authlib_signs_and_comes_on_its_own() -> None:
    stage, key = signing_stage(now=datetime.now(UTC)), RSAKey.generate_key(2048, {"kid": "r1", "use": "sig"})
    stage.documents.known[JWKS] = {"keys": [KEY.as_dict(private=False), key.as_dict(private=False)]}
    app = Starlette(routes=routes(stage.premises))

    async def play() -> Mapping[str, Any]:
        async with AsyncOAuth2Client(
            "google", key.as_pem(private=True), token_endpoint_auth_method="private_key_jwt",
            scope="dev.ucp.shopping.order:read", transport=httpx2.ASGITransport(app), base_url=URL,
        ) as client:  # fmt: skip
            client.register_client_auth_method(PrivateKeyJWT(TOKEN, headers={"kid": "r1"}))
            token: Mapping[str, Any] = await client.fetch_token(TOKEN, grant_type="client_credentials")
            return token

    token = asyncio.run(play())
    assert (token["scope"], "refresh_token" in token) == ("dev.ucp.shopping.order:read", False)


def test_the_metadata_tells_all_of_it(plain: Linking) -> None:
    about = plain.web.get("/.well-known/oauth-authorization-server").json()
    assert about["pushed_authorization_request_endpoint"] == f"{URL}/link/par"
    assert "client_credentials" in about["grant_types_supported"]
    for name in ("token", "revocation", "introspection"):
        assert "private_key_jwt" in about[f"{name}_endpoint_auth_methods_supported"]
        assert about[f"{name}_endpoint_auth_signing_alg_values_supported"] == ["ES256", "PS256", "RS256"]
