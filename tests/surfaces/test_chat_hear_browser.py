"""A browser without ears of its own, at a shop that hears: what is recorded is sent, heard, answered. The microphone is
Chromium's own fake one, the recorder is real, the recognizer is scripted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from fake_shop import FakeShop
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette

from cabas.kernel.errors import InvalidInput
from cabas.surfaces.chat.app import routes
from cabas.surfaces.guard import Limiter
from support.browser import chromium, serving, settled
from support.ears import Ears

pytestmark = pytest.mark.browser
SPEECH = (Path(__file__).parent / "scripted_speech.js").read_text("utf-8")
HALF_A_SECOND = 500


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as running:
        yield running


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def ears() -> Ears:
    return Ears("du lait et une baguette")


def served(shop: FakeShop, ears: Ears | None) -> object:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        keys, limiter = count(1), Limiter(burst=1_000)
        yield Starlette(routes=routes(shop, new_key=lambda: f"key-{next(keys)}", limiter=limiter, ears=ears))

    return serving(opened())


@pytest.fixture
def address(shop: FakeShop, ears: Ears) -> Iterator[str]:
    with served(shop, ears) as found:  # type: ignore[attr-defined]
        yield found


def visit(browser: Browser, address: str, agent: str = "deaf", *, allowed: bool = True) -> Page:
    context = browser.new_context(locale="fr-FR", user_agent=agent)
    context.set_default_timeout(10_000)
    context.add_init_script(SPEECH)
    if not allowed:
        context.add_init_script(
            "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }"
        )
    page = context.new_page()
    page.goto(address)
    return page


def test_what_is_recorded_is_heard_and_answered_aloud(
    browser: Browser, address: str, shop: FakeShop, ears: Ears
) -> None:
    page = visit(browser, address)
    page.get_by_role("button", name="Parler").click()
    expect(page.get_by_text("Je vous écoute…")).to_be_visible()
    page.wait_for_timeout(HALF_A_SECOND)  # something to record
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator(".turn--you").last).to_contain_text("du lait et une baguette")
    settled(page)
    assert ("say", "du lait et une baguette", "voice") in shop.calls
    ((sound, lang),) = ears.heard
    assert (sound[:4], lang) == (b"\x1aE\xdf\xa3", "fr"), "a WebM file"
    assert page.evaluate("() => speech.said.length") == 1
    page.context.close()


def test_what_is_not_heard_is_said_and_nothing_is_ordered(
    browser: Browser, address: str, shop: FakeShop, ears: Ears
) -> None:
    page = visit(browser, address)
    for trouble, words in ((InvalidInput("no sound", remedy="again"), "du lait"), (None, "")):
        ears.trouble, ears.words = trouble, words
        page.get_by_role("button", name="Parler").click()
        page.wait_for_timeout(HALF_A_SECOND)
        page.get_by_role("button", name="Arrêter").click()
        expect(page.get_by_role("alert")).to_contain_text("Je n'ai rien entendu.")
    assert len(ears.heard) == 2
    assert not [call for call in shop.calls if call[0] == "say"]
    page.context.close()


def test_a_microphone_that_is_refused(browser: Browser, address: str, ears: Ears) -> None:
    page = visit(browser, address, allowed=False)
    page.get_by_role("button", name="Parler").click()
    expect(page.get_by_role("alert")).to_contain_text("Le micro est bloqué")
    assert ears.heard == []
    page.context.close()


def test_a_browser_with_ears_uses_its_own(browser: Browser, address: str, shop: FakeShop, ears: Ears) -> None:
    page = visit(browser, address, agent="hearing")
    page.get_by_role("button", name="Parler").click()
    page.evaluate("() => speech.hear('du lait', true)")
    settled(page)
    assert ("say", "du lait", "voice") in shop.calls
    assert ears.heard == []
    page.context.close()


def test_where_the_shop_does_not_hear_there_is_no_microphone(browser: Browser, shop: FakeShop) -> None:
    with served(shop, None) as address:  # type: ignore[attr-defined]
        page = visit(browser, address)
        expect(page.locator("#mic")).to_be_hidden()
        page.context.close()
