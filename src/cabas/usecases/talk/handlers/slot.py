"""When and how: pickup or delivery, and the slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from cabas.dialogue.acts import Act
from cabas.dialogue.say import phrases
from cabas.domain.cart import SlotChoice
from cabas.domain.fulfillment import Method, Slot, SlotAsk, matching
from cabas.usecases.talk.scene import Scene

KINDS = ("choose_slot", "set_method")
# How far ahead slots are looked for, and how many are offered at once (people keep three in mind).
DAYS_AHEAD, OPTIONS = 14, 3


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
    await choose(scene, ask)


async def choose(scene: Scene, ask: SlotAsk) -> None:
    """The first open slot that meets `ask`; where there is none, the three nearest are offered."""
    method = ask.method or _method(scene)
    slots = await open_slots(scene, method)
    if ask.day is None and not ask.earliest and (ask.after or ask.before or ask.at) and scene.cart.slot is not None:
        ask = replace(ask, day=datetime.fromisoformat(scene.cart.slot.starts_at).date())
    found = matching(slots, replace(ask, method=method), scene.now)
    if found:
        book(scene, found[0])
        return
    scene.update(replace(scene.cart, method=method.value))
    offer(scene, nearest(slots, ask, scene.now), method, missed=True)


def _method(scene: Scene) -> Method:
    if scene.cart.method:
        return Method(scene.cart.method)
    return Method(scene.store.methods[0]) if scene.store.methods else Method.PICKUP


async def open_slots(scene: Scene, method: Method | None) -> list[Slot]:
    """The store's open slots from now on."""
    end = scene.now + timedelta(days=DAYS_AHEAD)
    slots = await scene.desk.shop.slots(scene.talk.retailer_id, scene.store.id, scene.now, end, method)
    return [slot for slot in slots if slot.open_at(scene.now)]


def nearest(slots: Sequence[Slot], ask: SlotAsk, now: datetime) -> list[Slot]:
    """Up to `OPTIONS` slots by their distance in time from what was asked."""
    day = ask.day or now.date()
    at = ask.at or ask.after or ask.before or time(12)
    wanted = datetime.combine(day, at, now.tzinfo)
    close = sorted(slots, key=lambda slot: (abs((slot.starts_at - wanted).total_seconds()), slot.id))[:OPTIONS]
    return sorted(close, key=lambda slot: slot.starts_at)


def offer(scene: Scene, options: Sequence[Slot], method: Method, *, missed: bool) -> None:
    """Ask which of `options`; say so when there is none at all."""
    if not options:
        scene.tell("slot_nothing", method=method_words(scene, method))
        return
    scene.tell("slot_none" if missed else "ask_slot", options=list(options))
    scene.ask("slot", options=[slot.id for slot in options])


def book(scene: Scene, slot: Slot) -> None:
    """Put the slot into the cart. It is taken for good when the order is placed."""
    choice = SlotChoice(slot.id, slot.method.value, slot.starts_at.isoformat(), slot.ends_at.isoformat(), slot.fee)
    scene.update(replace(scene.cart, slot=choice, method=slot.method.value))
    words = method_words(scene, slot.method)
    if slot.fee:
        scene.tell("slot_fee", method=words, window=slot, fee=slot.fee)
    else:
        scene.tell("slot", method=words, window=slot)


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
    slots = await open_slots(scene, method)
    found = matching(slots, wish, scene.now)
    scene.update(replace(scene.cart, slot=None))
    if found:
        book(scene, found[0])
    else:
        scene.tell("method", method=method_words(scene, method))
        offer(scene, nearest(slots, wish, scene.now), method, missed=False)


def method_words(scene: Scene, method: Method | str) -> str:
    """ "au drive", "delivered"."""
    return str(phrases(scene.lang)["format"]["methods"][str(getattr(method, "value", method))])
