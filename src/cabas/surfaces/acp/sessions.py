"""Checkout sessions: read what an agent says, have the shop do it, show the session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cabas.domain.session import Address, Buyer, SessionStatus
from cabas.kernel.errors import NotFound
from cabas.surfaces.acp import show, wire
from cabas.surfaces.acp.asked import Answer, Asked, Refused
from cabas.surfaces.acp.messages import code as code_of
from cabas.surfaces.acp.messages import where
from cabas.surfaces.acp.orders import CALLBACK
from cabas.usecases.shop.complete import Pay, complete
from cabas.usecases.shop.ports import PaymentAction
from cabas.usecases.shop.sessions import cancel_session, change_session, get_session, open_session
from cabas.usecases.shop.view import ERROR, ItemAsk, SessionAsk, SessionView
from cabas.usecases.shop.visit import enter

KIND = "checkout"
METHODS = {"pickup": "pickup", "local_delivery": "delivery", "shipping": "delivery"}


async def create(asked: Asked) -> Answer:
    """A new session."""
    body = asked.read(wire.CreateBody)
    asked = asked.speaking(body.locale)
    ask = _asked(asked, body, source=_source(body.affiliate_attribution))
    store = (await enter(asked.front, asked.caller, store_id=ask.store_id)).store
    if body.currency.upper() != store.currency:
        raise Refused(
            400, "unsupported", f"This shop sells in {store.currency}.", param="$.currency",
            remedy=f'Ask with "{store.currency.lower()}".',
        )  # fmt: skip
    return Answer(show.session(asked, await open_session(asked.front, asked.caller, KIND, ask)), 201)


async def read(asked: Asked) -> Answer:
    """The session as it is."""
    return Answer(show.session(asked, await found(asked, KIND)))


async def update(asked: Asked) -> Answer:
    """The session with what was said."""
    body = asked.read(wire.UpdateBody)
    before = await found(asked, KIND)
    ask = _asked(asked, body, known=before.session.buyer)
    return Answer(show.session(asked, await change_session(asked.front, asked.caller, asked.ident, ask)))


async def finish(asked: Asked) -> Answer:
    """The order placed. Raises `Refused` when it cannot be: the session says what is missing."""
    body = asked.read(wire.CompleteBody)
    before = await found(asked, KIND)
    paid = body.payment_data
    if paid.handler_id is None or paid.instrument is None:
        raise Refused(
            400, "unsupported" if paid.purchase_order_number else "missing", "Orders are paid by an instrument.",
            param="$.payment_data", remedy="Send handler_id and instrument.",
        )  # fmt: skip
    wished = {one.channel: one.opted_in for one in body.marketing_consents or ()}
    said = SessionAsk(
        buyer=buyer_of(body.buyer),
        note=body.order_notes,
        consents={**before.session.consents, "marketing": any(wished.values())} if wished else None,
        source=_source(body.affiliate_attribution),
    )
    if before.session.status is SessionStatus.OPEN and said != SessionAsk():
        await change_session(asked.front, asked.caller, asked.ident, said)
    pay = Pay(paid.handler_id, paid.instrument.credential.token)
    try:
        view = await complete(
            asked.front, asked.caller, asked.ident, pay, key=f"acp:{asked.key}", request_hash=asked.request_hash
        )
    except PaymentAction as wanted:
        raise Refused(400, "requires_3ds", f"{wanted.message} {wanted.url}", param="$.authentication_result") from None
    if view.order is None:
        raise _not_ready(view)
    return Answer(show.session(asked, view))


async def cancel(asked: Asked) -> Answer:
    """The session, given up."""
    asked.read(wire.CancelBody)
    view = await found(asked, KIND)
    if view.session.status is not SessionStatus.OPEN:
        raise Refused(405, "conflict", f"This session is {view.session.status}.", remedy="Open another one.")
    return Answer(show.session(asked, await cancel_session(asked.front, asked.caller, asked.ident)))


async def found(asked: Asked, kind: str) -> SessionView:
    """The caller's session of that kind. Raises `NotFound`."""
    view = await get_session(asked.front, asked.caller, asked.ident)
    if view.session.kind != kind or (kind == "cart" and view.session.status is SessionStatus.CANCELED):
        raise NotFound("There is no such session.", remedy="Open one.", code="session_not_found")
    return view


