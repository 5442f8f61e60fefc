"""Cart and checkout sessions: opened, read, changed, canceled. Completing is in `complete`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from cabas.dialogue.notices import spoken
from cabas.domain.adjustment import as_picked
from cabas.domain.cart import LINES_MAX, Cart, Conversation, LineItem, SlotChoice, Want
from cabas.domain.fulfillment import Method, hold_end
from cabas.domain.order import SUBSTITUTIONS
from cabas.domain.receipt import receipt
from cabas.domain.session import SESSION_TTL, Session, SessionStatus, next_status
from cabas.kernel.errors import InvalidInput, NotFound
from cabas.usecases.discounts import given
from cabas.usecases.shop.caller import CARTS
from cabas.usecases.shop.check import Checked, most_of, read_again, view_of
from cabas.usecases.shop.view import ItemAsk, SessionAsk, SessionView
from cabas.usecases.shop.visit import Caller, Shopfront, Visit, enter

NOTE_MAX = 500


async def open_session(
    front: Shopfront, caller: Caller, kind: str, ask: SessionAsk, *, source: str = ""
) -> SessionView:
    """A new session of `kind` ("cart" or "checkout") with what `ask` says. `source` names another session to begin
    with: its lines, buyer and choices are taken over.

    Raises `NotAllowed`, `NotFound` (store, slot or source) and `InvalidInput`; nothing is stored then. What cannot be
    ordered is no error: it is a notice of the session.
    """
    caller.require(CARTS)
    begun = (await load_session(front, caller, source)) if source else None
    postcode = ask.destination.postcode if ask.destination else ""
    store_id = ask.store_id or (begun.store_id if begun else None)
    visit = await enter(front, caller, store_id=store_id, postcode=postcode)
    now = visit.now
    session = Session(kind, now, now + SESSION_TTL, source=source)
    talk = Conversation(
        id=front.desk.new_id(),
        retailer_id=caller.retailer_id,
        store_id=visit.store.id,
        platform=caller.platform,
        shopper_id=caller.shopper_id,
        locale=caller.locale if spoken(caller.locale) == caller.lang else "en-US",
        cart=Cart(visit.store.currency),
    )
    if begun is not None:
        before = begun.session or session
        talk = replace(talk, cart=replace(begun.cart, slot=None))
        session = replace(session, buyer=before.buyer, destination=before.destination,
                          consents=before.consents, note=before.note, servings=before.servings,
                          claims=before.claims)  # fmt: skip
    talk = await _changed(visit, replace(talk, session=session), ask)
    return await stored(visit, talk)


async def get_session(front: Shopfront, caller: Caller, session_id: str) -> SessionView:
    """The session as it is now. Raises `NotFound` for one that is not the caller's, or waited too long."""
    talk = await load_session(front, caller, session_id)
    visit = await enter(front, caller, store_id=talk.store_id)
    return await _seen(visit, talk)


async def glance(front: Shopfront, caller: Caller, session_id: str) -> Session:
    """The session as it was last stored; no price is asked again. Raises `NotFound` as `get_session`."""
    return session_of(await load_session(front, caller, session_id))


async def change_session(front: Shopfront, caller: Caller, session_id: str, ask: SessionAsk) -> SessionView:
    """The session with what `ask` says. Raises as `open_session`, and `Conflict` when it is completed or canceled."""
    talk = await load_session(front, caller, session_id)
    session = session_of(talk)
    next_status(session.status, "change")
    moved = ask.store_id or talk.store_id
    visit = await enter(front, caller, store_id=moved)
    if moved != talk.store_id:
        await _let_go(visit, talk)
        talk = replace(talk, store_id=moved, cart=replace(talk.cart, slot=None))
    talk = replace(talk, session=replace(session, expires_at=visit.now + SESSION_TTL))
    return await stored(visit, await _changed(visit, talk, ask))


async def cancel_session(front: Shopfront, caller: Caller, session_id: str) -> SessionView:
    """The session, canceled; a held slot is free again. Raises `NotFound`, and `Conflict` when it is over already."""
    talk = await load_session(front, caller, session_id)
    session = session_of(talk)
    ended = replace(session, status=next_status(session.status, "cancel"))
    visit = await enter(front, caller, store_id=talk.store_id)
    await _let_go(visit, talk)
    return await stored(visit, replace(talk, session=ended, cart=replace(talk.cart, slot=None)))


