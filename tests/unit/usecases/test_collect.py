"""The money of an order that is over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from cabas.domain.payment import Payment, PaymentStatus
from cabas.kernel.errors import Unavailable
from cabas.kernel.money import Money
from cabas.storage.memory import Memory
from cabas.usecases.shop.collect import collect
from cabas.usecases.shop.pay import NoPayments
from support.house import NOW, House, a_command, an_order

pytestmark = pytest.mark.anyio

HELD = Payment("purse", PaymentStatus.AUTHORIZED, Money(1_000_000, "EUR"), "auth-1")


@dataclass
class Purse(NoPayments):
    """Remembers what it was asked; `closed`, it does not answer."""

    closed: bool = False
    captured: list[tuple[str, Money, str]] = field(default_factory=list)
    voided: list[str] = field(default_factory=list)

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        if self.closed:
            raise Unavailable("closed")
        self.captured.append((payment.reference, amount, key))
        return replace(payment, status=PaymentStatus.CAPTURED)

    async def void(self, retailer_id: str, payment: Payment) -> None:
        self.voided.append(payment.reference)


async def placed(payment: Payment | None = HELD) -> Memory:
    memory = Memory()
    await House("halle", memory).open({"pasta": 5})
    await memory.orders.place(replace(a_command(an_order("halle", "o1", {"pasta": 2})), payment=payment))
    return memory


async def happen(memory: Memory, *events: str) -> None:
    for event in events:
        await memory.orders.move("halle", "o1", event, NOW)


async def test_nothing_is_taken_before_the_goods_are_handed_over() -> None:
    memory, purse = await placed(), Purse()
    assert await collect(memory.orders, purse, "halle", "o1") == (HELD,)
    await happen(memory, "start_picking", "finish_picking")
    assert await collect(memory.orders, purse, "halle", "o1") == (HELD,)
    assert (purse.captured, purse.voided) == ([], [])


async def test_what_was_handed_over_is_taken_once() -> None:
    memory, purse = await placed(), Purse()
    await happen(memory, "start_picking", "finish_picking", "hand_over")
    total = (await memory.orders.get("halle", "o1")).total
    taken = (replace(HELD, status=PaymentStatus.CAPTURED),)
    assert await collect(memory.orders, purse, "halle", "o1") == taken
    assert await collect(memory.orders, purse, "halle", "o1") == taken
    assert (purse.captured, purse.voided) == ([("auth-1", total, "o1-1")], [])


async def test_never_more_than_was_authorized() -> None:
    small = replace(HELD, upper=Money(1, "EUR"))
    memory, purse = await placed(small), Purse()
    await happen(memory, "start_picking", "finish_picking", "hand_over")
    await collect(memory.orders, purse, "halle", "o1")
    assert purse.captured == [("auth-1", Money(1, "EUR"), "o1-1")]


async def test_a_canceled_order_lets_go_once() -> None:
    memory, purse = await placed(), Purse()
    await happen(memory, "cancel")
    voided = (replace(HELD, status=PaymentStatus.VOIDED),)
    assert await collect(memory.orders, purse, "halle", "o1") == voided
    assert await collect(memory.orders, purse, "halle", "o1") == voided
    assert (purse.captured, purse.voided) == ([], ["auth-1"])


async def test_what_the_service_did_not_take_is_taken_later() -> None:
    memory, purse = await placed(), Purse(closed=True)
    await happen(memory, "start_picking", "finish_picking", "hand_over")
    with pytest.raises(Unavailable):
        await collect(memory.orders, purse, "halle", "o1")
    assert await memory.orders.payments("halle", "o1") == (HELD,)
    purse.closed = False
    assert [one.status for one in await collect(memory.orders, purse, "halle", "o1")] == [PaymentStatus.CAPTURED]


@pytest.mark.parametrize("status", [PaymentStatus.DUE, PaymentStatus.COLLECTED])
async def test_what_others_collect_is_left_to_them(status: PaymentStatus) -> None:
    other = replace(HELD, status=status)
    memory, purse = await placed(other), Purse()
    await happen(memory, "cancel")
    assert await collect(memory.orders, purse, "halle", "o1") == (other,)
    assert (purse.captured, purse.voided) == ([], [])
