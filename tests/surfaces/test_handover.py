"""Carts that come to the browser: links that name goods, and checkouts that a platform began."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.apps.counter import Counter
from cabas.domain.discount import Discount
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.surfaces.chat.app import CONVERSATION, routes
from cabas.surfaces.chat.permalink import destination, parcel
from cabas.usecases.talk.handover import Parcel
from support.premises import Stage, an_agreement, stage_of
from support.shop import run
from support.ucp import AT_HANDOVER, DRIVE, Platform, check_profile, lines

TEN = Discount("TEN", "Ten off", "percent", 1000)


@pytest.fixture
def stage() -> Stage:
    made = stage_of(an_agreement("assistant", is_open=True), an_agreement("house"))
    run(made.memory.discounts.keep("halle", [TEN]))
    return made


def browser(stage: Stage, **headers: str) -> TestClient:
    """The voice page of the stage, in a browser of its own that follows nothing by itself."""
    counter = Counter(stage.desk, "halle", "house")
    app = Starlette(routes=routes(counter, new_key=lambda: "key-0001"))
    return TestClient(app, base_url=stage.url, follow_redirects=False, headers={"accept-language": "en", **headers})


def cart(stage: Stage, client: TestClient) -> Any:
    """The conversation the browser's cookie names."""
    return run(stage.memory.conversations.load("halle", client.cookies[CONVERSATION]))


def held(talk: Any) -> list[tuple[str, int]]:
    return [(line.sku, line.quantity) for line in talk.cart.lines]


