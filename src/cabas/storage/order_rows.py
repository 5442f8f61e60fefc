"""Orders as rows and back. Times come back in the store's own zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cabas.domain.order import Adjustment, Order, OrderDiscount, OrderLine, OrderStatus
from cabas.kernel.money import Money
from cabas.storage.database import Row
from cabas.storage.documents import to_json

LINE = OrderLine.__slots__
# What is written elsewhere, or after the order was placed.
LATER = frozenset({"id", "lines", "adjustments", "changed_at"})


def order_key(order: Order) -> dict[str, object]:
    """What every row of an order begins with."""
    return {"retailer_id": order.retailer_id, "store_id": order.store_id, "order_id": order.id}


def line_rows(order: Order) -> dict[str, object]:
    """Parameters of `insert_lines`."""
    rows = [
        {name: getattr(line, name) for name in LINE}
        | {"unit_price": line.unit_price.amount, "price": line.price.amount}
        | {"discount": line.discount.amount if line.discount is not None else None}
        | {"deposit": line.deposit.amount if line.deposit is not None else None}
        for line in order.lines
    ]
    return {"lines": to_json(rows), "currency": order.total.currency}


def order_row(order: Order) -> dict[str, Any]:
    """Parameters of `insert_order`."""
    row = {name: getattr(order, name) for name in Order.__slots__ if name not in LATER}
    amounts = {"fee": order.fee.amount, "goods": order.goods.amount, "total": order.total.amount}
    row["discounts"] = to_json(order.discounts)
    return row | order_key(order) | amounts | {"currency": order.total.currency}


def read_order(row: Row, lines: Sequence[Row]) -> Order:
    """The order of a row of `find_order` and its rows of `order_lines`."""
    currency, zone = row[17], ZoneInfo(row[20] or "UTC")

    def local(at: datetime) -> datetime:
        return at.astimezone(zone)

    return Order(
        id=row[0],
        number=row[1],
        retailer_id=row[2],
        store_id=row[3],
        shopper_id=row[4],
        platform=row[5],
        agreement_id=row[6],
        channel=row[7],
        placed_at=local(row[8]),
        status=OrderStatus(row[9]),
        lines=tuple(_line(line) for line in lines),
        method=row[10],
        slot_id=row[11],
        slot_starts_at=local(row[12]),
        slot_ends_at=local(row[13]),
        fee=Money(row[14], currency),
        goods=Money(row[15], currency),
        total=Money(row[16], currency),
        merchant_of_record=row[18],
        delivered_by=row[19],
        source=row[21],
        discounts=msgspec.convert(row[22], tuple[OrderDiscount, ...]),
        adjustments=msgspec.convert(row[23], tuple[Adjustment, ...]),
        changed_at=local(row[24]) if row[9] != OrderStatus.PLACED else None,
    )


def _line(row: Row) -> OrderLine:
    number, sku, name, quantity, sold_by, unit_price, price, currency, vat_rate, category, family, age, *others = row
    allergens, discount, substitution, deposit = others
    return OrderLine(
        line=number,
        sku=sku,
        name=name,
        quantity=quantity,
        sold_by=sold_by,
        unit_price=Money(unit_price, currency),
        price=Money(price, currency),
        vat_rate=vat_rate,
        category=tuple(category),
        family=family,
        minimum_age=age,
        allergens=tuple(allergens),
        discount=Money(discount, currency) if discount is not None else None,
        substitution=substitution,
        deposit=Money(deposit, currency) if deposit is not None else None,
    )
