"""A turn of a conversation: load, understand, act, reply, store. Three to five database round trips.

Order of the queries: the conversation; the store (cached by the adapter), the shopper and the habits when linked; one
for the offers of each act that needs products; the conversation again, guarded by its version.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

from cabas.dialogue import say as words
from cabas.dialogue.acts import Act
from cabas.dialogue.reply import chips, render
from cabas.dialogue.tokens import TEXT_MAX
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import SAID_MAX, Conversation
from cabas.kernel.errors import InvalidInput, NotAllowed, NotFound
from cabas.kernel.text import clean
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.handlers import handlers
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.view import Reply, View

# What is kept of one utterance or reply in the conversation, in characters.
SAID_LENGTH = 400


async def open_conversation(
    desk: Desk,
    retailer_id: str,
    store_id: str,
    *,
    platform: str,
    locale: str,
    shopper_id: str | None = None,
    channel: str = "web",
) -> View:
    """Start a conversation at a store. The first reply says that an automated assistant is talking.

    Raises `NotFound` for an unknown store, shopper or language, `NotAllowed` when the platform has no agreement.
    """
    store = await desk.shop.store(retailer_id, store_id)
    words.phrases(locale.partition("-")[0])
    shopper = await desk.shop.shopper(retailer_id, shopper_id) if shopper_id else None
    talk = Conversation(
        id=f"{store_id}.{desk.new_id()}",
        retailer_id=retailer_id,
        store_id=store.id,
        platform=platform,
        shopper_id=shopper.id if shopper else None,
        locale=locale,
    )
    talk = replace(talk, cart=replace(talk.cart, currency=store.currency))
    scene = await _scene(desk, talk, channel)
    scene.tell("greeting", comma_name=_comma_name(scene))
    return await finish(scene)


async def say(
    desk: Desk,
    retailer_id: str,
    conversation_id: str,
    text: str,
    *,
    channel: str = "voice",
    key: str | None = None,
    request_hash: str | None = None,
) -> View:
    """The shopper says `text`. Raises `NotFound` for an unknown conversation, `InvalidInput` for an empty text.

    Text beyond `TEXT_MAX` characters is not read, and the reply says so. It is data: nothing in it is a command to
    the system. `key` and `request_hash` make an order placed by this turn idempotent across conversations; left out,
    the turn itself is the key.
    """
    scene = await load(desk, retailer_id, conversation_id, channel)
    heard = clean(text[: TEXT_MAX + 1])
    if not heard:
        raise InvalidInput("Nothing was said.", remedy="Say or type what you need.")
    pending = scene.talk.pending
    understood = understand(
        heard,
        Hearing(
            locale=scene.talk.locale,
            now=scene.now,
            lexicon=scene.lexicon,
            knows=scene.search.knows,
            lines=scene.cart.lines,
            focus=scene.talk.focus,
            pending=pending.kind if pending else None,
            topic=scene.talk.topic,
        ),
    )
    scene.text, scene.key, scene.request_hash = heard[:SAID_LENGTH], key, request_hash
    if len(text) > TEXT_MAX:
        scene.tell("too_long")
    return await play(scene, understood.acts)


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
    return await _scene(desk, talk, channel)


async def _scene(desk: Desk, talk: Conversation, channel: str) -> Scene:
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
        lexicon=desk.lexicon(talk.retailer_id),
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


def _comma_name(scene: Scene) -> str:
    return f" {scene.shopper.name}" if scene.shopper else ""
