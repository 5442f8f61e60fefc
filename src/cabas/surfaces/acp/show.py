"""Sessions and carts as the wire has them. Amounts are minor units, VAT included; the VAT is told with the total."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cabas.dialogue import say
from cabas.dialogue.notices import sentence
from cabas.domain.cart import LineItem
from cabas.domain.catalog import Product
from cabas.domain.fulfillment import Slot
from cabas.domain.session import Address, SessionStatus
from cabas.kernel.money import Money
from cabas.surfaces.acp.asked import VERSION, Asked
from cabas.surfaces.acp.discounts import discounts
from cabas.surfaces.acp.messages import message, status
from cabas.surfaces.acp.orders import entity
from cabas.usecases.ports import Store
from cabas.usecases.shop.ports import PaymentHandler
from cabas.usecases.shop.view import SessionView

# Goods by weight are counted in pieces of their usual weight, or in portions of so many grams.
PORTION_GRAMS = 100
EXTENDS = ("$.CheckoutSessionCreateRequest.discounts", "$.CheckoutSessionUpdateRequest.discounts",
           "$.CheckoutSession.discounts")  # fmt: skip
WIRE_METHODS = {"delivery": "local_delivery", "pickup": "pickup"}


def step(product: Product | None) -> int:
    """What a quantity of 1 means: one piece, or so many grams."""
    if product is None or product.sold_by.value != "weight":
        return 1
    content = product.content
    if content is not None and content.dimension == "mass" and content.base >= 1:
        return int(content.base)
    return PORTION_GRAMS


def total(kind: str, amount: Money, lang: str, word: str = "") -> dict[str, Any]:
    """One line of totals."""
    return {"type": kind, "display_text": sentence(word or f"total_{kind}", lang), "amount": amount.amount}


def session(asked: Asked, view: SessionView) -> dict[str, Any]:
    """A checkout session."""
    kept = view.session
    body = _common(asked, view)
    body |= {
        "protocol": {"version": VERSION},
        "capabilities": _capabilities(asked, view),
        "status": status(view),
        "locale": view.talk.locale,
        "timezone": view.store.timezone,
        "fulfillment_options": [_option(one, view) for one in view.slots],
        "links": [{"type": "about_us", "title": view.store.name, "url": f"{asked.premises.url}/"}],
        "created_at": kept.opened_at.isoformat(),
        "discounts": discounts(view),
    }
    details = _details(view)
    if details:
        body["fulfillment_details"] = details
    chosen = view.talk.cart.slot
    if chosen is not None:
        ids = [line.sku or line.want.words for line in view.lines]
        chosen_type = WIRE_METHODS[chosen.method]
        body["selected_fulfillment_options"] = [{"type": chosen_type, "option_id": chosen.slot_id, "item_ids": ids}]
    if view.order is not None:
        named = {line.sku: line.id for line in view.lines if line.sku}
        body["order"] = entity(view.order, named, asked.premises.url, view.lang)
    if kept.status is not SessionStatus.OPEN:
        body.pop("continue_url")
    return body


def cart(asked: Asked, view: SessionView) -> dict[str, Any]:
    """A cart."""
    return _common(asked, view)


def _common(asked: Asked, view: SessionView) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": view.id,
        "line_items": [line_item(line, view) for line in view.lines],
        "currency": view.totals.total.currency.lower(),
        "totals": totals(view),
        "messages": [message(one, view) for one in view.notices],
        "expires_at": view.session.expires_at.isoformat(),
        "continue_url": f"{asked.premises.url}/continue/{view.handle}",
    }
    buyer = view.session.buyer
    if buyer is not None and buyer.email:
        named = {"first_name": buyer.first_name, "last_name": buyer.last_name, "phone_number": buyer.phone}
        body["buyer"] = {"email": buyer.email} | {name: value for name, value in named.items() if value}
    return body


def line_item(line: LineItem, view: SessionView) -> dict[str, Any]:
    """One line. What cannot be bought costs nothing."""
    sku, lang = line.sku or line.want.words, view.lang
    product = view.products.get(sku)
    grams = step(product)
    zero = Money.zero(view.totals.total.currency)
    price = line.price or zero
    full = line.full_price or price
    each = (line.unit_price or zero).times(Fraction(grams, 1000)) if line.sold_by == "weight" else line.unit_price
    paid = price - view.off(line)
    amounts = [total("items_base_amount", full, lang)]
    if full != paid:
        amounts.append(total("items_discount", full - paid, lang))
    amounts += [total("subtotal", paid, lang), total("total", paid, lang)]
    shown: dict[str, Any] = {
        "id": line.id,
        "item": {"id": sku, "name": line.name or sku, "unit_amount": (each or zero).amount},
        "quantity": max(1, round(Fraction(line.quantity, grams))),
        "name": line.name or sku,
        "unit_amount": (each or zero).amount,
        "product_id": sku,
        "sku": sku,
        "availability_status": "in_stock" if line.sku and line.available else "out_of_stock",
        "totals": amounts,
    }
    shown |= _described(line, product, view)
    return shown


def _described(line: LineItem, product: Product | None, view: SessionView) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    facts: list[tuple[str, str]] = []
    if product is not None:
        if product.image.startswith(("https://", "http://")):
            shown["images"] = [product.image]
        if product.category:
            shown["category"] = " > ".join(product.category)
        if product.labels:
            shown["tags"] = sorted(product.labels)
        if line.sold_by == "weight":
            shown["weight"] = {"value": line.quantity, "unit": "g"}
            facts.append(("attribute_unit", f"{step(product)} g"))
        elif line.content:
            facts.append(("attribute_content", line.content))
        if line.per_unit:
            facts.append(("attribute_per_unit", line.per_unit))
        if product.minimum_age:
            facts.append(("attribute_minimum_age", str(product.minimum_age)))
    if facts:
        shown["custom_attributes"] = [
            {"display_name": sentence(code, view.lang), "value": value} for code, value in facts
        ]
    return shown


def totals(view: SessionView) -> list[dict[str, Any]]:
    """The totals: `items_base_amount` - `items_discount` = `subtotal`; with `fulfillment` and `fee` (deposits on
    bottles) it is the `total`.
    """
    lang, amounts = view.lang, view.totals
    shown = [total("items_base_amount", amounts.items, lang)]
    if amounts.discount:
        shown.append(total("items_discount", amounts.discount, lang))
    shown.append(total("subtotal", amounts.subtotal, lang))
    if amounts.order_discount:
        shown.append(total("discount", amounts.order_discount, lang))
    if view.talk.cart.slot is not None:
        word = f"total_{view.talk.cart.slot.method}"
        shown.append(total("fulfillment", amounts.fee, lang, word))
    if amounts.deposits:
        shown.append(total("fee", amounts.deposits, lang, "total_deposits"))
    last = total("total", amounts.total, lang)
    if amounts.tax:
        last["description"] = sentence("vat_included", lang, amount=say.money(amounts.tax, lang))
        last["breakdown"] = _vat(amounts.vat)
    return [*shown, last]


def _vat(vat: Mapping[int, Money]) -> list[dict[str, Any]]:
    """VAT inside the total, by rate (basis points)."""
    return [
        {"jurisdiction": "FR", "rate": rate / 10_000, "amount": amount.amount}
        for rate, amount in sorted(vat.items())
        if amount
    ]


def _capabilities(asked: Asked, view: SessionView) -> dict[str, Any]:
    return {
        "payment": {"handlers": [handler(asked.premises.url, one, view.lang) for one in view.handlers]},
        "interventions": {"supported": [], "required": [], "enforcement": "conditional"},
        "extensions": [{"name": "discount", "extends": list(EXTENDS)}],
    }


def handler(url: str, one: PaymentHandler, lang: str) -> dict[str, Any]:
    """A way to pay. A payment service's takes tokens delegated to it; our own two take none."""
    own = one.name.startswith("dev.cabas.payment.")
    base = f"{url}/acp/handlers/{one.id}"
    shown: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "version": one.version,
        "spec": base,
        "requires_delegate_payment": not own,
        "requires_pci_compliance": False,
        "psp": str(one.config.get("psp", "none" if own else one.id)),
        "config_schema": f"{base}/config.json",
        "instrument_schemas": [f"{base}/instrument.json"],
        "config": dict(one.config),
    }
    if own:
        shown["display_name"] = sentence(one.id, lang)
    return shown


