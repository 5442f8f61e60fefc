"""Slots of the demo's stores for two weeks: pickup by the hour, delivery by two hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cabas.demo import chance
from cabas.demo.stores import Shelves
from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.money import Money
from cabas.usecases.ports import Store

DAYS = 14
_DELIVERY_HOURS = (8, 10, 12, 14, 16, 18, 20)
_PICKUP_NOTICE, _DELIVERY_NOTICE = timedelta(hours=2), timedelta(hours=3)
# Deliveries before noon are picked the evening before.
_NOON, _EVENING = 12, 22
_RIDE, _EXPRESS_NOTICE, _EXPRESS_FEE = timedelta(minutes=30), timedelta(minutes=5), 790
_BUSY_FROM, _FRIDAY, _SATURDAY = 17, 4, 5


def slots(store: Store, shelves: Shelves, start: date) -> Iterator[Slot]:
    """Every slot of `store` on the `DAYS` days from `start`, earliest first, pickup before delivery."""
    zone = ZoneInfo(store.timezone)
    for offset in range(DAYS):
        day = start + timedelta(days=offset)
        for opens, closes in store.hours.get(day.weekday(), ()):
            yield from _pickups(store, shelves, day, (opens, closes), zone)
        if day.weekday() in store.hours:
            yield from _deliveries(store, shelves, day, zone)
        if shelves.express:
            for opens, closes in store.hours.get(day.weekday(), ()):
                yield from _express(store, shelves, day, (opens, closes), zone)


def _pickups(store: Store, shelves: Shelves, day: date, hours: tuple[str, str], zone: ZoneInfo) -> Iterator[Slot]:
    opens, closes = (datetime.combine(day, time.fromisoformat(text), zone) for text in hours)
    begins = opens.replace(minute=0) + timedelta(hours=1)
    while begins + timedelta(hours=1) <= closes:
        capacity = max(2, round(16 * shelves.depth))
        yield _slot(store, Method.PICKUP, begins, timedelta(hours=1), begins - _PICKUP_NOTICE, capacity, 0)
        begins += timedelta(hours=1)


def _deliveries(store: Store, shelves: Shelves, day: date, zone: ZoneInfo) -> Iterator[Slot]:
    for hour in _DELIVERY_HOURS:
        if day.weekday() > _SATURDAY and hour >= _NOON:
            return
        begins = datetime.combine(day, time(hour), zone)
        evening_before = datetime.combine(day - timedelta(days=1), time(_EVENING), zone)
        cutoff = evening_before if hour < _NOON else begins - _DELIVERY_NOTICE
        fee = 490 + (100 if hour >= _BUSY_FROM else 0) + (100 if day.weekday() >= _SATURDAY else 0)
        capacity = max(2, round(10 * shelves.depth))
        yield _slot(store, Method.DELIVERY, begins, timedelta(hours=2), cutoff, capacity, fee)


def _express(store: Store, shelves: Shelves, day: date, hours: tuple[str, str], zone: ZoneInfo) -> Iterator[Slot]:
    """A courier every half hour, for orders placed until just before."""
    begins, closes = (datetime.combine(day, time.fromisoformat(text), zone) for text in hours)
    while begins + _RIDE <= closes:
        yield _slot(store, Method.DELIVERY, begins, _RIDE, begins - _EXPRESS_NOTICE, 4, _EXPRESS_FEE, "express")
        begins += _RIDE


def _slot(
    store: Store,
    method: Method,
    begins: datetime,
    lasts: timedelta,
    cutoff: datetime,
    capacity: int,
    fee: int,
    kind: str = "",
) -> Slot:
    """A slot with the places others have taken: more on Friday and Saturday and after work, sometimes all of them."""
    identifier = f"{store.id}-{kind or method.value}-{begins:%Y%m%d-%H%M}"
    demand = 0.25 + 0.3 * (begins.weekday() in (_FRIDAY, _SATURDAY)) + 0.3 * (begins.hour >= _BUSY_FROM)
    taken = min(capacity, int(capacity * demand * (0.3 + 1.1 * chance.share("taken", identifier))))
    return Slot(identifier, store.id, method, begins, begins + lasts, cutoff, capacity, taken, Money(fee))
