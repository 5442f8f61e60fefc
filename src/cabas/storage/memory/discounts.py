"""Discount codes in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.domain.discount import Discount
from cabas.domain.order import Order
from cabas.storage.memory.rows import Rows
from cabas.storage.refusals import no_discount


class MemoryDiscounts:
    """`usecases.discounts.Discounts` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def keep(self, retailer_id: str, discounts: Sequence[Discount]) -> None:
        """Store them; one of the same code is replaced, what was counted of it stays."""
        for one in discounts:
            known = self._rows.discounts.get((retailer_id, one.code), one)
            self._rows.discounts[retailer_id, one.code] = replace(one, used=known.used, used_by=0)

    async def all(self, retailer_id: str) -> tuple[Discount, ...]:
        """Every code, by its letters, with how often it was used in all."""
        return tuple(one for (retailer, _), one in sorted(self._rows.discounts.items()) if retailer == retailer_id)

    async def remove(self, retailer_id: str, code: str) -> None:
        """Take a code away; orders keep what it took off. Raises `NotFound`."""
        if self._rows.discounts.pop((retailer_id, code), None) is None:
            raise no_discount(code)
        for key in [key for key in self._rows.discount_uses if key[:2] == (retailer_id, code)]:
            del self._rows.discount_uses[key]


def used_up(rows: Rows, order: Order) -> tuple[str, ...]:
    """The codes of an order that have no use left."""
    gone = []
    for used in order.discounts:
        one = rows.discounts.get((order.retailer_id, used.code))
        mine = rows.discount_uses.get((order.retailer_id, used.code, used.holder), 0)
        over = one is None or (one.uses is not None and one.used >= one.uses)
        if one is None or over or (used.holder and one.uses_each is not None and mine >= one.uses_each):
            gone.append(used.code)
    return tuple(gone)


def count_uses(rows: Rows, order: Order, step: int) -> None:
    """Count the codes of an order once more, or take that back."""
    for used in order.discounts:
        key = (order.retailer_id, used.code)
        one = rows.discounts.get(key)
        if one is not None:
            rows.discounts[key] = replace(one, used=max(one.used + step, 0))
        if used.holder:
            rows.discount_uses[*key, used.holder] = max(rows.discount_uses.get((*key, used.holder), 0) + step, 0)
