"""Tokens of account linking: for whom, for how long, and how they end."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from cabas.usecases.checkout.events import pairwise_id
from support.linking import MCP, Linking, a_stage, granted, later, read
from support.premises import URL

SUB = pairwise_id(b"a secret of the retailer", "google", a_stage().memory.rows.shoppers["halle", "camille"])


@pytest.fixture
def google() -> Linking:
    """The client of an agreement, and Camille signed in."""
    linking = Linking(a_stage())
    linking.sign_in()
    return linking


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "https://client.example/other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"client_secret": "ck_wrong.secret"}, "invalid_client"),
        ({"client_secret": None}, "invalid_client"),
        ({"client_id": "other"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"resource": f"{URL}/ucp"}, "invalid_target"),
    ],
    ids=str,
)  # fmt: skip
def test_a_code_is_only_for_who_can_prove_it(google: Linking, changes: dict[str, str | None], error: str) -> None:
    answer = google.redeem(google.code(), **changes)
    assert (answer.status_code, answer.json()["error"]) == (401 if error == "invalid_client" else 400, error)
    assert (
        not [kind for _, kind, _ in google.stage.memory.rows.tickets if kind == "refresh"] or error == "invalid_target"
    )


def test_another_client_with_a_good_secret_cannot_take_the_code(google: Linking) -> None:
    code = google.code()
    other = Linking(google.stage, "other", secret=google.stage.key("other"))
    assert other.redeem(code).json()["error"] == "invalid_grant"
    assert google.redeem(code).status_code == 200


def test_a_code_used_twice_revokes_what_came_of_it(google: Linking) -> None:
    code = google.code("receipts")
    tokens = google.redeem(code).json()
    assert read(google, tokens["access_token"]) is not None
    assert google.redeem(code).json()["error"] == "invalid_grant"
    assert read(google, tokens["access_token"]) is None
    assert google.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert granted(google) == frozenset()


def test_a_code_is_good_for_a_minute(google: Linking) -> None:
    code = google.code()
    assert later(google, seconds=60).redeem(code).json()["error"] == "invalid_grant"


def test_an_access_token_is_good_for_ten_minutes(google: Linking) -> None:
    token = google.redeem(google.code()).json()["access_token"]
    assert read(later(google, seconds=599), token) is not None
    assert read(later(google, seconds=1), token) is None


def test_a_refresh_token_is_good_once_and_reuse_revokes_the_family(google: Linking) -> None:
    first = google.redeem(google.code("receipts")).json()
    second = google.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert read(google, second["access_token"]) is not None
    assert google.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert read(google, second["access_token"]) is None
    assert google.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert granted(google) == frozenset()


def test_a_refresh_narrows_and_never_widens(google: Linking) -> None:
    tokens = google.redeem(google.code("personal_results")).json()
    assert (
        google.refresh(tokens["refresh_token"], scope="dev.ucp.shopping.order:read").json()["error"] == "invalid_scope"
    )
    assert google.refresh(tokens["refresh_token"], resource=f"{URL}/ucp").json()["error"] == "invalid_target"
    narrow = google.refresh(tokens["refresh_token"], scope="shop").json()
    assert narrow["scope"] == "shop"
    assert google.refresh(narrow["refresh_token"]).json()["scope"] == "history openid shop"


def test_a_refresh_token_ends_after_ninety_days(google: Linking) -> None:
    tokens = google.redeem(google.code()).json()
    assert later(google, days=90).refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revocation_ends_everything_at_once(google: Linking, which: str) -> None:
    tokens = google.redeem(google.code("receipts")).json()
    other = Linking(google.stage, "other", secret=google.stage.key("other"))
    assert other.call("revoke", token=tokens[which]).status_code == 200
    assert read(google, tokens["access_token"]) is not None  # another's token is none of its business
    assert google.call("revoke", token=tokens[which]).status_code == 200
    assert read(google, tokens["access_token"]) is None
    assert google.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert granted(google) == frozenset()
    assert google.call("revoke", token="unknown").status_code == 200


def test_introspection_tells_the_client_of_its_own_tokens_alone(google: Linking) -> None:
    tokens = google.redeem(google.code()).json()
    told = google.call("introspect", token=tokens["access_token"]).json()
    assert (told["active"], told["sub"], told["aud"], told["scope"]) == (True, SUB, [MCP], "openid shop")
    other = Linking(google.stage, "other", secret=google.stage.key("other"))
    assert other.call("introspect", token=tokens["access_token"]).json() == {"active": False}
    assert google.call("introspect", token="x").json() == {"active": False}
    google.call("revoke", token=tokens["refresh_token"])
    assert google.call("introspect", token=tokens["access_token"]).json() == {"active": False}


def part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_tampered_and_unsigned_tokens_are_nothing(google: Linking) -> None:
    token = google.redeem(google.code()).json()["access_token"]
    head, claims, signature = token.split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    raised = part({**body, "scope": "openid shop history"})
    public = google.web.get("/link/jwks").content
    confused = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, body, OctKey.import_key(public))
    for forged in (
        f"{head}.{raised}.{signature}",
        f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{claims}.",
        f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{claims}.{signature}",
        f"{head}.{claims}.{signature[:-4]}AAAA",
        confused, f"{token}x", "", "a.b.c", "é" * 30, "x" * 9000,
    ):  # fmt: skip
        assert read(google, forged) is None
    assert read(google, token) is not None


def test_an_id_token_is_no_access_token(google: Linking) -> None:
    tokens = google.redeem(google.code(resource=None)).json()
    assert read(google, tokens["id_token"], "google") is None


def test_without_a_resource_the_token_is_for_all_of_the_shop_and_no_other(google: Linking) -> None:
    token = google.redeem(google.code(resource=None)).json()["access_token"]
    assert read(google, token, f"{URL}/ucp") is not None
    assert read(google, token, MCP) is not None


def test_keys_change_by_themselves_and_old_tokens_stay_readable(google: Linking) -> None:
    before = {key["kid"] for key in google.web.get("/link/jwks").json()["keys"]}
    after = {key["kid"] for key in later(google, days=30).web.get("/link/jwks").json()["keys"]}
    assert len(before) == len(after) == 3
    assert len(before & after) == 2
    assert not any("d" in key for key in google.web.get("/link/jwks").json()["keys"])
