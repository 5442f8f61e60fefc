"""A conversation that a platform carries by voice: it only speaks, and remembers one handle between two turns.

The handle is the id of the conversation with a seal: made for one surface, platform and session, so that a handle that
was made up, or belongs to another session, opens nothing. It is no secret and says nothing of the shopper.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace

from cabas.agreement.terms.account_link import AccountLink
from cabas.domain.cart import Conversation
from cabas.kernel.errors import NotFound
from cabas.usecases.shop.caller import CARTS
from cabas.usecases.shop.visit import Caller, Shopfront, Visit, enter
from cabas.usecases.talk.turn import open_conversation, say
from cabas.usecases.talk.view import View

# What a turn may mean that needs to know the shopper, and what comes shortly before an order.
PERSONAL, ORDERING = frozenset({"reorder"}), frozenset({"checkout", "confirm"})


@dataclass(frozen=True, slots=True)
class Thread:
    """What holds the turns of a conversation together: the platform's own session, and the secret that seals it."""

    session: str
    secret: bytes
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn: what to say, the handle for the next one, and whether the shopper should link their account now."""

    view: View
    handle: str
    wants_link: bool = False


async def converse(front: Shopfront, caller: Caller, thread: Thread, text: str = "") -> Spoken:
    """Say `text`, or begin and be greeted. A handle that opens nothing begins a new conversation.

    Raises `NotAllowed` when the agreement does not open the surface or the token is not for carts, and as
    `talk.turn.say`.
    """
    caller.require(CARTS)
    talk = await _known(front, caller, thread)
    visit = await enter(front, caller, store_id=talk.store_id if talk else None)
    if talk is None or not text:
        view = await open_conversation(
            front.desk, caller.retailer_id, visit.store.id, platform=caller.platform, locale=caller.locale,
            shopper_id=caller.shopper_id, channel=caller.channel, personal=caller.personal,
        )  # fmt: skip
        if not text:
            return Spoken(view, seal(caller, thread, view.conversation_id))
        # Said in one breath with the greeting: the notice of the first turn is not lost.
        notice, conversation = view.reply.notice, view.conversation_id
    else:
        notice, conversation = None, talk.id
    view = await say(
        front.desk, caller.retailer_id, conversation, text, channel=caller.channel, personal=caller.personal
    )
    if notice:
        view = replace(view, reply=replace(view.reply, notice=notice))
    return Spoken(view, seal(caller, thread, view.conversation_id), _wants_link(visit, view))


def seal(caller: Caller, thread: Thread, conversation_id: str) -> str:
    """The handle of a conversation."""
    parts = ("voice", caller.retailer_id, caller.surface, caller.platform, thread.session, conversation_id)
    # A length before each part: no two lists of parts read the same.
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return f"{conversation_id}.{hmac.new(thread.secret, told.encode(), hashlib.sha256).hexdigest()[:40]}"


async def _known(front: Shopfront, caller: Caller, thread: Thread) -> Conversation | None:
    """The conversation of the handle, if it is this caller's own."""
    conversation_id = thread.handle.rpartition(".")[0]
    expected = seal(caller, thread, conversation_id)
    if not conversation_id or not hmac.compare_digest(expected.encode(), thread.handle.encode()):
        return None
    try:
        talk = await front.desk.conversations.load(caller.retailer_id, conversation_id)
    except NotFound:
        return None
    if talk is None or talk.platform != caller.platform:
        return None
    if talk.shopper_id is None and caller.shopper_id is not None:  # linked in the meantime
        return await front.desk.conversations.save(replace(talk, shopper_id=caller.shopper_id))
    return talk if talk.shopper_id == caller.shopper_id else None


def _wants_link(visit: Visit, view: View) -> bool:
    if visit.shopper is not None or view.order is not None:
        return False
    meant, term = set(view.acts), visit.agreement.find(AccountLink)
    return bool(meant & PERSONAL) or bool(meant & ORDERING and term is not None and term.required_to_order)
