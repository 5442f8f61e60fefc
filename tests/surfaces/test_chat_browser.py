"""The voice page in a real browser: by mouse, by keyboard alone, by voice, without scripts; phone and desk, light and
dark. The browser's ear and mouth are scripted (no microphone here), everything else is the page as served.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fake_shop import FakeShop
from playwright.sync_api import Browser, Locator, Page, expect
from starlette.applications import Starlette

from cabas.surfaces.chat.app import routes
from cabas.surfaces.guard import Limiter
from support.browser import DESK, PHONE, chromium, serving, settled

pytestmark = pytest.mark.browser
SPEECH = (Path(__file__).parent / "scripted_speech.js").read_text("utf-8")
LOOK = (Path(__file__).parent / "look.js").read_text("utf-8")
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@asynccontextmanager
async def page_over(shop: FakeShop) -> AsyncIterator[Starlette]:
    keys = count(1)
    yield Starlette(routes=routes(shop, new_key=lambda: f"key-{next(keys)}", limiter=Limiter(burst=1_000)))


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def complaints() -> list[str]:
    """What the console says; it must be empty at the end."""
    return []


@pytest.fixture
def visit(browser: Browser, shop: FakeShop, complaints: list[str]) -> Iterator[Visit]:
    """Opens the page; whatever the console complains of fails the test."""
    contexts = []
    with serving(page_over(shop)) as address:

        def opened(size: dict[str, int] = DESK, scheme: str = "light", **options: Any) -> Page:
            context = browser.new_context(viewport=size, color_scheme=scheme, **{"locale": "fr-FR", **options})
            context.set_default_timeout(5_000)
            context.add_init_script(SPEECH)
            contexts.append(context)
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
            page.on("pageerror", lambda problem: complaints.append(str(problem)))
            page.goto(address)
            return page

        yield opened
        for context in contexts:
            context.close()
    assert complaints == []


def say(page: Page, words: str) -> None:
    page.get_by_label("Que vous faut-il ?").fill(words)
    page.keyboard.press("Enter")
    settled(page)


def press(where: Locator) -> None:
    where.click()
    settled(where.page)


def cart(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Mon panier")


def names(page: Page) -> list[str]:
    return [name.strip() for name in cart(page).locator(".line__name").all_text_contents()]


def test_an_order_from_the_first_word_to_the_number(visit: Visit, shop: FakeShop) -> None:
    page = visit()
    say(page, "Deux litres de lait, six œufs et une baguette")
    assert names(page) == ["Lait demi-écrémé", "Œufs de poules élevées en plein air", "Baguette de tradition"]
    press(page.get_by_role("link", name="Changer de produit, Lait demi-écrémé"))
    press(page.get_by_role("link", name="Changer de produit, Lait demi-écrémé"))
    expect(page.get_by_role("button", name="Prendre Lait entier")).to_be_hidden()
    press(page.get_by_role("link", name="Changer de produit, Lait demi-écrémé"))
    press(page.get_by_role("button", name="Prendre Lait entier"))
    assert names(page)[0] == "Lait entier"
    press(page.get_by_role("button", name="Un de plus, Lait entier"))
    number = page.get_by_role("textbox", name="Quantité, Baguette de tradition")
    number.fill("4")
    number.press("Enter")
    settled(page)
    expect(cart(page).locator(".till__total dd")).to_have_text("10,69\u00a0€")
    press(page.get_by_role("button", name="Retirer Œufs de poules élevées en plein air"))
    press(page.get_by_role("button", name="Annuler le dernier changement"))
    assert len(names(page)) == 3
    press(page.get_by_role("link", name="Choisir"))
    press(page.get_by_role("link", name="Livraison"))
    press(page.get_by_role("link", name="Jeudi 26 novembre"))
    press(page.get_by_role("button", name="10:00–11:00"))
    expect(cart(page).get_by_text("Jeudi 26 novembre, 10:00–11:00")).to_be_visible()
    press(page.get_by_role("button", name="Commander", exact=True))
    expect(page.get_by_role("heading", name="Je passe la commande ?")).to_be_focused()
    assert shop.placed == {}, "nothing is placed before the yes"
    press(page.get_by_role("button", name="Oui, commander"))
    expect(page.get_by_role("heading", name="Commande passée")).to_be_focused()
    expect(page.locator(".receipt__number")).to_contain_text("7K2PD-99XQ4")
    assert len(shop.placed) == 1


def test_quick_taps_add_up(visit: Visit) -> None:
    page = visit()
    say(page, "une baguette")
    more = page.get_by_role("button", name="Un de plus, Baguette de tradition")
    for _ in range(5):
        more.dispatch_event("click")
    settled(page)
    expect(page.get_by_role("textbox", name="Quantité, Baguette de tradition")).to_have_value("6")


def test_by_keyboard_alone_the_focus_stays_where_the_hand_is(visit: Visit, shop: FakeShop) -> None:
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller à la saisie")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("du lait et une baguette")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.get_by_label("Que vous faut-il ?")).to_be_focused()

    def tab_to(target: Locator) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if target.evaluate("node => node === document.activeElement"):
                return
        pytest.fail(f"{target} cannot be reached by Tab")

    def enter() -> None:
        page.keyboard.press("Enter")
        settled(page)

    more = page.get_by_role("button", name="Un de plus, Lait demi-écrémé")
    tab_to(more)
    enter()
    expect(more).to_be_focused()
    enter()
    expect(page.get_by_role("textbox", name="Quantité, Lait demi-écrémé")).to_have_value("3")
    tab_to(page.get_by_role("link", name="Changer de produit, Lait demi-écrémé"))
    enter()
    expect(page.get_by_role("heading", name="À la place de Lait demi-écrémé")).to_be_focused()
    tab_to(page.get_by_role("button", name="Prendre Lait entier"))
    enter()
    expect(page.get_by_role("heading", name="Mon panier")).to_be_focused()
    tab_to(page.get_by_role("link", name="Choisir"))
    enter()
    tab_to(page.get_by_role("button", name="12:00–13:00"))
    enter()
    tab_to(page.get_by_role("button", name="Commander", exact=True))
    enter()
    tab_to(page.get_by_role("button", name="Oui, commander"))
    enter()
    expect(page.get_by_role("heading", name="Commande passée")).to_be_focused()
    assert len(shop.placed) == 1


def test_on_a_phone_the_cart_is_a_sheet_that_back_and_escape_close(visit: Visit) -> None:
    page = visit(PHONE)
    bar = page.get_by_role("link", name="Voir le panier")
    expect(bar).to_be_hidden()
    say(page, "du lait et une baguette")
    expect(page.get_by_role("list", name="Ce qui vient de changer").locator(".line")).to_have_count(2)
    expect(cart(page)).to_be_hidden()
    expect(bar).to_contain_text("2,44\u00a0€")
    bar.click()
    expect(cart(page)).to_be_visible()
    expect(page.get_by_role("heading", name="Mon panier")).to_be_focused()
    assert page.locator("#talk").evaluate("node => node.inert")
    press(cart(page).get_by_role("button", name="Retirer Baguette de tradition"))
    expect(page.get_by_role("status").filter(has_text="J'enlève Baguette de tradition.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cart(page)).to_be_hidden()
    expect(bar).to_be_focused()
    bar.click()
    page.go_back()
    expect(cart(page)).to_be_hidden()
    bar.click()
    press(cart(page).get_by_role("button", name="Commander", exact=True))
    expect(page.get_by_role("heading", name="Créneau")).to_be_focused()
    press(page.get_by_role("button", name="10:00–11:00"))
    press(cart(page).get_by_role("button", name="Commander", exact=True))
    expect(cart(page)).to_be_hidden()
    expect(page.get_by_role("heading", name="Je passe la commande ?")).to_be_focused()
    expect(page.get_by_role("button", name="Oui, commander")).to_be_in_viewport(ratio=1)


def test_spoken_words_are_heard_answered_aloud_and_a_question_listens_again(visit: Visit, shop: FakeShop) -> None:
    page = visit()
    spoken = lambda: page.evaluate("() => speech.said")  # noqa: E731
    say(page, "une baguette")
    assert spoken() == [], "nobody asked for a voice yet"
    page.get_by_role("button", name="Parler").click()
    expect(page.get_by_text("Je vous écoute…")).to_be_visible()
    page.evaluate("() => speech.hear('du', false)")
    expect(page.get_by_label("Que vous faut-il ?")).to_have_value("du")
    page.evaluate("() => speech.hear('du lait', true)")
    settled(page)
    assert ("say", "du lait", "voice") in shop.calls
    assert spoken() == [["J'ajoute Lait demi-écrémé.", "fr-FR"]]
    assert page.evaluate("() => speech.listening") is False
    page.get_by_role("button", name="Parler").click()
    page.evaluate("() => speech.fail('not-allowed')")
    expect(page.get_by_role("alert")).to_contain_text("Le micro est bloqué")
    page.get_by_role("button", name="Parler").click()
    page.evaluate("() => speech.fail('no-speech')")
    expect(page.get_by_role("alert")).to_contain_text("Je n'ai rien entendu.")
    page.get_by_role("button", name="Couper la voix").click()
    say(page, "une baguette")
    assert len(spoken()) == 1
    page.get_by_role("button", name="Lire les réponses à voix haute").click()
    say(page, "une baguette")
    assert len(spoken()) == 2


def test_a_spoken_question_opens_the_ear_again(visit: Visit, shop: FakeShop) -> None:
    page = visit()
    say(page, "une baguette")
    page.get_by_role("button", name="Parler").click()
    shop.ask_next = True
    page.evaluate("() => speech.hear('du lait', true)")
    settled(page)
    page.wait_for_timeout(50)
    assert page.evaluate("() => speech.listening") is True


def test_a_browser_without_ears_types(visit: Visit) -> None:
    page = visit(extra_http_headers={}, user_agent="deaf")
    expect(page.locator("#mic")).to_be_hidden()
    expect(page.get_by_role("button", name="Envoyer")).to_be_visible()
    page.get_by_label("Que vous faut-il ?").fill("du lait")
    press(page.get_by_role("button", name="Envoyer"))
    assert names(page) == ["Lait demi-écrémé"]


def test_without_scripts_everything_still_works(visit: Visit, shop: FakeShop) -> None:
    page = visit(PHONE, java_script_enabled=False)
    page.get_by_label("Que vous faut-il ?").fill("du lait")
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_role("link", name="Voir le panier").click()
    cart(page).get_by_role("button", name="Un de plus, Lait demi-écrémé").click()
    expect(cart(page).locator(".till__total dd")).to_have_text("2,38\u00a0€")
    cart(page).get_by_role("link", name="Changer de produit, Lait demi-écrémé").click()
    page.get_by_role("button", name="Prendre Lait entier").click()
    assert names(page) == ["Lait entier"]
    page.get_by_role("button", name="Commander", exact=True).click()
    page.get_by_role("button", name="10:00–11:00").click()
    page.get_by_role("button", name="Commander", exact=True).click()
    page.get_by_role("button", name="Oui, commander").click()
    expect(page.locator(".receipt__number")).to_contain_text("7K2PD-99XQ4")
    assert len(shop.placed) == 1


def test_a_lost_connection_is_said_and_the_cart_stays(visit: Visit, complaints: list[str]) -> None:
    page = visit()
    say(page, "une baguette")
    page.route("**/chat/tap", lambda route: route.fulfill(status=502, content_type="text/plain", body="bad gateway"))
    press(page.get_by_role("button", name="Retirer Baguette de tradition"))
    expect(page.get_by_role("alert")).to_contain_text("La connexion ne répond pas.")
    assert names(page) == ["Baguette de tradition"]
    assert len(complaints) == 1, complaints
    assert "502" in complaints.pop()


def test_what_a_screen_reader_finds(visit: Visit) -> None:
    page = visit()
    say(page, "du lait")
    expect(page.locator("body")).to_match_aria_snapshot("""
      - banner:
        - paragraph: "L'Épicerie des Halles"
        - navigation "Langue":
          - link "FR Français"
          - link "EN English"
      - main:
        - heading /Faire mes courses/ [level=1]
        - log "Conversation":
          - paragraph: /automatique/
        - region "Parler ou écrire":
          - textbox "Que vous faut-il ?"
      - complementary "Mon panier 1 article":
        - heading "Mon panier 1 article" [level=2]
        - list:
          - listitem:
            - paragraph: Lait demi-écrémé
    """)
    assert page.locator("[role=log], [role=status], [role=alert]").count() >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_can_be_read_and_touched(visit: Visit, size: dict[str, int], scheme: str) -> None:
    page = visit(size, scheme, reduced_motion="reduce")
    phone = size is PHONE

    def look(stage: str) -> None:
        found = page.evaluate(LOOK)
        assert found == {"faint": [], "small": [], "wide": False, "unnamed": [], "twice": []}, stage

    look("first visit")
    say(page, "De quoi faire une quiche lorraine, deux kilos de pommes et du vin")
    say(page, "deux kilos de pommes et du vin")
    say(page, "du tamarin")
    look("said")
    if phone:
        page.get_by_role("link", name="Voir le panier").click()
    press(cart(page).get_by_role("link", name="Changer de produit, Pommes Reinette"))
    cart(page).get_by_label("Allergènes, Côtes du Rhône rouge").click()
    look("cart")
    press(page.get_by_role("link", name="Choisir"))
    look("slots")
    press(page.get_by_role("link", name="Livraison"))
    press(page.get_by_role("button", name="10:00–11:00"))
    press(page.get_by_role("button", name="Commander", exact=True))
    look("ask")
    press(page.get_by_role("button", name="Oui, commander"))
    page.get_by_text("Le ticket").click()
    look("receipt")
    page.get_by_label("Magasin et réglages").click()
    look("settings")


def test_a_very_long_word_in_a_narrow_window_breaks_nothing(visit: Visit) -> None:
    page = visit({"width": 320, "height": 640})
    say(page, "anticonstitutionnellement" * 12)
    assert page.evaluate(LOOK)["wide"] is False
    page.get_by_role("link", name="Voir le panier").click()
    assert page.evaluate(LOOK)["wide"] is False
