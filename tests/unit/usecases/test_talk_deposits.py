"""Deposits in a conversation: in the total from the first line on, told when the cart is read back, ordered as told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from cabas.domain.catalog import Product
from cabas.kernel.money import Money
from cabas.storage.memory import Memory
from cabas.usecases.ports import Hit, Query, Search
from cabas.usecases.talk.desk import Desk
from support.talking import talk

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Bottles:
    """A search whose milk comes in bottles that are paid back."""

    inner: Search

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        return [replace(hit, product=_held(hit.product)) for hit in self.inner.find(query, limit)]

    def get(self, skus: object) -> dict[str, Product]:
        return {sku: _held(product) for sku, product in self.inner.get(skus).items()}  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def _held(product: Product) -> Product:
    return replace(product, deposit=20) if "lait" in product.name.lower() else product


async def test_deposits_are_told_when_the_cart_is_read_back_and_ordered(desk: tuple[Desk, Memory]) -> None:
    ports, memory = desk
    shelf = Bottles(ports.search("halle"))
    talker = await talk((replace(ports, search=lambda _: shelf), memory))  # type: ignore[arg-type, return-value]
    view = await talker.say("trois bouteilles de lait d'un litre")
    (line,) = view.cart.lines
    assert line.deposit == Money(20 * line.quantity)
    assert (view.cart.total, "consigne" in view.reply.text) == (view.cart.goods + line.deposit, False)
    asked = await talker.say("à retirer demain à 10h, je valide")
    deposits = asked.cart.deposits
    assert deposits == Money(20 * line.quantity)
    assert f"TVA comprise, dont 0,{deposits.amount} € de consignes, au drive" in asked.reply.text
    assert "TVA comprise, dont soixante centimes de consignes, au drive" in asked.reply.speech
    placed = await talker.say("oui")
    assert placed.order is not None
    order = await memory.orders.get("halle", placed.order.number)
    assert (order.total, order.deposits) == (asked.cart.total, deposits)
    assert placed.order.receipt.deposits == deposits
