"""Carts and checkouts: created, read, replaced, completed, canceled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cabas.dialogue.notices import sentence
from cabas.domain.session import Address, Buyer, Session, SessionStatus
from cabas.kernel.errors import CabasError, InvalidInput, NotFound
from cabas.surfaces.ucp import consent, extensions, loyalty, recipes, wire
from cabas.surfaces.ucp import show_session as show
from cabas.surfaces.ucp.asked import Answer, Asked, Message, error
from cabas.surfaces.ucp.profile import CART, CHECKOUT
from cabas.surfaces.ucp.show import weighed
from cabas.usecases.shop.complete import Pay, complete
from cabas.usecases.shop.cook import cook_for
from cabas.usecases.shop.locations import stores_near
from cabas.usecases.shop.ports import PaymentAction
from cabas.usecases.shop.sessions import cancel_session, change_session, get_session, glance, open_session
from cabas.usecases.shop.view import ERROR, INPUT, ItemAsk, Notice, SessionAsk, SessionView

ROOTS = {"cart": CART, "checkout": CHECKOUT}
LINKED = "checkout:"


async def create(asked: Asked, kind: str) -> Answer:
    """A new session."""
    if kind == "checkout" and b'"cart_id"' in asked.body:
        begun = asked.read(wire.ConvertBody)
        return await _convert(asked.speaking(begun.context), begun)
    body = asked.read(wire.SessionBody)
    asked = asked.speaking(body.context)
    ask, told = understood(asked, body)
    view = await _cooked(asked, await _open(asked, kind, ask, told), body, told)
    told += loyalty.told(asked, view, claimed(body))
    if (ask.items or body.recipes) and not show.sold(view):
        await cancel_session(asked.front, asked.caller, view.id)
        return asked.failed((ROOTS[kind],), *_errors(view, told))
    return Answer(await shown(asked, view, told), 201)


async def read(asked: Asked, kind: str) -> Answer:
    """The session as it is."""
    view = await get_session(asked.front, asked.caller, asked.ident)
    if view.session.kind != kind or (kind == "cart" and view.session.status is SessionStatus.CANCELED):
        raise NotFound("There is no such session.", remedy="Open one.", code="session_not_found")
    return Answer(await shown(asked, view))


async def update(asked: Asked, kind: str) -> Answer:
    """The session with its lines replaced. What cannot be taken changes nothing, and is told."""
    body = asked.read(wire.SessionBody)
    asked = asked.speaking(body.context)
    _same_kind(await glance(asked.front, asked.caller, asked.ident), kind)
    ask, told = understood(asked, body)
    try:
        view = await change_session(asked.front, asked.caller, asked.ident, ask)
    except (NotFound, InvalidInput) as refused:
        if refused.code not in REJECTED:
            raise
        before = await get_session(asked.front, asked.caller, asked.ident)
        return Answer(await shown(asked, before, [_rejected(refused, before.lang), *told]))
    view = await _cooked(asked, view, body, told)
    return Answer(await shown(asked, view, [*told, *loyalty.told(asked, view, claimed(body))]))


async def _cooked(asked: Asked, view: SessionView, body: wire.SessionBody, told: list[Message]) -> SessionView:
    """The session with the recipes that were asked for by the extension, and are not in it yet."""
    said = recipes.wishes(body.recipes or (), recipes.titles(view)) if extensions.cooks(asked) else ()
    if not said:
        return view
    view, unread = await cook_for(asked.front, asked.caller, view.id, said)
    told += [show.message(one, ()) for one in unread]
    return view


async def cancel(asked: Asked, kind: str) -> Answer:
    """The session as it was, canceled."""
    _same_kind(await glance(asked.front, asked.caller, asked.ident), kind)
    return Answer(await shown(asked, await cancel_session(asked.front, asked.caller, asked.ident)))


async def complete_checkout(asked: Asked) -> Answer:
    """The order placed, or why not."""
    body = asked.read(wire.CompleteBody)
    instruments = body.payment.instruments or []
    chosen = next((one for one in instruments if one.selected), instruments[0] if instruments else None)
    token = chosen.credential.token if chosen and chosen.credential else ""
    pay = Pay(chosen.handler_id if chosen else "", token)
    agreed_to = consent.read(body.buyer.consent) if body.buyer else None
    if agreed_to or asked.callback:
        said = SessionAsk(consents=agreed_to or None, callback=asked.callback)
        await _remember(asked, said)
    key = asked.key or f"complete:{asked.ident}"
    try:
        view = await complete(asked.front, asked.caller, asked.ident, pay, key=key, request_hash=asked.request_hash)
    except PaymentAction as wanted:
        view = await get_session(asked.front, asked.caller, asked.ident)
        text = sentence("payment_action", view.lang)
        view = replace(view, notices=(*view.notices, Notice(ERROR, "payment_action", text, INPUT)))
        answer = await shown(asked, view)
        return Answer(answer | {"continue_url": wanted.url})
    return Answer(await shown(asked, view))


async def _remember(asked: Asked, said: SessionAsk) -> None:
    """Consent and the address to be told at are kept; a session that is over is left alone."""
    session = await glance(asked.front, asked.caller, asked.ident)
    fresh = said.callback != session.callback or said.consents
    if session.status is SessionStatus.OPEN and fresh:
        await change_session(asked.front, asked.caller, asked.ident, said)


async def _convert(asked: Asked, begun: wire.ConvertBody) -> Answer:
    """The checkout of a cart: the one there is, or a new one with what the cart holds."""
    cart = await get_session(asked.front, asked.caller, begun.cart_id)
    _same_kind(cart.session, "cart")
    if cart.session.source.startswith(LINKED):
        try:
            there = await get_session(asked.front, asked.caller, cart.session.source.removeprefix(LINKED))
        except NotFound:
            pass  # it waited too long
        else:
            if there.session.status is SessionStatus.OPEN:
                return Answer(await shown(asked, there))
    plain = wire.SessionBody([], begun.buyer, begun.context, begun.fulfillment, begun.discounts)
    ask, told = understood(asked, plain)
    codes = ask.codes or None
    ask = replace(ask, items=None, codes=codes, claims=ask.claims or None)
    view = await _open(asked, "checkout", ask, told, source=cart.id)
    await change_session(asked.front, asked.caller, cart.id, SessionAsk(source=LINKED + view.id))
    return Answer(await shown(asked, view, [*told, *loyalty.told(asked, view, claimed(begun))]), 201)


async def _open(asked: Asked, kind: str, ask: SessionAsk, told: list[Message], *, source: str = "") -> SessionView:
    """A new session, without the slot, store or way that was asked for when there is none such."""
    try:
        return await open_session(asked.front, asked.caller, kind, ask, source=source)
    except (NotFound, InvalidInput) as refused:
        if refused.code not in REJECTED:
            raise
        told.append(_rejected(refused, asked.caller.lang))
    method = None if told[-1]["code"] == "method_unknown" else ask.method
    plain = replace(ask, slot_id=None, store_id=None, method=method)
    return await open_session(asked.front, asked.caller, kind, plain, source=source)


# A recipe that comes to nothing is worth an error where there is nothing else.
UNREAD = ("recipe_unknown", "recipe_unreadable", "ingredients_missing")
REJECTED = ("slot_unknown", "store_unknown", "method_unknown", "not_found")


def _rejected(refused: CabasError, lang: str) -> Message:
    text = sentence("slot_unknown", lang) if refused.code == "slot_unknown" else str(refused)
    code = "invalid_fulfillment_option" if refused.code == "slot_unknown" else refused.code
    return error(code, text, path="$.fulfillment.methods[0]")


def _same_kind(session: Session, kind: str) -> None:
    if session.kind != kind:
        raise NotFound("There is no such session.", remedy="Open one.", code="session_not_found")


def _errors(view: SessionView, told: Sequence[Message]) -> list[Message]:
    """Why nothing of what was asked for can be bought."""
    found = [show.message(one, ()) for one in view.notices if one.kind == ERROR and one.line_id]
    unread = [error(one["code"], one["content"]) for one in told if one["code"] in UNREAD]
    return [one | {"severity": "unrecoverable"} for one in (*found, *told, *unread) if one["type"] == "error"]


async def shown(asked: Asked, view: SessionView, told: Sequence[Message] = ()) -> dict[str, Any]:
    """The session as the wire has it."""
    member = await loyalty.shown(asked, view)
    if view.session.kind == "cart":
        return show.cart(asked, view, told) | member
    fetched = view.talk.cart.method == "pickup"
    stores = await stores_near(asked.front, asked.caller, method="pickup") if fetched else ()
    return show.checkout(asked, view, told, stores) | member


def understood(asked: Asked, body: wire.SessionBody) -> tuple[SessionAsk, list[Message]]:
    """What a body asks of the session, and what of it was not taken."""
    told = list[Message]()
    items = _items(asked, body.line_items, told)
    ask = SessionAsk(
        items=items,
        buyer=_buyer(body.buyer),
        codes=(body.discounts.codes if body.discounts else None) or [],
        consents=consent.read(body.buyer.consent) if body.buyer else None,
        store_id=(body.context.location if body.context else None) or None,
        callback=asked.callback,
        adult=extensions.confirmed(asked, body.age_gate),
        claims=loyalty.claims(asked, claimed(body)),
    )
    method = next(iter((body.fulfillment.methods if body.fulfillment else None) or ()), None)
    return (_with_method(ask, method) if method else ask), told


def claimed(body: wire.SessionBody | wire.ConvertBody) -> Sequence[str]:
    """What the platform says the buyer is eligible for."""
    return (body.context and body.context.eligibility) or ()


def _items(asked: Asked, lines: Sequence[wire.LineAsk], told: list[Message]) -> list[ItemAsk]:
    """The lines, but for those whose unit is another than the product's."""
    products = asked.front.desk.search(asked.caller.retailer_id).get({line.item.id for line in lines})
    items = []
    for line in lines:
        unit, known = line.item.quantity_unit, products.get(line.item.id)
        if unit is not None and known is not None:
            ours = ("KGM", 3) if weighed(known) else ("C62", 0)
            if (unit.unit, unit.scale) != ours:
                said = sentence("unit_mismatch", asked.caller.lang, name=known.name_in(asked.caller.lang), unit=ours[0])
                told.append(error("quantity_unit_mismatch", said))
                continue
        items.append(ItemAsk(line.item.id, line.quantity, line.id or "", extensions.policy(asked, line.substitution)))
    return items


