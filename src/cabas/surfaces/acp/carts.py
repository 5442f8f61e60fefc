"""Carts: items with prices, before any checkout."""

from __future__ import annotations

from cabas.surfaces.acp import show, wire
from cabas.surfaces.acp.asked import Answer, Asked
from cabas.surfaces.acp.orders import CALLBACK
from cabas.surfaces.acp.sessions import buyer_of, found, items
from cabas.usecases.shop.sessions import cancel_session, change_session, open_session
from cabas.usecases.shop.view import SessionAsk

KIND = "cart"


async def create(asked: Asked) -> Answer:
    """A new cart."""
    body = asked.read(wire.CartBody)
    asked = asked.speaking(body.locale)
    ask = SessionAsk(items=items(asked, body.line_items), buyer=buyer_of(body.buyer), callback=CALLBACK)
    return Answer(show.cart(asked, await open_session(asked.front, asked.caller, KIND, ask)), 201)


async def read(asked: Asked) -> Answer:
    """The cart as it is."""
    return Answer(show.cart(asked, await found(asked, KIND)))


async def update(asked: Asked) -> Answer:
    """The cart with other lines."""
    body = asked.read(wire.CartBody)
    await found(asked, KIND)
    ask = SessionAsk(items=items(asked, body.line_items), buyer=buyer_of(body.buyer))
    return Answer(show.cart(asked, await change_session(asked.front, asked.caller, asked.ident, ask)))


async def cancel(asked: Asked) -> Answer:
    """The cart as it was; it is gone then."""
    view = await found(asked, KIND)
    await cancel_session(asked.front, asked.caller, asked.ident)
    return Answer(show.cart(asked, view))