def _not_ready(view: SessionView) -> Refused:
    """Why there is no order: the first thing in its way."""
    errors = [one for one in view.notices if one.kind == ERROR]
    if not errors:  # it was lost between two looks: a slot or the last piece went to somebody else
        return Refused(409, "conflict", "The session changed.", remedy="Read it again.")
    first = errors[-1] if errors[-1].code == "payment_declined" else errors[0]
    status = 402 if first.code == "payment_declined" else 400
    return Refused(status, code_of(first), first.text, param=where(first, view))


def items(asked: Asked, lines: Sequence[wire.ItemAsk]) -> list[ItemAsk]:
    """Lines in the shop's own units, each product once."""
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.id] += line.quantity
    products = asked.front.desk.search(asked.caller.retailer_id).get(list(wanted))
    return [ItemAsk(sku, count * show.step(products.get(sku))) for sku, count in wanted.items()]


def _asked(asked: Asked, body: wire.UpdateBody, *, known: Buyer | None = None, source: str | None = None) -> SessionAsk:
    group = _one_way(body.fulfillment_groups)
    details = body.fulfillment_details or (group.fulfillment_details if group else None)
    codes = body.discounts.codes if body.discounts is not None else None
    method, slot_id = _chosen(body.selected_fulfillment_options)
    if method is None and group is not None:
        method = _method(group.destination_type, "$.fulfillment_groups[0].destination_type")
    buyer = buyer_of(body.buyer)
    if buyer is None and known is None and details is not None and (details.email or details.phone_number):
        buyer = Buyer(details.name or "", "", details.email or "", details.phone_number or "")
    return SessionAsk(
        items=None if body.line_items is None else items(asked, body.line_items),
        buyer=buyer,
        destination=_destination(details),
        method=method,
        slot_id=slot_id,
        store_id=(group.location_id or None) if group else None,
        codes=codes if codes is not None else body.coupons,
        note=body.order_notes if body.order_notes is not None else (group.instructions if group else None),
        source=source,
        callback=CALLBACK,
    )


def buyer_of(said: wire.BuyerAsk | None) -> Buyer | None:
    """Who buys."""
    if said is None:
        return None
    first = said.first_name or ("" if said.last_name else said.full_name) or ""
    return Buyer(first, said.last_name or "", said.email, said.phone_number or "")


def _destination(details: wire.DetailsAsk | None) -> Address | None:
    if details is None or details.address is None:
        return None
    said = details.address
    return Address(
        street=said.line_one, extra=said.line_two or "", city=said.city, region=said.state, postcode=said.postal_code,
        country=said.country.upper(), name=said.name,
    )  # fmt: skip


def _one_way(groups: Sequence[wire.GroupAsk] | None) -> wire.GroupAsk | None:
    if groups and len(groups) > 1:
        raise Refused(
            400, "unsupported", "An order goes one way.", param="$.fulfillment_groups", remedy="Open two sessions."
        )
    return groups[0] if groups else None


def _chosen(selected: Sequence[wire.SelectedAsk] | None) -> tuple[str | None, str | None]:
    """How and in which slot: every choice names the same."""
    if not selected:
        return None, None
    if len({one.option_id for one in selected}) > 1:
        raise Refused(
            400, "unsupported", "An order goes one way.", param="$.selected_fulfillment_options",
            remedy="Select one option for all items.",
        )  # fmt: skip
    first = selected[0]
    return _method(first.type, "$.selected_fulfillment_options[0].type"), first.option_id


def _method(named: str, param: str) -> str:
    method = METHODS.get(named)
    if method is None:
        raise Refused(
            400, "unsupported", f"{named[:40]!r} is no way to receive groceries.", param=param,
            remedy=f"Use one of: {', '.join(METHODS)}.",
        )  # fmt: skip
    return method


def _source(said: wire.AttributionAsk | None) -> str | None:
    """Who brought the buyer, as sessions remember it."""
    return f"affiliate:{said.provider}:{said.publisher_id or said.token}"[:300] if said is not None else None
