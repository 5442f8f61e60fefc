"""Carts and checkouts as the wire has them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cabas.dialogue import say
from cabas.dialogue.notices import sentence
from cabas.domain.cart import LineItem
from cabas.domain.fulfillment import Slot
from cabas.domain.session import SessionStatus
from cabas.surfaces.discounts import REASONS
from cabas.surfaces.ucp import consent, extensions, recipes
from cabas.surfaces.ucp.asked import Asked, Message, error, warning
from cabas.surfaces.ucp.loyalty import program
from cabas.surfaces.ucp.profile import CART, CHECKOUT, CONSENT, DISCOUNT, FULFILLMENT
from cabas.surfaces.ucp.show import KILOGRAM, address, comparator, deposit_total, vat_lines, weighed
from cabas.usecases.ports import Store
from cabas.usecases.shop.view import ERROR, RECOVERABLE, WARNING, Notice, SessionView

# Codes of the protocol where it has one; others are told as they are.
CODES = {
    "item_not_found": "item_unavailable",
    "not_sold_here": "item_unavailable",
    "insufficient_stock": "insufficient_stock",
    "address_not_served": "address_undeliverable",
    "payment_declined": "payment_failed",
    "payment_unknown": "payment_failed",
    "payment_needed": "payment_failed",
    "age_to_confirm": "age_restricted",
    "under_age": "age_restricted",
    **REASONS,
}
GONE = ("item_not_found", "not_sold_here", "out_of_stock")
WIRE = {"delivery": "shipping", "pickup": "pickup"}
METHODS = {"shipping": "delivery", "delivery": "delivery", "pickup": "pickup", "curbside": "pickup"}


def unavailable(view: SessionView) -> set[str]:
    """Ids of the lines that cannot be bought at all."""
    return {one.line_id for one in view.notices if one.kind == ERROR and one.code in GONE and one.line_id}


def sold(view: SessionView) -> list[LineItem]:
    """The lines that are shown: those that can be bought."""
    gone = unavailable(view)
    return [line for line in view.lines if line.id not in gone and line.price is not None]


def cart(asked: Asked, view: SessionView, told: Sequence[Message] = ()) -> dict[str, Any]:
    """A cart."""
    body = _common(asked, view, told, CART)
    return {"ucp": asked.said((CART,)), **body}


def checkout(
    asked: Asked, view: SessionView, told: Sequence[Message] = (), stores: Sequence[Store] = ()
) -> dict[str, Any]:
    """A checkout. `stores` are where it may be fetched."""
    body = _common(asked, view, told, CHECKOUT)
    body |= {"ucp": asked.said((CHECKOUT,), view.handlers), "links": [], "status": status(view, body["messages"])}
    if asked.can(FULFILLMENT):
        body["fulfillment"] = fulfillment(view, stores)
    body |= extensions.extended(asked, view)
    if view.order is not None:
        body["order"] = {
            "id": view.order.id,
            "label": view.order.number,
            "permalink_url": f"{asked.face.endpoint}/orders/{view.order.id}",
        }
    if body["status"] in ("completed", "canceled"):
        body.pop("continue_url", None)
    return body


def _common(asked: Asked, view: SessionView, told: Sequence[Message], root: str) -> dict[str, Any]:
    lines, session, codes = sold(view), view.session, view.talk.cart.codes
    body: dict[str, Any] = {
        "id": view.id,
        "line_items": extensions.of_lines(asked, [line_item(line, view) for line in lines], lines, view),
        "currency": view.totals.total.currency,
        "totals": totals(view),
        "messages": [*(message(one, lines, codes) for one in view.notices if one.code != "empty" or not told), *told],
        "expires_at": session.expires_at.isoformat(),
        "continue_url": f"{asked.premises.url}/continue/{view.handle}",
    }
    body |= recipes.shown(view) if extensions.cooks(asked) else {}
    buyer = _buyer(asked, view)
    if buyer:
        body["buyer"] = buyer
    if root == CHECKOUT and session.source and ":" not in session.source:
        body["cart_id"] = session.source
    if asked.can(DISCOUNT):
        body["discounts"] = {"codes": list(view.talk.cart.codes), "applied": applied(asked, lines, view)}
    return body


def _buyer(asked: Asked, view: SessionView) -> dict[str, Any]:
    session, buyer = view.session, view.session.buyer
    shown: dict[str, Any] = {}
    if buyer is not None:
        named = {
            "first_name": buyer.first_name,
            "last_name": buyer.last_name,
            "email": buyer.email,
            "phone_number": buyer.phone,
        }
        shown = {name: value for name, value in named.items() if value}
    if asked.can(CONSENT):
        shown["consent"] = consent.show(session.consents, asked.face.version, view.lang)
    return shown


def line_item(line: LineItem, view: SessionView) -> dict[str, Any]:
    """A line with its totals."""
    assert line.price is not None  # noqa: S101 (only what can be bought is shown)
    full, paid = line.full_price or line.price, line.price - view.off(line)
    product = view.products.get(line.sku or "")
    amounts = [{"type": "subtotal", "amount": full.amount}]
    if full != paid:
        amounts.append({"type": "items_discount", "amount": paid.amount - full.amount})
    amounts.append({"type": "total", "amount": paid.amount})
    item: dict[str, Any] = {"id": line.sku or line.want.words, "title": line.name, "price": _unit(line)}
    if weighed(product):
        item["quantity_unit"] = KILOGRAM
    elif product is not None and (per := comparator(product, full.times(Fraction(1, max(line.quantity, 1))))):
        item["unit_price"] = per
    if product is not None and product.image.startswith("https://"):
        item["image_url"] = product.image
    return {"id": line.id, "item": item, "quantity": line.quantity, "totals": amounts}


def _unit(line: LineItem) -> int:
    """The price of a piece or kilogram without promotion: what the subtotal is made of."""
    assert line.price is not None  # noqa: S101
    full = line.full_price or line.price
    if line.sold_by != "weight":
        return full.amount // max(line.quantity, 1)
    if line.unit_price is not None and full == line.price:
        return line.unit_price.amount
    return round(full.amount * 1000 / max(line.quantity, 1))


def totals(view: SessionView) -> list[dict[str, Any]]:
    """The totals; all but the last sum up to it."""
    of = view.totals
    shown: list[dict[str, Any]] = [{"type": "subtotal", "amount": of.items.amount}]
    if of.discount:
        shown.append({"type": "items_discount", "amount": -of.discount.amount})
    if of.order_discount:
        shown.append({"type": "discount", "amount": -of.order_discount.amount})
    if view.talk.cart.slot is not None:
        shown.append({"type": "fulfillment", "amount": of.fee.amount})
    shown += deposit_total(of.deposits, view.lang)
    last: dict[str, Any] = {"type": "total", "amount": of.total.amount}
    lines = vat_lines(dict(of.vat), of.total, view.lang, of.deposits)
    return [*shown, last | ({"lines": lines} if lines else {})]


def applied(asked: Asked, lines: Sequence[LineItem], view: SessionView) -> list[dict[str, Any]]:
    """Promotions, which apply by themselves, then codes in the order in which they count."""
    shown, places = list[dict[str, Any]](), {line.id: index for index, line in enumerate(lines)}
    for index, line in enumerate(lines):
        if line.price is None or line.full_price is None or line.full_price == line.price:
            continue
        saved = line.full_price.amount - line.price.amount
        shown.append(
            {
                "title": sentence("promotion_on", view.lang, name=line.name),
                "amount": saved,
                "automatic": True,
                "allocations": [{"path": f"$.line_items[{index}]", "amount": saved}],
            }
        )
    for priority, one in enumerate(view.applied, start=1):
        parts = [{"path": f"$.line_items[{places[line]}]", "amount": share.amount} for line, share in one.shares]
        if one.fee:
            parts = [{"path": "$.totals.fulfillment", "amount": one.fee.amount}]
        named: dict[str, Any] = {"automatic": True} if one.automatic else {"code": one.code}
        if view.for_members(one):
            named["eligibility"] = program(asked.premises.url)
            named |= {"provisional": True} if view.unproved else {}
        split = {} if one.whole and not one.fee else {"allocations": parts}
        more = {"method": "across", "priority": priority, **split}
        shown.append({"title": one.title or one.code, "amount": one.amount.amount, **named, **more})
    return shown


def message(one: Notice, lines: Sequence[LineItem], codes: Sequence[str] = ()) -> Message:
    """A notice. `codes` are the discount codes as they are shown."""
    code = CODES.get(one.code, one.code)
    if one.discount_code:
        return warning(code, one.text, f"$.discounts.codes[{codes.index(one.discount_code)}]")
    index = next((number for number, line in enumerate(lines) if line.id == one.line_id and one.line_id), None)
    path = "" if index is None else f"$.line_items[{index}]"
    if one.kind == ERROR:
        severity = RECOVERABLE if code == "payment_failed" else one.severity
        return error(code, one.text, severity, path)
    if one.kind == WARNING:
        return warning(code, one.text, path)
    return {"type": "info", "code": code, "content": one.text} | ({"path": path} if path else {})


def status(view: SessionView, messages: Sequence[Message]) -> str:
    """Where the checkout is."""
    if view.session.status is not SessionStatus.OPEN:
        return str(view.session.status.value)
    # A claim that was not proved concerns the messages alone.
    errors = [one for one in messages if one["type"] == "error" and one["code"] != "eligibility_invalid"]
    if any(str(one["severity"]).startswith("requires_") for one in errors):
        return "requires_escalation"
    return "incomplete" if errors else "ready_for_complete"


def fulfillment(view: SessionView, stores: Sequence[Store]) -> dict[str, Any]:
    """How goods reach the buyer: the method that was chosen with its slots, and the others."""
    chosen, ids = view.talk.cart.method, [line.id for line in sold(view)]
    shown: dict[str, Any] = {"methods": [], "available_methods": []}
    for name in view.store.methods:
        if name == chosen:
            shown["methods"] = [_method(view, name, ids, stores)]
        slots = [slot for slot in view.slots if slot.method == name]
        if slots:
            window = _window(slots[0], view)
            said = sentence(f"available_{name}", view.lang, store=view.store.name, window=window)
            shown["available_methods"].append(
                {
                    "type": WIRE[name],
                    "line_item_ids": ids,
                    "fulfillable_on": slots[0].starts_at.isoformat(),
                    "description": said,
                }
            )
    return shown


def _method(view: SessionView, name: str, ids: Sequence[str], stores: Sequence[Store]) -> dict[str, Any]:
    slot, destinations = view.talk.cart.slot, _destinations(view, name, stores)
    group: dict[str, Any] = {
        "id": "all",
        "line_item_ids": list(ids),
        "options": [_option(one, view) for one in view.slots if one.method == name],
    }
    if slot is not None:
        group["selected_option_id"] = slot.slot_id
    method: dict[str, Any] = {
        "id": WIRE[name],
        "type": WIRE[name],
        "line_item_ids": list(ids),
        "groups": [group],
    }
    if destinations:
        method["destinations"] = destinations
        method["selected_destination_id"] = destinations[0]["id"]
    return method


def _destinations(view: SessionView, name: str, stores: Sequence[Store]) -> list[dict[str, Any]]:
    """The stores, that of the session first; or the address."""
    if name == "pickup":
        listed = [view.store, *(one for one in stores if one.id != view.store.id)]
        return [
            {"type": "business_location", "id": one.id, "name": one.name, "address": address(one)} for one in listed
        ]
    where = view.session.destination
    if where is None:
        return []
    parts = {
        "street_address": where.street,
        "extended_address": where.extra,
        "address_locality": where.city,
        "address_region": where.region,
        "postal_code": where.postcode,
        "address_country": where.country,
        "first_name": where.name,
    }
    shown = {key: value for key, value in parts.items() if value}
    return [{"type": "shipping_address", "id": where.id or "address", **shown}]


def _window(slot: Slot, view: SessionView) -> str:
    return say.window(slot.starts_at, slot.ends_at, view.now.date(), view.lang)


def _option(slot: Slot, view: SessionView) -> dict[str, Any]:
    fee = view.fee_of(slot)
    free = "free_" if slot.fee and not fee else ""
    return {
        "id": slot.id,
        "title": sentence(f"option_{free}{slot.method.value}", view.lang, window=_window(slot, view)),
        "earliest_fulfillment_time": slot.starts_at.isoformat(),
        "latest_fulfillment_time": slot.ends_at.isoformat(),
        "totals": [
            {"type": "fulfillment", "amount": slot.fee.amount},
            *([{"type": "discount", "amount": (fee - slot.fee).amount}] if fee != slot.fee else []),
            {"type": "total", "amount": fee.amount},
        ],
    }