def test_a_link_fills_the_cart_and_says_nothing_of_itself(stage: Stage) -> None:
    client = browser(stage)
    sku = "~" + base64.urlsafe_b64encode(b"soap").decode().rstrip("=")
    answer = client.get(
        f"/buy/milk:2,{sku}:1,nothing:4?discounts/codes/0=ten&attribution/ref=letter&continue_to=/p/milk"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/p/milk")
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    talk = cart(stage, client)
    assert held(talk) == [("milk", 2), ("soap", 1)]
    assert (talk.cart.codes, talk.source, talk.platform) == (("ten",), "link:letter", "house")
    assert talk.cart.total == Money(351)
    assert talk.said[-1][1] == "Your cart is here: 2 items, €3.51. Check it, then order. Some of it is not sold here."
    assert stage.memory.rows.orders == {}


def test_a_link_followed_twice_asks_for_the_same_and_can_be_undone(stage: Stage) -> None:
    client = browser(stage)
    client.get("/buy/bread:1")
    for _ in range(2):
        client.get("/buy/milk:3")
    assert held(cart(stage, client)) == [("bread", 1), ("milk", 3)]
    client.post("/chat/tap", data={"action": "undo"}, headers={"origin": stage.url})
    assert held(cart(stage, client)) == [("bread", 1)]


@pytest.mark.parametrize(
    "link",
    [
        "milk", "milk:0", "milk:-1", "milk:1e3", "milk:2,", "mi lk:1", "~bWlsaw==:1", "~bWlsaw=:1", "~!!:1", "~:1",
        "~/w:1", "milk:1000000", "milk:1?a/b=1&/a/b=2", "milk:1?discounts/codes/0=A&discounts/codes/0=B",
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_read_asks_for_nothing(stage: Stage, link: str) -> None:
    client = browser(stage)
    before = stage.shop.snapshot()
    answer = client.get(f"/buy/{link}")
    assert (answer.status_code in (303, 404), stage.shop.snapshot()) == (True, before)
    assert answer.headers.get("location", "/") == "/"


@pytest.mark.parametrize(
    "where",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/p/../x", "/p/a\r\nSet-Cookie:x", "/chat/open", ""],
)
def test_a_link_leads_to_no_other_place(where: str) -> None:
    assert destination({"continue_to": where}) == "/"


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_whatever_a_link_says_it_is_read_or_refused(items: str, query: list[tuple[str, str]]) -> None:
    try:
        found = parcel(items, query)
    except InvalidInput:
        return
    assert isinstance(found, Parcel)
    assert all(quantity > 0 for _, quantity in found.items)


def test_a_monitor_fills_no_cart(stage: Stage) -> None:
    client, before = browser(stage), stage.shop.snapshot()
    assert [client.head(path).status_code for path in ("/buy/milk:1", "/continue/x")] == [303, 303]
    assert stage.shop.snapshot() == before


def test_a_checkout_goes_on_in_the_browser_and_is_the_platforms_order(stage: Stage) -> None:
    platform = Platform(stage)
    body = {"line_items": lines(milk=2), "fulfillment": DRIVE, "discounts": {"codes": ["TEN"]}}
    begun = platform.do("POST", "/checkout-sessions", body)
    path = begun["continue_url"].removeprefix(stage.url)
    assert path.startswith(f"/continue/{begun['id']}.")
    client = browser(stage)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"], client.cookies[CONVERSATION]) == (303, "/", begun["id"])
    page = client.get("/").text
    assert "Lait demi-écrémé" in page
    assert "Ten off" in page
    for action in ("checkout", "confirm"):
        client.post("/chat/tap", data={"action": action}, headers={"origin": stage.url})
    order = run(stage.memory.orders.get("halle", begun["id"]))
    assert (order.platform, order.agreement_id, order.total) == ("assistant", "halle-assistant", Money(189))
    done = platform.do("GET", f"/checkout-sessions/{begun['id']}")
    assert (done["status"], done["order"]["id"], "continue_url" in done) == ("completed", begun["id"], False)
    # What was ordered is shown as it was: lines, code, slot, totals.
    for member in ("line_items", "totals", "discounts"):
        assert done[member] == begun[member]
    (method,) = done["fulfillment"]["methods"]
    assert method["groups"][0]["selected_option_id"] == "drive"
    assert platform.fails("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)[0] == 409
    assert len(stage.memory.rows.orders) == 1
    assert client.get(path).status_code == 404
    client.get("/buy/soap:1")  # the next cart is another order
    assert cart(stage, client).session.status.value == "completed"
    for text in ("au drive à 13h", "je valide", "oui"):
        client.post("/chat/say", data={"text": text}, headers={"origin": stage.url})
    assert len(stage.memory.rows.orders) == 2
    assert platform.do("GET", f"/checkout-sessions/{begun['id']}") == done
    order_now = platform.do("GET", f"/orders/{begun['id']}", Authorization=f"Bearer {stage.key('assistant')}")
    assert [one["id"] for one in order_now["line_items"]] == [one["id"] for one in begun["line_items"]]


def test_what_was_changed_in_the_browser_is_what_the_platform_sees(stage: Stage) -> None:
    platform = Platform(stage)
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=2, bread=1), "fulfillment": DRIVE})
    client = browser(stage)
    client.get(begun["continue_url"].removeprefix(stage.url))
    (_, bread) = cart(stage, client).cart.lines
    client.post("/chat/tap", data={"action": "remove", "line": bread.id}, headers={"origin": stage.url})
    stage.shop.price("milk", 100)  # cheaper meanwhile: ordered at today's price
    for action in ("checkout", "confirm"):
        client.post("/chat/tap", data={"action": action}, headers={"origin": stage.url})
    done = platform.do("GET", f"/checkout-sessions/{begun['id']}")
    order = run(stage.memory.orders.get("halle", begun["id"]))
    assert [(one["item"]["id"], one["quantity"]) for one in done["line_items"]] == [("milk", 2)]
    assert (done["totals"][-1]["amount"], order.total) == (200, Money(200))


def test_a_handle_that_was_made_up_or_is_old_opens_nothing(stage: Stage) -> None:
    begun = Platform(stage).do("POST", "/checkout-sessions", {"line_items": lines(milk=1)})
    path = begun["continue_url"].removeprefix(stage.url)
    before = stage.shop.snapshot()
    for wrong in (f"/continue/{begun['id']}", f"{path[:-1]}{'0' if path[-1] != '0' else '1'}", "/continue/é"):
        client = browser(stage)
        assert client.get(wrong).status_code == 404
        assert CONVERSATION not in client.cookies
    late = Counter(stage_later(stage).desk, "halle", "house")
    client = TestClient(Starlette(routes=routes(late, new_key=lambda: "k")), base_url=stage.url, follow_redirects=False)
    assert client.get(path).status_code == 404
    assert stage.shop.snapshot() == before


def stage_later(stage: Stage) -> Stage:
    """The same shop seven hours later."""
    later = stage_of(*stage.agreements, now=stage.now + timedelta(hours=7))
    later.shop.memory = stage.shop.memory
    return later


def test_the_permalink_is_announced_where_there_is_an_address_for_it() -> None:
    stage = stage_of(url="https://shop.example")
    document = Platform(stage).client.get("/.well-known/ucp").json()
    check_profile(document)
    (entry,) = document["ucp"]["capabilities"]["dev.ucp.shopping.permalink"]
    assert entry["config"] == {"endpoint": "https://shop.example/buy"}
    plain = Platform(stage_of()).client.get("/.well-known/ucp").json()
    assert "dev.ucp.shopping.permalink" not in plain["ucp"]["capabilities"]
