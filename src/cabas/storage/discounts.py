"""Discount codes on PostgreSQL: kept, read, and counted in the transaction of the order that uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import msgspec

from cabas.domain.discount import Discount
from cabas.domain.order import Order
from cabas.storage.database import Database, Parameters, Row, Statement, must
from cabas.storage.documents import to_json
from cabas.storage.queries import queries
from cabas.storage.refusals import no_discount

SQL = queries("discounts")


class PostgresDiscounts:
    """`usecases.discounts.Discounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, retailer_id: str, discounts: Sequence[Discount]) -> None:
        """Store them; one of the same code is replaced, what was counted of it stays."""
        rows: list[Parameters] = [
            {"retailer_id": retailer_id, "code": one.code, "rule": to_json(replace(one, used=0, used_by=0)),
             "automatic": one.automatic, "uses": one.uses, "uses_each": one.uses_each}
            for one in discounts
        ]  # fmt: skip
        if rows:
            await self._database.run(retailer_id, (SQL["keep_discount"], rows))

    async def all(self, retailer_id: str) -> tuple[Discount, ...]:
        """Every code, by its letters, with how often it was used in all."""
        rows = await self._database.rows(retailer_id, SQL["discounts"], {"retailer_id": retailer_id})
        return tuple(_discount(row) for row in rows)

    async def remove(self, retailer_id: str, code: str) -> None:
        """Take a code away; orders keep what it took off. Raises `NotFound`."""
        where = {"retailer_id": retailer_id, "code": code}
        removed, _ = await self._database.run(retailer_id, (SQL["remove_discount"], where), (SQL["forget_uses"], where))
        if not removed.rowcount:
            raise no_discount(code)


async def find_discounts(
    database: Database, retailer_id: str, codes: Sequence[str], holder: str
) -> dict[str, Discount]:
    """Those codes and the automatic ones, by code; `used_by` is of `holder`."""
    where = {"retailer_id": retailer_id, "codes": list(codes), "holder": holder}
    rows = await database.rows(retailer_id, SQL["find_discounts"], where)
    return {one.code: one for one in map(_discount, rows)}


def used(order: Order) -> list[Statement]:
    """Count the codes of an order, or take the whole of it back."""
    rows, mine = _codes(order)
    counted: list[Statement] = [(must(SQL["use_code"]), rows)] if rows else []
    return [*counted, (must(SQL["use_code_of"]), mine)] if mine else counted


def given_back(order: Order) -> list[Statement]:
    """A canceled order used no code."""
    rows, mine = _codes(order)
    counted: list[Statement] = [(SQL["give_back_code"], rows)] if rows else []
    return [*counted, (SQL["give_back_code_of"], mine)] if mine else counted


def left(order: Order) -> Statement:
    """The question which codes of an order still have a use left."""
    codes = {"codes": [one.code for one in order.discounts], "holders": [one.holder for one in order.discounts]}
    return SQL["codes_left"], {"retailer_id": order.retailer_id, **codes}


def _codes(order: Order) -> tuple[list[Parameters], list[Parameters]]:
    """Its codes in the order in which everybody locks them; and those that are counted by shopper."""
    found = sorted(order.discounts, key=lambda one: one.code)
    rows = [{"retailer_id": order.retailer_id, "code": one.code, "holder": one.holder} for one in found]
    return list(rows), [row for row in rows if row["holder"]]


def _discount(row: Row) -> Discount:
    one = msgspec.convert(row[0], Discount, builtin_types=(date,), strict=False)
    return replace(one, used=row[1], used_by=row[2] if len(row) > 2 else 0)
