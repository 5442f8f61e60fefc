"""Passkeys: added after a mail, then as good as it; every answer that does not hold signs nobody in."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette

from cabas.surfaces.chat.app import routes as chat_routes
from cabas.surfaces.link.app import routes
from cabas.usecases.link.ports import SESSION
from support.browser import PHONE, chromium, serving
from support.linking import PAGE, Linking, a_stage
from support.passkey import PRESENT, Device
from support.premises import URL, Stage
from support.shop import run


def by_mail(stage: Stage) -> Linking:
    """Camille's browser, after the link of a letter."""
    address(stage)
    linking = Linking(stage)
    assert linking.web.post("/link/sign-in", data={"email": "camille@example.org"}, headers=PAGE).status_code == 200
    ticket = re.search(r"ticket=([\w-]+)", stage.letters.sent[-1].text)
    assert ticket is not None
    arrived = linking.web.post("/link/sign-in/arrive", data={"ticket": ticket[1]}, headers=PAGE)
    assert arrived.status_code == 303
    return linking


def address(stage: Stage) -> None:
    """Camille's, at which letters arrive."""
    shoppers = stage.memory.rows.shoppers
    shoppers["halle", "camille"] = replace(shoppers["halle", "camille"], email="camille@example.org")


def options(linking: Linking, path: str) -> dict[str, Any]:
    answer = linking.web.post(f"/link/{path}/options", headers=PAGE)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def add(linking: Linking, device: Device, **changes: Any) -> int:
    """The status of the answer to a new passkey."""
    answer = device.create(options(linking, "passkeys"), **changes)
    return linking.web.post("/link/passkeys", data={"credential": answer}, headers=PAGE).status_code


def come(linking: Linking, answer: str) -> int:
    return linking.web.post("/link/sign-in/passkey", data={"credential": answer}, headers=PAGE).status_code


def sessions(stage: Stage) -> list[str]:
    """How the shopper's sessions were opened."""
    found = run(stage.memory.links.tickets("halle", "camille", SESSION, stage.now))
    return sorted(one.about["how"] for one in found)


@pytest.fixture
def mailed() -> Linking:
    return by_mail(a_stage())


@pytest.fixture
def device(mailed: Linking) -> Device:
    """A device whose passkey is Camille's."""
    device = Device(URL)
    assert add(mailed, device) == 303
    return device


def stranger(linking: Linking) -> Linking:
    """Another browser at the same shop."""
    return Linking(linking.stage, secret=linking.secret)


def test_a_passkey_signs_in_without_a_mail(mailed: Linking, device: Device) -> None:
    page = mailed.web.get("/link?passkey_added=1", headers={"accept-language": "en"}).text
    assert "you can come in with this device" in page
    other, letters = stranger(mailed), len(mailed.stage.letters.sent)
    assert come(other, device.get(options(other, "sign-in/passkey"))) == 303
    assert "Camille" in other.web.get("/link").text
    assert sessions(mailed.stage) == ["mail", "passkey"]
    assert len(mailed.stage.letters.sent) == letters
    (known,) = run(mailed.stage.memory.passkeys.of("halle", "camille"))
    assert (known.sign_count, known.used_at, known.name) == (1, mailed.stage.now, "testclient")


def test_what_a_device_is_asked_names_nobody(mailed: Linking) -> None:
    asked = options(mailed, "passkeys")
    assert (asked["rp"], asked["user"]["name"]) == ({"id": "testserver", "name": "halle"}, "camille@example.org")
    assert "camille" not in asked["user"]["id"].lower()
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    signing = options(stranger(mailed), "sign-in/passkey")
    assert signing.get("allowCredentials", []) == []
    assert signing["userVerification"] == "required"


def test_a_device_that_has_one_is_told_so(mailed: Linking, device: Device) -> None:
    assert len(options(mailed, "passkeys")["excludeCredentials"]) == 1
    assert add(mailed, device) == 403
    assert len(run(mailed.stage.memory.passkeys.of("halle", "camille"))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://testserver.evil.example"},
        {"origin": "http://testserver:81"},
        {"type": "webauthn.create"},
        {"challenge": "bWFkZSB1cA"},
        {"challenge": 7},
    ],
    ids=str,
)
def test_an_answer_of_another_page_signs_nobody_in(mailed: Linking, device: Device, wrong: dict[str, Any]) -> None:
    other = stranger(mailed)
    asked = options(other, "sign-in/passkey")
    before = repr(mailed.stage.memory.rows.passkeys)
    assert come(other, device.get(asked, **wrong)) == 403
    assert sessions(mailed.stage) == ["mail"]
    assert repr(mailed.stage.memory.rows.passkeys) == before


