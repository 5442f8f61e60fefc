"""A session filled by words: the shopper's sentence goes through the same understanding as on the voice page."""

from __future__ import annotations

from cabas.domain.session import next_status
from cabas.usecases.shop.sessions import get_session, load_session, open_session, session_of
from cabas.usecases.shop.view import SessionAsk, SessionView
from cabas.usecases.shop.visit import Caller, Shopfront
from cabas.usecases.talk.turn import say
from cabas.usecases.talk.view import View


async def order_in_words(
    front: Shopfront, caller: Caller, text: str, *, session_id: str = "", store_id: str | None = None
) -> tuple[SessionView, View]:
    """What the session is after `text`, and the turn with its reply. Without `session_id` a new one is opened.

    Raises as `open_session` and `talk.turn.say`.
    """
    if session_id:
        next_status(session_of(await load_session(front, caller, session_id)).status, "change")
    else:
        session_id = (await open_session(front, caller, "checkout", SessionAsk(store_id=store_id))).id
    turn = await say(front.desk, caller.retailer_id, session_id, text, channel=caller.channel, personal=caller.personal)
    return await get_session(front, caller, session_id), turn