def _buyer(said: wire.BuyerAsk | None) -> Buyer | None:
    if said is None:
        return None
    return Buyer(said.first_name or "", said.last_name or "", said.email or "", said.phone_number or "")


def _with_method(ask: SessionAsk, said: wire.MethodAsk) -> SessionAsk:
    """With how, where and when: a slot is an option, a store a destination."""
    named = said.type or said.id or ""
    method = show.METHODS.get(named, named) or None
    group = next(iter(said.groups or ()), None)
    where, chosen = None, said.selected_destination_id
    if method == "pickup":
        store = chosen or ask.store_id
        return replace(ask, method=method, slot_id=group.selected_option_id if group else None, store_id=store)
    listed = said.destinations or []
    picked = next((one for one in listed if one.id == chosen), listed[0] if listed else None)
    if picked is not None:
        where = Address(
            street=picked.street_address or "",
            extra=picked.extended_address or "",
            city=picked.address_locality or "",
            region=picked.address_region or "",
            postcode=(picked.postal_code or "")[:12],
            country=(picked.address_country or "")[:2],
            name=f"{picked.first_name or ''} {picked.last_name or ''}".strip(),
            id=picked.id or "",
        )
    return replace(ask, method=method, slot_id=group.selected_option_id if group else None, destination=where)