def test_a_phishing_page_gets_nothing(mailed: Linking, device: Device) -> None:
    """Its host is another, so that what the device signs is for another."""
    other = stranger(mailed)
    elsewhere = Device("https://evil.example", id=device.id, key=device.key)
    assert come(other, elsewhere.get(options(other, "sign-in/passkey"), origin=URL)) == 403
    assert sessions(mailed.stage) == ["mail"]


def test_an_answer_is_good_once(mailed: Linking, device: Device) -> None:
    other = stranger(mailed)
    answer = device.get(options(other, "sign-in/passkey"))
    assert (come(other, answer), come(stranger(mailed), answer)) == (303, 403)
    assert sessions(mailed.stage) == ["mail", "passkey"]


def test_a_count_that_goes_back_is_a_copy(mailed: Linking, device: Device) -> None:
    other = stranger(mailed)
    device.count = 9
    assert come(other, device.get(options(other, "sign-in/passkey"))) == 303
    copy = Device(URL, count=9, id=device.id, key=device.key)
    said = [come(other, copy.get(options(other, "sign-in/passkey"))) for _ in range(2)]
    assert said == [403, 303]  # ten again is no more than ten; eleven is
    assert sessions(mailed.stage) == ["mail", "passkey", "passkey"]
    old = Device(URL, count=3, id=device.id, key=device.key)
    assert come(other, old.get(options(other, "sign-in/passkey"))) == 403
    assert run(mailed.stage.memory.passkeys.find("halle", device.id)).sign_count == 11


def test_who_was_not_verified_by_the_device_does_not_come_in(mailed: Linking, device: Device) -> None:
    other = stranger(mailed)
    device.flags = PRESENT
    assert come(other, device.get(options(other, "sign-in/passkey"))) == 403
    assert sessions(mailed.stage) == ["mail"]


def test_another_key_under_the_same_id_is_nobody_s(mailed: Linking, device: Device) -> None:
    other = stranger(mailed)
    assert come(other, Device(URL, id=device.id).get(options(other, "sign-in/passkey"))) == 403
    assert come(other, Device(URL, id=b"unknown").get(options(other, "sign-in/passkey"))) == 403
    assert sessions(mailed.stage) == ["mail"]


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", '{"response":{}}', '{"response":{"clientDataJSON":7}}',
                                    '{"rawId":"é","response":{"clientDataJSON":"e30"}}', "[" * 4000])  # fmt: skip
def test_nonsense_is_refused(mailed: Linking, answer: str) -> None:
    before = repr(mailed.stage.memory.rows)
    assert come(mailed, answer) == 403
    assert mailed.web.post("/link/passkeys", data={"credential": answer}, headers=PAGE).status_code == 403
    assert repr(mailed.stage.memory.rows) == before


def test_a_challenge_waits_five_minutes_and_is_its_shopper_s(mailed: Linking, device: Device) -> None:
    other = stranger(mailed)
    signing, adding = options(other, "sign-in/passkey"), options(mailed, "passkeys")
    sacha = stranger(mailed)
    sacha.sign_in("sacha")
    new = Device(URL, id=b"another").create(adding)
    assert sacha.web.post("/link/passkeys", data={"credential": new}, headers=PAGE).status_code == 403
    assert come(other, device.get(adding | {"rpId": "testserver"})) == 403  # made for another ceremony
    mailed.stage.now += timedelta(minutes=5)
    later = stranger(mailed)
    assert come(later, device.get(signing)) == 403
    assert sessions(mailed.stage) == ["mail"]
    assert run(mailed.stage.memory.passkeys.of("halle", "sacha")) == ()