async def load_session(front: Shopfront, caller: Caller, session_id: str) -> Conversation:
    """A session of the caller's own. Another platform's, or another shopper's, is not there at all.

    Raises `NotFound`, and `NotAllowed` (code "insufficient_scope") for a token that is not for carts.
    """
    caller.require(CARTS)
    talk = await front.desk.conversations.load(caller.retailer_id, session_id) if session_id else None
    known = talk is not None and talk.session is not None and talk.platform == caller.platform
    if talk is None or not known or (talk.shopper_id and talk.shopper_id != caller.shopper_id):
        raise NotFound("There is no such session.", remedy="Open one.", code="session_not_found")
    if session_of(talk).expired(front.desk.clock.now()):
        raise NotFound("This session waited too long.", remedy="Open another one.", code="session_expired")
    if talk.shopper_id is None and caller.shopper_id is not None:
        return replace(talk, shopper_id=caller.shopper_id)  # linked in the meantime
    return talk


def session_of(talk: Conversation) -> Session:
    """Its session. Raises `NotFound` for a conversation that is only spoken."""
    if talk.session is None:
        raise NotFound("There is no such session.", remedy="Open one.", code="session_not_found")
    return talk.session


async def _changed(visit: Visit, talk: Conversation, ask: SessionAsk) -> Conversation:
    """`talk` with what `ask` says of lines, people and slot."""
    session = session_of(talk)
    session = replace(
        session,
        buyer=ask.buyer or session.buyer,
        destination=ask.destination or session.destination,
        consents=session.consents if ask.consents is None else dict(ask.consents),
        note=session.note if ask.note is None else ask.note[:NOTE_MAX],
        adult=session.adult if ask.adult is None else ask.adult,
        source=session.source if ask.source is None else ask.source,
        callback=session.callback if ask.callback is None else ask.callback,
        claims=session.claims if ask.claims is None else tuple(ask.claims),
    )
    talk = replace(talk, session=session)
    if ask.codes is not None:
        talk = replace(talk, cart=replace(talk.cart, codes=given(ask.codes)))
    if ask.items is not None:
        talk = replace(talk, cart=_lines(visit, talk.cart, ask.items))
    if ask.method is not None:
        talk = await _by_method(visit, talk, ask.method)
    if ask.slot_id is not None:
        talk = await _booked(visit, talk, ask.slot_id)
    return talk


def _lines(visit: Visit, cart: Cart, items: Sequence[ItemAsk]) -> Cart:
    """The cart with exactly those lines. A line keeps its id when it is named, or holds the same product."""
    if len(items) > LINES_MAX:
        raise InvalidInput(f"A cart holds at most {LINES_MAX} lines.", remedy="Split the order.", code="too_many")
    known = {line.id: line for line in cart.lines}
    by_sku: dict[str, LineItem] = {}
    for line in cart.lines:
        by_sku.setdefault(line.sku or line.want.words, line)
    result = replace(cart, lines=())
    taken: set[str] = set()
    for item in items:
        if item.quantity <= 0:
            continue
        most = most_of("weight")
        if item.quantity > most:
            raise InvalidInput(f"{item.quantity} is no quantity.", remedy=f"Use 1 to {most}.", code="bad_quantity")
        before = known.get(item.line_id) or by_sku.get(item.sku)
        if before is not None and before.id not in taken and (before.sku or before.want.words) == item.sku:
            taken.add(before.id)
            kept = replace(before, quantity=item.quantity, price=before.price if _same(before, item) else None)
            kept = replace(kept, substitution=_policy(item, before.substitution), ticked=True)
            result = replace(result, lines=(*result.lines, kept))
        else:
            want = Want(item.sku, visit.caller.lang)
            policy = _policy(item, "")
            result = result.add(LineItem("", want, sku=item.sku, quantity=item.quantity, substitution=policy))
    return _with_proposed(result, cart)


