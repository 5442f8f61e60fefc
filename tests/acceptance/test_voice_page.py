"""The voice page of a real shop: the demo retailer on PostgreSQL, served whole, used in a browser by a shopper."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from starlette.applications import Starlette

from cabas.apps.config import Config
from cabas.apps.counter import Counter
from cabas.apps.demo import ensure
from cabas.apps.web import web_app
from cabas.apps.wiring import open_house
from cabas.dialogue.locales import languages
from cabas.kernel.clock import FixedClock
from support.browser import CHROMIUM, DESK, PHONE, chromium, serving, settled

pytestmark = pytest.mark.browser
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Paris"))
NUMBER = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
Visit = Callable[..., Page]


@asynccontextmanager
async def shop(config: Config) -> AsyncIterator[Starlette]:
    """The demo shop, loaded and put together the way `cabas demo` does, on a Tuesday."""
    clock = FixedClock(TUESDAY)
    await ensure(config, lambda _: None, clock)
    async with open_house(config, clock=clock) as house:
        for lang in languages():  # read before the first shopper comes, as the server does
            house.lexicon(house.retailer, lang)
        yield web_app(house, Counter(house.desk, house.retailer, "house"))


@pytest.fixture(scope="module")
def address(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE voice_page")
        url = urlsplit(server_url)._replace(path="/voice_page").geturl()
        with serving(shop(Config(tmp_path_factory.mktemp("shop"), database_url=url))) as found:
            yield found
        connection.execute("DROP DATABASE voice_page WITH (FORCE)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens the page; whatever the console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(size: dict[str, int], locale: str) -> Page:
        contexts.append(browser.new_context(viewport=size, locale=locale, reduced_motion="reduce"))
        contexts[-1].set_default_timeout(10_000)
        page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def say(page: Page, words: str) -> None:
    page.locator("#text").fill(words)
    page.keyboard.press("Enter")
    settled(page)


def names(page: Page) -> list[str]:
    return [name.strip() for name in page.locator("#cart .lines .line__name").all_text_contents()]


def press(where: Locator) -> None:
    where.click()
    settled(where.page)


def test_a_shopper_orders_in_french(visit: Visit) -> None:
    page = visit(DESK, "fr-FR")
    expect(page.get_by_role("log")).to_contain_text("assistant automatique")
    say(page, "il me faut trois litres de lait, du beurre et un paquet de spaghettis")
    milk, butter, pasta = names(page)
    assert milk.startswith("Lait")
    assert butter.startswith("Beurre")
    assert pasta.startswith("Spaghetti")
    expect(page.locator("#log .turn--us").last).to_contain_text(f"{butter} (")
    press(page.get_by_role("link", name=f"Changer de produit, {butter}"))
    other = page.locator("#cart .option")
    taken, price = other.locator(".option__name").first.inner_text(), other.locator(".option__price").first.inner_text()
    press(other.first)
    assert names(page) == [milk, taken, pasta]
    expect(page.locator("#cart .line").nth(1).locator(".price__now")).to_have_text(price)
    expect(page.locator("#log .turn--note")).to_contain_text(f"Je remplace {butter} par ")
    press(page.get_by_role("button", name=f"Retirer {pasta}"))
    assert len(names(page)) == 2
    press(page.get_by_role("button", name="Annuler le dernier changement"))
    assert names(page)[2] == pasta
    assert page.locator("#log .turn--note").count() == 1, "touches leave one note"
    say(page, "à retirer demain avant midi")
    expect(page.locator("#slots")).to_contain_text("Demain, ")
    total = page.locator(".till__total dd").inner_text()
    say(page, "je valide ma commande")
    expect(page.get_by_role("heading", name="Je passe la commande ?")).to_be_focused()
    expect(page.locator(".ask")).to_contain_text("Retrait au magasin")
    expect(page.locator(".ask")).to_contain_text("Demain, ")
    expect(page.locator(".ask .facts__total")).to_contain_text(total)
    assert page.locator(".receipt").count() == 0, "nothing is placed before the yes"
    say(page, "oui")
    number = page.locator(".receipt__number")
    expect(number).to_contain_text(NUMBER)
    placed = number.inner_text()
    expect(page.locator("#cart")).to_contain_text("Votre panier est vide")
    page.reload()
    expect(number).to_contain_text(placed.split()[-1])
    expect(page.locator(".ticket summary")).to_contain_text(total)


def test_a_shopper_orders_in_english_by_keyboard_alone(visit: Visit) -> None:
    page = visit(PHONE, "en-GB")

    def tab_to(target: Locator) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if target.evaluate("node => node === document.activeElement"):
                return
        pytest.fail(f"{target} cannot be reached by Tab")

    def enter() -> None:
        page.keyboard.press("Enter")
        settled(page)

    page.keyboard.press("Tab")
    enter()
    page.keyboard.type("a liter of milk and a bottle of red wine")
    enter()
    assert len(names(page)) == 2
    tab_to(page.get_by_role("link", name="See the cart"))
    enter()
    expect(page.get_by_role("heading", name="My cart")).to_be_focused()
    tab_to(page.locator("[data-key^=cart-more-]").first)
    enter()
    expect(page.locator("#cart .stepper__number").first).to_have_value("2")
    tab_to(page.get_by_role("button", name="Order", exact=True))
    enter()
    expect(page.get_by_role("heading", name="Slot")).to_be_focused()
    tab_to(page.locator(".hour:not([disabled])").first)
    enter()
    tab_to(page.get_by_role("button", name="Order", exact=True))
    enter()
    tab_to(page.get_by_role("button", name="Yes, place it"))
    enter()
    expect(page.get_by_role("heading", name="Are you 18 or older?")).to_be_focused()
    assert page.locator(".receipt").count() == 0, "wine waits for an age"
    tab_to(page.get_by_role("button", name="Yes, I am 18 or older"))
    enter()
    expect(page.get_by_role("heading", name="Order placed")).to_be_focused()
    expect(page.locator(".receipt__number")).to_contain_text(NUMBER)
    expect(page.locator(".receipt")).to_contain_text("Proof of age")
