"""A retailer's catalog is wide, a store's range is small: what would do is looked for among what the store has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest

from cabas.dialogue.acts import Act
from cabas.dialogue.query import Query
from cabas.domain.catalog import Offer, Product
from cabas.kernel.money import Money
from cabas.storage.memory import Memory
from cabas.storage.memory.rows import Shelf
from cabas.usecases.ports import Hit
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.findings import HITS, HITS_DEEP
from support.talking import talk, want

pytestmark = pytest.mark.anyio

HONEYS = tuple(
    Product(f"H-{number:02d}", {"fr": f"Miel de sapin {250 + number} g"}, family="honey") for number in range(HITS + 20)
)
HONEY = want("miel", "honey")


class Wide:
    """A catalog of honeys, all as good as one another."""

    def __init__(self) -> None:
        self.limits: list[int] = []
        self._all = tuple(Hit(one, 1.0) for one in HONEYS)
        self._answers: dict[int, tuple[Hit, ...]] = {}

    def find(self, query: Query, limit: int = 20) -> Sequence[Hit]:
        self.limits.append(limit)
        return self._answers.setdefault(limit, self._all[:limit])

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        return {one.sku: one for one in HONEYS if one.sku in set(skus)}

    def knows(self, words: str) -> bool:
        return True

    def brands(self) -> Mapping[str, int]:
        return {}


async def _sold_here(desk: tuple[Desk, Memory], *skus: str) -> tuple[tuple[Desk, Memory], Wide]:
    ports, memory = desk
    store = (await ports.shop.stores("halle"))[0].id
    await memory.fill.products("halle", HONEYS)
    await memory.fill.offers("halle", [Offer(sku, store, Money(450), 9) for sku in skus])
    for sku in skus:
        memory.rows.stock["halle", store, sku] = Shelf(9)
    wide = Wide()
    return (replace(ports, search=lambda _: wide), memory), wide


async def test_where_a_store_has_none_of_the_first_the_next_are_looked_at(desk: tuple[Desk, Memory]) -> None:
    far = HONEYS[-1].sku
    shop, wide = await _sold_here(desk, far)
    view = await (await talk(shop, shopper=None)).do(Act("add", (HONEY,)))
    assert [line.sku for line in view.cart.lines] == [far]
    assert sorted(set(wide.limits)) == [HITS, HITS_DEEP]


async def test_where_it_has_one_of_the_first_no_other_is_looked_at(desk: tuple[Desk, Memory]) -> None:
    shop, wide = await _sold_here(desk, HONEYS[HITS - 1].sku, HONEYS[-1].sku)
    view = await (await talk(shop, shopper=None)).do(Act("add", (HONEY,)))
    assert [line.sku for line in view.cart.lines] == [HONEYS[HITS - 1].sku]
    assert set(wide.limits) == {HITS}


async def test_where_it_has_none_at_all_nothing_is_ordered(desk: tuple[Desk, Memory]) -> None:
    shop, _ = await _sold_here(desk)
    view = await (await talk(shop, shopper=None)).do(Act("add", (HONEY,)))
    assert view.cart.bought == ()
