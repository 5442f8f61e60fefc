"""UCP: negotiation, who is believed to be whom, what platforms are told, hostile input, the MCP binding."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cabas.agreement.agreement import parse
from cabas.apps.tell import teller
from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.storage.outbox import Event
from cabas.surfaces.contract import News
from cabas.surfaces.ucp.app import surface
from cabas.surfaces.ucp.webhooks import NotTaken
from cabas.usecases.prepare import advance, pick, substitute
from support.premises import OPEN, Stage, an_agreement, stage_of
from support.shop import run
from support.ucp import AT_HANDOVER, DRIVE, PROFILE, FakeWeb, Links, Order, Platform, amounts, holds, lines, profile


@pytest.fixture
def stage() -> Stage:
    return stage_of()


@pytest.fixture
def platform(stage: Stage) -> Platform:
    return Platform(stage)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"{", (422, "profile_malformed")),
        ({"ucp": {"version": "soon"}}, (422, "profile_malformed")),
        (profile(version="2020-01-01"), (422, "version_unsupported")),
        (profile(names=["com.example.other"]), (200, "capabilities_incompatible")),
        (profile(names=["dev.ucp.shopping.discount"]), (200, "capabilities_incompatible")),
        (Unavailable("silence", remedy="Wait."), (424, "profile_unreachable")),
        (InvalidInput("private", remedy="Be public."), (400, "invalid_profile_url")),
    ],
)  # fmt: skip
def test_profiles_that_do_not_fit(stage: Stage, document: Any, expected: tuple[int, str]) -> None:
    before = stage.shop.snapshot()
    assert Platform(stage, document=document).fails("POST", "/carts", {"line_items": lines(milk=1)}) == expected
    assert stage.shop.snapshot() == before


@pytest.mark.parametrize("agent", ["", "profile=", 'profile="http://assistant.example/p"', 'other="https://a.example"'])
def test_a_profile_has_an_https_address(stage: Stage, platform: Platform, agent: str) -> None:
    answer = platform.client.post("/ucp/carts", json={"line_items": []}, headers={"UCP-Agent": agent})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_profile_url")
    assert platform.web.asked == []


def test_what_both_know_is_what_is_shown(stage: Stage) -> None:
    plain = Platform(stage, document=profile(names=["dev.ucp.shopping.checkout", "dev.ucp.shopping.order"]))
    shown = plain.do("POST", "/checkout-sessions", {"line_items": lines(milk=1)})
    assert list(shown["ucp"]["capabilities"]) == ["dev.ucp.shopping.checkout"]
    assert not {"fulfillment", "discounts"} & set(shown)
    assert plain.fails("POST", "/catalog/search", {"query": "lait"}) == (200, "capabilities_incompatible")


def test_an_older_platform_is_answered_in_its_version(stage: Stage) -> None:
    older = Platform(stage, document=profile(version="2026-04-08"))
    answer = older.ask("POST", "/checkout-sessions", {"line_items": lines(milk=1)}).json()
    assert answer["ucp"]["version"] == "2026-04-08"


def test_a_profile_is_fetched_once(platform: Platform) -> None:
    for _ in range(3):
        platform.do("POST", "/catalog/search", {"query": "lait"})
    assert platform.web.asked == [PROFILE]


def test_nobody_sends_the_shop_all_over_the_web(stage: Stage, platform: Platform) -> None:
    platform.do("POST", "/catalog/search", {"query": "lait"})
    answers = []
    for number in range(30):
        url = f"https://assistant.example/{number}"
        platform.web.pages[url] = profile()
        headers = {"UCP-Agent": f'profile="{url}"'}
        answers.append(platform.client.post("/ucp/catalog/search", json={"query": "lait"}, headers=headers))
    assert [one.status_code for one in answers].count(429) > 0
    assert len(platform.web.asked) < 20
    assert int(answers[-1].headers["retry-after"]) >= 1
    platform.do("POST", "/catalog/search", {"query": "lait"})  # who is known already goes on


def test_a_partner_proves_itself_by_signature_or_key() -> None:
    partner = an_agreement("google", access=f'profiles = ["{PROFILE}"]')
    stage = stage_of(an_agreement("assistant", is_open=True), partner)
    platform = Platform(stage, document=profile(keys=(b"partner",)))
    body = {"line_items": lines(milk=1), "fulfillment": DRIVE}
    before = stage.shop.snapshot()
    assert platform.fails("POST", "/checkout-sessions", body) == (401, "signature_missing")
    for changes, status, code in (
        ({"signature": "sig1=:" + "A" * 86 + "==:"}, 401, "signature_invalid"),
        ({"content-digest": "sha-256=:" + "A" * 43 + "=:"}, 400, "digest_mismatch"),
        ({"idempotency-key": "another"}, 401, "signature_invalid"),
    ):
        refused = platform.sign("POST", "/checkout-sessions", body, b"partner", **changes)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    unknown = platform.sign("POST", "/checkout-sessions", body, b"stranger")
    assert (unknown.status_code, unknown.json()["code"]) == (401, "key_not_found")
    assert stage.shop.snapshot() == before
    signed = platform.sign("POST", "/checkout-sessions", body, b"partner")
    assert signed.status_code == 201
    talk = run(stage.memory.conversations.load("halle", signed.json()["id"]))
    assert talk.platform == "google"
    keyed = platform.ask("POST", "/checkout-sessions", body, Authorization=f"Bearer {stage.key('google')}")
    assert run(stage.memory.conversations.load("halle", keyed.json()["id"])).platform == "google"
    assert platform.fails("POST", "/checkout-sessions", body, Authorization="Bearer ck_k1.wrong") == (
        401,
        "invalid_key",
    )


def test_one_platform_sees_nothing_of_another(stage: Stage, platform: Platform) -> None:
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": DRIVE})
    platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    before, other = stage.shop.snapshot(), {"Authorization": f"Bearer {stage.key('google')}"}
    before = stage.shop.snapshot()
    assert platform.fails("GET", f"/checkout-sessions/{begun['id']}", **other) == (200, "not_found")
    assert platform.fails("GET", f"/orders/{begun['id']}", **other) == (200, "not_found")
    assert platform.fails("POST", f"/checkout-sessions/{begun['id']}/cancel", key="", **other) == (200, "not_found")
    assert stage.shop.snapshot() == before


def test_an_order_is_shown_to_who_signed_for_it(stage: Stage) -> None:
    keys = profile(keys=(b"mine",), webhook="https://assistant.example/told")
    platform = Platform(stage, document=keys)
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=2), "fulfillment": DRIVE})
    platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    assert platform.fails("GET", f"/orders/{begun['id']}") == (401, "unauthorized")
    other = Platform(stage, url="https://other.example/p", document=profile(keys=(b"other",)))
    assert other.sign("GET", f"/orders/{begun['id']}", {}, b"other").json()["messages"][0]["code"] == "not_found"
    shown = platform.sign("GET", f"/orders/{begun['id']}", {}, b"mine").json()
    assert [(one["item"]["id"], one["quantity"]) for one in shown["line_items"]] == [
        ("milk", {"original": 2, "total": 2, "fulfilled": 0})
    ]
    Order.model_validate(shown)


def test_a_surface_the_agreement_does_not_open_stays_shut() -> None:
    stage = stage_of(an_agreement("assistant", is_open=True, access='surfaces = ["mcp"]'))
    before = stage.shop.snapshot()
    assert Platform(stage).fails("POST", "/carts", {"line_items": lines(milk=1)}) == (403, "surface_not_granted")
    assert stage.shop.snapshot() == before


HOSTILE = [
    b"", b"null", b"[]", b"{", b'"x"', b'{"line_items": 1}', b'{"line_items": [{}]}', b"\xff\xfe",
    b'{"line_items": [{"item": {"id": "milk"}, "quantity": 0}]}',
    b'{"line_items": [{"item": {"id": "milk"}, "quantity": 1e400}]}',
    b'{"line_items": [{"item": {"id": "milk"}, "quantity": 99999999999}]}',
    b'{"line_items": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"line_items": [], "cart_id": "none"}',
    json.dumps({"line_items": [{"item": {"id": "m" * 5000}, "quantity": 1}]}).encode(),
]  # fmt: skip


@pytest.mark.parametrize("text", [r"\u0000", r"a\u0000b", r"\ud83d", r"\ude00", r"\ud83dx"])
def test_text_that_no_database_keeps_is_refused(stage: Stage, platform: Platform, text: str) -> None:
    before, headers = stage.shop.snapshot(), {"UCP-Agent": f'profile="{PROFILE}"'}
    body = '{"line_items": [{"item": {"id": "milk"}, "quantity": 1}], "buyer": {"first_name": "%s"}}'
    refused = platform.client.post("/ucp/carts", content=body % text, headers=headers)
    assert (refused.status_code, refused.json()["messages"][0]["code"]) == (400, "invalid_request")
    assert stage.shop.snapshot() == before
    smiling = platform.client.post("/ucp/carts", content=body % r"\ud83d\ude00", headers=headers)
    assert smiling.json()["buyer"]["first_name"] == "\U0001f600"


PATHS = ["/carts", "/checkout-sessions", "/catalog/search", "/catalog/lookup", "/catalog/product", "/locations/search",
         "/checkout-sessions/none/complete", "/mcp"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_input_breaks_it(stage: Stage, platform: Platform, path: str) -> None:
    for body in HOSTILE:
        headers = {"UCP-Agent": f'profile="{PROFILE}"', "content-type": "application/json"}
        answer = platform.client.post(f"/ucp{path}", content=body, headers=headers)
        assert answer.status_code < 500, body
        assert isinstance(answer.json(), dict)
    large = platform.client.post(f"/ucp{path}", content=b" " * 300_000, headers={"UCP-Agent": f'profile="{PROFILE}"'})
    assert large.json().get("code", "request_too_large") == "request_too_large"


def call(platform: Platform, tool: str, arguments: dict[str, Any], **meta: Any) -> dict[str, Any]:
    said = {"ucp-agent": {"profile": platform.url}, **meta}
    body = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": tool, "arguments": {"meta": said, **arguments}},
    }
    answer: dict[str, Any] = platform.client.post("/ucp/mcp", json=body).json()
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", 7)
    return answer


def test_the_same_operations_are_tools(platform: Platform) -> None:
    listed = platform.client.post("/ucp/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).json()
    assert {"create_checkout", "complete_checkout", "search_catalog", "get_order"} <= {
        one["name"] for one in listed["result"]["tools"]
    }
    body = {"line_items": lines(milk=1), "fulfillment": DRIVE}
    made = call(platform, "create_checkout", {"checkout": body})["result"]["structuredContent"]
    key = {"idempotency-key": "0123456789012345678901"}
    done = call(platform, "complete_checkout", {"id": made["id"], "checkout": AT_HANDOVER}, **key)
    assert done["result"]["structuredContent"]["status"] == "completed"
    again = call(platform, "complete_checkout", {"id": made["id"], "checkout": AT_HANDOVER}, **key)
    assert again == done
    missing = call(platform, "get_checkout", {"id": "none"})["result"]["structuredContent"]
    assert missing["messages"][0]["code"] == "not_found"
    assert call(platform, "search_catalog", {"catalog": {}})["error"]["data"]["code"] == "invalid_request"
    assert call(platform, "no_such_tool", {})["error"]["code"] == -32602
    nobody = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "search_catalog", "arguments": {}}}
    assert platform.client.post("/ucp/mcp", json=nobody).json()["error"]["code"] == -32001


def news(stage: Stage, order_id: str, platform: str = "assistant") -> News:
    return News(f"{order_id}.1", platform, order_id, stage.now)


def test_a_platform_is_told_the_whole_order_signed(stage: Stage) -> None:
    url = "https://assistant.example/told?channel=ucp"
    platform = Platform(stage, document=profile(webhook=url))
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=2), "fulfillment": DRIVE})
    platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    for _ in range(2):
        assert surface.tell is not None
        assert asyncio.run(surface.tell(stage.premises, news(stage, begun["id"])))
    (first, second) = platform.web.sent
    assert first[0] == url
    assert {name: first[1][name] for name in ("webhook-id", "idempotency-key", "webhook-timestamp", "ucp-agent")} == {
        "webhook-id": f"{begun['id']}.1",
        "idempotency-key": f"{begun['id']}.1",
        "webhook-timestamp": str(int(stage.now.timestamp())),
        "ucp-agent": 'profile="http://testserver/.well-known/ucp"',
    }
    assert (second[1]["webhook-id"], second[2]) == (first[1]["webhook-id"], first[2])
    key = platform.client.get("/.well-known/ucp").json()["keys"][0]
    derived = {"@method": "POST", "@authority": "assistant.example", "@path": "/told", "@query": "?channel=ucp"}
    holds(key, first[1], first[2], derived)
    told = json.loads(first[2])
    Order.model_validate(told)
    assert (told["id"], told["checkout_id"], amounts(told)["total"]) == (begun["id"], begun["id"], 210)


def test_each_step_of_an_order_is_told_as_its_own_event(stage: Stage) -> None:
    platform = Platform(stage, document=profile(webhook="https://assistant.example/told"))
    items = [
        *lines(milk=2),
        {
            "item": {"id": "apples", "quantity_unit": {"unit": "KGM", "scale": 3, "display_text": "kg"}},
            "quantity": 1000,
        },
    ]
    begun = platform.do("POST", "/checkout-sessions", {"line_items": items, "fulfillment": DRIVE})
    platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    front, ident = stage.premises.front, begun["id"]
    send = teller(stage.premises, [surface])
    run(advance(front, "halle", ident, "start_picking"))
    run(substitute(front, "halle", ident, 1, "milk2", 2))
    run(pick(front, "halle", ident, 2, 950))
    told: list[dict[str, Any]] = []
    for event in ("", "finish_picking", "hand_over"):
        if event:
            run(advance(front, "halle", ident, event))
        rows = stage.memory.rows.outbox["halle", ident]
        newest = Event("halle", "s1", ident, len(rows), rows[-1].topic, rows[-1].payload, 1, stage.now)
        asyncio.run(send(newest))
        told.append(json.loads(platform.web.sent[-1][2]))
        Order.model_validate(told[-1])
        assert platform.web.sent[-1][1]["webhook-id"] == f"{ident}.{len(rows)}"
    assert [one["fulfillment"]["events"][0]["type"] for one in told] == ["processing", "ready_for_pickup", "delivered"]
    done = told[-1]
    assert [(one["item"]["id"], one["quantity"], one["status"]) for one in done["line_items"]] == [
        ("milk2", {"original": 2, "total": 2, "fulfilled": 2}, "fulfilled"),
        ("apples", {"original": 1000, "total": 950, "fulfilled": 950}, "fulfilled"),
    ]
    found = {one["type"]: (one["line_items"][0]["quantity"], one["totals"][0]["amount"]) for one in done["adjustments"]}
    assert found == {"exchange": (0, 0), "price_adjustment": (-50, -15)}
    assert amounts(done) == {"subtotal": 494, "fulfillment": 0, "total": 494}


def test_an_agreement_that_shares_no_order_has_nothing_told() -> None:
    silent = OPEN.replace('"order", "store"', '"store"').format(
        platform="assistant", open="true", access="", seller="retailer", excludes="alcohol"
    )
    stage = stage_of(parse(silent, "assistant.toml"))
    platform = Platform(stage, document=profile(webhook="https://assistant.example/told"))
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": DRIVE})
    platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    run(advance(stage.premises.front, "halle", begun["id"], "cancel"))
    assert surface.tell is not None
    assert asyncio.run(surface.tell(stage.premises, news(stage, begun["id"]))) is True
    assert platform.web.sent == []


def test_who_does_not_take_the_news_is_told_again(stage: Stage) -> None:
    platform = Platform(stage, document=profile(webhook="https://assistant.example/told"))
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": DRIVE})
    platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    platform.web.status = 500
    assert surface.tell is not None
    with pytest.raises(NotTaken, match="answered 500"):
        asyncio.run(surface.tell(stage.premises, news(stage, begun["id"])))
    assert not asyncio.run(surface.tell(stage.premises, news(stage, "another")))


def test_hooks_are_there_in_test_mode_only(platform: Platform) -> None:
    for path in ("/testing/idempotency/outage", "/testing/orders/x/adjust"):
        assert platform.client.post(f"/ucp{path}", json={"enabled": True}).status_code == 404


def test_when_keys_cannot_be_stored_nothing_is_done() -> None:
    stage = stage_of(testing=True, changes={"web": FakeWeb()})
    platform = Platform(stage)
    platform.client.post("/ucp/testing/idempotency/outage", json={"enabled": True})
    before = stage.shop.snapshot()
    answer = platform.ask("POST", "/carts", {"line_items": lines(milk=1)})
    assert (answer.status_code, answer.json()["code"]) == (503, "idempotency_unavailable")
    assert stage.shop.snapshot() == before


def test_a_linked_shopper_lends_only_what_was_asked_for() -> None:
    stage = stage_of(tokens=Links())
    platform = Platform(stage)
    body, before = {"line_items": lines(milk=1)}, stage.shop.snapshot()
    reads = {"Authorization": "Bearer openid+dev.ucp.shopping.order:read"}
    assert platform.fails("POST", "/checkout-sessions", body, **reads) == (403, "insufficient_scope")
    assert platform.fails("POST", "/carts", body, Authorization="Bearer wrong") == (401, "invalid_token")
    assert stage.shop.snapshot() == before
    shops = {"Authorization": "Bearer openid+dev.ucp.shopping.checkout:manage"}
    made = platform.do("POST", "/checkout-sessions", body, **shops)
    talk = run(stage.memory.conversations.load("halle", made["id"]))
    assert (talk.platform, talk.shopper_id) == ("google", "camille")
    assert platform.fails("GET", f"/orders/{made['id']}", **shops) == (403, "insufficient_scope")
    assert platform.fails("GET", f"/orders/{made['id']}", **reads) == (200, "not_found")


def test_ways_to_pay_are_described(platform: Platform) -> None:
    offered = platform.client.get("/.well-known/ucp").json()["ucp"]["payment_handlers"]
    url = offered["dev.cabas.payment.pay_at_handover"][0]["schema"]
    schema = platform.client.get(url.removeprefix("http://testserver")).json()
    assert (schema["$id"], schema["properties"]["handler_id"]) == (url, {"const": "pay_at_handover"})
