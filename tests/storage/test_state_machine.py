"""Any sequence of sales, cancellations, hand-overs and stocktakes, on PostgreSQL and in memory side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cabas.domain.adjustment import picked, substituted
from cabas.domain.cart import Conversation
from cabas.kernel.errors import Conflict, InvalidInput
from cabas.kernel.money import Money
from cabas.storage.audit import audit
from cabas.storage.memory import Memory
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Placed, SoldOut, StockLevel
from support.house import NOW, STORE, House, a_command, a_slot, an_order

SKUS, HOLDERS = ("pasta", "rice", "soap"), ("ann", "bob", "cat")
T = TypeVar("T")


class Shopkeeping(RuleBasedStateMachine):
    """Two houses get the same orders and must give the same answers; the rules between rows hold after each step."""

    runner: ClassVar[asyncio.Runner]
    postgres: ClassVar[Postgres]
    auditor: ClassVar[psycopg.Connection[Any]]
    prefix: ClassVar[str]
    runs: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        Shopkeeping.runs += 1
        self.retailer_id = f"{self.prefix}-{Shopkeeping.runs}"
        self.houses = (House(self.retailer_id, self.postgres), House(self.retailer_id, Memory()))
        self.counted = False
        self.orders: list[str] = []
        self.now, self.resized = NOW, False
        # Who holds a place, until when; how often they ordered: each order is of another conversation.
        self.held: dict[str, datetime] = {}
        self.served: Counter[str] = Counter()

    def wait(self, asked: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asked)

    def both(self, ask: Any) -> Any:
        """The answer of both houses, which must be the same; an error is an answer."""
        answers = []
        for house in self.houses:
            try:
                answers.append(self.wait(ask(house)))
            except Conflict as conflict:
                answers.append((type(conflict), conflict.code, conflict.message))
        assert answers[0] == answers[1]
        return answers[0]

    @initialize(stock=st.fixed_dictionaries({sku: st.integers(0, 12) for sku in SKUS}), places=st.integers(0, 6))
    def open(self, stock: dict[str, int], places: int) -> None:
        self.both(lambda house: house.open(stock, places))

    @rule(
        quantities=st.dictionaries(st.sampled_from(SKUS), st.integers(1, 6), min_size=1),
        key=st.integers(0, 30),
        who=st.sampled_from(("", *HOLDERS)),
    )
    def place(self, quantities: dict[str, int], key: int, who: str) -> None:
        order_id = f"o{len(self.orders)}"
        order = an_order(self.retailer_id, order_id, quantities, placed_at=self.now)
        talk = Conversation(self.holder(who), self.retailer_id, STORE, "web", None, "fr-FR") if who else None
        command = a_command(order, key=f"k{key}", request=str(key).encode(), conversation=talk)
        found = self.both(lambda house: house.orders.place(command))
        open_ = self.now <= a_slot().cutoff and not self.resized
        if isinstance(found, SoldOut) and open_ and self.held.get(who, self.now) > self.now:
            assert not found.slot_full  # their place is theirs
        if found == Placed(f'{{"order":"{order_id}"}}'.encode(), replayed=False):
            self.orders.append(order_id)
            self.held.pop(who, None)
            self.served[who] += 1

    def holder(self, who: str) -> str:
        return f"{who}-{self.served[who]}"

    @rule(who=st.sampled_from(HOLDERS), minutes=st.integers(1, 30))
    def hold(self, who: str, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        where = (self.retailer_id, STORE, "noon", self.holder(who))
        if self.both(lambda house: house.shop.hold(*where, now=self.now, until=until)):
            self.held[who] = until
        else:
            self.held.pop(who, None)

    @rule(who=st.sampled_from(HOLDERS))
    def let_go(self, who: str) -> None:
        self.both(lambda house: house.shop.drop_holds(self.retailer_id, STORE, self.holder(who), now=self.now))
        self.held.pop(who, None)

    @rule(minutes=st.integers(1, 20))
    def wait_a_while(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.orders)
    @rule(
        data=st.data(),
        event=st.sampled_from(["cancel", "start_picking", "finish_picking", "dispatch", "hand_over"]),
    )
    def move(self, data: st.DataObject, event: str) -> None:
        order_id = data.draw(st.sampled_from(self.orders))
        self.both(lambda house: house.orders.move(self.retailer_id, order_id, event, NOW))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), quantity=st.integers(0, 6), sku=st.sampled_from(("", *SKUS)))
    def adjust(self, data: st.DataObject, quantity: int, sku: str) -> None:
        order = self.wait(self.houses[0].orders.get(self.retailer_id, data.draw(st.sampled_from(self.orders))))
        line = data.draw(st.sampled_from(order.lines))
        try:
            if sku:
                one = substituted(order, line.line, sku, "Instead", quantity, Money(quantity * 50), NOW)
            else:
                one = picked(order, line.line, quantity, NOW)
        except InvalidInput:
            return
        self.both(lambda house: house.orders.move(self.retailer_id, order.id, "adjust", NOW, adjustment=one))

    @rule(sku=st.sampled_from(SKUS), on_hand=st.integers(0, 15), safety=st.integers(0, 3))
    def count_stock(self, sku: str, on_hand: int, safety: int) -> None:
        self.counted = True
        self.both(lambda house: house.fill.stock(self.retailer_id, [StockLevel(STORE, sku, on_hand, safety)]))

    @rule(capacity=st.integers(0, 8))
    def resize_slot(self, capacity: int) -> None:
        self.resized = True
        self.both(lambda house: house.fill.slots(self.retailer_id, [a_slot(capacity=capacity)]))

    @invariant()
    def the_rules_hold(self) -> None:
        with self.auditor.transaction():
            broken = audit(self.auditor, self.retailer_id)
        if self.counted:
            broken.pop("oversold", None)
        assert broken == {}

    @invariant()
    def both_houses_have_the_same_left_and_taken(self) -> None:
        self.both(lambda house: house.left(*SKUS))
        self.both(lambda house: house.taken())
        for who in HOLDERS:
            self.both(lambda house, who=who: self.seen(house, who))

    async def seen(self, house: House, who: str) -> list[tuple[int, datetime | None]]:
        where = (self.retailer_id, STORE, NOW, NOW + timedelta(days=1))
        found = await house.shop.slots(*where, now=self.now, holder=self.holder(who))
        if not self.resized:
            assert all(slot.taken <= slot.capacity for slot in found)
        until = self.held.get(who)
        assert [slot.held_until for slot in found] == [until if until and until > self.now else None] * len(found)
        return [(slot.taken, slot.held_until) for slot in found]


def test_no_sequence_of_events_breaks_the_rules(dsn: str, retailer_id: str) -> None:
    careful = settings(
        max_examples=20,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    with asyncio.Runner() as runner, psycopg.connect(dsn, autocommit=True) as auditor:
        Shopkeeping.runner, Shopkeeping.auditor, Shopkeeping.prefix = runner, auditor, retailer_id
        Shopkeeping.postgres = runner.run(Postgres.open(dsn, connections=1))
        try:
            run_state_machine_as_test(Shopkeeping, settings=careful)
        finally:
            runner.run(Shopkeeping.postgres.close())
