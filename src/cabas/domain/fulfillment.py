"""How goods reach the shopper: methods, slots with capacity and cut-off, and picking one that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from cabas.kernel.money import Money

# How long a chosen slot is kept without an order: long enough to finish a cart, too short to block a store. Choosing it
# again keeps it on, but one session keeps a place no longer than the second figure after it was opened.
HOLD, HOLD_MOST = timedelta(minutes=30), timedelta(hours=2)


def hold_end(now: datetime, opened_at: datetime | None = None) -> datetime:
    """Until when a slot chosen now is kept, by a session opened then; not after `now` when it was kept long enough."""
    return now + HOLD if opened_at is None else min(now + HOLD, opened_at + HOLD_MOST)


class Method(StrEnum):
    """Pickup is the drive or the counter; delivery is to the door."""

    PICKUP = "pickup"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Slot:
    """A window of one store with a capacity in orders. Times are time-zone aware; orders close at `cutoff`.

    `held_until` is there while whoever asked holds a place in it (`usecases.ports.Shop.hold`).
    """

    id: str
    store_id: str
    method: Method
    starts_at: datetime
    ends_at: datetime
    cutoff: datetime
    capacity: int
    taken: int
    fee: Money
    held_until: datetime | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether an order placed now still fits."""
        return now <= self.cutoff and self.taken < self.capacity


@dataclass(frozen=True, slots=True)
class SlotAsk:
    """A slot as asked for, in the store's time zone. Every field may be missing.

    `approx` marks a day part ("in the morning") or "around"; `earliest` the first slot there is ("within the hour").
    """

    method: Method | None = None
    day: date | None = None
    after: time | None = None
    before: time | None = None
    at: time | None = None
    approx: bool = False
    earliest: bool = False


def matching(slots: Iterable[Slot], ask: SlotAsk, now: datetime) -> list[Slot]:
    """The open slots that meet every bound of `ask`, earliest first; `at` prefers the slot that holds that time."""
    fits = [slot for slot in slots if slot.open_at(now) and _meets(slot, ask)]
    return sorted(fits, key=lambda slot: (slot.starts_at, slot.fee.amount, slot.id))


def _meets(slot: Slot, ask: SlotAsk) -> bool:
    start, end = slot.starts_at, slot.ends_at
    if ask.method is not None and slot.method is not ask.method:
        return False
    if ask.day is not None and start.date() != ask.day:
        return False
    if ask.after is not None and start.time() < ask.after:
        return False
    if ask.before is not None and (end.time() > ask.before or end.date() != start.date()):
        return False
    return ask.at is None or start.time() <= ask.at < end.time()