def test_only_a_fresh_proof_adds_a_passkey(mailed: Linking) -> None:
    guest = stranger(mailed)
    assert guest.web.post("/link/passkeys/options", headers=PAGE).status_code == 401
    guest.sign_in("sacha")
    assert guest.web.post("/link/passkeys/options", headers=PAGE).status_code == 403
    mailed.stage.now += timedelta(minutes=15)
    late = stranger(mailed)
    late.web.cookies = mailed.web.cookies
    assert late.web.post("/link/passkeys/options", headers=PAGE).json()["error"] == "not_fresh"
    assert late.web.post("/link/passkeys/options").status_code == 403  # not from a page of ours
    assert mailed.stage.memory.rows.passkeys == {}


def test_a_passkey_is_removed_by_its_shopper_alone(mailed: Linking, device: Device) -> None:
    sacha = stranger(mailed)
    sacha.sign_in("sacha")
    for web in (sacha.web, stranger(mailed).web):
        assert web.post("/link/passkeys/remove", data={"passkey": device.id.hex()}, headers=PAGE).status_code == 303
        assert len(mailed.stage.memory.rows.passkeys) == 1
    assert mailed.web.post("/link/passkeys/remove", data={"passkey": "zz"}, headers=PAGE).status_code == 303
    gone = mailed.web.post("/link/passkeys/remove", data={"passkey": device.id.hex()}, headers=PAGE)
    assert gone.headers["location"] == "/link?passkey_removed=1"
    other = stranger(mailed)
    assert come(other, device.get(options(other, "sign-in/passkey"))) == 403


@pytest.mark.parametrize(
    ("url", "offered"), [("http://127.0.0.1:8000", False), ("http://[::1]:8000", False), ("https://shop.example", True)]
)
def test_passkeys_are_offered_where_browsers_take_them(url: str, offered: bool) -> None:
    """An address of numbers is no host that a passkey can be bound to."""
    page = Linking(a_stage(url=url)).web.get("/link/sign-in").text
    assert ('data-passkey="get"' in page) == offered


@pytest.fixture
def served() -> Iterator[Stage]:
    listener = socket.create_server(("127.0.0.1", 0))
    stage = a_stage(url=f"http://localhost:{listener.getsockname()[1]}")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        look = [one for one in chat_routes(None, new_key=str) if getattr(one, "path", "") == "/chat/static"]  # type: ignore[arg-type]
        yield Starlette(routes=[*routes(stage.premises), *look])

    with serving(opened(), listener=listener):
        yield stage


def authenticator(page: Page) -> None:
    """A device of the browser's own, with a lock that opens."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
              "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})


@pytest.mark.browser
@pytest.mark.parametrize(
    ("locale", "say"),
    [
        ("fr-FR", ("Recevoir le lien", "Entrer", "Ajouter une clé", "C'est fait", "Ce n'est pas vous|Se déconnecter",
                   "Entrer avec une clé", "par une clé d'accès", "Supprimer la clé")),
        ("en-GB", ("Send me the link", "Come in", "Add a passkey", "Done", "Not you",
                   "Come in with a passkey", "with a passkey", "Remove the passkey")),
    ],
)  # fmt: skip
def test_in_a_real_browser(served: Stage, locale: str, say: tuple[str, ...]) -> None:
    send, enter, add_one, done, leave, by_key, how, remove = say
    address(served)
    with chromium() as browser:
        context = browser.new_context(viewport=PHONE, locale=locale)
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda said: wrong.append(said.text))
        authenticator(page)
        page.goto(f"{served.url}/link")
        page.get_by_role("textbox").fill("camille@example.org")
        page.get_by_role("button", name=send).click()
        expect(page.locator("h1")).to_be_visible()
        found = re.search(r"http\S+ticket=\S+", served.letters.sent[-1].text)
        assert found is not None
        page.goto(found[0])
        page.get_by_role("button", name=enter).click()
        page.get_by_role("button", name=add_one).click()
        expect(page.get_by_role("status").first).to_contain_text(done)
        page.get_by_role("button", name=re.compile(leave)).click()
        page.get_by_role("button", name=by_key).click()
        expect(page.get_by_role("button", name=remove)).to_be_visible()  # the button says `how` too
        expect(page.get_by_text(how).first).to_be_visible()
        assert sessions(served) == ["passkey"]
        page.get_by_role("button", name=remove).click()
        expect(page.get_by_role("status").first).to_contain_text(done)
        assert served.memory.rows.passkeys == {}
        assert wrong == []
