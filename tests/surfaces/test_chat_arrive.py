"""Arriving at the page from a feed or a video, with the real use cases on the shop in memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any, ClassVar

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.apps.counter import Counter
from cabas.surfaces.chat.app import CONVERSATION, routes
from cabas.surfaces.guard import Limiter
from cabas.usecases.videos import APPROVED, OPEN, Came, VideoLink
from support.premises import Stage, an_agreement, stage_of
from support.shop import run


class Links:
    """`VideoLinks` of two links: one approved, one not yet."""

    known: ClassVar = {
        "milkmilkmilk": VideoLink("milkmilkmilk", "google", "abc", "Crêpes", "milk", "lait", 5, 500, (), APPROVED),
        "soapsoapsoap": VideoLink("soapsoapsoap", "google", "abc", "Crêpes", "soap", "savon", 5, 500, (), OPEN),
    }

    async def propose(self, retailer_id: str, links: Sequence[VideoLink], at: datetime) -> None:
        raise AssertionError("A page proposes nothing.")

    async def all(self, retailer_id: str) -> list[VideoLink]:
        return list(self.known.values())

    async def get(self, retailer_id: str, link_id: str) -> VideoLink | None:
        return self.known.get(link_id)

    async def decide(self, retailer_id: str, link_ids: Sequence[str], state: str, at: datetime) -> list[str]:
        raise AssertionError("A page decides nothing.")

    async def came(self, retailer_id: str) -> list[Came]:
        return []


class Browser:
    """One person's browser on the page of `stage`."""

    def __init__(self, stage: Stage) -> None:
        self.stage, keys = stage, count(1)
        counter = Counter(stage.desk, "halle", "house", links=Links())
        app = Starlette(routes=routes(counter, new_key=lambda: f"key-{next(keys)}", limiter=Limiter(burst=500)))
        self.client = TestClient(app, follow_redirects=False, headers={"accept-language": "en"})

    @property
    def talk(self) -> Any:
        known = self.client.cookies.get(CONVERSATION)
        return run(self.stage.memory.conversations.load("halle", known)) if known else None

    def tap(self, action: str, value: str = "") -> Any:
        form = {"action": action, "value": value}
        return self.client.post("/chat/tap", data=form, headers={"origin": "http://testserver"})


@pytest.fixture
def browser() -> Browser:
    return Browser(stage_of(an_agreement("house", is_open=True)))


def test_a_product_has_a_page_people_and_machines_can_read(browser: Browser) -> None:
    answer = browser.client.get("/p/milk")
    assert answer.status_code == 200
    assert "Lait demi-écrémé 1 l" in answer.text
    assert '"price": "1.05"' in answer.text
    assert '"availability": "https://schema.org/InStock"' in answer.text
    assert "Add to my cart" in answer.text
    assert "set-cookie" not in answer.headers, "a machine that reads it opens no conversation"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/p/wine", "/p/nothing", "/p/a%2Fb", "/p/%3Cscript%3E", f"/p/{'x' * 5000}"])
def test_what_is_not_sold_here_has_none(browser: Browser, path: str) -> None:
    answer = browser.client.get(path)
    assert answer.status_code == 404
    assert "script>alert" not in answer.text
    assert browser.talk is None


def test_it_goes_into_the_cart_with_one_touch(browser: Browser) -> None:
    assert browser.tap("put", "milk").headers["location"] == "/#cart"
    browser.tap("put", "milk")
    (line,) = browser.talk.cart.lines
    assert (line.sku, line.quantity, str(line.price)) == ("milk", 2, "2.10 EUR")
    assert browser.tap("put", "wine").status_code == 404
    assert browser.talk.cart.lines == (line,)


def test_the_link_someone_came_by_is_remembered(browser: Browser) -> None:
    answer = browser.client.get("/go/milkmilkmilk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/p/milk")
    assert browser.talk.source == "video:abc"
    browser.tap("put", "milk")
    assert browser.talk.source == "video:abc"


@pytest.mark.parametrize("code", ["soapsoapsoap", "nobodys-code", "%00", "x" * 500])
def test_a_link_nobody_approved_leads_to_the_page_alone(browser: Browser, code: str) -> None:
    answer = browser.client.get(f"/go/{code}")
    assert answer.status_code in (303, 404)
    assert answer.headers.get("location", "/") == "/"
    assert browser.talk is None or browser.talk.source == ""


def test_a_monitor_opens_no_conversation(browser: Browser) -> None:
    assert browser.client.head("/go/milkmilkmilk").status_code == 303
    assert browser.client.head("/p/milk").status_code == 200
    assert browser.talk is None


def test_the_order_is_attributed_and_the_next_one_is_not(browser: Browser) -> None:
    browser.client.get("/go/milkmilkmilk")
    browser.tap("put", "milk")
    page = browser.tap("checkout")
    assert page.status_code == 303
    slots = browser.client.get("/?panel=slots").text
    slot = re.search(r'name="value" value="([^"]+)"', slots[slots.index('id="slots"') :])
    assert slot is not None
    browser.tap("slot", slot[1])
    browser.tap("checkout")
    browser.tap("confirm", "key-one")
    order = run(browser.stage.memory.orders.get("halle", browser.talk.order_id))
    assert (order.source, order.lines[0].sku) == ("video:abc", "milk")
    assert browser.talk.source == ""
