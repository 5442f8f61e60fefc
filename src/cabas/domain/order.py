"""An order and its life cycle. The life cycle is the table below; nothing else moves an order.

A short pick, a weight or a substitution is an adjustment of a line, never an edit of the order (UCP, order).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cabas.kernel.errors import Conflict
from cabas.kernel.money import Money, total


class OrderStatus(StrEnum):
    """Where an order is."""

    PLACED = "placed"
    PICKING = "picking"
    READY = "ready"
    OUT_FOR_DELIVERY = "out_for_delivery"
    COMPLETED = "completed"
    CANCELED = "canceled"


# event -> {from: to}
TRANSITIONS: Mapping[str, Mapping[OrderStatus, OrderStatus]] = {
    "start_picking": {OrderStatus.PLACED: OrderStatus.PICKING},
    "adjust": {OrderStatus.PICKING: OrderStatus.PICKING},
    "finish_picking": {OrderStatus.PICKING: OrderStatus.READY},
    "dispatch": {OrderStatus.READY: OrderStatus.OUT_FOR_DELIVERY},
    "hand_over": {OrderStatus.READY: OrderStatus.COMPLETED, OrderStatus.OUT_FOR_DELIVERY: OrderStatus.COMPLETED},
    "cancel": {OrderStatus.PLACED: OrderStatus.CANCELED, OrderStatus.PICKING: OrderStatus.CANCELED},
}


def next_status(status: OrderStatus, event: str) -> OrderStatus:
    """Where `event` takes an order in `status`. Raises `Conflict` when it cannot happen there."""
    try:
        return TRANSITIONS[event][status]
    except KeyError:
        allowed = [name for name, moves in TRANSITIONS.items() if status in moves]
        raise Conflict(
            f"An order that is {status} cannot {event.replace('_', ' ')}.",
            remedy=f"It can: {', '.join(allowed) or 'nothing more'}.",
        ) from None


# What a picker may do about a line that is gone.
SUBSTITUTIONS = {
    "closest": "put the closest thing in its place",
    "ask": "ask the shopper first",
    "none": "leave it out",
}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line as sold: `quantity` in pieces or grams, `price` for all of it, VAT included, less the `discount` that
    codes took off it (None without). `substitution` is a key of `SUBSTITUTIONS`; empty when nobody said. `deposit` is
    paid beside the price and paid back for the empties of the line; None without any.
    """

    line: int
    sku: str
    name: str
    quantity: int
    sold_by: str
    unit_price: Money
    price: Money
    vat_rate: int
    category: tuple[str, ...] = ()
    family: str | None = None
    minimum_age: int = 0
    allergens: tuple[str, ...] = ()
    discount: Money | None = None
    substitution: str = ""
    deposit: Money | None = None

    @property
    def cost(self) -> Money:
        """Price and deposit."""
        return self.price + self.deposit if self.deposit is not None else self.price

    @property
    def full_price(self) -> Money:
        """What it cost before codes."""
        return self.price + self.discount if self.discount is not None else self.price


@dataclass(frozen=True, slots=True)
class OrderDiscount:
    """A discount that counted in an order: `amount` is all it took off, `fee` what of it fell on the fee. `holder` is
    whose uses it counts among (empty when they are not counted).
    """

    code: str
    title: str
    amount: Money
    fee: Money
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What picking changed of line number `line` (`domain.adjustment` makes it): `quantity` (pieces or grams) was
    found, for `price` altogether, VAT included, and its `deposit`. A substitution names the product taken instead.
    """

    id: str
    kind: str
    line: int
    quantity: int
    price: Money
    at: datetime
    sku: str = ""
    name: str = ""
    deposit: Money | None = None

    @property
    def cost(self) -> Money:
        """Price and deposit."""
        return self.price + self.deposit if self.deposit is not None else self.price


@dataclass(frozen=True, slots=True)
class Order:
    """A confirmed sale at one store. `channel` is how it was ordered ("voice", "web", ...): terms look at it.
    `source` is the link that was followed to it ("video:ID"), for attribution; empty when nobody knows. `fee`, `goods`
    and `total` are what is paid: less the `discounts`; the total has the `deposits`, too. They stay as they were sold:
    `adjustments` say what picking made of it, oldest first (`domain.adjustment.as_picked`). `changed_at` is when it
    last moved, None since it was placed.
    """

    id: str
    number: str
    retailer_id: str
    store_id: str
    shopper_id: str | None
    platform: str
    agreement_id: str
    channel: str
    placed_at: datetime
    status: OrderStatus
    lines: tuple[OrderLine, ...]
    method: str
    slot_id: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    fee: Money
    goods: Money
    total: Money
    merchant_of_record: str
    delivered_by: str
    source: str = ""
    discounts: tuple[OrderDiscount, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    changed_at: datetime | None = None

    @property
    def deposits(self) -> Money:
        """What is paid back for the empties of all lines."""
        return total((line.deposit for line in self.lines if line.deposit is not None), self.total.currency)
