"""A shopper's browser and a platform's client that link an account, over the small shop in memory."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.domain.consent import purposes
from cabas.surfaces.contract import Linked
from cabas.surfaces.link.app import routes
from cabas.surfaces.link.tokens import LinkedTokens, Signer
from cabas.usecases.link.redeem import challenge_of
from support.premises import URL, Stage, an_agreement, stage_of
from support.shop import run

BACK, VERIFIER = "https://client.example/back", "v" * 43
AGENT, AGENT_BACK = "https://agent.example/client.json", "http://127.0.0.1/callback"
PAGE = {"origin": URL}
MCP = f"{URL}/mcp"
DOCUMENT: Mapping[str, object] = {
    "client_id": AGENT, "client_name": "Nice Agent", "redirect_uris": [AGENT_BACK, "https://agent.example/back"],
    "token_endpoint_auth_method": "none",
}  # fmt: skip


def a_stage(**changes: object) -> Stage:
    """Google by agreement, and an open agreement for anybody with a document; Camille may be chosen as in the demo."""
    google = an_agreement("google", seller="platform", access=f'redirects = ["{BACK}"]')
    stage = stage_of(google, an_agreement("assistant", is_open=True), an_agreement("other"), **changes)
    stage.documents.known[AGENT] = DOCUMENT
    stage.guests = tuple(one for (_, name), one in stage.memory.rows.shoppers.items() if name in ("camille", "sacha"))
    return stage


@dataclass
class Linking:
    """A browser and a client. `token` is what the last answer of the token endpoint held."""

    stage: Stage
    client_id: str = "google"
    redirect: str = BACK
    secret: str | None = None
    web: TestClient = field(init=False)

    def __post_init__(self) -> None:
        if self.secret is None:
            self.secret = self.stage.key("google") if self.client_id == "google" else ""
        self.web = TestClient(Starlette(routes=routes(self.stage.premises)), base_url=URL, follow_redirects=False)

    @property
    def tokens(self) -> LinkedTokens:
        """Who reads access tokens."""
        premises = self.stage.premises
        return LinkedTokens(self.stage.memory.links, "halle", Signer(premises.secret, premises.url), premises.clock)

    def query(self, **changes: str | None) -> dict[str, str]:
        """What the client sends the shopper with; None leaves a field out."""
        usual = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect, "state": "s1",
            "scope": "openid shop history", "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
            "resource": f"{URL}/mcp", "nonce": "n1",
        }  # fmt: skip
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def sign_in(self, shopper: str = "camille") -> None:
        """Choose a shopper of the demo."""
        answer = self.web.post("/link/sign-in/guest", data={"shopper": shopper}, headers=PAGE)
        assert answer.status_code == 303, answer.text

    def ask(self, **changes: str | None):
        """The consent page, or whatever comes instead."""
        return self.web.get("/link/authorize", params=self.query(**changes), headers={"accept-language": "en"})

    def decide(self, *ticked: str, decision: str = "allow", **changes: str | None):
        """The shopper's answer on the page."""
        return self.answer(self.ask(**changes), *ticked, decision=decision)

    def answer(self, page, *ticked: str, decision: str = "allow"):
        """The answer to a consent page that is open."""
        assert page.status_code == 200, page.headers.get("location", page.text)
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
        form = {**hidden, "decision": decision, "purpose": list(ticked)}
        return self.web.post("/link/authorize", data=form, headers=PAGE)

    def code(self, *ticked: str, **changes: str | None) -> str:
        """The code of a yes."""
        return answered(self.decide(*ticked, **changes))["code"]

    def call(self, path: str, **fields: str | None):
        """A form sent by the client, with its secret."""
        proof = {"client_id": self.client_id, **({"client_secret": self.secret} if self.secret else {})}
        form = {name: value for name, value in (proof | fields).items() if value is not None}
        return self.web.post(f"/link/{path}", data=form)

    def redeem(self, code: str, /, **changes: str | None):
        """Tokens for a code."""
        usual: dict[str, str | None] = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect,
                 "code_verifier": VERIFIER}  # fmt: skip
        return self.call("token", **(usual | changes))

    def refresh(self, token: str, /, **changes: str | None):
        """Tokens for a refresh token."""
        return self.call("token", **({"grant_type": "refresh_token", "refresh_token": token} | changes))


HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def answered(response) -> dict[str, str]:
    """What the browser brings back to the client."""
    assert response.status_code == 303, response.text
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


def read(linking: Linking, token: str, audience: str = MCP) -> Linked | None:
    return run(linking.tokens.read(token, audience))


def granted(linking: Linking, platform: str = "google") -> frozenset[str]:
    grants = run(linking.stage.memory.consents.grants("halle", "camille"))
    return purposes(grants, platform, linking.stage.now)


def nothing_issued(linking: Linking) -> bool:
    kinds = {kind for _, kind, _ in linking.stage.memory.rows.tickets}
    return not linking.stage.memory.rows.links and not kinds & {"code", "refresh"}


def later(linking: Linking, **span: float) -> Linking:
    """The same shop and browser, some time later."""
    linking.stage.now += timedelta(**span)
    after = Linking(linking.stage, linking.client_id, linking.redirect, linking.secret)
    after.web.cookies = linking.web.cookies
    return after
