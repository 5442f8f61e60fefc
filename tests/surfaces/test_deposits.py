"""A product with a deposit, from catalog to settlement, by every protocol; who knows no deposits orders it, too."""

from __future__ import annotations

import re
from dataclasses import replace

import jsonschema
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.agreement.agreement import parse
from cabas.apps.counter import Counter
from cabas.domain.discount import Discount
from cabas.domain.ledger import balances
from cabas.domain.payment import Payment, PaymentStatus
from cabas.kernel.money import Money
from cabas.surfaces.chat.app import routes as chat_routes
from cabas.surfaces.mcp import show as mcp
from cabas.usecases.prepare import advance, pick, substitute
from cabas.usecases.settle import Entry, statement
from cabas.usecases.shop.collect import collect
from cabas.usecases.shop.ports import PaymentAsk, PaymentHandler
from cabas.usecases.shop.sessions import open_session
from cabas.usecases.shop.view import ItemAsk, SessionAsk
from cabas.usecases.shop.visit import Caller
from support.acp import Agent
from support.acp_spec import SPEC, problems
from support.premises import Stage, an_agreement, stage_of
from support.shop import run
from support.ucp import AT_HANDOVER, CAPABILITIES, DRIVE, Platform, amounts, lines, profile

OWN = "example.shop.grocery.deposits"


