"""The MCP surface, used by the official client over HTTP: what a stranger's assistant can do, and what it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from starlette.applications import Starlette

from cabas.apps.web import lifespan
from cabas.domain.cart import Conversation
from cabas.domain.catalog import Offer, Product
from cabas.domain.discount import Discount
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity
from cabas.storage.consent_record import Said
from cabas.surfaces.contract import Linked
from cabas.surfaces.door import Quotas, TooMany
from cabas.surfaces.mcp.app import routes
from cabas.usecases.ports import StockLevel
from support.browser import serving
from support.premises import Stage, an_agreement, stage_of
from support.shop import run

ACCEPT = {"accept": "application/json, text/event-stream"}


@dataclass
class Links:
    """Access tokens: "camille-token" is Camille's, through the platform "google"."""

    async def read(self, token: str, audience: str) -> Linked | None:
        return Linked("google", "camille", frozenset({"shop", "history"})) if token == "camille-token" else None


@pytest.fixture(scope="module")
def stage() -> Stage:
    hurried = an_agreement("assistant", is_open=True, access="requests_per_minute = 1_000_000")  # one server for all
    return stage_of(hurried, an_agreement("google", seller="platform"), tokens=Links())


@pytest.fixture(scope="module")
def url(stage: Stage) -> Iterator[str]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        yield Starlette(routes=routes(stage.premises), lifespan=lifespan)

    with serving(opened()) as address:
        yield f"{address}/mcp"


def use(url: str, *calls: tuple[str, dict[str, Any]], token: str = "") -> list[CallToolResult]:
    """The results of tools called one after the other by one client. "$cart" becomes the cart of the last one."""

    async def play() -> list[CallToolResult]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        results: list[CallToolResult] = []
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            for name, arguments in calls:
                cart = next((one.structured_content["cart_id"] for one in reversed(results)
                             if one.structured_content and "cart_id" in one.structured_content), "")  # fmt: skip
                given = {key: cart if value == "$cart" else value for key, value in arguments.items()}
                results.append(await client.call_tool(name, given))
        return results

    return asyncio.run(play())


