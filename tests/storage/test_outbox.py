"""The outbox delivers at least once, in order per subject, patiently, and gives up in the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from cabas.kernel.clock import FixedClock
from cabas.storage.outbox import ATTEMPTS_MAX, LEASE, Batch, Event, Outbox, Waiting, wait_after, work
from support.house import NOW, House, a_command, an_order

pytestmark = pytest.mark.anyio


class Receiver:
    """Takes events down; refuses those whose topic is in `closed`."""

    def __init__(self, *closed: str) -> None:
        self.closed = set(closed)
        self.got: list[Event] = []

    async def __call__(self, event: Event) -> None:
        if event.topic in self.closed:
            raise ConnectionError("no answer")
        self.got.append(event)

    @property
    def topics(self) -> list[str]:
        return [event.topic for event in self.got]


@pytest.fixture
def outbox(halle: House) -> Outbox:
    return Outbox(halle.ports.database)


async def place(house: House, order_id: str, *topics: str) -> None:
    events = tuple((topic, {"order_id": order_id}) for topic in topics)
    await house.orders.place(a_command(an_order(house.retailer_id, order_id, {"pasta": 1}), events=events))


async def test_an_event_arrives_once_with_its_payload(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 9})
    await place(halle, "o1", "order.placed")
    receiver = Receiver()
    assert await outbox.waiting(halle.retailer_id) == Waiting(1, 0, NOW)
    assert await outbox.deliver(halle.retailer_id, receiver, NOW) == Batch(delivered=1)
    assert receiver.got == [
        Event(halle.retailer_id, "lyon", "o1", 1, "order.placed", {"order_id": "o1"}, attempt=1, created_at=NOW)
    ]
    assert receiver.got[0].id == "o1.1"
    assert await outbox.deliver(halle.retailer_id, receiver, NOW + timedelta(days=1)) == Batch()
    assert await outbox.waiting(halle.retailer_id) == Waiting(0, 0, None)


async def test_events_of_one_order_keep_their_order(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 9})
    await place(halle, "o1", "a", "b", "c")
    await place(halle, "o2", "d")
    receiver = Receiver("b")
    assert (await outbox.deliver(halle.retailer_id, receiver, NOW)).delivered == 2
    assert sorted(receiver.topics) == ["a", "d"]
    # b fails: c waits behind it, however often we look.
    assert await outbox.deliver(halle.retailer_id, receiver, NOW) == Batch(retried=1)
    assert await outbox.deliver(halle.retailer_id, receiver, NOW) == Batch()
    receiver.closed.clear()
    later = NOW + wait_after(1)
    assert await outbox.deliver(halle.retailer_id, receiver, later - timedelta(seconds=1)) == Batch()
    assert await outbox.deliver(halle.retailer_id, receiver, later) == Batch(delivered=1)
    assert await outbox.deliver(halle.retailer_id, receiver, later) == Batch(delivered=1)
    assert receiver.topics[2:] == ["b", "c"]
    assert [event.attempt for event in receiver.got[2:]] == [2, 1]


async def test_patience_grows_and_ends(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 9})
    await place(halle, "o1", "a", "b")
    receiver, now = Receiver("a"), NOW
    for attempt in range(1, ATTEMPTS_MAX):
        assert await outbox.deliver(halle.retailer_id, receiver, now) == Batch(retried=1)
        now += wait_after(attempt)
    assert timedelta(days=2, hours=23) < now - NOW < timedelta(days=3, hours=1)
    assert await outbox.deliver(halle.retailer_id, receiver, now) == Batch(dead=1)
    assert await outbox.waiting(halle.retailer_id) == Waiting(1, 1, NOW)
    # What was given up holds up nobody, and can be tried again.
    assert await outbox.deliver(halle.retailer_id, receiver, now) == Batch(delivered=1)
    receiver.closed.clear()
    assert await outbox.revive("stranger", now) == 0
    assert await outbox.revive(halle.retailer_id, now) == 1
    assert await outbox.deliver(halle.retailer_id, receiver, now) == Batch(delivered=1)
    assert receiver.topics == ["b", "a"]


async def test_a_worker_that_dies_leaves_its_events_to_the_next(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 9})
    await place(halle, "o1", "a")

    async def dies(event: Event) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await outbox.deliver(halle.retailer_id, dies, NOW)
    receiver = Receiver()
    assert await outbox.deliver(halle.retailer_id, receiver, NOW + LEASE - timedelta(seconds=1)) == Batch()
    assert await outbox.deliver(halle.retailer_id, receiver, NOW + LEASE) == Batch(delivered=1)
    assert receiver.got[0].attempt == 2


async def test_two_workers_share_the_work(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 99})
    for number in range(30):
        await place(halle, f"o{number}", "a")
    receiver = Receiver()
    batches = await asyncio.gather(*(outbox.deliver(halle.retailer_id, receiver, NOW, limit=10) for _ in range(6)))
    assert sum(batch.delivered for batch in batches) == 30
    assert len({event.id for event in receiver.got}) == len(receiver.got) == 30


async def test_a_failing_receiver_gets_everything_in_the_end(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 99})
    for number in range(20):
        await place(halle, f"o{number}", "a", "b")
    receiver, calls = Receiver(), 0

    async def flaky(event: Event) -> None:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise TimeoutError
        await receiver(event)

    now = NOW
    for _ in range(20):
        await outbox.deliver(halle.retailer_id, flaky, now)
        now += timedelta(minutes=5)
    assert sorted(event.id for event in receiver.got) == sorted(f"o{n}.{seq}" for n in range(20) for seq in (1, 2))


async def test_the_worker_works_until_told_to_stop(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 9})
    for number in range(3):
        await place(halle, f"o{number}", "a")
    receiver, stop = Receiver(), asyncio.Event()

    async def send(event: Event) -> None:
        await receiver(event)
        if len(receiver.got) == 3:
            stop.set()

    await asyncio.wait_for(work(outbox, ["stranger", halle.retailer_id], send, FixedClock(NOW), stop, 0.01), 30)
    assert len(receiver.got) == 3


async def test_what_arrived_is_forgotten_after_a_while(halle: House, outbox: Outbox) -> None:
    await halle.open({"pasta": 9})
    await place(halle, "o1", "a")
    await outbox.deliver(halle.retailer_id, Receiver(), NOW)
    assert await outbox.forget("stranger", NOW + timedelta(days=1)) == 0
    assert await outbox.forget(halle.retailer_id, NOW) == 0
    assert await outbox.forget(halle.retailer_id, NOW + timedelta(days=1)) == 2


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 5), (2, 10), (3, 20), (12, 10_240), (13, 20_480), (14, 21_600), (99, 21_600)]
)
def test_how_long_it_waits(attempt: int, seconds: int) -> None:
    assert wait_after(attempt) == timedelta(seconds=seconds)
