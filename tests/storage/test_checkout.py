"""The whole checkout over memory and PostgreSQL: what was decided is what is stored, and races have one winner."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from cabas.agreement.agreement import Agreement, parse, postings
from cabas.agreement.book import AgreementBook
from cabas.agreement.explain import explain
from cabas.domain.cart import Cart, Conversation, LineItem, SlotChoice, Want
from cabas.domain.catalog import Product
from cabas.kernel.clock import FixedClock
from cabas.kernel.ids import uuid7
from cabas.kernel.money import Money
from cabas.usecases.checkout import Checkout, CheckoutResult, Status, checkout
from support.house import NOW, STORE, House
from support.orders import AGREEMENTS
from support.shop import Shelves

pytestmark = pytest.mark.anyio
GOODS = {
    "pasta": Product("pasta", {"fr": "Pâtes"}, category=("Épicerie salée", "Pâtes")),
    "rice": Product("rice", {"fr": "Riz"}, category=("Épicerie salée", "Riz")),
    "milk": Product("milk", {"fr": "Lait"}, category=("Crèmerie", "Laits")),
}


def signed(house: House) -> Agreement:
    """The agreement with google, signed by this retailer."""
    text = (AGREEMENTS / "carrefour-google.toml").read_text(encoding="utf-8")
    return parse(text.replace('retailer = "halle"', f'retailer = "{house.retailer_id}"'))


class Till:
    """Checks carts out at one house."""

    def __init__(self, house: House) -> None:
        self.house, self.agreement, self.numbers = house, signed(house), count(1)

    async def talk(self, **quantities: int) -> Conversation:
        cart = Cart(slot=SlotChoice("noon", "pickup", NOW.replace(hour=12).isoformat(), "", Money(0)), method="pickup")
        for sku, quantity in quantities.items():
            item = LineItem("", Want(sku, "fr"), sku, GOODS[sku].name, quantity=quantity, price=Money(100 * quantity),
                            unit_price=Money(100), alternatives=("rice",))  # fmt: skip
            cart = cart.add(item)
        talk = Conversation(
            f"{STORE}.{next(self.numbers)}", self.house.retailer_id, STORE, "google", None, "fr-FR", cart
        )
        saved: Conversation = await self.house.conversations.save(talk)
        return saved

    async def order(self, talk: Conversation, **changes: Any) -> CheckoutResult:
        command = Checkout(talk, "google", "voice", key=f"key-{talk.id}", request_hash="hash")
        return await checkout(
            replace(command, **changes),
            shop=self.house.shop,
            search=Shelves(GOODS),
            orders=self.house.orders,
            agreements=AgreementBook((self.agreement,)),
            consents=self.house.consents,
            clock=FixedClock(NOW),
            new_id=lambda: uuid7(NOW, next(self.numbers)),
        )


async def test_what_was_decided_is_what_is_stored(anywhere: House) -> None:
    await anywhere.open({"pasta": 10, "milk": 10})
    till = Till(anywhere)
    talk = await till.talk(pasta=4, milk=2)
    result = await till.order(talk)
    assert result.status is Status.PLACED
    order = result.order
    assert await anywhere.orders.get(anywhere.retailer_id, order.number) == order
    stored = await anywhere.orders.postings(anywhere.retailer_id, order.id)
    assert stored == postings(till.agreement, order)
    assert [(one.term, one.amount.amount) for one in stored if one.term == "commission"] == [
        ("commission", 17), ("commission", 5),
    ]  # fmt: skip
    assert await anywhere.left("pasta", "milk") == {"pasta": 6, "milk": 8}
    assert await anywhere.conversations.load(anywhere.retailer_id, talk.id) == result.conversation
    # What was decided can be explained later from what was stored.
    again = await anywhere.orders.get(anywhere.retailer_id, order.id)
    assert explain(again, till.agreement, "fr") == explain(order, till.agreement, "fr")
    assert [one[-26:] for one in explain(again, till.agreement, "fr") if one.startswith("Commission")] == [
        " soit 0,22 €. (commission)"
    ]


async def test_a_replay_is_word_for_word(anywhere: House) -> None:
    await anywhere.open({"pasta": 4})
    till = Till(anywhere)
    talk = await till.talk(pasta=4)
    first, second = await till.order(talk), await till.order(talk)
    assert (second.replayed, second.answer, second.order, second.receipt) == (
        True, first.answer, first.order, first.receipt
    )  # fmt: skip
    assert await anywhere.left("pasta") == {"pasta": 0}
    assert await anywhere.taken() == 1


async def test_two_shoppers_want_the_last_ones(anywhere: House) -> None:
    await anywhere.open({"pasta": 5, "rice": 3})
    till = Till(anywhere)
    talks = [await till.talk(pasta=3) for _ in range(4)]
    results = await asyncio.gather(*(till.order(talk) for talk in talks))
    assert sorted(result.status for result in results) == [Status.PLACED] + 3 * [Status.SOLD_OUT]
    for lost in (result for result in results if result.status is Status.SOLD_OUT):
        (shortage,) = lost.shortages
        assert (shortage.name, shortage.asked, shortage.left) == ("Pâtes", 3, 2)
        assert [other.sku for other in shortage.alternatives] == ["rice"]
    assert await anywhere.left("pasta") == {"pasta": 2}


async def test_one_request_sent_twice_at_once_is_one_order(anywhere: House) -> None:
    await anywhere.open({"pasta": 9})
    till = Till(anywhere)
    talk = await till.talk(pasta=3)
    results = await asyncio.gather(*(till.order(talk) for _ in range(4)))
    assert {result.status for result in results} == {Status.PLACED}
    assert len({result.order.id for result in results}) == 1
    assert sorted(result.replayed for result in results) == [False, True, True, True]
    assert await anywhere.left("pasta") == {"pasta": 6}


async def test_the_last_place_of_a_slot_goes_to_one(anywhere: House) -> None:
    await anywhere.open({"pasta": 9}, places=1)
    till = Till(anywhere)
    talks = [await till.talk(pasta=1) for _ in range(3)]
    results = await asyncio.gather(*(till.order(talk) for talk in talks))
    assert sorted(result.status for result in results) == [Status.PLACED] + 2 * [Status.SLOT_CLOSED]
    assert (await anywhere.taken(), await anywhere.left("pasta")) == (1, {"pasta": 8})
