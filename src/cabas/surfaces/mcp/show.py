"""Use case results as the wire has them, and each in words for a model that reads text."""

from __future__ import annotations

from typing import Any

from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel

from cabas.dialogue import say
from cabas.dialogue.notices import sentence, spoken
from cabas.domain.adjustment import as_picked
from cabas.domain.cart import LineItem
from cabas.domain.fulfillment import Slot as DomainSlot
from cabas.kernel.money import Money
from cabas.surfaces.mcp import wire
from cabas.usecases.ports import Store
from cabas.usecases.shop.catalog import Listing
from cabas.usecases.shop.cook import Cooked, cooked
from cabas.usecases.shop.orders import OrderView
from cabas.usecases.shop.view import SessionView

SLOTS_SHOWN = 12


def result(value: BaseModel, text: str) -> CallToolResult:
    """A tool's answer: the structure for programs, `text` for models and people."""
    content: dict[str, Any] = value.model_dump(mode="json")
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=content)


def price(amount: Money, lang: str) -> wire.Price:
    """An amount of money."""
    return wire.Price(amount=amount.amount, currency=amount.currency, text=say.money(amount, lang))


def product(one: Listing, locale: str) -> wire.Product:
    """A product in one store."""
    lang, known = spoken(locale), one.product
    return wire.Product(
        sku=known.sku,
        name=known.name_in(lang),
        brand=known.brand,
        price=price(one.price, lang),
        list_price=price(one.list_price, lang) if one.list_price != one.price else None,
        per_unit=say.per_unit(one.price, known, lang),
        content=say.content(known, lang),
        sold_by=known.sold_by.value,
        available=one.available,
        category=list(known.category),
        labels=sorted(known.labels),
        allergens=sorted(known.allergens),
        minimum_age=known.minimum_age,
        image=known.image,
    )


def products(listings: list[Listing], locale: str, cursor: str | None) -> CallToolResult:
    """A page of products, one line of text each."""
    found = [product(one, locale) for one in listings]
    lines = [
        f"{one.name}{f' ({one.content})' if one.content else ''}: {one.price.text} [sku {one.sku}]" for one in found
    ]
    text = "\n".join(lines) or "Nothing was found."
    return result(wire.Products(products=found, next_cursor=cursor), f"{text}\n(more: {cursor})" if cursor else text)


def store(one: Store) -> wire.Store:
    """A store."""
    hours = {str(day): [f"{opens}-{closes}" for opens, closes in times] for day, times in one.hours.items()}
    return wire.Store(id=one.id, name=one.name, address=one.where, methods=list(one.methods), hours=hours)


def slot(one: DomainSlot, lang: str) -> wire.Slot:
    """A slot, in the store's own time."""
    return wire.Slot(
        id=one.id, method=one.method.value, starts_at=one.starts_at.isoformat(), ends_at=one.ends_at.isoformat(),
        fee=price(one.fee, lang),
    )  # fmt: skip


def line(one: LineItem, lang: str) -> wire.Line:
    """A line of a cart."""
    return wire.Line(
        id=one.id, asked_for=one.want.words, sku=one.sku, name=one.name, quantity=one.quantity, sold_by=one.sold_by,
        price=price(one.price, lang) if one.price is not None else None, content=one.content, why=list(one.why),
        deposit=price(one.deposit, lang) if one.deposit else None, recipe=one.recipe,
    )  # fmt: skip


def recipe(one: Cooked, lang: str) -> wire.Recipe:
    """A recipe in a cart."""
    at_home = [
        wire.AtHome(ingredient=line.want.words, sku=line.sku, name=line.name, price=price(line.price, lang))
        for line in one.at_home
        if line.sku is not None and line.price is not None
    ]
    return wire.Recipe(
        title=one.title,
        servings=float(one.servings) if one.servings is not None else None,
        cost=price(one.cost, lang),
        price_per_portion=price(one.portion, lang) if one.portion is not None else None,
        at_home=at_home,
    )


def cart(view: SessionView, reply: str = "") -> wire.Cart:
    """A cart or checkout session."""
    lang, totals, chosen = view.lang, view.totals, view.talk.cart.slot
    booked = next((one for one in view.slots if chosen and one.id == chosen.slot_id), None)
    notes = [wire.Note(kind=one.kind, code=one.code, text=one.text, line_id=one.line_id) for one in view.notices]
    return wire.Cart(
        cart_id=view.id,
        store=view.store.name,
        status=view.session.status.value,
        reply=reply,
        lines=[line(one, lang) for one in view.lines],
        slot=slot(booked, lang) if booked else None,
        slots=[slot(one, lang) for one in view.slots[:SLOTS_SHOWN]],
        goods=price(totals.subtotal, lang),
        fee=price(totals.fee, lang),
        discounts=[
            wire.Discount(code="" if one.automatic else one.code, title=one.title, amount=price(one.amount, lang))
            for one in view.applied
        ],
        deposits=wire.Extra(title=sentence("total_deposits", lang), amount=price(totals.deposits, lang))
        if totals.deposits
        else None,
        total=price(totals.total, lang),
        vat=price(totals.tax, lang),
        ready=view.ready and view.order is None,
        notes=notes,
        ways_to_pay=[one.id for one in view.handlers],
        recipes=[recipe(one, lang) for one in cooked(view)],
        order_number=view.order.number if view.order else None,
        order_id=view.order.id if view.order else None,
    )


def cart_result(view: SessionView, reply: str = "") -> CallToolResult:
    """A cart with its text twin: the reply, the lines, the total, what is missing."""
    shown = cart(view, reply)
    lines = [
        f"{one.quantity}{' g' if one.sold_by == 'weight' else ' x'} {one.name}: {one.price.text if one.price else '-'}"
        for one in shown.lines
    ]
    missing = [f"! {one.text}" for one in shown.notes if one.kind == "error"]
    placed = [f"Order {shown.order_number}"] if shown.order_number else []
    held = [f"{shown.deposits.title}: {shown.deposits.amount.text}"] if shown.deposits else []
    parts = [reply, *placed, *lines, *held, f"Total {shown.total.text} [cart {shown.cart_id}]", *missing]
    return result(shown, "\n".join(part for part in parts if part))


def order(view: OrderView, lang: str) -> wire.Order:
    """An order as it is now, of which only the fields that may be seen."""
    one, seen = as_picked(view.order), view.seen
    lines = [
        wire.OrderLine(name=line.name, quantity=line.quantity, sold_by=line.sold_by, price=price(line.price, lang))
        for line in one.lines
    ]
    slotted = "slot" in seen
    return wire.Order(
        order_id=one.id,
        number=one.number,
        status=one.status.value,
        store=view.store.name if "store" in seen else None,
        method=one.method if slotted else None,
        slot_starts_at=one.slot_starts_at.isoformat() if slotted else None,
        slot_ends_at=one.slot_ends_at.isoformat() if slotted else None,
        total=price(one.total, lang) if "total" in seen else None,
        lines=lines if "lines" in seen else None,
    )
