"""The money of an order that is over: taken for what was handed over, let go of for what was not."""

from __future__ import annotations

from dataclasses import replace

from cabas.domain.adjustment import as_picked
from cabas.domain.order import OrderStatus
from cabas.domain.payment import Payment, PaymentStatus, next_status
from cabas.usecases.ports import Orders
from cabas.usecases.shop.ports import Payments


async def collect(orders: Orders, payments: Payments, retailer_id: str, order_id: str) -> tuple[Payment, ...]:
    """Capture or void what was authorized for an order, once its status says so; its payments as they are then.

    Doing it again is harmless: the payment service knows the order, and what was noted is not done again. Raises
    `NotFound`, `PaymentDeclined` (an authorization ran out), `Unavailable`; what was done by then is noted.
    """
    order = await orders.get(retailer_id, order_id)
    held = list(await orders.payments(retailer_id, order_id))
    for number, payment in enumerate(held, 1):
        if payment.status is not PaymentStatus.AUTHORIZED:
            continue
        if order.status is OrderStatus.COMPLETED:
            amount = min(as_picked(order).total, payment.upper)
            after = await payments.capture(retailer_id, payment, amount, f"{order.id}-{number}")
        elif order.status is OrderStatus.CANCELED:
            await payments.void(retailer_id, payment)
            after = replace(payment, status=next_status(payment.status, "void"))
        else:
            continue
        await orders.note_payment(retailer_id, order_id, number, after)
        held[number - 1] = after
    return tuple(held)
