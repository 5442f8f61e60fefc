"""The ACP surface as an agent finds it: orders, payments, errors, who is let in, what it is told later."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cabas.kernel.errors import Unavailable
from cabas.surfaces.acp import signing
from cabas.surfaces.acp.orders import tell
from cabas.surfaces.contract import Linked, News
from cabas.usecases.webhooks import webhook_secret
from support.acp import BUYER, DRIVE, Agent, Delegated, Links, Told, paying
from support.premises import URL, an_agreement, stage_of
from support.shop import run

AUDIENCE = f"{URL}/acp"


def test_an_agent_orders_for_pickup_and_pays_at_the_store() -> None:
    agent = Agent()
    answer = agent.complete(agent.ready("milk", "milk", "bread"))
    assert answer.status_code == 200, answer.text
    session = answer.json()
    assert (session["status"], session["order"]["status"]) == ("completed", "created")
    assert [(one["sku"], one["quantity"]) for one in session["line_items"]] == [("milk", 2), ("bread", 1)]
    assert {one["type"]: one["amount"] for one in session["totals"]} == {
        "items_base_amount": 450, "subtotal": 450, "fulfillment": 0, "total": 450,
    }  # fmt: skip
    assert agent.orders == 1
    assert agent.stage.shop.free("milk") == 18
    assert agent.ask("GET", f"/checkout_sessions/{session['id']}").json()["order"] == session["order"]


def test_goods_by_weight_are_counted_in_portions() -> None:
    line = Agent().open("apples", "apples", "apples")["line_items"][0]
    assert (line["quantity"], line["unit_amount"], line["weight"]) == (3, 30, {"value": 300, "unit": "g"})
    assert line["totals"][-1] == {"type": "total", "display_text": "Total", "amount": 90}


def test_a_delivery_needs_an_address_the_store_serves() -> None:
    agent = Agent()
    session = agent.open("milk", fulfillment_groups=[{"id": "g", "item_ids": [], "destination_type": "local_delivery"}])
    chosen = {"selected_fulfillment_options": [{"type": "local_delivery", "option_id": "noon", "item_ids": []}]}
    path = f"/checkout_sessions/{session['id']}"
    missing = agent.ask("POST", path, chosen).json()
    assert [(one.get("code"), one.get("param")) for one in missing["messages"]] == [
        ("missing", "$.fulfillment_details.address")
    ]
    address = {
        "name": "Ana", "line_one": "3 rue Lepic", "city": "Paris", "state": "", "country": "fr", "postal_code": "75012",
    }  # fmt: skip
    there = agent.ask("POST", path, {"fulfillment_details": {"address": address}}).json()
    assert there["fulfillment_details"]["address"] == address | {"country": "FR"}
    assert {one["type"]: one["amount"] for one in there["totals"]}["fulfillment"] == 490


def test_an_order_goes_one_way() -> None:
    agent = Agent()
    session = agent.open("milk")
    before = agent.stage.shop.snapshot()
    two = [{"type": "pickup", "option_id": one, "item_ids": []} for one in ("drive", "noon")]
    refused = agent.ask("POST", f"/checkout_sessions/{session['id']}", {"selected_fulfillment_options": two})
    assert (refused.status_code, refused.json()["param"]) == (400, "$.selected_fulfillment_options")
    unknown = {"selected_fulfillment_options": [{"type": "pickup", "option_id": "never", "item_ids": []}]}
    refused = agent.ask("POST", f"/checkout_sessions/{session['id']}", unknown)
    assert (refused.status_code, refused.json()["code"]) == (400, "not_found")
    digital = {"selected_fulfillment_options": [{"type": "digital", "option_id": "drive", "item_ids": []}]}
    assert agent.ask("POST", f"/checkout_sessions/{session['id']}", digital).json()["code"] == "unsupported"
    assert agent.stage.shop.snapshot().count("'drive'") == before.count("'drive'")


def test_promotions_show_as_automatic_discounts_and_codes_as_rejected() -> None:
    session = Agent().open("milk", discounts={"codes": ["SPRING"]})
    assert session["discounts"] == {
        "codes": ["SPRING"],
        "applied": [],
        "rejected": [
            {"code": "SPRING", "reason": "discount_code_invalid", "message": "Le code SPRING n'est pas valable."}
        ],
    }


@pytest.mark.parametrize(
    ("token", "status", "code"), [("declined", 402, "payment_declined"), ("confirm", 400, "requires_3ds")]
)
def test_a_payment_that_fails_orders_nothing(token: str, status: int, code: str) -> None:
    agent = Agent(payments=Delegated())
    session_id = agent.ready("milk")
    refused = agent.complete(session_id, paying("card", token))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (agent.orders, agent.stage.shop.free("milk")) == (0, 20)
    assert agent.complete(session_id, paying("card", "spt_1")).json()["status"] == "completed"
    assert agent.orders == 1


def test_a_delegated_token_reaches_the_payment_service_with_the_most_it_may_cost() -> None:
    service = Delegated()
    agent = Agent(payments=service)
    session = agent.open("apples")
    handlers = {one["id"]: one for one in session["capabilities"]["payment"]["handlers"]}
    assert handlers["card"]["requires_delegate_payment"] is True
    assert handlers["card"]["psp"] == "psp.example"
    assert handlers["pay_at_handover"]["requires_delegate_payment"] is False
    agent.complete(agent.ready("apples"), paying("card", "spt_1"))
    assert [(one.credential, one.upper.amount) for one in service.asked] == [
        ("spt_1", 35)
    ]  # 0.30 and 15 % for the scale


def test_what_is_missing_is_said_with_its_place() -> None:
    agent = Agent()
    session = agent.open("nothing", "milk", "wine")
    errors = {(one["param"], one["code"]) for one in session["messages"] if one["type"] == "error"}
    assert errors == {
        ("$.line_items[0]", "not_found"),
        ("$.line_items[2]", "unsupported"),
        ("$.selected_fulfillment_options", "missing"),
    }  # fmt: skip
    refused = agent.complete(session["id"])
    assert (refused.status_code, refused.json()["type"], refused.json()["code"]) == (
        400,
        "invalid_request",
        "not_found",
    )
    assert agent.orders == 0


def test_what_only_the_buyer_can_do_goes_on_at_the_shop() -> None:
    agent = Agent(stage_of(an_agreement("agent", excludes="pets")))
    session = agent.open("wine")
    ready = agent.ask("POST", f"/checkout_sessions/{session['id']}", DRIVE).json()
    assert ready["status"] == "requires_escalation"
    assert ready["continue_url"].startswith(f"{URL}/continue/{session['id']}.")
    assert [one["code"] for one in ready["messages"]] == ["age_verification_required"]


def test_a_session_given_up_lets_its_slot_go_and_stays_given_up() -> None:
    agent = Agent()
    session_id = agent.ready("milk")
    reason = {"intent_trace": {"reason_code": "price_sensitivity", "trace_summary": "too dear"}}
    assert agent.ask("POST", f"/checkout_sessions/{session_id}/cancel", reason).json()["status"] == "canceled"
    again = agent.ask("POST", f"/checkout_sessions/{session_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (405, "conflict")
    late = agent.complete(session_id)
    assert (late.status_code, late.json()["code"], agent.orders) == (409, "conflict", 0)


def test_a_session_waits_six_hours() -> None:
    agent = Agent()
    session_id = agent.ready("milk")
    agent.stage.now += timedelta(hours=7)
    answer = Agent(agent.stage).ask("GET", f"/checkout_sessions/{session_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "expired")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"authorization": None}, 401, "unauthorized"),
        ({"authorization": None, "x_api_key": "ck_k1.x"}, 401, "unauthorized"),
        ({"authorization": "Basic YTpi"}, 401, "unauthorized"),
        ({"authorization": "Bearer ck_k1.wrong"}, 401, "unauthorized"),
        ({"authorization": "Bearer ck_unknown.secret"}, 401, "unauthorized"),
        ({"authorization": "Bearer linked-elsewhere"}, 401, "unauthorized"),
        ({"authorization": "Bearer ck_.%00"}, 401, "unauthorized"),
        ({"api_version": None}, 400, "missing_api_version"),
        ({"api_version": "2025-09-29"}, 400, "unsupported_api_version"),
        ({"idempotency_key": None}, 400, "idempotency_key_required"),
        ({"idempotency_key": " "}, 400, "idempotency_key_required"),
        ({"idempotency_key": "k" * 256}, 400, "invalid"),
        ({"timestamp": "yesterday"}, 400, "invalid"),
        ({"timestamp": "2026-11-24T08:00:00Z"}, 400, "expired"),
        ({"signature": "t=1,v1=" + "0" * 64}, 401, "signature_invalid"),
        ({"content_type": "text/plain"}, 415, "unsupported"),
    ],
)
def test_who_is_not_let_in_changes_nothing(headers: dict[str, str | None], status: int, code: str) -> None:
    links = Links({("linked-elsewhere", f"{URL}/mcp"): Linked("agent", "camille")})
    agent = Agent(tokens=links)
    session_id = agent.ready("milk")
    before = agent.stage.shop.snapshot()
    refused = agent.complete(session_id, **headers)  # type: ignore[arg-type]
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["type"] == "invalid_request"
    assert agent.stage.shop.snapshot() == before


def test_another_partner_and_an_expired_key_see_nothing() -> None:
    stage = stage_of(an_agreement("agent"), an_agreement("other"), an_agreement("closed", access='surfaces = ["mcp"]'))
    agent = Agent(stage)
    session_id = agent.ready("milk")
    other, closed = stage.key("other"), stage.key("closed")
    expired = stage.key("agent", expires_at=stage.now - timedelta(seconds=1))
    stage.memory.rows.request_answers.clear()
    before = stage.shop.snapshot()
    refusals = [(other, 404, "not_found"), (closed, 403, "surface_not_granted"), (expired, 401, "unauthorized")]
    for key, status, code in refusals:
        for method, path in (("GET", ""), ("POST", ""), ("POST", "/complete"), ("POST", "/cancel")):
            body = paying() if path == "/complete" else {}
            answer = agent.ask(method, f"/checkout_sessions/{session_id}{path}", body, authorization=f"Bearer {key}")
            assert (answer.status_code, answer.json()["code"]) == (status, code)
    stage.memory.rows.request_answers.clear()  # refusals of keyed requests are kept, so that they stay the same
    assert stage.shop.snapshot() == before


def test_a_linked_shopper_orders_as_themselves() -> None:
    links = Links({("t", AUDIENCE): Linked("agent", "camille", frozenset({"shop"}))})
    agent = Agent(tokens=links)
    agent.key = "t"
    agent.complete(agent.ready("milk"))
    assert [one.shopper_id for one in agent.stage.memory.rows.orders.values()] == ["camille"]


def test_a_signature_in_the_form_of_webhooks_is_verified() -> None:
    agent = Agent()
    secret = webhook_secret(agent.stage.premises.secret, "halle", "agent")
    body = b'{"line_items":[{"id":"milk"}],"currency":"eur"}'
    signature = signing.sign(secret, body, int(agent.stage.now.timestamp()))
    headers = {
        "authorization": f"Bearer {agent.key}", "api-version": "2026-04-17", "idempotency-key": "s",
        "signature": signature, "timestamp": agent.stage.now.isoformat(), "content-type": "application/json",
    }  # fmt: skip
    assert agent.http.post("/acp/checkout_sessions", content=body, headers=headers).status_code == 201
    changed = agent.http.post("/acp/checkout_sessions", content=body + b" ", headers=headers)
    assert (changed.status_code, changed.json()["code"]) == (401, "signature_invalid")


def test_an_order_is_told_to_its_agent_signed() -> None:
    told = Told()
    stage = stage_of(an_agreement("agent", access='webhook = "https://agent.example/orders"'), changes={"web": told})
    agent = Agent(stage)
    order_id = agent.complete(agent.ready("milk")).json()["order"]["id"]
    news = News(f"{order_id}.1", "agent", order_id, stage.now)
    assert run(tell(stage.premises, news)) is True
    ((address, headers, body),) = told.sent
    assert (address, headers["request-id"]) == ("https://agent.example/orders", f"{order_id}.1")
    secret = webhook_secret(stage.premises.secret, "halle", "agent")
    now = int(stage.now.timestamp())
    assert signing.holds(secret, headers["merchant-signature"], body, now)
    assert not signing.holds(secret, headers["merchant-signature"], body, now + 301)
    assert not signing.holds(
        webhook_secret(stage.premises.secret, "halle", "other"), headers["merchant-signature"], body, now
    )
    event = json.loads(body)
    assert (event["type"], event["data"]["id"], event["data"]["status"]) == ("order_create", order_id, "created")
    assert event["data"]["line_items"][0]["quantity"] == {"ordered": 1, "current": 1, "fulfilled": 0}
    told.status = 503
    with pytest.raises(Unavailable, match="answered 503"):
        run(tell(stage.premises, news))


def test_orders_that_came_another_way_are_not_told_here() -> None:
    told = Told()
    stage = stage_of(an_agreement("agent", access='webhook = "https://agent.example/orders"'), changes={"web": told})
    agent = Agent(stage)
    order_id = agent.complete(agent.ready("milk")).json()["order"]["id"]
    assert run(tell(stage.premises, News("1", "other", order_id, stage.now))) is False
    assert run(tell(stage.premises, News("1", "agent", "none", stage.now))) is False
    silent = stage_of(an_agreement("agent"), changes={"web": told})
    assert (
        run(tell(replace(silent.premises, front=stage.premises.front), News("1", "agent", order_id, stage.now)))
        is False
    )
    assert told.sent == []


def test_the_tools_do_the_same_as_the_addresses() -> None:
    agent = Agent()
    meta = {"api_version": "2026-04-17", "idempotency_key": "m1", "accept_language": "en-GB"}
    create = {"line_items": [{"id": "milk"}], "currency": "eur", "capabilities": {}}
    opened = agent.tool("create_checkout_session", {"meta": meta, "payload": create}).json()["result"]
    session = opened["structuredContent"]
    assert json.loads(opened["content"][0]["text"]) == session
    assert agent.tool("create_checkout_session", {"meta": meta, "payload": create}).json()["result"] == opened
    meta = {"api_version": "2026-04-17"}
    where = {"meta": meta, "id": session["id"]}
    payload = DRIVE | {"buyer": BUYER}
    ready = agent.tool("update_checkout_session", where | {"payload": payload}).json()["result"]["structuredContent"]
    assert ready["status"] == "ready_for_payment"
    for _ in range(2):  # without a key, a session is completed once all the same
        done = agent.tool("complete_checkout_session", where | {"payload": paying()}).json()["result"]
        assert done["structuredContent"]["status"] == "completed"
    assert agent.orders == 1
    seen = agent.tool("get_checkout_session", where).json()["result"]["structuredContent"]
    assert seen["order"] == done["structuredContent"]["order"]
    error = agent.tool("cancel_checkout_session", where).json()["error"]
    assert (error["code"], error["data"]["code"]) == (-32000, "conflict")


def test_tools_refuse_as_the_addresses_do() -> None:
    agent = Agent()
    assert agent.tool("get_checkout_session", {}, token="").status_code == 401
    old = {"meta": {"api_version": "2025-01-01"}, "id": "x"}
    assert agent.tool("get_checkout_session", old).json()["error"]["data"]["supported_versions"] == ["2026-04-17"]
    missing = agent.tool("create_checkout_session", {"meta": {"api_version": "2026-04-17"}, "payload": {}})
    assert missing.json()["error"]["data"]["code"] == "missing"
    assert agent.tool("sell_the_shop", {}).json()["error"]["code"] == -32602
    listed = agent.http.post(
        "/acp/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        headers={"authorization": f"Bearer {agent.key}"},
    ).json()["result"]["tools"]
    assert [one["name"] for one in listed] == [
        "create_checkout_session", "get_checkout_session", "update_checkout_session", "complete_checkout_session",
        "cancel_checkout_session",
    ]  # fmt: skip


def test_a_body_too_large_is_not_read() -> None:
    agent = Agent()
    answer = agent.ask("POST", "/checkout_sessions", {"line_items": [{"id": "x" * 300_000}]})
    assert (answer.status_code, answer.json()["code"]) == (413, "maximum_exceeded")


def test_too_many_requests_say_how_long_to_wait() -> None:
    agent = Agent(stage_of(an_agreement("agent", access="requests_per_minute = 8")))
    answers = [agent.ask("GET", "/checkout_sessions/none") for _ in range(4)]
    assert [one.status_code for one in answers] == [404, 404, 429, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) >= 1
