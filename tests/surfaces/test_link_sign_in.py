"""Signing in, and the shopper's own page: what is proof, what is not, and how everything ends."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.kernel.errors import NotAllowed, Unavailable
from cabas.surfaces.link.app import routes
from cabas.surfaces.link.texts import languages, texts
from support.linking import PAGE, Linking, a_stage
from support.premises import URL, Stage

LINK = re.compile(rf"{URL}(/link/sign-in/arrive\?\S+)")


@pytest.fixture
def stage() -> Stage:
    stage = a_stage()
    stage.guests = ()
    rows = stage.memory.rows.shoppers
    for key in (("halle", "camille"), ("halle", "lou"), ("halle", "sacha")):
        email = "twins@example.org" if key[1] != "camille" else "camille@example.org"
        rows[key] = replace(rows[key], email=email)
    return stage


def browser(stage: Stage, **head: str) -> TestClient:
    headers = {**PAGE, "accept-language": "en", **head}
    return TestClient(Starlette(routes=routes(stage.premises)), base_url=URL, headers=headers, follow_redirects=False)


def ask(web: TestClient, email: str):
    return web.post("/link/sign-in", data={"email": email})


def arrive(web: TestClient, letter: str):
    """Open the link of a letter and touch its button."""
    path = LINK.findall(letter)[0]
    page = web.get(path)
    assert page.status_code == 200
    return web.post("/link/sign-in/arrive", data={"ticket": path.partition("ticket=")[2].partition("&")[0]})


def test_a_link_by_mail_signs_in_once(stage: Stage) -> None:
    web = browser(stage)
    assert ask(web, "  Camille@Example.ORG ").status_code == 200
    (letter,) = stage.letters.sent
    assert (letter.to, letter.subject) == ("camille@example.org", "Your link to sign in at halle")
    answer = arrive(web, letter.text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/link")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "You are Camille." in web.get("/link").text
    again = arrive(browser(stage), letter.text)
    assert again.status_code == 403
    assert "used already" in again.text


def test_opening_the_link_alone_uses_nothing_up(stage: Stage) -> None:
    web = browser(stage)
    ask(web, "camille@example.org")
    path = LINK.findall(stage.letters.sent[0].text)[0]
    for _ in range(3):
        browser(stage).get(path)  # a scanner of mails
    assert arrive(web, stage.letters.sent[0].text).status_code == 303


def test_a_link_is_good_for_a_quarter_of_an_hour(stage: Stage) -> None:
    ask(browser(stage), "camille@example.org")
    stage.now += timedelta(minutes=15)
    assert arrive(browser(stage), stage.letters.sent[0].text).status_code == 403


def test_nobody_learns_who_has_an_account(stage: Stage) -> None:
    answers = [ask(browser(stage), f"{name}@example.org") for name in ("camille", "nobody", "twins")]
    pages = {one.text.replace(name, "X") for one, name in zip(answers, ("camille", "nobody", "twins"), strict=True)}
    assert len(pages) == 1
    assert {one.status_code for one in answers} == {200}
    assert [letter.to for letter in stage.letters.sent] == ["camille@example.org"]
    assert len([kind for _, kind, _ in stage.memory.rows.tickets if kind == "mail"]) == 3


def test_at_most_three_letters_in_a_quarter_of_an_hour(stage: Stage) -> None:
    stage.testing = True  # the limit per address of the network is another one
    for _ in range(5):
        assert ask(browser(stage), "camille@example.org").status_code == 200
    assert len(stage.letters.sent) == 3
    stage.now += timedelta(minutes=16)
    ask(browser(stage), "camille@example.org")
    assert len(stage.letters.sent) == 4


def test_one_address_of_the_network_cannot_ask_for_everybody(stage: Stage) -> None:
    web = browser(stage)
    statuses = [ask(web, f"somebody{number}@example.org").status_code for number in range(6)]
    assert statuses == [200, 200, 200, 429, 429, 429]


@pytest.mark.parametrize(
    "email", ["", "camille", "a@b", "a b@c.de", "a@b.c\r\nBcc: x@y.z", "@c.de", "<a@b.de>", "a@b.de,c@d.ef"]
)
def test_what_is_no_address_gets_no_letter(stage: Stage, email: str) -> None:
    answer = ask(browser(stage), email)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert stage.letters.sent == []


def test_a_mail_server_that_does_not_answer_is_no_news_to_who_asks(stage: Stage) -> None:
    class Broken:
        async def send(self, letter: object) -> None:
            raise Unavailable("No.")

    stage.changes["linking"] = replace(stage.linking, mail=Broken())
    assert ask(browser(stage), "camille@example.org").text == ask(browser(a_stage()), "camille@example.org").text


def test_a_real_shop_has_no_shoppers_to_choose(stage: Stage) -> None:
    web = browser(stage)
    assert "Shoppers of the demonstration" not in web.get("/link/sign-in").text
    answer = web.post("/link/sign-in/guest", data={"shopper": "camille"})
    assert answer.status_code == 403
    assert web.cookies == {}
    assert stage.memory.rows.tickets == {}


def test_the_demo_says_loudly_that_it_asks_for_no_proof() -> None:
    stage = a_stage()
    web = browser(stage)
    assert "anybody gets in here without proof" in web.get("/link/sign-in").text
    assert web.post("/link/sign-in/guest", data={"shopper": "lou"}).status_code == 403
    assert web.post("/link/sign-in/guest", data={"shopper": "camille"}).status_code == 303
    assert "anybody gets in here without proof" in web.get("/link").text


def test_signing_in_goes_on_with_what_was_asked_in_this_browser_only(stage: Stage) -> None:
    linking = Linking(stage)
    sent = linking.ask()
    assert sent.headers["location"] == "/link/sign-in?lang=en"
    page = linking.web.post("/link/sign-in", data={"email": "camille@example.org"}, headers=PAGE)
    assert page.status_code == 200
    path = LINK.findall(stage.letters.sent[0].text)[0]
    ticket = path.partition("ticket=")[2].partition("&")[0]
    arrived = linking.web.post("/link/sign-in/arrive", data={"ticket": ticket}, headers=PAGE)
    assert arrived.headers["location"].startswith("/link/authorize?response_type=code&client_id=google")
    assert linking.web.get(arrived.headers["location"]).status_code == 200


def test_signing_in_anew_is_asked_of_an_old_session(stage: Stage) -> None:
    stage.guests = (stage.memory.rows.shoppers["halle", "camille"],)
    linking = Linking(stage)
    linking.sign_in()
    assert linking.ask(prompt="login").status_code == 200
    stage.now += timedelta(minutes=6)
    later = Linking(stage, secret=linking.secret)
    later.web.cookies = linking.web.cookies
    assert later.ask(prompt="login").headers["location"] == "/link/sign-in?lang=en"
    assert later.ask().status_code == 200


def test_sessions_are_listed_and_ended_by_their_owner_alone() -> None:
    stage = a_stage()
    phone, desk, other = (
        browser(stage, **{"user-agent": "Phone"}),
        browser(stage, **{"user-agent": "Desk"}),
        browser(stage),
    )
    for web in (phone, desk):
        web.post("/link/sign-in/guest", data={"shopper": "camille"})
    other.post("/link/sign-in/guest", data={"shopper": "sacha"})
    page = desk.get("/link").text
    assert page.count('name="session"') == 2
    assert "Phone" in page
    of_phone = next(one.hash.hex() for one in stage.memory.rows.tickets.values() if one.about.get("agent") == "Phone")
    other.post("/link/sessions/end", data={"session": of_phone})
    assert phone.get("/link").status_code == 200
    desk.post("/link/sessions/end", data={"session": of_phone})
    assert phone.get("/link").status_code == 303
    assert desk.get("/link").status_code == 200
    desk.post("/link/sign-out")
    assert desk.get("/link").status_code == 303


def test_a_session_ends_after_two_weeks() -> None:
    stage = a_stage()
    web = browser(stage)
    web.post("/link/sign-in/guest", data={"shopper": "camille"})
    stage.now += timedelta(days=14)
    after = browser(stage)
    after.cookies = web.cookies
    assert after.get("/link").status_code == 303


def test_one_shopper_cannot_unlink_another_s_platform() -> None:
    stage = a_stage()
    linking = Linking(stage)
    linking.sign_in()
    tokens = linking.redeem(linking.code("receipts")).json()
    other = browser(stage)
    other.post("/link/sign-in/guest", data={"shopper": "sacha"})
    other.post("/link/unlink", data={"client": "google"})
    assert linking.refresh(tokens["refresh_token"]).status_code == 200


class Provider:
    """The retailer's own provider: "good" comes back as Camille."""

    async def start(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        return f"https://id.example/authorize?state={state}&redirect_uri={redirect_uri}"

    async def finish(self, redirect_uri: str, code: str, nonce: str, verifier: str) -> str:
        if code != "good":
            raise NotAllowed("The provider says no.")
        return "Camille@example.org"


def test_the_retailer_s_own_provider_signs_in(stage: Stage) -> None:
    stage.changes["linking"] = replace(stage.linking, provider=Provider())
    web = browser(stage)
    assert "Continue with my usual account" in web.get("/link/sign-in").text
    where = web.get("/link/sign-in/provider").headers["location"]
    state = where.partition("state=")[2].partition("&")[0]
    assert where.endswith(f"redirect_uri={URL}/link/sign-in/provider/back")
    back = "/link/sign-in/provider/back"
    assert web.get(back, params={"state": "forged", "code": "good"}).status_code == 403
    assert browser(stage).get(back, params={"state": state, "code": "good"}).status_code == 403
    assert web.get(back, params={"state": state, "code": "bad"}).status_code == 403
    assert not [one for one in stage.memory.rows.tickets.values() if one.kind == "session"]
    assert web.get(back, params={"state": state, "code": "good"}).headers["location"] == "/link"
    assert "You are Camille." in web.get("/link").text


def leaves(node: object, path: str = "") -> set[str]:
    if isinstance(node, dict):
        return {leaf for key, value in node.items() for leaf in leaves(value, f"{path}/{key}")}
    return {path}


def test_every_language_says_everything() -> None:
    assert languages() == ("fr", "en")
    assert leaves(texts("fr")) == leaves(texts("en"))
