"""Codes by protocol: what they take off is shown where each protocol shows it, and ordered as it was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cabas.domain.catalog import Offer, Promotion
from cabas.domain.discount import Discount
from cabas.domain.order import OrderDiscount
from cabas.kernel.money import Money
from support.acp import Agent
from support.acp_spec import SPEC, problems
from support.premises import Stage, stage_of
from support.shop import run
from support.ucp import AT_HANDOVER, DRIVE, Platform, amounts, lines

TEN = Discount("TEN", "Ten off", "percent", 1000)
RULES = (
    TEN,
    Discount("SOAP", "Clean hands", "amount", 100, families=(), skus=("soap",)),
    Discount("RICH", "", "percent", 5000, minimum=100_000),
    replace(TEN, code="OLD", ends=date(2026, 1, 31)),
    replace(TEN, code="ONCE", uses_each=1),
    Discount("HOME", "Free delivery", "fee", 10_000, minimum=1000, automatic=True),
)


@pytest.fixture
def stage() -> Stage:
    made = stage_of()
    run(made.memory.discounts.keep("halle", RULES))
    return made


@pytest.fixture
def platform(stage: Stage) -> Platform:
    return Platform(stage)


def test_ucp_shows_what_each_code_takes_off_which_line(platform: Platform) -> None:
    body = {"line_items": lines(milk=2, soap=1), "discounts": {"codes": ["ten", "SOAP"]}}
    shown = platform.do("POST", "/checkout-sessions", body)
    assert shown["discounts"] == {
        "codes": ["ten", "SOAP"],
        "applied": [
            {
                "code": "TEN", "title": "Ten off", "amount": 39, "method": "across", "priority": 1,
            },
            {
                "code": "SOAP", "title": "Clean hands", "amount": 100, "method": "across", "priority": 2,
                "allocations": [{"path": "$.line_items[1]", "amount": 100}],
            },
        ],
    }  # fmt: skip
    assert amounts(shown) == {"subtotal": 390, "items_discount": -100, "discount": -39, "total": 251}
    assert [amounts(one) for one in shown["line_items"]] == [
        {"subtotal": 210, "total": 210},
        {"subtotal": 180, "items_discount": -100, "total": 80},
    ]
    vat = next(one for one in shown["totals"] if one["type"] == "total")["lines"]
    assert [one["amount"] for one in vat] == [231, 10, 10]
    replaced = platform.do("PUT", f"/checkout-sessions/{shown['id']}", body | {"discounts": {"codes": ["SOAP"]}})
    assert [one["code"] for one in replaced["discounts"]["applied"]] == ["SOAP"]
    assert amounts(replaced)["total"] == 290


def test_ucp_says_why_a_code_does_not_count(platform: Platform) -> None:
    codes = ["OLD", "RICH", "ONCE", "NONE", "SOAP", "TEN"]
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "discounts": {"codes": codes}})
    told = {one["path"]: one["code"] for one in shown["messages"] if one["type"] == "warning"}
    assert told == {
        "$.discounts.codes[0]": "discount_code_expired",
        "$.discounts.codes[1]": "discount_code_minimum_not_met",
        "$.discounts.codes[2]": "discount_code_user_not_logged_in",
        "$.discounts.codes[3]": "discount_code_invalid",
        "$.discounts.codes[4]": "discount_code_invalid",
    }
    assert [one["code"] for one in shown["discounts"]["applied"]] == ["TEN"]


def test_a_promotion_and_a_code_stack(stage: Stage, platform: Platform) -> None:
    run(stage.memory.fill.offers("halle", [Offer("pasta", "", Money(100), 0, Promotion("percent", 2000))]))
    shown = platform.do("POST", "/carts", {"line_items": lines(pasta=3), "discounts": {"codes": ["TEN"]}})
    assert [(one["amount"], one.get("automatic", False)) for one in shown["discounts"]["applied"]] == [
        (60, True), (24, False),
    ]  # fmt: skip
    assert amounts(shown) == {"subtotal": 300, "items_discount": -60, "discount": -24, "total": 216}


def test_a_checkout_keeps_the_codes_of_its_cart(platform: Platform) -> None:
    cart = platform.do("POST", "/carts", {"line_items": lines(milk=2), "discounts": {"codes": ["TEN"]}})
    begun = platform.ask("POST", "/checkout-sessions", {"cart_id": cart["id"], "line_items": []}).json()
    assert (begun["discounts"]["codes"], amounts(begun)["total"]) == (["TEN"], 189)


def test_a_fee_taken_off_is_shown_with_the_slots(platform: Platform) -> None:
    delivery = {"methods": [{"type": "shipping", "destinations": [{"id": "home", "postal_code": "75012"}]}]}
    body = {"line_items": lines(soap=6), "fulfillment": delivery, "context": {"language": "en"}}
    shown = platform.do("POST", "/checkout-sessions", body)
    options = shown["fulfillment"]["methods"][0]["groups"][0]["options"]
    assert {one["totals"][-1]["amount"] for one in options} == {0}
    assert options[0]["title"].startswith("Free delivery")
    chosen = {"methods": [delivery["methods"][0] | {"groups": [{"selected_option_id": "noon"}]}]}
    booked = platform.do("PUT", f"/checkout-sessions/{shown['id']}", body | {"fulfillment": chosen})
    assert amounts(booked) == {"subtotal": 1080, "fulfillment": 490, "discount": -490, "total": 1080}
    assert booked["discounts"]["applied"] == [
        {
            "title": "Free delivery", "amount": 490, "automatic": True, "method": "across", "priority": 1,
            "allocations": [{"path": "$.totals.fulfillment", "amount": 490}],
        }
    ]  # fmt: skip


def test_the_order_is_what_was_shown(stage: Stage, platform: Platform) -> None:
    said = {
        "line_items": lines(milk=2), "discounts": {"codes": ["TEN", "ONCE"]}, "fulfillment": DRIVE,
        "buyer": {"email": "ana@example.com"},
    }  # fmt: skip
    opened = platform.do("POST", "/checkout-sessions", said)
    assert amounts(opened)["total"] == 170
    done = platform.do("POST", f"/checkout-sessions/{opened['id']}/complete", AT_HANDOVER)
    assert (done["status"], amounts(done)["total"]) == ("completed", 170)
    order = run(stage.memory.orders.get("halle", done["order"]["id"]))
    assert [one.code for one in order.discounts] == ["TEN", "ONCE"]
    assert order.discounts[0] == OrderDiscount("TEN", "Ten off", Money(21), Money(0))
    assert order.discounts[1].holder.startswith("mail:")
    entity = platform.do("GET", f"/orders/{order.id}", Authorization=f"Bearer {stage.key('assistant')}")
    assert amounts(entity) == {"subtotal": 210, "items_discount": -40, "fulfillment": 0, "total": 170}
    again = platform.do("POST", "/checkout-sessions", said)
    assert [one["code"] for one in again["discounts"]["applied"]] == ["TEN"]
    assert "discount_code_user_ineligible" in [one["code"] for one in again["messages"]]


def test_a_code_that_ended_since_is_said_before_anything_is_ordered(stage: Stage, platform: Platform) -> None:
    said = {"line_items": lines(milk=2), "discounts": {"codes": ["TEN"]}, "fulfillment": DRIVE}
    opened = platform.do("POST", "/checkout-sessions", said)
    run(stage.memory.discounts.remove("halle", "TEN"))
    complete = f"/checkout-sessions/{opened['id']}/complete"
    dearer = platform.do("POST", complete, AT_HANDOVER)
    assert (dearer["status"], amounts(dearer)["total"]) == ("ready_for_complete", 210)
    assert stage.memory.rows.orders == {}
    assert platform.do("POST", complete, AT_HANDOVER)["status"] == "completed"


def test_acp_shows_applied_and_rejected_codes_by_its_schema() -> None:
    agent = Agent()
    run(agent.stage.memory.discounts.keep("halle", RULES))
    session = agent.open("milk", "milk", discounts={"codes": ["TEN", "OLD", "RICH"]})
    assert session["discounts"] == {
        "codes": ["TEN", "OLD", "RICH"],
        "applied": [
            {
                "id": "code_TEN", "code": "TEN", "amount": 21, "automatic": False, "method": "across", "priority": 1,
                "coupon": {"id": "TEN", "name": "Ten off", "percent_off": 10.0},
            }
        ],
        "rejected": [
            {"code": "OLD", "reason": "discount_code_expired", "message": "Le code OLD n'est plus valable."},
            {
                "code": "RICH", "reason": "discount_code_minimum_not_met",
                "message": "Le code RICH vaut à partir de 1000,00 € d'articles.",
            },
        ],
    }  # fmt: skip
    assert {one["type"]: one["amount"] for one in session["totals"]} == {
        "items_base_amount": 210, "subtotal": 210, "discount": 21, "total": 189,
    }  # fmt: skip
    if SPEC.is_dir():
        assert problems(session, "CheckoutSession") == []
        assert problems(session["discounts"], "discounts_response", "discount") == []
