"""The voice page over HTTP: what is said and touched reaches the shop, what comes back is shown, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from itertools import count

import pytest
from fake_shop import FakeShop
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.surfaces.chat.app import routes
from cabas.surfaces.guard import Limiter

HOME = "http://testserver"


class Page:
    """A browser without the browser: cookies, an Origin, and the last answer as text."""

    def __init__(self, shop: FakeShop, limiter: Limiter | None = None) -> None:
        keys = count(1)
        self.shop = shop
        app = Starlette(routes=routes(shop, new_key=lambda: f"key-{next(keys)}", limiter=limiter or Limiter(burst=500)))
        self.client = TestClient(app, follow_redirects=False, headers={"accept-language": "fr"})

    def get(self, path: str = "/", **headers: str) -> str:
        self.answer = self.client.get(path, headers=headers)
        return unescape(self.answer.text)

    def post(self, path: str, form: dict[str, str], **headers: str) -> str:
        headers = {"origin": HOME, "cabas-fragment": "1", **headers}
        self.answer = self.client.post(path, data=form, headers=headers)
        return unescape(self.answer.text)

    def say(self, text: str) -> str:
        return self.post("/chat/say", {"text": text})

    def tap(self, action: str, **form: str) -> str:
        return self.post("/chat/tap", {"action": action, **form})


@pytest.fixture
def page() -> Page:
    found = Page(FakeShop())
    found.get()
    return found


def total(html: str) -> str:
    found = re.search(r'class="bar__total">([^<]*)<', html)
    assert found
    return found[1].replace("\u00a0", " ")


def lines(html: str) -> list[str]:
    cart = html[html.index('<aside class="cart"') :]
    return re.findall(r'class="line__name">([^<]*?)\s*<', cart)


def test_the_first_turn_says_that_a_machine_is_talking_and_keeps_the_conversation_in_a_locked_cookie() -> None:
    page = Page(FakeShop())
    html = page.get()
    assert "Je suis l'assistant automatique de L'Épicerie des Halles." in html
    assert '<html lang="fr-FR">' in html
    assert page.shop.calls == [("open", "fr-FR", "", "")]
    cookie = page.answer.headers.get_list("set-cookie")[0]
    assert cookie.startswith("cabas_conversation=talk-1; HttpOnly;")
    assert cookie.endswith("SameSite=lax")
    again = page.get()
    assert "assistant automatique" in again
    assert len(page.shop.talks) == 1


def test_a_monitor_starts_no_conversation() -> None:
    page = Page(FakeShop())
    assert page.client.head("/").status_code == 200
    assert page.shop.calls == []


def test_nothing_but_our_own_files_may_load(page: Page) -> None:
    policy = page.answer.headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.answer.headers["x-content-type-options"] == "nosniff"
    assert page.answer.headers["permissions-policy"] == "microphone=(self), camera=(), geolocation=(), payment=()"
    assert page.answer.headers["cache-control"] == "no-store"
    html = page.get()
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|https?://", html)


def test_static_files_are_guarded_and_revalidated(page: Page) -> None:
    answer = page.client.get("/chat/static/page.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = page.client.get("/chat/static/page.js", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    for path in ("/chat/static/../app.py", "/chat/static/%2e%2e/app.py", "/chat/static/", "/chat/static/missing.js"):
        assert page.client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("fr-BE,fr;q=0.9,en;q=0.8", "fr-BE"),
        ("de,en-US;q=0.7,fr;q=0.3", "en-US"),
        ("ja", "fr-FR"),
        ("*;q=1,en;q=0", "fr-FR"),
        ("en", "en-GB"),
        (";;,q=", "fr-FR"),
    ],
)
def test_the_browser_chooses_the_language_first(header: str, lang: str) -> None:
    page = Page(FakeShop())
    assert f'<html lang="{lang}">' in page.get(**{"accept-language": header})


def test_the_switch_changes_page_and_conversation_and_is_remembered(page: Page) -> None:
    html = page.get("/?lang=en")
    assert '<html lang="en-GB">' in html
    assert ("tap", "language", "", "en-GB") in page.shop.calls
    assert "My cart" in page.get()
    assert "Adding Semi-skimmed milk." in page.say("milk")


def test_what_is_said_fills_the_cart(page: Page) -> None:
    html = page.say("Deux litres de lait, six œufs et une baguette")
    assert page.shop.calls[-1] == ("say", "Deux litres de lait, six œufs et une baguette", "web")
    assert lines(html) == ["Lait demi-écrémé", "Œufs de poules élevées en plein air", "Baguette de tradition"]
    assert total(html) == "6,38 €"
    assert "votre choix habituel" in html
    assert 'data-lines="1 2 3"' in html
    assert page.post("/chat/say", {"text": "du lait", "channel": "voice"})
    assert page.shop.calls[-1] == ("say", "du lait", "voice")


def test_only_what_changed_is_shown_under_the_reply(page: Page) -> None:
    page.say("du lait")
    assert 'data-lines="2"' in page.say("une baguette")
    assert 'data-lines="2"' in page.tap("quantity", line="2", value="1", step="1", touched="2")


def test_hostile_words_are_words(page: Page) -> None:
    page.answer = page.client.post(
        "/chat/say",
        data={"text": '<script>alert(1)</script>"><img src=x>'},
        headers={"origin": HOME, "cabas-fragment": "1"},
    )
    assert "<script>" not in page.answer.text
    assert "<img" not in page.answer.text
    assert "&lt;script&gt;" in page.answer.text


def test_hostile_product_data_is_data(page: Page) -> None:
    page.say("du lait")
    talk = page.shop.talks["talk-1"]
    line = talk.cart.lines[0]
    nasty = '"><b onclick=x>{{ 7*7 }}'
    talk.cart = talk.cart.put(
        replace(line, name=nasty, brand=nasty, content=nasty, per_unit=nasty, recipe=nasty, allergens=(nasty,),
                category=(nasty,), why=(nasty, f"label:{nasty}"))
    )  # fmt: skip
    page.get()
    assert "<b onclick" not in page.answer.text
    assert "{{ 7*7 }}" in unescape(page.answer.text)
    assert "49" not in re.sub(r"#\d+;", "", page.answer.text)


def test_touches_change_the_cart(page: Page) -> None:
    page.say("deux litres de lait et une baguette")
    assert total(page.tap("quantity", line="1", value="2", step="1")) == "4,82 €"
    assert page.shop.calls[-1] == ("tap", "quantity", "1", "3")
    assert total(page.tap("swap", line="1", value="milk-3")) == "4,19 €"
    html = page.tap("remove", line="2")
    assert lines(html) == ["Lait entier"]
    assert 'data-text="J\'enlève Baguette de tradition."' in html
    assert lines(page.tap("undo")) == ["Lait entier", "Baguette de tradition"]


def test_grams_go_up_by_sensible_steps(page: Page) -> None:
    html = page.say("un kilo de pommes")
    assert 'name="step" value="250" data-key="cart-more-1"' in html
    assert 'name="step" value="-50" data-key="cart-less-1"' in html
    assert "Poids en grammes, Pommes Reinette" in html
    assert total(page.tap("quantity", line="1", value="1000", step="250")) == "3,73 €"
    assert "4,36" in unescape(page.answer.text).replace("\u00a0", " "), "the price without promotion is struck"


def test_pantry_goods_are_proposed_not_counted(page: Page) -> None:
    html = page.say("une quiche lorraine pour six")
    assert "Quiche lorraine, 6 parts" in html
    assert "Vous en avez sûrement déjà" in html
    before = total(html)
    assert before == "8,62 €"
    assert total(page.tap("tick", line="5")) == "9,27 €"


def test_a_diet_is_shown_beside_the_cart_until_it_is_lifted(page: Page) -> None:
    assert 'class="diet"' not in page.get()
    page.shop.talks["talk-1"].diet = ("sans gluten", "végétarien")
    assert '<p class="diet__what">Régime : sans gluten, végétarien</p>' in page.get().replace("\u202f", " ")
    assert 'class="diet"' not in page.tap("lift")
    assert page.shop.calls[-1] == ("tap", "lift", "", "")


def test_what_is_not_found_is_kept_as_a_note(page: Page) -> None:
    html = page.say("du tamarin")
    assert lines(html) == ["du tamarin"]
    assert "Introuvable dans ce magasin" in html
    assert total(html) == "0,00 €"
    assert 'data-key="checkout"' not in html


def test_alternatives_and_slots_unfold(page: Page) -> None:
    page.say("du lait")
    html = page.get("/?panel=alternatives&line=1", **{"cabas-fragment": "1"})
    assert re.findall(r'class="option__name">([^<]*)<', html) == ["Lait demi-écrémé bio", "Lait entier"]
    html = page.get("/?panel=slots&method=delivery&day=2026-11-26", **{"cabas-fragment": "1"})
    assert "Jeudi 26 novembre" in html
    assert len(re.findall(r'class="hour"', html)) == 5
    assert html.count(">complet<") == 1
    assert "4,90" in html
    assert page.answer.status_code == 200
    assert "Choisissez" not in page.get("/?panel=nonsense")
    assert page.answer.status_code == 422


def order(page: Page) -> str:
    page.say("une baguette et une bouteille de vin")
    page.tap("slot", value="pickup-1-10")
    html = page.tap("checkout")
    assert "Je passe la commande ?" in html
    assert "Demain, 10:00–11:00" in html
    assert "L'Épicerie des Halles" in html
    assert "Vente interdite aux moins de 18 ans." in html
    key = re.search(r'name="action" value="confirm">\s*<input type="hidden" name="value" value="([^"]+)"', html)
    assert key
    return key[1]


def test_an_order_is_read_back_then_placed_once(page: Page) -> None:
    key = order(page)
    html = page.tap("confirm", value=key)
    assert "7K2PD-99XQ4" in html
    assert "TVA 20 % sur 5,79 € HT" in html.replace("\u00a0", " ")
    assert list(page.shop.placed) == [key]
    assert "7K2PD-99XQ4" in page.tap("confirm", value=key), "a second touch of the same button is the same order"
    assert list(page.shop.placed) == [key]


def test_an_order_without_a_slot_unfolds_the_slots(page: Page) -> None:
    page.say("une baguette")
    html = page.tap("checkout")
    assert "Quand voulez-vous vos courses ?" in html
    assert 'value="pickup-1-10"' in html
    assert "Je passe la commande ?" not in html


def test_saying_no_places_nothing(page: Page) -> None:
    order(page)
    html = page.tap("cancel")
    assert "D'accord, je ne passe pas la commande." in html
    assert page.shop.placed == {}
    assert lines(html) == ["Baguette de tradition", "Côtes du Rhône rouge"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": HOME, "sec-fetch-site": "cross-site"},
     {"sec-fetch-site": "same-site"}, {"origin": "http://testserver.evil.example"}],
)  # fmt: skip
def test_a_forged_post_changes_nothing(page: Page, headers: dict[str, str]) -> None:
    page.say("du lait")
    before = list(page.shop.calls)
    answer = page.client.post("/chat/tap", data={"action": "remove", "line": "1"}, headers=headers)
    assert answer.status_code == 403
    assert "vient d'une autre page" in unescape(answer.text)
    assert page.shop.calls == before
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_browser_without_origin_may_vouch_by_fetch_metadata(page: Page) -> None:
    answer = page.client.post("/chat/say", data={"text": "lait"}, headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/#talk")


def test_too_much_is_refused(page: Page) -> None:
    before = list(page.shop.calls)
    assert "trop long" in page.post("/chat/say", {"text": "x" * 17_000})
    assert page.answer.status_code == 413
    page.post("/chat/say", {"text": "x" * 2_001})
    assert page.answer.status_code == 422
    page.client.post("/chat/say", content=iter([b"text=" + b"x" * 9_000] * 2), headers={"origin": HOME})
    assert page.shop.calls == before


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"action": "steal"},
        {"action": "quantity", "line": "1", "value": "-3"},
        {"action": "quantity", "line": "1", "value": "2.5"},
        {"action": "quantity", "line": "1", "value": "٣"},
        {"action": "quantity", "line": "1", "value": "1", "step": "x"},
        {"action": "quantity", "line": "99", "value": "1"},
        {"action": "quantity", "line": "1", "value": "501"},
    ],
)
def test_a_wrong_touch_is_said_and_changes_nothing(page: Page, form: dict[str, str]) -> None:
    page.say("du lait")
    before = page.shop.talks["talk-1"].cart
    html = page.post("/chat/tap", form)
    assert page.answer.status_code == 422
    assert 'role="alert"' in html
    assert page.shop.talks["talk-1"].cart == before


def test_errors_are_said_in_the_language_of_the_page(page: Page) -> None:
    page.say("du lait")
    page.shop.closed = True
    html = page.tap("remove", line="1")
    assert page.answer.status_code == 503
    assert "Le magasin ne répond pas pour l'instant." in html
    assert "Try again later." in html, "the error's own words stay readable under the fold"
    page.shop.closed = False
    html = page.tap("confirm", value="k")
    assert page.answer.status_code == 409
    assert "Le panier a changé entre-temps." in html


def test_a_client_in_a_hurry_waits() -> None:
    now = [0.0]
    page = Page(FakeShop(), Limiter(burst=3, per_second=1.0, now=lambda: now[0]))
    for _ in range(3):
        page.get()
    assert page.answer.status_code == 200
    assert "un peu rapide" in page.get()
    assert page.answer.status_code == 429
    assert page.answer.headers["retry-after"] == "5"
    now[0] = 1.0
    page.get()
    assert page.answer.status_code == 200


def test_a_lost_conversation_starts_anew_and_says_so(page: Page) -> None:
    page.shop.talks.clear()
    html = page.tap("remove", line="1")
    assert "j'en ouvre une nouvelle" in html
    assert ("tap", "remove", "1", "") not in page.shop.calls
    page.shop.talks.clear()
    assert lines(page.say("du lait")) == ["Lait demi-écrémé"], "what was said is not lost with it"


def test_without_scripts_forms_lead_back_to_the_page(page: Page) -> None:
    plain = {"origin": HOME}
    said = page.client.post("/chat/say", data={"text": "du lait"}, headers=plain)
    assert (said.status_code, said.headers["location"]) == (303, "/#talk")
    tapped = page.client.post("/chat/tap", data={"action": "remove", "line": "1"}, headers=plain)
    assert (tapped.status_code, tapped.headers["location"]) == (303, "/#cart")
    wrong = page.client.post("/chat/tap", data={"action": "remove", "line": "9"}, headers=plain)
    assert wrong.status_code == 422
    assert "<!doctype html>" in wrong.text


def test_store_and_shopper_are_chosen_from_the_list(page: Page) -> None:
    page.post("/chat/open", {"store": "nantes", "shopper": "camille"})
    assert page.shop.calls[-1] == ("open", "fr-FR", "nantes", "camille")
    html = page.get()
    assert "L'Épicerie du Port" in html
    assert "Bonjour, Camille" in html
    page.say("du lait")
    assert "Livraison" not in page.get("/?panel=slots", **{"cabas-fragment": "1"}), "Nantes does not deliver"
    page.post("/chat/open", {"store": "nantes"})
    assert page.shop.calls[-1] == ("open", "fr-FR", "nantes", "camille"), "a new order is the same shopper's"
    page.post("/chat/open", {"store": "nantes", "shopper": ""})
    assert page.shop.calls[-1] == ("open", "fr-FR", "nantes", "")
    before = len(page.shop.talks)
    page.post("/chat/open", {"store": "nantes", "shopper": "someone-else"})
    assert page.answer.status_code == 422
    page.post("/chat/open", {"store": "nowhere"})
    assert page.answer.status_code == 404
    assert len(page.shop.talks) == before


def test_no_list_of_shoppers_no_choice_of_shopper() -> None:
    class Private(FakeShop):
        async def shoppers(self) -> tuple[()]:
            return ()

    page = Page(Private())
    assert 'name="shopper"' not in page.get()
    page.post("/chat/open", {"shopper": "camille"})
    assert page.answer.status_code == 422
    assert all(call[3] != "camille" for call in page.shop.calls)
