"""An MCP client links an account by its own OAuth client and learns what the shopper usually buys."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.apps.web import lifespan
from cabas.domain.insight import Purchase
from cabas.surfaces.link.app import routes as link_routes
from cabas.surfaces.mcp.app import routes as mcp_routes
from cabas.usecases.ports import TillLine
from support.linking import AGENT, AGENT_BACK, Linking, a_stage, answered
from support.premises import URL, Stage
from support.shop import run


class Kept:
    """`TokenStorage` of the client."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


def habitual() -> Stage:
    """The shop, where Camille bought pasta every week."""
    stage = a_stage()
    weeks = range(1, 9)
    bought = [Purchase(stage.now - timedelta(weeks=week), "pasta", "Pâtes 500 g", None, None, 2) for week in weeks]
    lines = [TillLine("camille", f"r{number}", 1, one) for number, one in enumerate(bought)]
    run(stage.memory.fill.purchases("halle", lines))
    return stage


async def my_usual(stage: Stage, kept: Kept, *ticked: str, calls: int = 1) -> list[Any]:
    """What the tool answers to a client that links when it is told to; the shopper ticks `ticked`."""
    browser = Linking(stage, AGENT, AGENT_BACK)
    browser.sign_in()
    came_back: dict[str, str] = {}

    async def to_browser(address: str) -> None:
        asked = dict(httpx2.URL(address).params)
        came_back.update(answered(browser.decide(*ticked, **{"nonce": None, **asked})))

    async def from_browser() -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**came_back)

    auth = OAuthClientProvider(
        server_url=f"{URL}/mcp",
        client_metadata=OAuthClientMetadata(redirect_uris=[AGENT_BACK], client_name="Nice Agent"),
        storage=kept, redirect_handler=to_browser, callback_handler=from_browser, client_metadata_url=AGENT,
    )  # fmt: skip
    premises = replace(stage.premises, tokens=browser.tokens)
    app = Starlette(routes=[*mcp_routes(premises), *link_routes(premises)], lifespan=lifespan)
    results: list[Any] = []
    async with (
        lifespan(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL, auth=auth) as http,
        Client(streamable_http_client(f"{URL}/mcp", http_client=http)) as client,
    ):
        for _ in range(calls):
            results.append(await client.call_tool("my_usual", {}))
    return results


def test_a_stranger_s_client_links_and_gets_what_the_shopper_ticked() -> None:
    stage, kept = habitual(), Kept()
    (result,) = asyncio.run(my_usual(stage, kept, "personal_results"))
    assert not result.is_error, result.content
    assert [one["sku"] for one in result.structured_content["products"]] == ["pasta"]
    assert kept.tokens is not None
    assert kept.tokens.scope == "history shop"
    assert kept.client is not None
    assert kept.client.client_id == AGENT


def test_a_link_without_the_tick_is_told_to_ask() -> None:
    stage, kept = habitual(), Kept()
    (result,) = asyncio.run(my_usual(stage, kept))
    assert result.is_error
    assert "consent_required" in result.content[0].text
    assert kept.tokens is not None
    assert kept.tokens.scope == "shop"


def test_a_tick_for_one_assistant_is_none_for_another_of_the_same_agreement() -> None:
    stage = habitual()
    asyncio.run(my_usual(stage, Kept(), "personal_results"))
    (result,) = asyncio.run(my_usual(stage, Kept()))
    assert "consent_required" in result.content[0].text


def test_an_unlinked_account_opens_nothing_any_more() -> None:
    stage, kept = habitual(), Kept()
    asyncio.run(my_usual(stage, kept, "personal_results"))
    browser = Linking(stage, AGENT, AGENT_BACK)
    browser.sign_in()
    assert "Nice Agent" in browser.web.get("/link").text
    assert browser.web.post("/link/unlink", data={"client": AGENT}, headers={"origin": URL}).status_code == 303
    assert "Nice Agent" not in browser.web.get("/link").text
    assert kept.tokens is not None
    assert run(browser.tokens.read(kept.tokens.access_token, f"{URL}/mcp")) is None
    assert browser.refresh(str(kept.tokens.refresh_token)).json()["error"] == "invalid_grant"
    assert run(stage.memory.consents.purposes("halle", "camille", "assistant", stage.now)) == frozenset()


def test_a_link_that_is_not_for_shopping_opens_no_shop() -> None:
    stage = habitual()
    browser = Linking(stage, AGENT, AGENT_BACK)
    browser.sign_in()
    token = browser.redeem(browser.code(scope="openid")).json()["access_token"]
    premises = replace(stage.premises, tokens=browser.tokens)
    with TestClient(Starlette(routes=mcp_routes(premises), lifespan=lifespan)) as web:
        head = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {token}"}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "fill_cart", "arguments": {}}}
        answer = web.post("/mcp", headers=head, json=call)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert 'scope="shop"' in answer.headers["www-authenticate"]
    assert stage.memory.rows.conversations == {}


@pytest.mark.parametrize(("ticked", "skus"), [(("personal_results",), ["pasta"]), ((), [])])
def test_words_are_personal_for_the_assistant_with_the_tick_alone(ticked: tuple[str, ...], skus: list[str]) -> None:
    stage = habitual()
    browser = Linking(stage, AGENT, AGENT_BACK)
    browser.sign_in()
    browser.redeem(browser.code("personal_results"))  # another device of the same platform has it
    token = browser.redeem(browser.code(*ticked)).json()["access_token"]
    premises = replace(stage.premises, tokens=browser.tokens)
    with TestClient(Starlette(routes=mcp_routes(premises), lifespan=lifespan)) as web:
        head = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {token}"}
        params = {"name": "order_in_words", "arguments": {"text": "comme d'habitude"}}
        answer = web.post(
            "/mcp", headers=head, json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        )
    assert [one["sku"] for one in answer.json()["result"]["structuredContent"]["lines"]] == skus
