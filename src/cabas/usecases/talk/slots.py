"""Slots as a conversation sees them: what is open, what is near, what goes into the cart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice

from cabas.dialogue.say import phrases
from cabas.domain.cart import SlotChoice
from cabas.domain.fulfillment import Method, Slot, SlotAsk, hold_end, matching
from cabas.usecases.talk.scene import Scene

# How far ahead slots are looked for; where the first one that comes will do, so far first: most ask for it.
DAYS_AHEAD, DAYS_NEAR = 14, 2
# How many are offered at once: people keep three in mind.
OPTIONS = 3


def method_of(scene: Scene) -> Method:
    """The method of the cart, else the first one of the store."""
    if scene.cart.method:
        return Method(scene.cart.method)
    return Method(scene.store.methods[0]) if scene.store.methods else Method.PICKUP


async def open_slots(scene: Scene, method: Method | None) -> list[Slot]:
    """The store's open slots from now on."""
    return await _open_between(scene, method, scene.now, scene.now + timedelta(days=DAYS_AHEAD))


async def first_slot(scene: Scene, ask: SlotAsk) -> Slot | None:
    """The first open slot that meets `ask` and that the agreement lets the platform use. The day that was said is
    looked at alone, and days to come only when the nearest have none: a store has hundreds of slots.
    """
    soon, last = (scene.now + timedelta(days=days) for days in (DAYS_NEAR, DAYS_AHEAD))
    spans = [(scene.now, soon), (soon, last)]
    if ask.day is not None:
        begin = datetime.combine(ask.day, time(), scene.now.tzinfo)
        spans = [(max(scene.now, begin), min(last, begin + timedelta(days=1)))]
    for start, end in spans:
        slots = await _open_between(scene, ask.method, start, end)
        for slot in allowed(scene, matching(slots, ask, scene.now), 1):
            return slot
    return None


async def _open_between(scene: Scene, method: Method | None, start: datetime, end: datetime) -> list[Slot]:
    where = (scene.talk.retailer_id, scene.store.id, start, end, method)
    slots = await scene.desk.shop.slots(*where, now=scene.now, holder=scene.talk.id) if start < end else []
    return [slot for slot in slots if slot.open_at(scene.now)]


def allowed(scene: Scene, slots: Iterable[Slot], most: int = OPTIONS) -> list[Slot]:
    """The first `most` of `slots` that the agreement lets the platform use."""
    return list(islice((slot for slot in slots if scene.may_use(slot)), most))


def nearest(scene: Scene, slots: Sequence[Slot], ask: SlotAsk) -> list[Slot]:
    """Up to `OPTIONS` slots by their distance in time from what was asked."""
    day = ask.day or scene.now.date()
    at = ask.at or ask.after or ask.before or time(12)
    wanted = datetime.combine(day, at, scene.now.tzinfo)
    close = allowed(scene, sorted(slots, key=lambda slot: (abs((slot.starts_at - wanted).total_seconds()), slot.id)))
    return sorted(close, key=lambda slot: slot.starts_at)


def offer(scene: Scene, options: Sequence[Slot], method: Method, *, missed: bool) -> None:
    """Ask which of `options`; say so when there is none at all."""
    if not options:
        scene.tell("slot_nothing", method=method_words(scene, method))
        return
    scene.offered = tuple(options)
    scene.tell("slot_none" if missed else "ask_slot", options=list(options))
    scene.ask("slot", options=[slot.id for slot in options])


async def book(scene: Scene, slot: Slot) -> None:
    """Put the slot into the cart and keep a place in it for a while. It is taken for good when the order is placed."""
    where = (scene.talk.retailer_id, scene.store.id, slot.id, scene.talk.id)
    if not await scene.desk.shop.hold(*where, now=scene.now, until=hold_end(scene.now)):
        others = [one for one in await open_slots(scene, slot.method) if one.id != slot.id]
        wish = SlotAsk(slot.method, slot.starts_at.date(), at=slot.starts_at.time())
        offer(scene, nearest(scene, others, wish), slot.method, missed=True)
        return
    choice = SlotChoice(slot.id, slot.method.value, slot.starts_at.isoformat(), slot.ends_at.isoformat(), slot.fee)
    scene.update(replace(scene.cart, slot=choice, method=slot.method.value))
    words = method_words(scene, slot.method)
    if slot.fee:
        scene.tell("slot_fee", method=words, window=slot, fee=slot.fee)
    else:
        scene.tell("slot", method=words, window=slot)


def method_words(scene: Scene, method: Method | str) -> str:
    """ "au drive", "delivered"."""
    return str(phrases(scene.lang)["format"]["methods"][str(getattr(method, "value", method))])
