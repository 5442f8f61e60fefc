"""Orders as agents are told of them: the whole order, signed with the secret both sides know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cabas.dialogue.notices import sentence
from cabas.domain.adjustment import SHORT, SUBSTITUTION, WEIGHT, Change, as_picked, changes
from cabas.domain.order import Order, OrderLine, OrderStatus
from cabas.kernel.errors import Unavailable
from cabas.kernel.money import Money
from cabas.surfaces.acp import signing
from cabas.surfaces.contract import News, Premises
from cabas.usecases.shop.orders import news_of
from cabas.usecases.shop.visit import Caller
from cabas.usecases.webhooks import webhook_of, webhook_secret

# domain.adjustment's kinds in the protocol's words.
ADJUSTMENTS = {WEIGHT: "price_adjustment", SHORT: "cancellation", SUBSTITUTION: "exchange"}
# What a session remembers of having come this way.
CALLBACK = "acp"
STATUSES = {
    OrderStatus.PLACED: "created",
    OrderStatus.PICKING: "processing",
    OrderStatus.READY: "processing",
    OrderStatus.OUT_FOR_DELIVERY: "shipped",
    OrderStatus.COMPLETED: "completed",
    OrderStatus.CANCELED: "canceled",
}
FULFILLMENTS = {
    OrderStatus.PLACED: "pending",
    OrderStatus.PICKING: "processing",
    OrderStatus.READY: "processing",
    OrderStatus.OUT_FOR_DELIVERY: "out_for_delivery",
    OrderStatus.COMPLETED: "delivered",
    OrderStatus.CANCELED: "canceled",
}


def entity(order: Order, named: Mapping[str, str], url: str, lang: str) -> dict[str, Any]:
    """The order. `named` maps SKUs to the ids of the session's lines."""
    idents = {one.line: named.get(one.sku, str(one.line)) for one in order.lines}
    final = as_picked(order)
    now = {one.line: one for one in final.lines}
    lines = [_line(one, now[one.line], idents[one.line], order.status) for one in order.lines]
    state = FULFILLMENTS[order.status]
    if order.status is OrderStatus.READY and order.method == "pickup":
        state = "ready_for_pickup"
    window = {"earliest": order.slot_starts_at.isoformat(), "latest": order.slot_ends_at.isoformat()}
    fulfillment: dict[str, Any] = {
        "id": order.slot_id,
        "type": "pickup" if order.method == "pickup" else "shipping",
        "status": state,
        "line_items": [{"id": line["id"], "quantity": line["quantity"]["ordered"]} for line in lines],
        "estimated_delivery": window,
        "events": [],
    }
    return {
        "type": "order",
        "id": order.id,
        "checkout_session_id": order.id,
        "order_number": order.number,
        "permalink_url": f"{url}/?order={order.number}",
        "status": STATUSES[order.status],
        "estimated_delivery": window,
        "confirmation": {"confirmation_number": order.number},
        "line_items": lines,
        "fulfillments": [fulfillment],
        "adjustments": [_adjustment(one, idents) for one in changes(order)],
        "totals": [
            _total("subtotal", final.goods, lang),
            _total("fulfillment", order.fee, lang, f"total_{order.method}"),
            *([_total("fee", final.deposits, lang, "total_deposits")] if final.deposits else []),
            _total("total", final.total, lang),
        ],
    }


def _total(kind: str, amount: Money, lang: str, word: str = "") -> dict[str, Any]:
    return {"type": kind, "display_text": sentence(word or f"total_{kind}", lang), "amount": amount.amount}


def _adjustment(one: Change, idents: Mapping[int, str]) -> dict[str, Any]:
    """`amount` is what the buyer is credited: below zero when a weight costs more."""
    made = one.adjustment
    shown: dict[str, Any] = {
        "id": made.id,
        "type": ADJUSTMENTS[made.kind],
        "occurred_at": made.at.isoformat(),
        "status": "completed",
        "line_items": [{"id": idents[made.line], "quantity": max(1, abs(one.quantity))}],
        "amount": -one.amount.amount,
        "currency": one.amount.currency.lower(),
        "reason": made.kind,
    }
    return shown | ({"description": f"{one.sold.name} → {made.name}"} if made.name else {})


def _line(sold: OrderLine, line: OrderLine, ident: str, status: OrderStatus) -> dict[str, Any]:
    """A line as it is now, after picking; grams are grams here."""
    current = 0 if status is OrderStatus.CANCELED else line.quantity
    fulfilled = current if status in (OrderStatus.COMPLETED, OrderStatus.OUT_FOR_DELIVERY) else 0
    state = "fulfilled" if fulfilled else "processing"
    return {
        "id": ident,
        "title": line.name,
        "product_id": line.sku,
        "quantity": {"ordered": sold.quantity, "current": current, "fulfilled": fulfilled},
        "unit_price": line.unit_price.amount,
        "subtotal": line.price.amount,
        "status": state if current else "removed",
    }


async def tell(premises: Premises, news: News) -> bool:
    """Tell the agent of an order it brought, as it is now. False for orders that came another way, and without an
    address in the agreement. Raises `Unavailable` when the agent did not take it: it is told again later.
    """
    talk = await premises.front.desk.conversations.load(premises.retailer, news.order_id)
    came_here = talk is not None and talk.session is not None and talk.session.callback == CALLBACK
    address = webhook_of(premises.agreements(), news.platform)
    if talk is None or not came_here or talk.platform != news.platform or not address:
        return False
    caller = Caller(premises.retailer, news.platform, "acp", locale=talk.locale)
    view = await news_of(premises.front, caller, news.order_id)
    if view is None:
        return True  # the agreement does not let the platform know: that is all there is to tell
    order = view.order
    named = {line.sku: line.id for line in (talk.ordered or talk.cart).lines if line.sku}
    kind = "order_create" if order.status is OrderStatus.PLACED else "order_update"
    body = msgspec.json.encode({"type": kind, "data": entity(order, named, premises.url, caller.lang)})
    secret = webhook_secret(premises.secret, premises.retailer, news.platform)
    now = premises.clock.now()
    headers = {
        "content-type": "application/json",
        "merchant-signature": signing.sign(secret, body, int(now.timestamp())),
        "request-id": news.id,
        "timestamp": now.isoformat(),
    }
    status = await premises.web.post(address, headers, body)
    if not 200 <= status < 300:
        raise Unavailable(f"{news.platform} answered {status} to an order.", remedy="It is told again later.")
    return True
