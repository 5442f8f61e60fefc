"""A payment of an order: authorized up to an amount, captured for what was handed over. The life cycle is the table.

Goods sold by weight cost what the scale says, so more is authorized than was promised (`upper_amount`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from cabas.kernel.errors import Conflict
from cabas.kernel.money import Money

# A weighed piece may be this much heavier than asked for; pickers are told to stay below.
WEIGHT_MARGIN = Fraction(15, 100)


class PaymentStatus(StrEnum):
    """Where a payment is. `DUE` is paid at the store or the door, `COLLECTED` by the platform."""

    DUE = "due"
    COLLECTED = "collected"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"


# event -> {from: to}
TRANSITIONS: Mapping[str, Mapping[PaymentStatus, PaymentStatus]] = {
    "capture": {
        PaymentStatus.AUTHORIZED: PaymentStatus.CAPTURED,
        PaymentStatus.DUE: PaymentStatus.CAPTURED,
        PaymentStatus.COLLECTED: PaymentStatus.CAPTURED,
    },
    "void": {
        PaymentStatus.AUTHORIZED: PaymentStatus.VOIDED,
        PaymentStatus.DUE: PaymentStatus.VOIDED,
        PaymentStatus.COLLECTED: PaymentStatus.VOIDED,
    },
}


def next_status(status: PaymentStatus, event: str) -> PaymentStatus:
    """Where `event` takes a payment. Raises `Conflict` when it cannot happen there."""
    try:
        return TRANSITIONS[event][status]
    except KeyError:
        raise Conflict(f"A payment that is {status} cannot {event}.", remedy="Read the payment again.") from None


@dataclass(frozen=True, slots=True)
class Payment:
    """`handler` is how it is paid (a name of `usecases.ports.Payments`), `reference` what the payment service calls it
    (never a card number), `upper` the most that may be captured.
    """

    handler: str
    status: PaymentStatus
    upper: Money
    reference: str = ""
    shown: str = ""


def upper_amount(total: Money, weighed: Iterable[Money]) -> Money:
    """The most an order of `total` may cost: what is `weighed` may come out heavier by `WEIGHT_MARGIN`."""
    upper = total
    for price in weighed:
        upper = upper + price.times(WEIGHT_MARGIN)
    return upper
