"""How goods reach the shopper: methods, slots with capacity and cut-off, and picking one that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from cabas.kernel.money import Money


class Method(StrEnum):
    """Pickup is the drive or the counter; delivery is to the door."""

    PICKUP = "pickup"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Slot:
    """A window of one store with a capacity in orders. Times are time-zone aware; orders close at `cutoff`."""

    id: str
    store_id: str
    method: Method
    starts_at: datetime
    ends_at: datetime
    cutoff: datetime
    capacity: int
    taken: int
    fee: Money

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
