"""Account linking: what a client gets for a shopper's yes, and everything it does not get."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet

from cabas.kernel.errors import Unavailable
from cabas.surfaces.contract import Linked
from cabas.usecases.checkout.events import pairwise_id
from support.linking import (
    AGENT,
    AGENT_BACK,
    BACK,
    MCP,
    PAGE,
    VERIFIER,
    Linking,
    a_stage,
    answered,
    granted,
    nothing_issued,
    read,
)
from support.premises import URL

FUZZED = Linking(a_stage(testing=True))
FUZZED.sign_in()
SUB = pairwise_id(b"a secret of the retailer", "google", a_stage().memory.rows.shoppers["halle", "camille"])


@pytest.fixture
def google() -> Linking:
    """The client of an agreement, and Camille signed in."""
    linking = Linking(a_stage())
    linking.sign_in()
    return linking


@pytest.fixture
def agent() -> Linking:
    """A client nobody agreed with, known by its document, and Camille signed in."""
    linking = Linking(a_stage(), AGENT, AGENT_BACK)
    linking.sign_in()
    return linking


def test_a_yes_becomes_tokens_for_one_audience(google: Linking) -> None:
    back = google.decide("personal_results")
    assert back.headers["location"].startswith(f"{BACK}?")
    answer = answered(back)
    assert {**answer, "code": ""} == {"code": "", "state": "s1", "iss": URL}
    tokens = google.redeem(answer["code"]).json()
    assert {**tokens, "access_token": "", "refresh_token": "", "id_token": ""} == {
        "access_token": "", "token_type": "Bearer", "expires_in": 600, "refresh_token": "",
        "scope": "history openid shop", "id_token": "",
    }  # fmt: skip
    assert read(google, tokens["access_token"]) == Linked("google", "camille", frozenset({"openid", "shop", "history"}))
    assert read(google, tokens["access_token"], f"{URL}/ucp") is None
    keys = KeySet.import_key_set(google.web.get("/link/jwks").json())
    who = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"])
    now = int(google.stage.now.timestamp())
    assert who.claims == {
        "iss": URL, "sub": SUB, "aud": "google", "iat": now, "exp": now + 600, "auth_time": now, "nonce": "n1",
    }  # fmt: skip
    access = jwt.decode(tokens["access_token"], keys, algorithms=["ES256"])
    assert access.header["typ"] == "at+jwt"
    assert (access.claims["sub"], access.claims["aud"], access.claims["exp"]) == (SUB, [MCP], now + 600)
    assert "camille" not in json.dumps(access.claims).lower()
    head = {"authorization": f"Bearer {tokens['access_token']}"}
    assert google.web.get("/link/userinfo", headers=head).json() == {"sub": SUB}


def test_what_is_not_ticked_is_not_given(google: Linking) -> None:
    tokens = google.redeem(google.code()).json()
    assert tokens["scope"] == "openid shop"
    assert granted(google) == frozenset()


def test_only_what_the_agreement_shares_can_be_ticked(google: Linking) -> None:
    page = google.ask().text
    assert 'value="personal_results"' in page
    assert 'value="receipts"' in page
    assert 'value="marketing"' not in page
    assert "checked" not in page
    google.code("marketing", "receipts")
    assert granted(google) == {"receipts"}


def test_a_yes_is_recorded_with_the_words_it_was_given_to(google: Linking) -> None:
    recorded = []
    record = google.stage.memory.consents.record

    class Record:
        async def record(self, retailer_id, said):
            recorded.append(said)
            await record(retailer_id, said)

        async def grants(self, retailer_id, shopper_id):
            return await google.stage.memory.consents.grants(retailer_id, shopper_id)

    google.stage.changes["linking"] = replace(google.stage.linking, consents=Record())
    again = Linking(google.stage, secret=google.secret)
    again.web.cookies = google.web.cookies
    again.code("receipts")
    (said,) = recorded
    assert (said.platform, said.purpose, said.granted, said.text_version, said.surface) == (
        "google", "receipts", True, "link/en/2026-11", "link",
    )  # fmt: skip
    assert said.proof["client"] == "google"


def test_ticking_my_milk_switches_it_on_for_the_account(google: Linking) -> None:
    assert not google.stage.memory.rows.shoppers["halle", "camille"].personal
    google.code("personal_results")
    assert google.stage.memory.rows.shoppers["halle", "camille"].personal
    assert granted(google, "house") == {"personal_results"}


def test_linking_again_without_a_tick_keeps_what_another_device_was_given(google: Linking) -> None:
    google.code("receipts", "personal_results")
    google.code("receipts")
    assert granted(google) == {"receipts", "personal_results"}


def test_a_no_gives_nothing(google: Linking) -> None:
    answer = answered(google.decide("receipts", decision="deny"))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "s1", URL)
    assert nothing_issued(google)
    assert granted(google) == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "https://evil.example/client.json"},
        {"redirect_uri": "https://client.example/back/"},
        {"redirect_uri": "https://client.example/back?x=1"},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_client_that_is_not_known_is_told_nothing(google: Linking, changes: dict[str, str | None]) -> None:
    answer = google.ask(**changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "Nothing was shared" in answer.text
    assert nothing_issued(google)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"resource": "https://evil.example/mcp"}, "invalid_target"),
        ({"resource": f"{URL}.evil.example/mcp"}, "invalid_target"),
        ({"resource": f"{URL}/mcp#x"}, "invalid_target"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none"}, "consent_required"),
    ],
    ids=str,
)  # fmt: skip
def test_a_request_against_the_rules_goes_back_with_an_error(
    google: Linking, changes: dict[str, str | None], error: str
) -> None:
    answer = answered(google.ask(**changes))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "s1", URL)
    assert nothing_issued(google)


def test_a_client_known_by_its_document_links_by_pkce_alone(agent: Linking) -> None:
    agent.redirect = "http://127.0.0.1:49152/callback"  # RFC 8252: the port is the app's own business
    page = agent.ask()
    assert "Nice Agent" in page.text
    assert "agent.example" in page.text
    assert "does not know this application" in page.text
    assert "form-action 'self' http://127.0.0.1:49152" in page.headers["content-security-policy"]
    tokens = agent.redeem(agent.code("personal_results")).json()
    assert read(agent, tokens["access_token"]) == Linked(
        "assistant", "camille", frozenset({"openid", "shop", "history"})
    )
    head = {"authorization": f"Bearer {tokens['access_token']}"}
    assert agent.web.get("/link/userinfo", headers=head).json()["sub"] != SUB
    assert agent.call("introspect", token=tokens["access_token"]).json()["error"] == "invalid_client"
    assert agent.call("revoke", token=tokens["refresh_token"]).status_code == 200
    assert read(agent, tokens["access_token"]) is None


@pytest.mark.parametrize(
    "redirect",
    ["http://127.0.0.1:1/other", "http://127.0.0.2/callback", "https://agent.example:444/back", "http://evil.example/callback",
     "http://127.0.0.1@evil.example/callback", "http://127.0.0.1:99999999/callback", "javascript:alert(1)"],
)  # fmt: skip
def test_only_the_port_of_a_loopback_address_is_free(agent: Linking, redirect: str) -> None:
    assert agent.ask(redirect_uri=redirect).status_code == 400
    assert nothing_issued(agent)


@pytest.mark.parametrize(
    "change",
    [{"client_id": "https://agent.example/other.json"}, {"redirect_uris": []}, {"redirect_uris": "x"},
     {"token_endpoint_auth_method": "client_secret_post"}, {"client_secret": "x"},
     {"redirect_uris": ["javascript:alert(1)", "data:text/html,x", "http://evil.example/"]}],
    ids=str,
)  # fmt: skip
def test_a_document_that_does_not_fit_names_no_client(agent: Linking, change: dict[str, object]) -> None:
    agent.stage.documents.known[AGENT] = {**agent.stage.documents.known[AGENT], **change}
    assert agent.ask().status_code == 400
    assert nothing_issued(agent)


def test_a_name_in_a_document_is_only_text(agent: Linking) -> None:
    name = "<script>alert(1)</script>" + "x" * 100
    agent.stage.documents.known[AGENT] = {**agent.stage.documents.known[AGENT], "client_name": name}
    page = agent.ask().text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "x" * 81 not in page


def test_without_an_open_agreement_strangers_are_not_clients() -> None:
    stage = a_stage()
    stage.agreements = tuple(one for one in stage.agreements if one.platform != "assistant")
    agent = Linking(stage, AGENT, AGENT_BACK)
    agent.sign_in()
    assert agent.ask().status_code == 400


def test_the_consent_form_cannot_be_sent_by_another_site_or_for_another_session(google: Linking) -> None:
    page = google.ask()
    form = {"ask": urlsplit(str(page.url)).query, "decision": "allow"}
    assert google.web.post("/link/authorize", data=form, headers={"origin": "https://evil.example"}).status_code == 403
    assert google.web.post("/link/authorize", data=form).status_code == 403
    assert google.web.post("/link/authorize", data={**form, "seal": "x"}, headers=PAGE).status_code == 403
    assert nothing_issued(google)


def test_pages_cannot_be_framed_and_run_no_script_but_that_of_passkeys(google: Linking) -> None:
    own = '<script type="module" src="/link/static/passkey.js"></script>'
    for page, script in ((google.ask(), ""), (google.web.get("/link"), own), (google.web.get("/link/sign-in"), own)):
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert ("script-src 'self'" if script else "form-action") in policy
        assert policy.count("script-src") == bool(script)
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert page.text.replace(script, "").count("<script") == 0
        assert page.headers["cache-control"] == "no-store"


def test_tokens_are_never_cached_and_errors_are_the_protocols(google: Linking) -> None:
    answer = google.redeem("x")
    assert (answer.headers["cache-control"], answer.json()["error"]) == ("no-store", "invalid_grant")
    assert google.web.post("/link/token", json={}).json()["error"] == "invalid_request"
    double = "client_id=google&client_id=other"
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert google.web.post("/link/token", content=double, headers=form).json()["error"] == "invalid_request"
    for hostile in (b"\xff\xfe", b"a=%ff", b"&" * 10_000, b"client_id=%00", b"client_id=google&client_secret=%00"):
        assert google.web.post("/link/token", content=hostile, headers=form).status_code in (400, 401)
    basic = {"authorization": "Basic !!!"}
    wrong = google.web.post("/link/token", data={"grant_type": "x"}, headers=basic)
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, 'Basic realm="link"')
    assert google.web.post("/link/token", content=b"x" * 20_000, headers=form).status_code == 413
    assert VERIFIER not in answer.text


@settings(max_examples=60, deadline=None)
@given(
    changes=st.dictionaries(
        st.sampled_from(["scope", "state", "nonce", "resource", "prompt", "redirect_uri", "client_id", "ui_locales"]),
        st.text(max_size=40),
    )
)
def test_no_request_breaks_the_provider(changes: dict[str, str]) -> None:
    FUZZED.stage.testing = True
    page = FUZZED.ask(**changes)
    assert page.status_code in (200, 303, 400)
    if page.status_code == 200:
        page = FUZZED.answer(page, "receipts")
        assert page.status_code == 303
    for form in ({"code": "x"}, {"refresh_token": "x", "grant_type": "refresh_token"}):
        assert FUZZED.call("token", **(form | changes)).status_code in (400, 401)
    assert FUZZED.web.post("/link/unlink", data=changes, headers=PAGE).status_code in (303, 400)


def test_a_database_that_is_away_is_said_and_breaks_nothing(google: Linking) -> None:
    class Away:
        def __getattr__(self, name: str):
            async def away(*_: object):
                raise Unavailable("PostgreSQL is away.")

            return away

    google.stage.changes["linking"] = replace(google.stage.linking, links=Away())
    broken = Linking(google.stage, secret=google.secret)
    broken.web.cookies = google.web.cookies
    for page in (
        broken.ask(),
        broken.web.get("/link"),
        broken.web.post("/link/unlink", data={"client": "x"}, headers=PAGE),
    ):
        assert page.status_code == 503
    answer = broken.redeem("x")
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
