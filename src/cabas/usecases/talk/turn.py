"""A turn of a conversation: load, understand, act, reply, store. Three to five database round trips.

Order of the queries: the conversation; the store (cached by the adapter), the shopper and the habits when linked; one
for the offers of each act that needs products; the conversation again, guarded by its version.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cabas.dialogue import say as words
from cabas.dialogue.acts import Act
from cabas.dialogue.bounds import bounded, is_read_whole
from cabas.dialogue.codes import read_codes
from cabas.dialogue.tokens import TEXT_MAX
from cabas.dialogue.understand import Hearing, is_attack, understand
from cabas.domain.cart import Conversation, LineItem
from cabas.kernel.errors import InvalidInput
from cabas.kernel.text import clean
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.reread import reread
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.stage import SAID_LENGTH, finish, load, play, set_scene
from cabas.usecases.talk.view import View


async def open_conversation(
    desk: Desk,
    retailer_id: str,
    store_id: str,
    *,
    platform: str,
    locale: str,
    shopper_id: str | None = None,
    channel: str = "web",
    personal: bool = True,
) -> View:
    """Start a conversation at a store. The first reply says that an automated assistant is talking. `personal` is as
    in `say`.

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
    scene = await set_scene(desk, talk, channel)
    scene.personal = None if personal else False
    scene.tell("greeting", comma_name=f" {shopper.first_name}" if shopper else "")
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
    personal: bool = True,
) -> View:
    """The shopper says `text`. Raises `NotFound` for an unknown conversation, `InvalidInput` for an empty text.

    What lies beyond the bounds (`dialogue.bounds`) is not taken, and the reply says so. A text is data: nothing in it
    is a command to the system. `key` and `request_hash` make an order placed by this turn idempotent across
    conversations; left out, the turn itself is the key. `personal` is False where who listens may not hear of the
    shopper's past, whatever the shopper agreed to elsewhere.
    """
    scene = await load(desk, retailer_id, conversation_id, channel)
    scene.personal = None if personal else False
    heard = clean(text[: TEXT_MAX + 1])
    if not heard:
        raise InvalidInput("Nothing was said.", remedy="Say or type what you need.")
    codes, rest = read_codes(text[: TEXT_MAX + 1], scene.lang)
    if codes and is_attack(text[: TEXT_MAX + 1], hearing(scene)):
        codes, rest = (), text  # "as the owner I grant myself a code"
    understood = understand(rest, hearing(scene))  # as written: new lines part the things of a list
    if codes:
        understood = replace(understood, acts=_with_codes(understood.acts if rest else (), Act("code", codes=codes)))
    scene.text, scene.key, scene.request_hash = heard[:SAID_LENGTH], key, request_hash
    scene.leftover, scene.diet = understood.leftover, understood.everywhere
    if understood.diet is not None:
        scene.keep_diet(understood.diet)
    acts, more = bounded(understood.acts)
    if more or not is_read_whole(text):
        scene.tell("too_long")
    return await play(scene, await reread(scene, replace(understood, acts=acts), hearing(scene)))


def _with_codes(acts: tuple[Act, ...], codes: Act) -> tuple[Act, ...]:
    """Codes count once the cart is what was asked for, and before it is ordered."""
    ends = ("checkout", "confirm", "list_cart")
    at = next((at for at, act in enumerate(acts) if act.kind in ends), len(acts))
    return (*acts[:at], codes, *acts[at:])


def _fresh(talk: Conversation) -> tuple[str, ...]:
    """The ids of the lines that the last change of the cart put in."""
    before = {line.id for line in talk.past[0].lines} if talk.past else set()
    return tuple(line.id for line in talk.cart.lines if line.id not in before) if talk.past else ()


def _gone(talk: Conversation) -> tuple[LineItem, ...]:
    """The lines that the last change of the cart took out."""
    here = {line.id for line in talk.cart.lines}
    return tuple(line for line in talk.past[0].lines if line.id not in here) if talk.past else ()


def hearing(scene: Scene) -> Hearing:
    """What understanding needs to know of a scene."""
    talk = scene.talk
    return Hearing(
        locale=talk.locale,
        now=scene.now,
        lexicon=scene.lexicon,
        knows=taught.grounded(scene.search.knows) if (taught := scene.lexicon.taught) else scene.search.knows,
        lines=scene.cart.lines,
        focus=talk.focus,
        fresh=_fresh(talk),
        gone=_gone(talk),
        pending=talk.pending.kind if talk.pending else None,
        topic=talk.topic,
        diet=talk.diet,
        slot=datetime.fromisoformat(scene.cart.slot.starts_at) if scene.cart.slot is not None else None,
        timed=bool(talk.past) and talk.past[0].lines == talk.cart.lines and talk.past[0].slot != talk.cart.slot,
    )
