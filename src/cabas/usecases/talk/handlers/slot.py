"""When and how: pickup or delivery, and the slot."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cabas.dialogue.acts import Act
from cabas.domain.fulfillment import Method, SlotAsk
from cabas.usecases.talk.read_back import read_back
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.slots import book, first_slot, method_of, method_words, nearest, offer, open_slots

KINDS = ("choose_slot", "set_method")


async def handle(scene: Scene, act: Act) -> None:
    """Book what was asked in the cart, or offer the nearest slots there are."""
    if act.impossible:
        scene.tell("slot_impossible")
        scene.asked = True
        return
    ask = act.slot or SlotAsk()
    if ask.method is not None and ask.method.value not in scene.store.methods:
        scene.tell("method_none", method=method_words(scene, ask.method))
        scene.asked = True
        return
    if act.kind == "set_method":
        await _set_method(scene, ask)
        return
    if act.propose:
        await _propose(scene, ask.method or method_of(scene), ask)
        return
    await choose(scene, ask)
    answered = scene.answered
    if (
        answered is not None
        and answered.kind == "slot"
        and "checkout" in answered.about
        and scene.cart.slot is not None
    ):
        await read_back(scene)


async def choose(scene: Scene, ask: SlotAsk) -> None:
    """The first open slot that meets `ask`; where there is none, the three nearest are offered."""
    method = ask.method or method_of(scene)
    if ask.day is None and not ask.earliest and (ask.after or ask.before or ask.at) and scene.cart.slot is not None:
        ask = replace(ask, day=datetime.fromisoformat(scene.cart.slot.starts_at).date())
    found = await first_slot(scene, replace(ask, method=method))
    if found is not None:
        await book(scene, found)
        return
    scene.update(replace(scene.cart, method=method.value))
    offer(scene, nearest(scene, await open_slots(scene, method), ask), method, missed=True)


async def _propose(scene: Scene, method: Method, ask: SlotAsk) -> None:
    """The next slots there are, or those nearest to the day that was said, for the shopper to choose from."""
    scene.update(replace(scene.cart, method=method.value))
    soonest = SlotAsk(method, scene.now.date(), at=scene.now.time())
    wish = soonest if ask.day in (None, scene.now.date()) else replace(ask, method=method)
    offer(scene, nearest(scene, await open_slots(scene, method), wish), method, missed=False)


async def _set_method(scene: Scene, ask: SlotAsk) -> None:
    """Another way to get the goods: the same time if there is a slot, else only the method is kept."""
    method = ask.method or Method.PICKUP
    before = scene.cart.slot
    scene.update(replace(scene.cart, method=method.value, slot=None if before is None else before))
    if before is None or before.method == method.value:
        scene.tell("method", method=method_words(scene, method))
        return
    start = datetime.fromisoformat(before.starts_at)
    wish = SlotAsk(method=method, day=start.date(), at=start.time())
    found = await first_slot(scene, wish)
    scene.update(replace(scene.cart, slot=None))
    if found is not None:
        await book(scene, found)
        return
    scene.tell("method", method=method_words(scene, method))
    offer(scene, nearest(scene, await open_slots(scene, method), wish), method, missed=False)
