"""The published schemas of ACP against what the shop answers, and the published examples against both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from cabas.domain.order import OrderStatus
from cabas.surfaces.acp import wire
from cabas.surfaces.acp.orders import entity, tell
from cabas.surfaces.contract import News
from cabas.usecases.prepare import advance, pick, substitute
from support.acp import BUYER, DRIVE, Agent, Delegated, Told, paying
from support.acp_spec import SPEC, example, needs_spec, problems
from support.premises import an_agreement, stage_of
from support.shop import run

pytestmark = needs_spec
# Examples that contradict the schemas they were published with.
CONTRADICTORY = {
    "authentication_result_denied_example",
    "create_multi_item_checkout_request",
    "create_multi_item_checkout_response",
}
REQUESTS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "create": ("CheckoutSessionCreateRequest", wire.CreateBody),
    "update": ("CheckoutSessionUpdateRequest", wire.UpdateBody),
    "complete": ("CheckoutSessionCompleteRequest", wire.CompleteBody),
    "cancel": ("CancelSessionRequest", wire.CancelBody),
}


def _examples() -> dict[str, Any]:
    if not SPEC.is_dir():
        return {}
    return example("examples.agentic_checkout.json") | example("examples.multi_item_checkout.json")


def _definition(name: str) -> str:
    """The definition an example is of, by its name."""
    for start, definition in (("error_", "Error"), ("discovery_", "DiscoveryResponse"),
                              ("authentication_result", "AuthenticationResult")):  # fmt: skip
        if name.startswith(start):
            return definition
    if "request" in name:
        return REQUESTS[name.partition("_")[0]][0]
    return "CheckoutSessionWithOrder" if name == "complete_checkout_session_response" else "CheckoutSession"


EXAMPLES = {name: value for name, value in _examples().items() if not name.startswith("webhook_")}
ASKED = [name for name in EXAMPLES if "request" in name and "error" not in name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_published_example_fits_its_schema(name: str) -> None:
    assert bool(problems(EXAMPLES[name], _definition(name))) is (name in CONTRADICTORY)


@pytest.mark.parametrize("name", ASKED)
def test_a_published_request_is_understood(name: str) -> None:
    kind = REQUESTS[name.partition("_")[0]][1]
    read = msgspec.convert(EXAMPLES[name], kind)
    again = msgspec.json.decode(msgspec.json.encode(read), type=kind)
    assert again == read
    for key in set(EXAMPLES[name]) & set(kind.__struct_fields__) - {"capabilities"}:
        assert msgspec.to_builtins(getattr(read, key)), key


@pytest.mark.parametrize("name", ASKED)
def test_a_published_request_is_answered_by_the_schema(name: str) -> None:
    """With a product and a slot of ours put in."""
    agent = Agent(payments=Delegated())
    body: dict[str, Any] = dict(EXAMPLES[name])
    verb = name.partition("_")[0]
    if "line_items" in body:
        body |= {"line_items": [{"id": "milk"} for _ in body["line_items"]], "currency": "eur"}
    if "selected_fulfillment_options" in body:
        body |= DRIVE
    if "payment_data" in body:
        body["payment_data"] = body["payment_data"] | {"handler_id": "card"}
    if verb == "create":
        answer = agent.ask("POST", "/checkout_sessions", body)
        assert answer.status_code == 201
    else:
        path = f"/checkout_sessions/{agent.ready('milk')}"
        answer = agent.ask("POST", path if verb == "update" else f"{path}/{verb}", body)
        assert answer.status_code == 200, answer.text
    definition = "CheckoutSessionWithOrder" if verb == "complete" else "CheckoutSession"
    assert problems(answer.json(), definition) == []
    if body.get("fulfillment_details"):
        given = {key: value for key, value in body["fulfillment_details"]["address"].items() if value}
        assert answer.json()["fulfillment_details"]["address"] == given


def test_every_answer_fits_its_schema() -> None:
    stage = stage_of(
        an_agreement("agent", access='webhook = "https://agent.example/orders"', excludes="pets"),
        payments=Delegated(), changes={"web": (told := Told())},
    )  # fmt: skip
    agent = Agent(stage)
    answers: list[tuple[str, Any]] = []

    def ask(kind: str, method: str, path: str, body: Any = None, **headers: str | None) -> Any:
        answer = agent.ask(method, path, body, **headers)
        answers.append((kind, answer.json()))
        return answer.json()

    opened = {"line_items": [{"id": one} for one in ("milk", "apples", "wine", "none")], "currency": "eur"}
    session = ask("CheckoutSession", "POST", "/checkout_sessions", opened | {"discounts": {"codes": ["A"]}})
    path = f"/checkout_sessions/{session['id']}"
    ask("CheckoutSession", "GET", path)
    ask("Error", "POST", f"{path}/complete", paying())
    ask("CheckoutSession", "POST", path, DRIVE | {"buyer": BUYER | {"phone_number": "+33612345678"}})
    ask("CheckoutSession", "POST", path, {"line_items": []})
    ask("CheckoutSession", "POST", path, {"line_items": [{"id": "milk"}]})
    ask("Error", "POST", f"{path}/complete", paying("card", "declined"))
    ask("Error", "POST", f"{path}/complete", paying("card", "confirm"))
    order = ask("CheckoutSessionWithOrder", "POST", f"{path}/complete", paying("card", "spt_1"))["order"]
    ask("CheckoutSessionWithOrder", "GET", path)
    ask("Error", "POST", f"{path}/cancel")
    other = ask("CheckoutSession", "POST", "/checkout_sessions", opened)
    ask("CheckoutSession", "POST", f"/checkout_sessions/{other['id']}/cancel")
    ask("Error", "GET", "/checkout_sessions/none")
    ask("Error", "GET", path, api_version="2025-09-29")
    ask("Error", "POST", path, {}, idempotency_key=None)
    ask("Error", "GET", path, authorization=None)
    answers.append(("DiscoveryResponse", agent.http.get("/.well-known/acp.json").json()))
    run(tell(stage.premises, News("1", "agent", order["id"], stage.now)))
    answers.append(("Order", msgspec.json.decode(told.sent[0][2])["data"]))
    assert [(kind, problems(answer, kind)) for kind, answer in answers if problems(answer, kind)] == []
    cart = agent.ask("POST", "/carts", {"line_items": [{"id": "milk"}, {"id": "none"}], "buyer": BUYER}).json()
    assert problems(cart, "Cart", "cart") == []


@pytest.mark.parametrize("method", ["pickup", "delivery"])
def test_an_order_that_moves_on_fits_the_schema(method: str) -> None:
    agent = Agent()
    agent.complete(agent.ready("milk"))
    (order,) = agent.stage.memory.rows.orders.values()
    for status in OrderStatus:
        assert problems(entity(replace(order, status=status, method=method), {}, "http://x", "fr"), "Order") == []


def test_an_order_that_was_picked_fits_the_schema_and_is_told_as_changed() -> None:
    told = Told()
    stage = stage_of(an_agreement("agent", access='webhook = "https://agent.example/orders"'), changes={"web": told})
    agent = Agent(stage)
    ident = agent.complete(agent.ready("milk", "milk", "bread")).json()["order"]["id"]
    front = stage.premises.front
    run(advance(front, "halle", ident, "start_picking"))
    run(pick(front, "halle", ident, 2, 0))
    run(substitute(front, "halle", ident, 1, "milk2", 2))
    run(tell(stage.premises, News(f"{ident}.2", "agent", ident, stage.now)))
    event = msgspec.json.decode(told.sent[0][2])
    assert (event["type"], problems(event["data"], "Order")) == ("order_update", [])
    assert [(one["type"], one["amount"], one["reason"]) for one in event["data"]["adjustments"]] == [
        ("cancellation", 240, "short"), ("exchange", 0, "substitution"),
    ]  # fmt: skip
    assert [(one["product_id"], one["quantity"], one["status"]) for one in event["data"]["line_items"]] == [
        ("milk2", {"ordered": 2, "current": 2, "fulfilled": 0}, "processing"),
        ("bread", {"ordered": 1, "current": 0, "fulfilled": 0}, "removed"),
    ]
    assert event["data"]["totals"][-1]["amount"] == 210
