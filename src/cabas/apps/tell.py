"""What is in the outbox, told to whom it concerns: every surface is asked whether an order came through it, and the
payment service is told of an order that is over.
"""

from __future__ import annotations

from collections.abc import Sequence

from cabas.storage.outbox import Event, Send
from cabas.surfaces.contract import News, Premises, Surface
from cabas.usecases.shop.collect import collect

ABOUT_ORDERS = "order."


def teller(premises: Premises, surfaces: Sequence[Surface]) -> Send:
    """A sender for `storage.outbox`. Events nobody wants are done with; what fails is tried again from the start."""

    async def send(event: Event) -> None:
        platform, order_id = event.payload.get("platform"), event.payload.get("order_id")
        if not event.topic.startswith(ABOUT_ORDERS) or not platform or not order_id:
            return
        news = News(event.id, platform, order_id, event.created_at)
        try:
            for surface in surfaces:
                if surface.tell is not None and await surface.tell(premises, news):
                    break
        finally:  # a platform that does not listen is no reason to leave the money
            front = premises.front
            await collect(front.desk.orders, front.payments, premises.retailer, order_id)

    return send