def _with_proposed(cart: Cart, before: Cart) -> Cart:
    """What a recipe proposed stays proposed as long as something is bought for that recipe."""
    cooked, taken = {line.recipe for line in cart.lines if line.recipe}, {line.id for line in cart.lines}
    idle = [one for one in before.lines if not one.ticked and one.recipe in cooked and one.id not in taken]
    return replace(cart, lines=(*cart.lines, *idle)[:LINES_MAX])


def _policy(item: ItemAsk, before: str) -> str:
    """What the picker may do when the item is gone."""
    if item.substitution is None:
        return before
    if item.substitution and item.substitution not in SUBSTITUTIONS:
        raise InvalidInput(
            f"{item.substitution[:40]!r} is no way to substitute.",
            remedy=f"Use one of: {', '.join(SUBSTITUTIONS)}.",
            code="bad_substitution",
        )
    return item.substitution


def _same(line: LineItem, item: ItemAsk) -> bool:
    return line.quantity == item.quantity


async def _by_method(visit: Visit, talk: Conversation, method: str) -> Conversation:
    if method not in list(Method):
        raise InvalidInput(
            f"{method[:40]!r} is no way to receive an order.",
            remedy=f"Use one of: {', '.join(Method)}.",
            code="method_unknown",
        )
    cart = talk.cart
    if cart.slot is not None and cart.slot.method != method:
        await _let_go(visit, talk)
        cart = replace(cart, slot=None)
    return replace(talk, cart=replace(cart, method=method))


async def _booked(visit: Visit, talk: Conversation, slot_id: str) -> Conversation:
    """With that slot, held for a while; without any when it is full or closed, which the check then says. A session
    that was kept a place long enough may still choose: the place is then taken with the order, if one is left.
    """
    now = visit.now
    every = await visit.desk.shop.slots(
        talk.retailer_id, talk.store_id, now, now + timedelta(days=31), now=now, holder=talk.id
    )
    slot = next((one for one in every if one.id == slot_id), None)
    if slot is None:
        raise NotFound(
            f"There is no slot {slot_id[:60]!r}.", remedy="Choose one of those offered.", code="slot_unknown"
        )
    until = hold_end(now, session_of(talk).opened_at)
    free = slot.open_at(now) and visit.may_use(slot)
    if free and until > now:
        free = await visit.desk.shop.hold(talk.retailer_id, talk.store_id, slot.id, talk.id, now=now, until=until)
    else:
        await _let_go(visit, talk)
    cart = replace(talk.cart, method=slot.method.value, slot=None)
    if not free:
        return replace(talk, cart=cart)
    choice = SlotChoice(slot.id, slot.method.value, slot.starts_at.isoformat(), slot.ends_at.isoformat(), slot.fee)
    return replace(talk, cart=replace(cart, slot=choice))


async def _let_go(visit: Visit, talk: Conversation) -> None:
    if talk.cart.slot is not None:
        await visit.desk.shop.drop_holds(talk.retailer_id, talk.store_id, talk.id, now=visit.now)


async def stored(visit: Visit, talk: Conversation) -> SessionView:
    """The session as `talk` has it: checked, stored, shown. Raises `Conflict` when it was changed meanwhile."""
    checked = await read_again(visit, talk)
    saved = await visit.desk.conversations.save(checked.talk)
    return view_of(replace(checked, talk=saved))


async def _seen(visit: Visit, talk: Conversation) -> SessionView:
    """Show, without storing. A completed session is shown as it was ordered."""
    if session_of(talk).status is SessionStatus.COMPLETED and talk.order_id:
        return await completed_view(visit, talk)
    return view_of(await read_again(visit, talk))


async def completed_view(visit: Visit, talk: Conversation) -> SessionView:
    """A completed session: its lines as ordered, the order (of the same id) and its receipt. In the browser the talk
    may have gone on to other orders since.
    """
    order = await visit.desk.orders.get(talk.retailer_id, talk.id)
    talk = replace(talk, cart=talk.ordered or talk.cart, order_id=order.id)
    skus = [line.sku for line in talk.cart.lines if line.sku]
    checked = Checked(visit, talk, session_of(talk), visit.caller.lang, products=visit.search.get(skus))
    kept = receipt(as_picked(order), visit.store.name, visit.store.where, visit.agreement.names)
    return replace(view_of(checked), order=order, receipt=kept)
