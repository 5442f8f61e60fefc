"""Orders: what was sold, where it is, what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cabas.dialogue import say
from cabas.dialogue.notices import sentence, spoken
from cabas.domain.adjustment import SHORT, SUBSTITUTION, WEIGHT, Change, as_picked, changes
from cabas.domain.cart import Conversation
from cabas.domain.order import OrderLine, OrderStatus
from cabas.kernel.errors import NotFound
from cabas.kernel.money import total
from cabas.surfaces.ucp.asked import Answer, Asked
from cabas.surfaces.ucp.profile import ORDER
from cabas.surfaces.ucp.show import KILOGRAM, address, deposit_total, weighed
from cabas.usecases.partners import NotKnown
from cabas.usecases.shop.orders import OrderView, get_order

HANDED_OVER = (OrderStatus.COMPLETED,)
# domain.adjustment's kinds in the protocol's words.
ADJUSTMENTS = {WEIGHT: "price_adjustment", SHORT: "cancellation", SUBSTITUTION: "exchange"}


async def read(asked: Asked) -> Answer:
    """The order, for the platform it came through, or the shopper who linked their account."""
    front, caller = asked.front, asked.caller
    if asked.guest and not asked.signer and not asked.premises.testing:
        raise NotKnown("Orders are shown to those who say who they are.", remedy="Send a key or sign the request.")
    view = await get_order(front, caller, asked.ident)
    talk = await front.desk.conversations.load(caller.retailer_id, view.order.id)
    if asked.guest and not asked.premises.testing and profile_of(talk) != asked.signer:
        raise NotFound(f"There is no order {asked.ident[:60]}.", remedy="Check its id.", code="order_not_found")
    return Answer({"ucp": asked.said((ORDER,)), **entity(view, talk, asked.face.endpoint)})


def profile_of(talk: Conversation | None) -> str:
    """The profile of the platform that opened a checkout."""
    return remembered(talk)[1]


def remembered(talk: Conversation | None) -> tuple[str, str, str]:
    """Of the platform that opened a checkout: version, profile, webhook (`Asked.callback`), or nothing."""
    surface, *rest = talk.session.callback.split(" ") if talk and talk.session else [""]
    if surface != "ucp":
        return "", "", ""
    version, profile, webhook = (*rest, "", "", "")[:3]
    return version, profile, webhook


def entity(view: OrderView, talk: Conversation | None, endpoint: str) -> dict[str, Any]:
    """The whole order, as far as the platform may see it."""
    order, seen = view.order, view.seen
    named = {line.sku: line.id for line in ((talk.ordered or talk.cart).lines if talk else ()) if line.sku}
    told = talk is not None and talk.platform == order.platform  # what the platform ordered itself is no secret to it
    shown_lines = order.lines if told or "lines" in seen else ()
    idents = {one.line: named.get(one.sku, str(one.line)) for one in order.lines}
    final = as_picked(order)
    now = {one.line: one for one in final.lines}
    lines = [_line(one, now[one.line], idents[one.line], view) for one in shown_lines]
    off = total((line.discount for line in final.lines if line.discount is not None), order.total.currency)
    totals: list[dict[str, Any]] = [{"type": "subtotal", "amount": (final.goods + off).amount}]
    totals += [{"type": "items_discount", "amount": -off.amount}] if off else []
    totals.append({"type": "fulfillment", "amount": order.fee.amount})
    totals += deposit_total(final.deposits, spoken(talk.locale if talk else ""))
    totals.append({"type": "total", "amount": final.total.amount})
    shown: dict[str, Any] = {
        "id": order.id,
        "label": order.number,
        "checkout_id": order.id,
        "permalink_url": f"{endpoint}/orders/{order.id}",
        "line_items": lines,
        "fulfillment": {
            "expectations": [_expectation(view, lines, spoken(talk.locale if talk else ""))] if "slot" in seen else [],
            "events": _events(view, lines),
        },
        "adjustments": [_adjustment(one, idents) for one in changes(order)] if shown_lines else [],
        "currency": order.total.currency,
        "totals": totals,
    }
    return shown


def _adjustment(one: Change, idents: Mapping[int, str]) -> dict[str, Any]:
    made = one.adjustment
    shown: dict[str, Any] = {
        "id": made.id,
        "type": ADJUSTMENTS[made.kind],
        "occurred_at": made.at.isoformat(),
        "status": "completed",
        "line_items": [{"id": idents[made.line], "quantity": one.quantity}],
        "totals": [{"type": "total", "amount": one.amount.amount}],
    }
    return shown | ({"description": f"{one.sold.name} → {made.name}"} if made.name else {})


def _line(sold: OrderLine, line: OrderLine, ident: str, view: OrderView) -> dict[str, Any]:
    """A line as it is now, after picking."""
    order, product = view.order, view.products.get(line.sku)
    gone, done = order.status is OrderStatus.CANCELED, order.status in HANDED_OVER
    item: dict[str, Any] = {"id": line.sku, "title": line.name, "price": line.unit_price.amount}
    if weighed(product) or line.sold_by == "weight":
        item["quantity_unit"] = KILOGRAM
    return {
        "id": ident,
        "item": item,
        "quantity": {
            "original": sold.quantity,
            "total": 0 if gone else line.quantity,
            "fulfilled": line.quantity if done else 0,
        },
        "totals": _totals(line),
        "status": "removed" if gone or not line.quantity else "fulfilled" if done else "processing",
    }


def _totals(line: OrderLine) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = [{"type": "subtotal", "amount": line.full_price.amount}]
    if line.discount is not None:
        shown.append({"type": "items_discount", "amount": -line.discount.amount})
    return [*shown, {"type": "total", "amount": line.price.amount}]


def _expectation(view: OrderView, lines: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    order = view.order
    free = "free_" if not order.fee and any(one.fee for one in order.discounts) else ""
    window = say.window(order.slot_starts_at, order.slot_ends_at, order.placed_at.date(), lang)
    return {
        "id": order.slot_id,
        "line_items": _all(lines),
        "method_type": "shipping" if order.method == "delivery" else order.method,
        "destination": address(view.store) if order.method == "pickup" else {"address_country": "FR"},
        "fulfillable_on": order.slot_starts_at.isoformat(),
        "description": sentence(f"option_{free}{order.method}", lang, window=window),
    }


def _events(view: OrderView, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where the goods are now: the protocol's words for the status."""
    names = {
        OrderStatus.PICKING: "processing",
        OrderStatus.READY: "ready_for_pickup" if view.order.method == "pickup" else "processing",
        OrderStatus.OUT_FOR_DELIVERY: "shipped",
        OrderStatus.COMPLETED: "delivered",
        OrderStatus.CANCELED: "canceled",
    }
    name = names.get(view.order.status)
    if name is None:
        return []
    at = (view.order.changed_at or view.order.placed_at).isoformat()
    return [{"id": f"{view.order.id}.{name}", "occurred_at": at, "type": name, "line_items": _all(lines)}]


def _all(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": line["id"], "quantity": line["quantity"]["original"]} for line in lines]