class Till:
    """`Payments` that remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.captured: list[int] = []

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        return (PaymentHandler("card", "com.example.card", "2026-11-22"),)

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        self.asked.append(ask.upper.amount)
        return Payment("card", PaymentStatus.AUTHORIZED, ask.upper, "pay_1")

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        self.captured.append(amount.amount)
        return replace(payment, status=PaymentStatus.CAPTURED)

    async def void(self, retailer_id: str, payment: Payment) -> None:
        raise AssertionError("nothing is let go here")


def with_deposits(stage: Stage, **cents: int) -> Stage:
    for sku, deposit in cents.items():
        stage.products[sku] = replace(stage.products[sku], deposit=deposit)
    return stage


@pytest.fixture
def stage() -> Stage:
    made = stage_of(url="https://shop.example", payments=Till())
    run(made.memory.discounts.keep("halle", [Discount("HALF", "Half", "percent", 5000)]))
    return with_deposits(made, milk=25, milk2=10)


def test_a_platform_that_knows_no_extension_orders_pays_and_is_refunded(stage: Stage) -> None:
    platform, till = Platform(stage), stage.payments
    assert isinstance(till, Till)
    body = {"line_items": lines(milk=4, bread=1), "fulfillment": DRIVE, "discounts": {"codes": ["HALF"]}}
    shown = platform.do("POST", "/checkout-sessions", body)
    assert shown["ucp"]["capabilities"].keys().isdisjoint({OWN})
    assert not any("deposit" in line for line in shown["line_items"])
    assert amounts(shown) == {"subtotal": 660, "discount": -330, "fulfillment": 0, "fee": 100, "total": 430}
    fee, last = shown["totals"][-2:]
    assert fee == {"type": "fee", "display_text": "Consignes", "amount": 100}
    assert sum(one["amount"] for one in last["lines"]) == 430
    assert last["lines"][-1] == {"display_text": "Consignes", "amount": 100}
    card = {"payment": {"instruments": [{"id": "c", "handler_id": "card", "type": "card",
                                         "credential": {"type": "token", "token": "tok"}}]}}  # fmt: skip
    done = platform.do("POST", f"/checkout-sessions/{shown['id']}/complete", card)
    assert (done["status"], till.asked) == ("completed", [430])
    key = {"Authorization": f"Bearer {stage.key('assistant')}"}
    order = run(stage.memory.orders.get("halle", done["order"]["id"]))
    assert (order.total, order.deposits, order.goods) == (Money(430), Money(100), Money(330))

    front = stage.premises.front
    run(advance(front, "halle", order.id, "start_picking"))
    run(pick(front, "halle", order.id, 1, 3))
    now = platform.do("GET", f"/orders/{order.id}", **key)
    assert [one["totals"] for one in now["adjustments"]] == [[{"type": "total", "amount": -77}]]  # 52 and a bottle
    assert amounts(now) == {"subtotal": 556, "items_discount": -278, "fulfillment": 0, "fee": 75, "total": 353}
    run(advance(front, "halle", order.id, "finish_picking"))
    run(advance(front, "halle", order.id, "hand_over"))
    run(collect(front.desk.orders, front.payments, "halle", order.id))
    assert till.captured == [353]


def test_a_substitute_has_its_own_deposit_and_costs_no_more(stage: Stage) -> None:
    platform = Platform(stage)
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=2), "fulfillment": DRIVE})
    done = platform.do("POST", f"/checkout-sessions/{shown['id']}/complete", AT_HANDOVER)
    front, order_id = stage.premises.front, done["order"]["id"]
    run(advance(front, "halle", order_id, "start_picking"))
    order = run(substitute(front, "halle", order_id, 1, "milk2", 2))
    (made,) = order.adjustments
    assert (made.price, made.deposit) == (Money(210), Money(20))
    posted = balances(run(stage.memory.orders.postings("halle", order_id)))
    assert posted["retailer:deposits", "EUR"] == 20
    assert posted["shopper:payment", "EUR"] == -230


def test_who_knows_the_extension_sees_the_deposit_of_each_line(stage: Stage) -> None:
    listed = [one.name for one in CAPABILITIES] + [OWN]
    platform = Platform(stage, document=profile(names=listed))
    document = platform.client.get("/ucp/extensions/deposits.json").json()
    for path, parent in (("/checkout-sessions", "checkout"), ("/carts", "cart")):
        shown = platform.do("POST", path, {"line_items": lines(milk=4, bread=1)})
        assert OWN in shown["ucp"]["capabilities"]
        assert [one.get("deposit") for one in shown["line_items"]] == [{"amount": 100, "currency": "EUR"}, None]
        jsonschema.validate(shown, document["$defs"][f"dev.ucp.shopping.{parent}"])
        assert amounts(shown)["fee"] == 100


def test_a_deposit_that_rose_is_said_before_anything_is_ordered(stage: Stage) -> None:
    platform = Platform(stage)
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=2), "fulfillment": DRIVE})
    with_deposits(stage, milk=50)
    before = dict(stage.memory.rows.orders)
    said = platform.do("POST", f"/checkout-sessions/{shown['id']}/complete", AT_HANDOVER)
    assert (said["status"], amounts(said)["total"], stage.memory.rows.orders) == ("ready_for_complete", 310, before)
    assert [one["code"] for one in said["messages"]] == ["price_changed"]
    again = platform.do("POST", f"/checkout-sessions/{shown['id']}/complete", AT_HANDOVER)
    assert (again["status"], amounts(again)["total"]) == ("completed", 310)


def test_acp_has_them_as_a_fee_by_its_schema() -> None:
    agent = Agent(with_deposits(stage_of(an_agreement("agent")), milk=25))
    session_id = agent.ready("milk", "milk", "bread")
    done = agent.complete(session_id).json()
    assert {one["type"]: one["amount"] for one in done["totals"]} == {
        "items_base_amount": 450, "subtotal": 450, "fulfillment": 0, "fee": 50, "total": 500,
    }  # fmt: skip
    assert {one["type"]: one["amount"] for one in done["order"]["totals"]} == {
        "subtotal": 450, "fulfillment": 0, "fee": 50, "total": 500,
    }  # fmt: skip
    if SPEC.is_dir():
        assert problems(done, "CheckoutSessionWithOrder") == []


def test_mcp_tells_them_to_models_and_people(stage: Stage) -> None:
    who = Caller("halle", "assistant", "mcp", locale="en-GB")
    view = run(open_session(stage.premises.front, who, "checkout", SessionAsk(items=[ItemAsk("milk", 2)])))
    shown = mcp.cart(view)
    assert shown.deposits is not None
    assert (shown.deposits.title, shown.deposits.amount.text, shown.total.text) == ("Bottle deposits", "€0.50", "€2.60")
    assert [one.deposit.amount if one.deposit else 0 for one in shown.lines] == [50]
    (said,) = mcp.cart_result(view).content
    assert "Bottle deposits: €0.50\nTotal €2.60" in said.text  # type: ignore[union-attr]


def test_a_statement_keeps_deposits_apart_from_sales() -> None:
    signed = parse(AGREEMENT)
    stage = with_deposits(stage_of(an_agreement("assistant", is_open=True), signed), milk=25)
    platform = Platform(stage)
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=4), "fulfillment": DRIVE})
    done = platform.do("POST", f"/checkout-sessions/{shown['id']}/complete", AT_HANDOVER)
    order = replace(run(stage.memory.orders.get("halle", done["order"]["id"])), merchant_of_record="platform")
    sold = replace(order, platform="google", agreement_id=signed.id)
    moved = tuple(posting for term in signed.terms for posting in term.postings(sold))
    made = statement(signed, [Entry(sold, sold.placed_at.date(), moved)], sold.placed_at.date())
    assert (made.sold, made.collected, made.lines[0].deposits) == (Money(420), Money(520), Money(100))
    assert made.owed == {"commission": Money(39)}  # a tenth of 3.98 without VAT


AGREEMENT = """
id = "halle-google"
retailer = "halle"
platform = "google"
starts = 2018-01-01
[access]
surfaces = ["ucp"]
[merchant_of_record]
seller = "platform"
[fulfillment_split]
methods = ["pickup"]
[assortment]
[[assortment.sells]]
goods = ["everything"]
[commission]
[[commission.rates]]
percent = 10
"""


def test_the_voice_page_shows_them_by_line_in_sum_and_on_the_receipt() -> None:
    stage = with_deposits(stage_of(an_agreement("house")), milk=25)
    app = Starlette(routes=chat_routes(Counter(stage.desk, "halle", "house"), new_key=lambda: "key-0001"))
    page = TestClient(app, base_url=stage.url, follow_redirects=False, headers={"accept-language": "en"})
    page.get("/buy/milk:2,bread:1")
    shown = page.get("/").text
    assert "+ €0.50 deposit" in shown
    assert re.search(r"<dt>Bottle deposits</dt><dd>€0.50</dd>", shown)
    assert re.search(r'till__total"><dt>Total</dt><dd>€5.00</dd>', shown)
    for said in ("pick it up today at 1 pm", "checkout", "yes"):
        page.post("/chat/say", data={"text": said}, headers={"origin": stage.url})
    (order,) = stage.memory.rows.orders.values()
    assert (order.total, order.deposits) == (Money(500), Money(50))
    receipt = page.get("/").text
    assert "<dt>Bottle deposits (no VAT)</dt><dd>€0.50</dd>" in receipt