def _details(view: SessionView) -> dict[str, Any]:
    where, buyer = view.session.destination, view.session.buyer
    shown: dict[str, Any] = {}
    if buyer is not None:
        named = {"name": buyer.name, "phone_number": buyer.phone, "email": buyer.email}
        shown = {name: value for name, value in named.items() if value}
    if where is not None:
        if where.name:
            shown["name"] = where.name
        shown["address"] = _address(where)
    return shown


def _address(where: Address) -> dict[str, str]:
    shown = {
        "name": where.name, "line_one": where.street, "city": where.city, "state": where.region,
        "country": where.country, "postal_code": where.postcode,
    }  # fmt: skip
    return shown | ({"line_two": where.extra} if where.extra else {})


def store_address(store: Store) -> dict[str, str]:
    """A store's address."""
    return {
        "name": store.name, "line_one": store.address, "city": store.city, "state": "",
        "country": "FR" if store.timezone == "Europe/Paris" else "", "postal_code": store.postcode,
    }  # fmt: skip


def _option(slot: Slot, view: SessionView) -> dict[str, Any]:
    """A slot as a fulfillment option."""
    lang, method = view.lang, slot.method.value
    window = say.window(slot.starts_at, slot.ends_at, view.now.date(), lang)
    word, fee = f"total_{method}", view.fee_of(slot)
    free = "free_" if slot.fee and not fee else ""
    shown: dict[str, Any] = {
        "type": WIRE_METHODS[method],
        "id": slot.id,
        "title": sentence(f"option_{free}{method}", lang, window=window),
        "totals": [total("fulfillment", fee, lang, word), total("total", fee, lang)],
    }
    if method == "pickup":
        curbside = bool({"drive", "curbside"} & set(view.store.methods))
        return shown | {
            "location": {"name": view.store.name, "address": store_address(view.store)},
            "pickup_type": "curbside" if curbside else "in_store",
            "ready_by": slot.starts_at.isoformat(),
            "pickup_by": slot.ends_at.isoformat(),
        }
    window_at = {"start": slot.starts_at.isoformat(), "end": slot.ends_at.isoformat()}
    return shown | {"delivery_window": window_at, "service_area": {"center_postal_code": view.store.postcode}}
