"""The stage of a turn: set it from what is stored, play the acts, put the facts into words, store it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

from cabas.dialogue import say as words
from cabas.dialogue.acts import Act
from cabas.dialogue.reply import chips, render
from cabas.domain.cart import SAID_MAX, Conversation
from cabas.kernel.errors import NotAllowed, NotFound
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.handlers import handlers
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.view import Reply, View

# What is kept of one utterance or reply in the conversation, in characters.
SAID_LENGTH = 400


async def play(scene: Scene, acts: tuple[Act, ...]) -> View:
    """Carry `acts` out one after the other, then reply and store."""
    scene.answered = scene.talk.pending
    scene.talk = replace(scene.talk, pending=None)
    known = handlers()
    for act in acts:
        await known[act.kind](scene, act)
    if any(act.kind != "smalltalk" for act in acts):
        scene.talk = replace(scene.talk, misses=0)
    return await finish(scene, acts)


async def load(desk: Desk, retailer_id: str, conversation_id: str, channel: str) -> Scene:
    """The scene of a stored conversation. Raises `NotFound`."""
    talk = await desk.conversations.load(retailer_id, conversation_id)
    if talk is None:
        raise NotFound("This conversation is over.", remedy="Start a new one.", code="conversation_not_found")
    return await set_scene(desk, talk, channel)


async def set_scene(desk: Desk, talk: Conversation, channel: str) -> Scene:
    """The scene of a conversation, now. Raises `NotAllowed` when the platform has no agreement with the retailer."""
    store = await desk.shop.store(talk.retailer_id, talk.store_id)
    shopper = await desk.shop.shopper(talk.retailer_id, talk.shopper_id) if talk.shopper_id else None
    now = desk.clock.now()
    here = (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(ZoneInfo(store.timezone))
    agreement = await desk.agreements.for_platform(talk.retailer_id, talk.platform, here.date())
    if agreement is None:
        raise NotAllowed(
            f"{talk.retailer_id} has no agreement with {talk.platform!r}.",
            remedy="See `cabas agreement list`.",
            code="no_agreement",
        )
    return Scene(
        desk=desk,
        talk=talk,
        store=store,
        now=here,
        search=desk.search(talk.retailer_id),
        lexicon=desk.lexicon(talk.retailer_id, talk.lang),
        channel=channel,
        shopper=shopper,
        agreement=agreement,
        before=talk.cart,
    )


async def finish(scene: Scene, acts: tuple[Act, ...] = ()) -> View:
    """Put the facts into words, remember the turn, store the conversation."""
    if not scene.facts:
        scene.tell("noted")
    shown, heard = render(scene.facts, scene.lang, scene.now.date())
    first = scene.talk.turns == 0
    if not scene.stored:  # an order's own transaction stores the conversation with it
        scene.remember()
        said = (*scene.said_before(scene.talk), ("cabas", shown[:SAID_LENGTH]))[-SAID_MAX:]
        scene.talk = replace(scene.talk, said=said, turns=scene.talk.turns + 1)
        scene.talk = await scene.desk.conversations.save(scene.talk)
    notice = words.phrases(scene.lang)["notice"].format(store=scene.store.name) if first else None
    return view_of(scene, Reply(shown, heard, _chips(scene), notice), acts)


def view_of(scene: Scene, reply: Reply, acts: tuple[Act, ...] = ()) -> View:
    """What a surface shows of the scene."""
    return View(
        conversation_id=scene.talk.id,
        lang=scene.lang,
        store=scene.store,
        reply=reply,
        cart=scene.cart,
        shopper_name=scene.shopper.name if scene.shopper else None,
        understood=acts,
        about=scene.about,
        restricted=tuple(scene.restricted),
        asked=scene.asked,
        pending=scene.talk.pending,
        order=scene.order,
        history=scene.talk.said,
    )


def _chips(scene: Scene) -> tuple[str, ...]:
    if scene.order is not None:
        return chips("after", scene.lang)
    pending = scene.talk.pending.kind if scene.talk.pending else None
    if pending == "slot":
        return chips("slot", scene.lang)
    if pending is not None:
        return chips("confirm", scene.lang)
    return chips("cart" if scene.cart.bought else "start", scene.lang)