def structured(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


def test_an_assistant_without_a_key_orders_for_pickup(url: str, stage: Stage) -> None:
    before = len(stage.memory.rows.orders)
    filled, waiting, chosen, unsure, placed, again = use(
        url,
        ("fill_cart", {"items": [{"sku": "milk", "quantity": 2}, {"sku": "pasta", "quantity": 1}], "locale": "en-GB"}),
        ("view_cart", {"cart_id": "$cart", "locale": "en-GB"}),
        ("choose_slot", {"cart_id": "$cart", "slot_id": "drive", "locale": "en-GB"}),
        ("place_order", {"cart_id": "$cart", "confirmed_total": 304, "first_name": "Ada"}),
        ("place_order", {"cart_id": "$cart", "confirmed_total": 305, "first_name": "Ada"}),
        ("place_order", {"cart_id": "$cart", "confirmed_total": 305, "first_name": "Ada"}),
    )
    assert structured(filled)["total"] == {"amount": 305, "currency": "EUR", "text": "€3.05"}
    assert [note["code"] for note in structured(waiting)["notes"]] == ["slot_needed"]
    assert (structured(waiting)["ready"], structured(chosen)["ready"]) == (False, True)
    assert structured(chosen)["slot"]["method"] == "pickup"
    assert structured(unsure)["order_number"] is None
    order = structured(placed)["order_number"]
    assert (order, structured(again)["order_number"]) == (order, order)
    assert order
    assert len(stage.memory.rows.orders) == before + 1
    made = next(one for one in stage.memory.rows.orders.values() if one.number == order)
    assert (made.platform, made.channel, made.merchant_of_record, made.total.amount) == (
        "assistant", "chat", "retailer", 305,
    )  # fmt: skip


def test_words_fill_the_cart_and_go_on_in_it(url: str) -> None:
    first, second = use(
        url,
        ("order_in_words", {"text": "deux paquets de pâtes et un savon", "locale": "fr-FR"}),
        ("order_in_words", {"text": "ajoute un litre de lait demi-écrémé", "cart_id": "$cart", "locale": "fr-FR"}),
    )
    assert [(line["sku"], line["quantity"]) for line in structured(first)["lines"]] == [("pasta", 2), ("soap", 1)]
    assert structured(first)["reply"] in first.content[0].text  # type: ignore[union-attr]
    assert [line["sku"] for line in structured(second)["lines"]] == ["pasta", "soap", "milk"]
    assert structured(first)["cart_id"] == structured(second)["cart_id"]


def test_what_the_agreement_excludes_is_neither_found_nor_sold(url: str) -> None:
    found, looked, filled = use(
        url,
        ("search_products", {"query": "vin rouge"}),
        ("get_products", {"skus": ["wine", "milk", "no-such"]}),
        ("fill_cart", {"items": [{"sku": "wine", "quantity": 1}]}),
    )
    assert structured(found)["products"] == []
    assert [one["sku"] for one in structured(looked)["products"]] == ["milk"]
    assert structured(filled)["total"]["amount"] == 0
    assert [note["code"] for note in structured(filled)["notes"] if note["line_id"]] == ["excluded"]


def test_errors_say_what_to_do(url: str) -> None:
    gone, unknown, cursor, slot = use(
        url,
        ("view_cart", {"cart_id": "nobody's"}),
        ("get_order", {"order": "AAAAA-BBBBB"}),
        ("search_products", {"query": "lait", "cursor": "later"}),
        ("choose_slot", {"cart_id": "nobody's", "slot_id": "x"}),
    )
    for result, code in (
        (gone, "session_not_found"), (unknown, "not_found"), (cursor, "bad_cursor"), (slot, "session_not_found"),
    ):  # fmt: skip
        assert result.is_error
        assert f"{code}: " in result.content[0].text  # type: ignore[union-attr]


def test_a_linked_shopper_s_usual_needs_their_consent(url: str, stage: Stage) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "my_usual", "arguments": {}}}
    unlinked = httpx2.post(url, headers=ACCEPT, json=call)
    assert (unlinked.status_code, unlinked.json()["error"]) == (401, "link_required")
    assert unlinked.headers["www-authenticate"].startswith('Bearer resource_metadata="')
    (without_key,) = use(url, ("my_usual", {}), token=stage.key("google"))
    assert "link_required" in without_key.content[0].text  # type: ignore[union-attr]
    (refused,) = use(url, ("my_usual", {}), token="camille-token")
    assert "consent_required" in refused.content[0].text  # type: ignore[union-attr]
    rows = stage.memory.rows
    key = ("halle", "camille")
    rows.shoppers[key] = replace(rows.shoppers[key], personal=True)
    said = Said(
        "c1", "camille", "google", "personal_results", granted=True, at=stage.now, text_version="v1", surface="test"
    )
    run(stage.memory.consents.record("halle", said))
    (allowed,) = use(url, ("my_usual", {}), token="camille-token")
    assert structured(allowed)["products"] == []


def test_carts_of_others_are_not_there(url: str, stage: Stage) -> None:
    (mine,) = use(url, ("fill_cart", {"items": [{"sku": "milk", "quantity": 1}]}), token="camille-token")
    cart = structured(mine)["cart_id"]
    for stranger in ("", stage.key("google")):
        seen, changed = use(
            url,
            ("view_cart", {"cart_id": cart}),
            ("fill_cart", {"cart_id": cart, "items": []}),
            token=stranger,
        )
        assert (seen.is_error, changed.is_error) == (True, True)
    stored: Conversation = stage.memory.rows.conversations["halle", cart]
    assert [line.sku for line in stored.cart.lines] == ["milk"]


def test_the_protocol_of_today_and_of_last_year_list_the_same_tools(url: str) -> None:
    async def tools(mode: str) -> set[str]:
        async with Client(url, mode=mode) as client:  # type: ignore[arg-type]
            listed = await client.list_tools()
            for tool in listed.tools:
                assert tool.title
                assert tool.output_schema
                assert tool.annotations is not None
            return {tool.name for tool in listed.tools}

    assert asyncio.run(tools("legacy")) == asyncio.run(tools("auto"))


