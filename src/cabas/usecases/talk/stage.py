"""The stage of a turn: set it from what is stored, play the acts, put the facts into words, store it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

from cabas.dialogue import say as words
from cabas.dialogue.acts import Act
from cabas.dialogue.reply import chips, render
from cabas.domain.cart import SAID_MAX, Conversation
from cabas.domain.receipt import receipt
from cabas.kernel.errors import NotAllowed, NotFound
from cabas.usecases.learn.failures import failures_of, note
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.handlers import handlers
from cabas.usecases.talk.propose import offer_proposed
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.view import PlacedOrder, Reply, View

# What is kept of one utterance, and of one reply, in the conversation, in characters.
SAID_LENGTH, REPLY_LENGTH = 400, 1_200


# After one of these the article of the last question is no longer what is spoken of.
CHANGES = frozenset({"add", "remove", "set_quantity", "replace", "reorder", "recipe", "undo", "checkout"})


async def play(scene: Scene, acts: tuple[Act, ...]) -> View:
    """Carry `acts` out one after the other, then reply and store."""
    scene.answered = scene.talk.pending
    scene.talk = replace(scene.talk, pending=None)
    known = handlers()
    for act in acts:
        await known[act.kind](scene, act)
    offer_proposed(scene)
    if any(act.kind != "smalltalk" for act in acts):
        scene.talk = replace(scene.talk, misses=0)
    if any(act.kind in CHANGES for act in acts):
        scene.talk = replace(scene.talk, topic=None)  # "mets-en deux" means the cart again, not the last question
    return await finish(scene, acts)


async def load(desk: Desk, retailer_id: str, conversation_id: str, channel: str) -> Scene:
    """The scene of a stored conversation. Raises `NotFound`."""
    talk = await desk.conversations.load(retailer_id, conversation_id)
    if desk.learning is not None:
        await desk.learning.refresh(retailer_id)
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
    failed = failures_of(scene, acts)
    shown, heard = render(scene.facts, scene.lang, scene.now.date(), scene.last_said)
    first = scene.talk.turns == 0
    if not scene.stored:  # an order's own transaction stores the conversation with it
        scene.remember()
        scene.talk = replace(scene.talk, said=_said(scene, shown), turns=scene.talk.turns + 1)
        scene.talk = await scene.desk.conversations.save(scene.talk)
    await note(scene, failed)
    await _know_whom(scene)
    notice = words.phrases(scene.lang)["notice"].format(store=scene.store.name) if first else None
    return view_of(scene, Reply(shown, heard, chips_of(scene), notice), acts)


async def as_it_stands(scene: Scene) -> View:
    """The view of a conversation in which nothing is said now: its last reply, and the receipt of its order until
    something new is in the cart.
    """
    talk, last = scene.talk, scene.talk.said[-1][1] if scene.talk.said else ""
    if talk.order_id is not None and not talk.cart.lines:
        order = await scene.desk.orders.get(talk.retailer_id, talk.order_id)
        names = scene.agreement.names
        scene.order = PlacedOrder(order.number, order.id, receipt(order, scene.store.name, scene.store.where, names))
    await _know_whom(scene)
    return view_of(scene, Reply(last, last, chips_of(scene)))


def _said(scene: Scene, reply: str) -> tuple[tuple[str, str], ...]:
    """The history with this turn. Touches leave one note, of the last of them; a question they lead to is a reply."""
    reply = reply if len(reply) <= REPLY_LENGTH else reply[:REPLY_LENGTH].rsplit(" ", 1)[0] + "…"
    said = scene.said_before(scene.talk)
    touch = not scene.text and scene.talk.turns > 0
    if touch and said and said[-1][0] == "note":
        said = said[:-1]
    who = "note" if touch and scene.talk.pending is None else "cabas"
    if touch and said and said[-1][1] == reply:
        return said
    return (*said, (who, reply))[-SAID_MAX:]


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
        diet=scene.talk.diet,
    )


async def _know_whom(scene: Scene) -> None:
    """An empty cart's suggestions depend on whether the shopper's own purchases may be used."""
    if not scene.cart.bought:
        await scene.may_be_personal()


def chips_of(scene: Scene) -> tuple[str, ...]:
    """What a shopper may want to say now."""
    lang, pending = scene.lang, scene.talk.pending
    if scene.order is not None:
        return chips("after", lang)
    if pending is not None and pending.kind == "slot":
        return _slot_chips(scene)
    if pending is not None and pending.kind == "which":
        return tuple(line.name for line in scene.cart.lines if line.id in pending.about)[:3]
    if pending is not None:
        return chips("confirm", lang)
    if not scene.cart.bought:
        return chips("start" if scene.personal else "guest", lang)
    newest = [line for line in scene.cart.lines if line.id in scene.touched and line.ticked]
    if len(newest) == 1:
        return chips("cart" if newest[0].sku else "missing", lang)
    return chips("ready" if scene.cart.slot else "many", lang)


def _slot_chips(scene: Scene) -> tuple[str, ...]:
    """The slots just offered, else ways to say one."""
    today, lang = scene.now.date(), scene.lang
    windows = [words.window(slot.starts_at, slot.ends_at, today, lang) for slot in scene.offered[:2]]
    return tuple(text[:1].upper() + text[1:] for text in windows) or chips("slot", lang)
