"""Complete a checkout session: the money made sure of, then the order placed, once; or why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from cabas.dialogue.notices import sentence
from cabas.domain.cart import Conversation
from cabas.domain.order import Order
from cabas.domain.payment import Payment, PaymentStatus
from cabas.domain.session import SessionStatus, next_status
from cabas.kernel.errors import InvalidInput
from cabas.usecases.checkout import Checkout, CheckoutResult, Status, checkout
from cabas.usecases.shop.check import read_again, view_of
from cabas.usecases.shop.pay import authorize
from cabas.usecases.shop.ports import PaymentDeclined
from cabas.usecases.shop.sessions import completed_view, load_session, session_of
from cabas.usecases.shop.view import ERROR, INPUT, RECOVERABLE, Notice, SessionView
from cabas.usecases.shop.visit import Caller, Shopfront, Visit, enter


@dataclass(frozen=True, slots=True)
class Pay:
    """How the platform says it is paid. `handler` may be empty when there is one way only; `credential` is a token."""

    handler: str = ""
    credential: str = ""


async def complete(
    front: Shopfront, caller: Caller, session_id: str, pay: Pay, *, key: str, request_hash: str
) -> SessionView:
    """Order what is in the session. The view holds the order, or the notices that say why there is none yet.

    `key` makes it idempotent: the same request gets the same order. Raises `NotFound`, `NotAllowed`, `Conflict`
    (session over, or the key was used for another request), `PaymentAction`, `Unavailable`.
    """
    talk = await load_session(front, caller, session_id)
    visit = await enter(front, caller, store_id=talk.store_id)
    placed = await front.desk.orders.replay(talk.retailer_id, talk.store_id, talk.platform, key, request_hash)
    if placed is not None and session_of(talk).status is SessionStatus.COMPLETED:
        return await completed_view(visit, talk)
    next_status(session_of(talk).status, "complete")
    checked = await read_again(visit, talk)
    view = view_of(checked)
    if view.ready and talk.cart.total < checked.talk.cart.total:  # dearer than what was last said: said first
        return view_of(replace(checked, talk=await front.desk.conversations.save(checked.talk)))
    if not view.ready:
        return view
    if view.unproved:
        notice = Notice(ERROR, "eligibility_invalid", sentence("eligibility_invalid", view.lang), RECOVERABLE)
        return replace(view, notices=(*view.notices, notice))
    try:
        payment = await authorize(visit, checked.talk.cart, pay.handler, pay.credential, talk.id)
    except (PaymentDeclined, InvalidInput) as refused:
        notice = Notice(ERROR, refused.code, str(refused), INPUT)
        return replace(view, notices=(*view.notices, notice))
    try:
        result = await _place(visit, checked.talk, payment, key, request_hash)
    except BaseException:
        await _give_back(visit, payment)
        raise
    if result.status is not Status.PLACED or result.conversation is None:
        await _give_back(visit, payment)
        return view_of(await read_again(visit, checked.talk))
    return await completed_view(visit, result.conversation)


async def _place(visit: Visit, talk: Conversation, payment: Payment, key: str, request_hash: str) -> CheckoutResult:
    desk = visit.desk
    command = Checkout(
        conversation=talk,
        platform=visit.caller.platform,
        channel=visit.caller.channel,
        key=key,
        request_hash=request_hash,
        adult=session_of(talk).adult,
        remember=partial(_completed, talk),
        payment=payment,
    )
    return await checkout(
        command,
        shop=desk.shop,
        search=visit.search,
        orders=desk.orders,
        agreements=desk.agreements,
        consents=desk.consents,
        clock=desk.clock,
        new_id=lambda: talk.id,  # one session, one order: either is found by the other's id
        pairwise_key=desk.pairwise_key,
    )


def _completed(talk: Conversation, after: Conversation, order: Order) -> Conversation:
    """The session with its order: unlike a spoken conversation it keeps its lines, to be shown again."""
    session = session_of(talk)
    done = replace(session, status=next_status(session.status, "complete"))
    return replace(after, cart=talk.cart, session=done, order_id=order.id)


async def _give_back(visit: Visit, payment: Payment) -> None:
    if payment.status is PaymentStatus.AUTHORIZED:
        await visit.front.payments.void(visit.caller.retailer_id, payment)