def test_without_an_open_agreement_a_key_is_needed(stage: Stage) -> None:
    closed = stage_of(an_agreement("google"))

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        yield Starlette(routes=routes(closed.premises), lifespan=lifespan)

    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    with serving(opened()) as address, httpx2.Client(headers=ACCEPT) as http:
        nobody = http.post(f"{address}/mcp", json=hello)
        assert (nobody.status_code, nobody.json()["error"]) == (401, "unauthorized")
        assert "resource_metadata" in nobody.headers["www-authenticate"]
        alexa = http.post(f"{address}/mcp/alexa", json=hello)
        assert alexa.status_code == 401
        assert "www-authenticate" not in alexa.headers
        known = http.post(f"{address}/mcp", json=hello, headers={"authorization": f"Bearer {closed.key('google')}"})
        assert known.status_code == 200
        expired = closed.key("google", expires_at=closed.now)
        late = http.post(f"{address}/mcp", json=hello, headers={"authorization": f"Bearer {expired}"})
        assert (late.status_code, late.json()["error"]) == (401, "invalid_key")


def test_a_platform_s_share_of_requests_comes_back_with_time() -> None:
    moment = [0.0]
    quotas = Quotas(now=lambda: moment[0])
    for _ in range(15):  # a quarter of a minute's sixty
        quotas.take("google", 60)
    with pytest.raises(TooMany) as hurry:
        quotas.take("google", 60)
    assert hurry.value.seconds == 1
    quotas.take("amazon", 60)
    moment[0] = 1.0
    quotas.take("google", 60)


def test_codes_and_what_to_do_when_a_line_is_gone(url: str, stage: Stage) -> None:
    run(stage.memory.discounts.keep("halle", [Discount("TEN", "Ten off", "percent", 1000)]))
    items = [{"sku": "milk", "quantity": 2, "if_gone": "none"}]
    filled, plain, wrong = (structured(one) for one in use(
        url,
        ("fill_cart", {"items": items, "codes": ["ten"], "locale": "en-GB"}),
        ("choose_slot", {"cart_id": "$cart", "codes": [], "locale": "en-GB"}),
        ("choose_slot", {"cart_id": "$cart", "codes": ["NONE"], "locale": "en-GB"}),
    ))  # fmt: skip
    assert [(one["code"], one["title"], one["amount"]["amount"]) for one in filled["discounts"]] == [
        ("TEN", "Ten off", 21)
    ]
    assert (filled["goods"]["amount"], filled["total"]["amount"]) == (210, 189)
    assert (plain["discounts"], plain["total"]["amount"]) == ([], 210)
    assert [one["text"] for one in wrong["notes"] if one["code"] == "code_unknown"] == ["The code NONE is not valid."]
    talk = run(stage.memory.conversations.load("halle", filled["cart_id"]))
    assert [line.substitution for line in talk.cart.lines] == ["none"]
    run(stage.memory.discounts.remove("halle", "TEN"))


def test_a_recipe_fills_the_cart_and_says_what_a_portion_costs(url: str, stage: Stage) -> None:
    butter = Product("butter", {"fr": "Beurre doux 250 g"}, family="butter", content=Quantity(250, "GRM"))
    stage.products["butter"] = butter
    run(stage.memory.fill.offers("halle", [Offer("butter", "", Money(210), 0)]))
    run(stage.memory.fill.stock("halle", [StockLevel("s1", "butter", 9)]))
    given = {"title": "Sablés", "ingredients": ["250 g de beurre", "1 truffe noire"], "written_for": 4, "servings": 8}
    cooked, unknown = (structured(one) for one in use(
        url, ("add_recipe", given | {"locale": "fr-FR"}), ("add_recipe", {"dish": "zxqv", "cart_id": "$cart"}),
    ))  # fmt: skip
    assert cooked["reply"] == "Pour Sablés, il manque ici : truffe noire."
    assert [(one["sku"], one["quantity"], one["recipe"]) for one in cooked["lines"]] == [("butter", 2, "Sablés")]
    assert cooked["recipes"] == [
        {"title": "Sablés", "servings": 8.0, "cost": {"amount": 420, "currency": "EUR", "text": "4,20 €"},
         "price_per_portion": {"amount": 53, "currency": "EUR", "text": "0,53 €"}, "at_home": []}
    ]  # fmt: skip
    assert (unknown["cart_id"], unknown["lines"]) == (cooked["cart_id"], cooked["lines"])
    assert "zxqv" in unknown["reply"]
    del stage.products["butter"]
