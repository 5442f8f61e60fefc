"""What picking changed of an order: a weight, a short pick, a substitution. The order itself stays as it was sold.

A line may be adjusted again; what was said last counts. What is charged never grows but by weight, and then by no more
than was authorized (`payment.WEIGHT_MARGIN`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from cabas.domain.order import Adjustment, Order, OrderDiscount, OrderLine
from cabas.domain.payment import WEIGHT_MARGIN
from cabas.kernel.errors import InvalidInput, NotAllowed, NotFound
from cabas.kernel.money import Money, total

WEIGHT, SHORT, SUBSTITUTION = "weight", "short", "substitution"


def picked(order: Order, line: int, quantity: int, at: datetime) -> Adjustment:
    """The adjustment of `line` (its number) to the `quantity` that was found: pieces or grams, 0 for nothing at all.

    It costs its share of what the line was sold for, and of its deposit. Raises `NotFound` for a line the order has
    not, `InvalidInput` for more than was ordered (weighed goods: than may be charged).
    """
    sold = line_of(order, line)
    weighed = sold.sold_by == "weight"
    most = int(sold.quantity * (1 + WEIGHT_MARGIN)) if weighed else sold.quantity
    if not 0 <= quantity <= most:
        raise InvalidInput(
            f"{quantity} of {sold.name} cannot be picked.", remedy=f"Say 0 to {most}.", code="bad_quantity"
        )
    share = Fraction(quantity, sold.quantity)
    deposit = sold.deposit.times(share) if sold.deposit is not None else None
    kind = WEIGHT if weighed and quantity else SHORT
    return Adjustment(next_id(order), kind, line, quantity, sold.price.times(share), at, deposit=deposit)


def substituted(
    order: Order, line: int, sku: str, name: str, quantity: int, price: Money, at: datetime,
    deposit: Money | None = None,
) -> Adjustment:  # fmt: skip
    """The adjustment of `line` to `quantity` of another product, whose own price is `price`: the shopper pays no more
    than for what was ordered, deposits included. The `deposit` is charged first, for it is paid back. Raises
    `NotFound`, `InvalidInput`, and `NotAllowed` where nothing may be put instead.
    """
    sold = line_of(order, line)
    if sold.substitution == "none":
        raise NotAllowed(
            f"The shopper wants nothing in the place of {sold.name}.",
            remedy="Pick what there is of it, or 0.",
            code="no_substitution",
        )
    if quantity <= 0 or sku == sold.sku:
        raise InvalidInput("That is no substitute.", remedy="Name another product, and how much.", code="bad_quantity")
    held = min(deposit, sold.cost) if deposit else None
    left = sold.cost - held if held is not None else sold.price
    return Adjustment(next_id(order), SUBSTITUTION, line, quantity, min(price, sold.price, left), at, sku, name, held)


def as_picked(order: Order) -> Order:
    """The order as it is handed over and charged: lines, discounts, goods and total after the adjustments."""
    if not order.adjustments:
        return order
    latest = {one.line: one for one in order.adjustments}
    lines = tuple(_changed(one, latest.get(one.line)) for one in order.lines)
    changed = replace(order, lines=lines, discounts=_shared(order, lines))
    goods = total((one.price for one in lines), order.total.currency)
    return replace(changed, goods=goods, total=goods + changed.deposits + order.fee)


def _shared(order: Order, lines: tuple[OrderLine, ...]) -> tuple[OrderDiscount, ...]:
    """The discounts of what is left of the lines: each keeps its share of what came off them, exactly."""
    shares = [one.amount - one.fee for one in order.discounts]
    if not any(shares):
        return order.discounts
    off = total((one.discount for one in lines if one.discount is not None), order.total.currency)
    parts = off.allocate([share.amount for share in shares])
    return tuple(replace(one, amount=part + one.fee) for one, part in zip(order.discounts, parts, strict=True))


@dataclass(frozen=True, slots=True)
class Change:
    """An adjustment beside what it made of its line: `quantity` and `amount` more than before, or less."""

    adjustment: Adjustment
    sold: OrderLine
    quantity: int
    amount: Money


def changes(order: Order) -> tuple[Change, ...]:
    """What each adjustment changed, oldest first. The amounts sum to what the order costs more than it was sold for."""
    found, before = list[Change](), {one.line: (one.quantity, one.cost) for one in order.lines}
    for one in order.adjustments:
        quantity, cost = before[one.line]
        found.append(Change(one, line_of(order, one.line), one.quantity - quantity, one.cost - cost))
        before[one.line] = (one.quantity, one.cost)
    return tuple(found)


def reserved(order: Order) -> dict[str, int]:
    """SKU -> how much stock the order keeps, in SKU order: what was ordered, and every substitute that was taken."""
    quantities: Counter[str] = Counter()
    for line in order.lines:
        quantities[line.sku] += line.quantity
    for one in order.adjustments:
        if one.sku:
            quantities[one.sku] += one.quantity
    return dict(sorted(quantities.items()))


def handed_over(order: Order) -> dict[str, int]:
    """SKU -> how much leaves the store."""
    quantities: Counter[str] = Counter()
    for line in as_picked(order).lines:
        quantities[line.sku] += line.quantity
    return dict(quantities)


def line_of(order: Order, line: int) -> OrderLine:
    """The line of that number, as sold. Raises `NotFound`."""
    for one in order.lines:
        if one.line == line:
            return one
    raise NotFound(f"Order {order.number} has no line {line}.", remedy=f"It has 1 to {len(order.lines)}.")


def _changed(line: OrderLine, one: Adjustment | None) -> OrderLine:
    if one is None:
        return line
    share = Fraction(one.quantity, line.quantity) if not one.sku else Fraction(0)
    off = line.discount.times(share) if line.discount is not None else None
    changed = replace(line, quantity=one.quantity, price=one.price, discount=off, deposit=one.deposit)
    if not one.sku:
        return changed
    each = one.price.times(Fraction(1000 if line.sold_by == "weight" else 1, one.quantity))
    return replace(changed, sku=one.sku, name=one.name, unit_price=each)


def next_id(order: Order) -> str:
    """The id of the adjustment to come: one that was made for another state of the order does not fit."""
    return f"{order.id}.{len(order.adjustments) + 1}"
