"""Linking in a real browser without any script: by keyboard, to a client elsewhere, under the pages' own policy."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cabas.surfaces.chat.app import routes as chat_routes
from cabas.surfaces.link.app import routes
from cabas.surfaces.link.tokens import LinkedTokens, Signer
from support.browser import PHONE, chromium, serving
from support.linking import VERIFIER, Linking, a_stage
from support.premises import Stage, an_agreement
from support.shop import run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def client() -> Iterator[str]:
    """A client's own site, at another origin."""

    async def came_back(request: Request) -> Response:
        return PlainTextResponse("thank you")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        yield Starlette(routes=[Route("/back", came_back)])

    with serving(opened()) as address:
        yield address


@pytest.fixture
def stage(client: str) -> Iterator[Stage]:
    listener = socket.create_server(("127.0.0.1", 0))
    stage = a_stage(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    stage.agreements = (an_agreement("google", access=f'redirects = ["{client}/back"]'),)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        look = [one for one in chat_routes(None, new_key=str) if getattr(one, "path", "") == "/chat/static"]  # type: ignore[arg-type]
        yield Starlette(routes=[*routes(stage.premises), *look])

    with serving(opened(), listener=listener):
        yield stage


def press(page: Page, name: str) -> None:
    """Reach a button or box by the tab key alone, and use it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and re.search(name, focused.evaluate("one => one.labels?.[0]?.innerText ?? one.innerText")):
            page.keyboard.press("Space")
            return
    pytest.fail(f"{name} cannot be reached by keyboard")


def test_a_shopper_links_and_unlinks_by_keyboard_without_scripts(browser: Browser, stage: Stage, client: str) -> None:
    linking = Linking(stage, redirect=f"{client}/back")
    context = browser.new_context(viewport=PHONE, locale="fr-FR")
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.location["url"].startswith(stage.url) else None)
    page.goto(f"{stage.url}/link/authorize?{urlencode(linking.query(resource=None))}")
    expect(page).to_have_title(re.compile("Se connecter"))
    press(page, "Entrer comme Camille")
    expect(page.get_by_role("heading", level=1)).to_have_text("Relier votre compte à google")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    assert page.get_by_role("group", name="Ce que vous autorisez en plus").get_by_role("checkbox").count() == 2
    press(page, "achats passés")
    expect(page.get_by_role("checkbox", name=re.compile("achats passés"))).to_be_checked()
    press(page, "Relier mon compte")
    page.wait_for_url(f"{client}/back?**")
    code = page.url.partition("code=")[2].partition("&")[0]
    tokens = linking.redeem(code, code_verifier=VERIFIER).json()
    assert tokens["scope"] == "history openid shop"
    premises = stage.premises
    reader = LinkedTokens(stage.memory.links, "halle", Signer(premises.secret, premises.url), premises.clock)
    assert run(reader.read(tokens["access_token"], stage.url)) is not None
    page.goto(f"{stage.url}/link")
    press(page, "Délier")
    expect(page.get_by_role("status")).to_contain_text("n'a plus accès")
    assert run(reader.read(tokens["access_token"], stage.url)) is None
    assert wrong == []
    context.close()
