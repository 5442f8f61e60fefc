"""A request that is broken off, or that cannot be written down, leaves no half of an order behind."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from cabas.domain.cart import Cart, Conversation, LineItem, Want
from cabas.kernel.errors import InvalidInput, NotFound
from cabas.storage import embedded, migrate
from cabas.storage.audit import audit
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Placed
from support.house import STORE, House, a_command, an_order

pytestmark = pytest.mark.anyio


class OneStep:
    """Waiting for it lets every other task take one step."""

    def __await__(self) -> Generator[None]:
        yield


def broken_rules(dsn: str, retailer_id: str) -> dict[str, object]:
    with psycopg.connect(dsn) as connection:
        return dict(audit(connection, retailer_id))


async def exists(house: House, order_id: str) -> bool:
    try:
        await house.orders.get(house.retailer_id, order_id)
    except NotFound:
        return False
    return True


async def test_a_request_canceled_at_any_step_orders_whole_or_not_at_all(halle: House, dsn: str) -> None:
    await halle.open({"pasta": 1000, "rice": 1000, "soap": 1000})
    outcomes = set()
    for steps in range(0, 60, 2):
        order = an_order(halle.retailer_id, f"o{steps}", {"pasta": 1, "rice": 2, "soap": 3})
        placing = asyncio.create_task(halle.orders.place(a_command(order)))
        for _ in range(steps):
            await OneStep()
        placing.cancel()
        try:
            outcomes.add(type(await placing))
        except asyncio.CancelledError:
            outcomes.add(asyncio.CancelledError)
        found = await exists(halle, order.id)
        assert broken_rules(dsn, halle.retailer_id) == {}
        # A retry with the same key gets the order that stands, or places it.
        retried = await halle.orders.place(a_command(order))
        assert retried == Placed(f'{{"order":"{order.id}"}}'.encode(), replayed=found)
    assert outcomes == {asyncio.CancelledError, Placed}
    assert await halle.left("pasta", "rice", "soap") == {"pasta": 970, "rice": 940, "soap": 910}


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b"], ids=["a zero", "half a character"])
@pytest.mark.parametrize("where", ["conversation", "event", "name", "posting", "slot"])
async def test_what_cannot_be_written_down_is_refused_whole(halle: House, dsn: str, where: str, bad: str) -> None:
    await halle.open({"pasta": 5})
    rid = halle.retailer_id
    order = an_order(rid, "o1", {"pasta": 1})
    talk = await halle.conversations.save(Conversation("c1", rid, STORE, "web", None, "fr-FR"))
    command = a_command(order, conversation=talk)
    if where == "conversation":
        cart = Cart().add(LineItem("", Want(bad, "fr")))
        command = replace(command, conversation=replace(talk, cart=cart))
    elif where == "event":
        command = replace(command, events=(("order.placed", {"text": bad}),))
    elif where == "name":
        command = replace(command, order=replace(order, lines=(replace(order.lines[0], name=bad),)))
    elif where == "posting":
        command = replace(command, postings=(replace(command.postings[0], note=bad),))
    else:
        command = replace(command, order=replace(order, slot_id=bad))
    with pytest.raises(InvalidInput, match=r"cannot (keep this|be stored)"):
        await halle.orders.place(command)
    assert not await exists(halle, "o1")
    assert await halle.left("pasta") == {"pasta": 5}
    assert await halle.taken() == 0
    assert (await halle.conversations.load(rid, "c1")) == talk
    assert broken_rules(dsn, rid) == {}
    assert await halle.orders.place(a_command(order, conversation=talk)) == Placed(b'{"order":"o1"}', replayed=False)


async def test_a_connection_that_died_unused_fails_no_request(dsn: str) -> None:
    async with await Postgres.open(dsn, connections=1) as opened:
        house = House("idle", opened)
        await house.open({"pasta": 100})
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s"
        async with opened.database.connection() as connection:
            pid = connection.info.backend_pid
        with psycopg.connect(dsn, autocommit=True) as other:
            assert other.execute(cut, [pid]).fetchone() == (True,)
            while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
                pass  # it says good-bye before it goes
        assert isinstance(await house.orders.place(a_command(an_order("idle", "o1", {"pasta": 1}))), Placed)
        assert await house.left("pasta") == {"pasta": 99}


async def test_after_a_restart_of_the_server_no_request_fails() -> None:
    folder = Path(tempfile.mkdtemp(prefix="cabas-restart-"))
    try:
        first = embedded.start(folder, durable=False)
        migrate.migrate(first.dsn)
        async with await Postgres.open(first.dsn, connections=4) as opened:
            house = House("halle", opened)
            await house.open({"pasta": 100})
            orders = [an_order("halle", f"o{number}", {"pasta": 1}) for number in range(20)]
            await asyncio.gather(*(house.orders.place(a_command(order)) for order in orders[:10]))
            first.release()
            with embedded.start(folder, durable=False):
                for order in orders[10:]:
                    assert isinstance(await house.orders.place(a_command(order)), Placed)
                assert await house.left("pasta") == {"pasta": 80}
    finally:
        shutil.rmtree(folder)
