"""Orders after they were placed: what moves, what it posts, what stock and platform notice of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cabas.domain.adjustment import as_picked
from cabas.domain.ledger import balances
from cabas.domain.order import Order, OrderStatus
from cabas.domain.payment import Payment, PaymentStatus
from cabas.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from cabas.kernel.money import Money
from cabas.usecases.prepare import advance, pick, substitute
from cabas.usecases.shop.collect import collect
from cabas.usecases.shop.complete import Pay, complete
from cabas.usecases.shop.ports import PaymentAsk, PaymentHandler
from cabas.usecases.shop.sessions import open_session
from cabas.usecases.shop.view import ItemAsk, SessionAsk
from cabas.usecases.shop.visit import Caller, Shopfront
from support.premises import Stage, stage_of
from support.shop import run

CARD = PaymentHandler("card", "com.example.card", "2026-11-22")


class Purse:
    """`Payments` that authorizes, and remembers what was let go."""

    def __init__(self) -> None:
        self.voided: list[str] = []
        self.captured: list[Money] = []

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        return (CARD,)

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        return Payment("card", PaymentStatus.AUTHORIZED, ask.upper, "pay_1")

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        self.captured.append(amount)
        return replace(payment, status=PaymentStatus.CAPTURED)

    async def void(self, retailer_id: str, payment: Payment) -> None:
        self.voided.append(payment.reference)


def money(front: Shopfront, placed: Order) -> tuple[list[Money], list[str]]:
    """What was captured and let go of once the outbox told of the order."""
    run(collect(front.desk.orders, front.payments, "halle", placed.id))
    purse = front.payments
    assert isinstance(purse, Purse)
    return purse.captured, purse.voided


@pytest.fixture
def stage() -> Stage:
    return stage_of(payments=Purse())


@pytest.fixture
def front(stage: Stage) -> Shopfront:
    return stage.premises.front


@pytest.fixture
def placed(front: Shopfront) -> Order:
    """Two milks, a bread and a kilogram of apples for pickup, paid by card."""
    who = Caller("halle", "assistant", "mcp")
    items = [ItemAsk("milk", 2), ItemAsk("bread", 1), ItemAsk("apples", 1000)]
    view = run(open_session(front, who, "checkout", SessionAsk(items=items, slot_id="drive")))
    done = run(complete(front, who, view.id, Pay("card", "tok"), key="k" * 22, request_hash="0" * 64))
    assert done.order is not None
    return done.order


def events(stage: Stage, order: Order) -> list[tuple[str, str]]:
    """Event and status of what the world is told."""
    told = stage.memory.rows.outbox["halle", order.id]
    return [(one.payload["event"], one.payload["status"]) for one in told if one.topic == "order.changed"]  # type: ignore[misc]


def sold(stage: Stage, order: Order) -> int:
    """What the ledger says the shopper paid, in cents."""
    posted = balances(run(stage.memory.orders.postings("halle", order.id)))
    assert sum(posted.values()) == 0
    return -min(posted.values())


def test_an_order_is_picked_and_handed_over(stage: Stage, front: Shopfront, placed: Order) -> None:
    for event in ("start_picking", "finish_picking", "hand_over"):
        done = run(advance(front, "halle", placed.number, event))
    assert done.status is OrderStatus.COMPLETED
    assert done.changed_at == stage.now
    assert events(stage, placed) == [
        ("start_picking", "picking"), ("finish_picking", "ready"), ("hand_over", "completed"),
    ]  # fmt: skip
    shelf = stage.memory.rows.stock["halle", "s1", "milk"]
    assert (shelf.on_hand, shelf.reserved) == (18, 0)
    assert sold(stage, placed) == 749


def test_what_cannot_happen_changes_nothing(stage: Stage, front: Shopfront, placed: Order) -> None:
    before = stage.shop.snapshot()
    for event in ("finish_picking", "dispatch", "hand_over"):
        with pytest.raises(Conflict, match="It can: start_picking, cancel"):
            run(advance(front, "halle", placed.id, event))
    for wrong in (
        advance(front, "halle", placed.id, "fly"), pick(front, "halle", placed.id, 1, 1),
        substitute(front, "halle", placed.id, 1, "milk2", 1),
    ):  # fmt: skip
        with pytest.raises(Conflict):
            run(wrong)
    with pytest.raises(InvalidInput):
        run(advance(front, "halle", placed.id, "adjust"))
    with pytest.raises(NotFound):
        run(advance(front, "elsewhere", placed.id, "cancel"))
    assert stage.shop.snapshot() == before


def test_canceling_takes_everything_back(stage: Stage, front: Shopfront, placed: Order) -> None:
    run(advance(front, "halle", placed.id, "start_picking"))
    run(pick(front, "halle", placed.id, 1, 1))
    gone = run(advance(front, "halle", placed.id, "cancel"))
    assert gone.status is OrderStatus.CANCELED
    assert set(balances(run(stage.memory.orders.postings("halle", placed.id))).values()) == {0}
    assert {one.reserved for one in stage.memory.rows.stock.values()} == {0}
    assert stage.memory.rows.slots["halle", "s1", "drive"].taken == 0
    assert money(front, placed) == ([], ["pay_1"])
    assert events(stage, placed)[-1] == ("cancel", "canceled")


def test_weights_and_short_picks_are_charged_as_found(stage: Stage, front: Shopfront, placed: Order) -> None:
    run(advance(front, "halle", placed.id, "start_picking"))
    run(pick(front, "halle", placed.id, 1, 1))
    now = run(pick(front, "halle", placed.id, 3, 1080))
    assert [(one.kind, one.line, one.quantity, one.price) for one in now.adjustments] == [
        ("short", 1, 1, Money(105)), ("weight", 3, 1080, Money(323)),
    ]  # fmt: skip
    assert (now.total, as_picked(now).total) == (Money(749), Money(668))
    assert sold(stage, placed) == 668
    run(advance(front, "halle", placed.id, "finish_picking"))
    run(advance(front, "halle", placed.id, "hand_over"))
    stock = stage.memory.rows.stock
    left = {sku: (stock["halle", "s1", sku].on_hand, stock["halle", "s1", sku].reserved) for sku in ("milk", "apples")}
    assert left == {"milk": (19, 0), "apples": (3920, 0)}
    assert money(front, placed) == ([Money(668)], [])


def test_a_substitute_is_reserved_and_costs_no_more(stage: Stage, front: Shopfront, placed: Order) -> None:
    run(advance(front, "halle", placed.id, "start_picking"))
    now = run(substitute(front, "halle", placed.id, 1, "milk2", 2))
    assert (now.adjustments[0].name, now.adjustments[0].price) == ("Lait entier 1 l", Money(210))
    assert stage.memory.rows.stock["halle", "s1", "milk2"].reserved == 2
    assert sold(stage, placed) == 749
    run(advance(front, "halle", placed.id, "finish_picking"))
    run(advance(front, "halle", placed.id, "hand_over"))
    shelves = {sku: stage.memory.rows.stock["halle", "s1", sku] for sku in ("milk", "milk2")}
    assert {sku: (one.on_hand, one.reserved) for sku, one in shelves.items()} == {"milk": (20, 0), "milk2": (18, 0)}


def test_a_substitute_that_may_not_be_sold_or_is_not_there(stage: Stage, front: Shopfront, placed: Order) -> None:
    run(advance(front, "halle", placed.id, "start_picking"))
    stage.shop.stock("soap", 1)
    before = stage.shop.snapshot()
    for sku, quantity, kind in (("wine", 1, NotAllowed), ("none", 1, NotFound), ("soap", 2, Conflict)):
        with pytest.raises(kind):
            run(substitute(front, "halle", placed.id, 1, sku, quantity))
    assert stage.shop.snapshot() == before


def test_who_wants_to_be_asked_is_asked(stage: Stage, front: Shopfront, placed: Order) -> None:
    first = replace(placed.lines[0], substitution="ask")
    stage.memory.rows.orders["halle", placed.id] = replace(placed, lines=(first, *placed.lines[1:]))
    run(advance(front, "halle", placed.id, "start_picking"))
    before = stage.shop.snapshot()
    with pytest.raises(NotAllowed) as refused:
        run(substitute(front, "halle", placed.id, 1, "milk2", 1))
    assert refused.value.code == "ask_first"
    assert stage.shop.snapshot() == before
    assert run(substitute(front, "halle", placed.id, 1, "milk2", 1, agreed=True)).adjustments[0].sku == "milk2"
