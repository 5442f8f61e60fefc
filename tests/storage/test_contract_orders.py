"""Placing, reading and moving orders: the same in memory and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cabas.domain.adjustment import as_picked, picked
from cabas.domain.cart import Conversation
from cabas.domain.ledger import Posting, balances
from cabas.domain.order import OrderStatus
from cabas.domain.payment import Payment, PaymentStatus
from cabas.kernel.errors import Conflict, InvalidInput, NotFound
from cabas.kernel.money import Money
from cabas.usecases.ports import Placed, SoldOut, StockLevel
from support.house import NOW, STORE, House, a_command, a_slot, an_order

pytestmark = pytest.mark.anyio


async def test_a_placed_order_takes_its_stock_and_its_place_and_reads_back_as_it_was(anywhere: House) -> None:
    await anywhere.open({"pasta": 10, "rice": 4})
    order = an_order(anywhere.retailer_id, "o1", {"rice": 1, "pasta": 3})
    command = a_command(order)

    assert await anywhere.orders.place(command) == Placed(b'{"order":"o1"}', replayed=False)

    assert await anywhere.left("pasta", "rice") == {"pasta": 7, "rice": 3}
    assert await anywhere.taken() == 1
    assert await anywhere.orders.get(anywhere.retailer_id, "o1") == order
    assert await anywhere.orders.get(anywhere.retailer_id, order.number) == order
    assert await anywhere.orders.postings(anywhere.retailer_id, "o1") == command.postings


async def test_lines_of_one_sku_are_taken_together(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    order = an_order(anywhere.retailer_id, "o1", {"pasta": 3})
    twice = replace(order, lines=(order.lines[0], replace(order.lines[0], line=2)))
    assert await anywhere.orders.place(a_command(twice)) == SoldOut({"pasta": 5})
    assert await anywhere.left("pasta") == {"pasta": 5}


async def test_sold_out_says_what_is_left_and_changes_nothing(anywhere: House) -> None:
    await anywhere.open({"pasta": 2, "rice": 9})
    order = an_order(anywhere.retailer_id, "o1", {"pasta": 3, "rice": 1, "soap": 1})

    assert await anywhere.orders.place(a_command(order)) == SoldOut({"pasta": 2, "soap": 0}, slot_full=False)

    assert await anywhere.left("pasta", "rice") == {"pasta": 2, "rice": 9}
    assert await anywhere.taken() == 0
    with pytest.raises(NotFound):
        await anywhere.orders.get(anywhere.retailer_id, "o1")
    # The key was not spent: the same request may succeed later.
    await anywhere.fill.stock(anywhere.retailer_id, [StockLevel(STORE, "pasta", 3), StockLevel(STORE, "soap", 1)])
    assert await anywhere.orders.place(a_command(order)) == Placed(b'{"order":"o1"}', replayed=False)


async def test_safety_stock_is_never_sold(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    await anywhere.fill.stock(anywhere.retailer_id, [StockLevel(STORE, "pasta", 5, safety=2)])
    too_much = an_order(anywhere.retailer_id, "o1", {"pasta": 4})
    assert await anywhere.orders.place(a_command(too_much)) == SoldOut({"pasta": 3})
    assert await anywhere.orders.place(a_command(an_order(anywhere.retailer_id, "o2", {"pasta": 3})))
    assert await anywhere.left("pasta") == {"pasta": 0}


async def test_a_stocktake_below_what_is_reserved_sells_nothing_more(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    await anywhere.orders.place(a_command(an_order(anywhere.retailer_id, "o1", {"pasta": 4})))
    await anywhere.fill.stock(anywhere.retailer_id, [StockLevel(STORE, "pasta", 2)])
    assert await anywhere.left("pasta") == {"pasta": 0}
    assert await anywhere.orders.place(a_command(an_order(anywhere.retailer_id, "o2", {"pasta": 1}))) == SoldOut(
        {"pasta": 0}
    )


@pytest.mark.parametrize("change", [{"slot_id": "nowhere"}, {"placed_at": NOW + timedelta(hours=1, seconds=1)}])
async def test_a_slot_that_is_unknown_or_closed_is_full(anywhere: House, change: dict[str, object]) -> None:
    await anywhere.open({"pasta": 5})
    order = an_order(anywhere.retailer_id, "o1", {"pasta": 1}, **change)
    assert await anywhere.orders.place(a_command(order)) == SoldOut({}, slot_full=True)
    assert await anywhere.left("pasta") == {"pasta": 5}
    assert await anywhere.taken() == 0


async def test_deposits_are_kept_with_lines_and_adjustments(anywhere: House) -> None:
    await anywhere.open({"pasta": 9, "rice": 9})
    bare = an_order(anywhere.retailer_id, "o1", {"pasta": 4, "rice": 1})
    lines = (replace(bare.lines[0], deposit=Money(100)), bare.lines[1])
    sold = replace(bare, lines=lines, total=bare.total + Money(100))
    await anywhere.orders.place(a_command(sold))
    assert await anywhere.orders.get(anywhere.retailer_id, "o1") == sold
    await anywhere.orders.move(anywhere.retailer_id, "o1", "start_picking", NOW)
    one = picked(sold, 1, 3, NOW)
    moved = await anywhere.orders.move(anywhere.retailer_id, "o1", "adjust", NOW, adjustment=one)
    assert moved.adjustments == (one,)
    assert (one.deposit, as_picked(moved).total) == (Money(75), Money(475))


async def test_the_last_place_of_a_slot_is_sold_once(anywhere: House) -> None:
    await anywhere.open({"pasta": 5}, places=1)
    at_cutoff = an_order(anywhere.retailer_id, "o1", {"pasta": 1}, placed_at=NOW + timedelta(hours=1))
    assert await anywhere.orders.place(a_command(at_cutoff)) == Placed(b'{"order":"o1"}', replayed=False)
    second = an_order(anywhere.retailer_id, "o2", {"pasta": 1})
    assert await anywhere.orders.place(a_command(second)) == SoldOut({}, slot_full=True)
    assert await anywhere.left("pasta") == {"pasta": 4}


async def test_a_replay_gets_the_first_answer_and_orders_nothing(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    rid = anywhere.retailer_id
    await anywhere.orders.place(a_command(an_order(rid, "o1", {"pasta": 1}), key="k"))
    again = a_command(an_order(rid, "o2", {"pasta": 1}), key="k")
    assert await anywhere.orders.place(again) == Placed(b'{"order":"o1"}', replayed=True)
    # The very same order once more, as a client would retry it.
    same = a_command(an_order(rid, "o1", {"pasta": 1}), key="k")
    assert await anywhere.orders.place(same) == Placed(b'{"order":"o1"}', replayed=True)
    assert await anywhere.left("pasta") == {"pasta": 4}
    assert await anywhere.taken() == 1
    hashed = same.request_hash
    assert await anywhere.orders.replay(rid, STORE, "web", "k", hashed) == b'{"order":"o1"}'
    assert await anywhere.orders.replay(rid, STORE, "web", "other", hashed) is None
    assert await anywhere.orders.replay(rid, STORE, "alexa", "k", hashed) is None


async def test_a_key_used_for_another_request_is_refused(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    rid = anywhere.retailer_id
    await anywhere.orders.place(a_command(an_order(rid, "o1", {"pasta": 1}), key="k"))
    other = a_command(an_order(rid, "o2", {"pasta": 2}), key="k", request=b"other")
    with pytest.raises(Conflict) as caught:
        await anywhere.orders.place(other)
    assert caught.value.code == "idempotency_mismatch"
    with pytest.raises(Conflict) as caught:
        await anywhere.orders.replay(rid, STORE, "web", "k", other.request_hash)
    assert caught.value.code == "idempotency_mismatch"
    assert await anywhere.left("pasta") == {"pasta": 4}


async def test_platforms_do_not_share_their_keys(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    rid = anywhere.retailer_id
    await anywhere.orders.place(a_command(an_order(rid, "o1", {"pasta": 1}), key="1"))
    theirs = a_command(an_order(rid, "o2", {"pasta": 1}, platform="alexa"), key="1", request=b"other")
    assert await anywhere.orders.place(theirs) == Placed(b'{"order":"o2"}', replayed=False)


async def test_an_order_id_is_used_once(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    rid = anywhere.retailer_id
    await anywhere.orders.place(a_command(an_order(rid, "o1", {"pasta": 1})))
    with pytest.raises(Conflict) as caught:
        await anywhere.orders.place(a_command(an_order(rid, "o1", {"pasta": 2}), key="new"))
    assert caught.value.code == "order_exists"
    assert await anywhere.left("pasta") == {"pasta": 4}


async def test_the_conversation_is_stored_with_the_order(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    rid = anywhere.retailer_id
    talk = await anywhere.conversations.save(Conversation("c1", rid, STORE, "web", None, "fr-FR"))
    command = a_command(an_order(rid, "o1", {"pasta": 1}), conversation=replace(talk, order_id="o1"))
    await anywhere.orders.place(command)
    assert await anywhere.conversations.load(rid, "c1") == replace(talk, order_id="o1", version=2)


async def test_an_order_from_an_overtaken_conversation_is_refused_whole(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    rid = anywhere.retailer_id
    talk = await anywhere.conversations.save(Conversation("c1", rid, STORE, "web", None, "fr-FR"))
    await anywhere.conversations.save(talk)
    with pytest.raises(Conflict) as caught:
        await anywhere.orders.place(a_command(an_order(rid, "o1", {"pasta": 1}), conversation=talk))
    assert caught.value.code == "conversation_conflict"
    assert await anywhere.left("pasta") == {"pasta": 5}
    assert await anywhere.taken() == 0
    with pytest.raises(NotFound):
        await anywhere.orders.get(rid, "o1")


async def test_orders_that_cannot_be_right_are_refused(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    order = an_order(anywhere.retailer_id, "o1", {"pasta": 1})
    none = replace(order.lines[0], quantity=0)
    for wrong in (
        replace(order, lines=()),
        replace(order, lines=(none,)),
        replace(order, fee=Money(0, "CHF")),
        replace(order, lines=(replace(order.lines[0], price=Money(100, "CHF")),)),
    ):
        with pytest.raises(InvalidInput):
            await anywhere.orders.place(a_command(wrong, postings=()))
    assert await anywhere.left("pasta") == {"pasta": 5}


async def test_canceling_gives_everything_back_once(anywhere: House) -> None:
    await anywhere.open({"pasta": 5, "rice": 5})
    rid = anywhere.retailer_id
    command = a_command(an_order(rid, "o1", {"pasta": 2, "rice": 5}))
    await anywhere.orders.place(command)
    back = tuple(posting.reversed() for posting in command.postings)

    canceled = await anywhere.orders.move(rid, "o1", "cancel", NOW, back, [("order.canceled", {"id": "o1"})])

    assert canceled == replace(command.order, status=OrderStatus.CANCELED, changed_at=NOW)
    assert await anywhere.orders.get(rid, "o1") == canceled
    assert await anywhere.left("pasta", "rice") == {"pasta": 5, "rice": 5}
    assert await anywhere.taken() == 0
    posted = await anywhere.orders.postings(rid, "o1")
    assert posted == command.postings + back
    assert set(balances(posted).values()) == {0}
    with pytest.raises(Conflict):
        await anywhere.orders.move(rid, "o1", "cancel", NOW)
    assert await anywhere.left("pasta", "rice") == {"pasta": 5, "rice": 5}


async def test_handing_over_takes_the_goods_out_of_the_store(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    rid = anywhere.retailer_id
    await anywhere.orders.place(a_command(an_order(rid, "o1", {"pasta": 2})))
    for event in ("start_picking", "finish_picking"):
        await anywhere.orders.move(rid, "o1", event, NOW)
        assert await anywhere.left("pasta") == {"pasta": 3}
    done = await anywhere.orders.move(rid, "o1", "hand_over", NOW, [Posting("a", "b", Money(1), "sale")])
    assert done.status is OrderStatus.COMPLETED
    assert await anywhere.left("pasta") == {"pasta": 3}
    # Nothing is reserved any more: a count of 3 is all free.
    await anywhere.fill.stock(rid, [StockLevel(STORE, "pasta", 3)])
    assert await anywhere.left("pasta") == {"pasta": 3}
    assert len(await anywhere.orders.postings(rid, "o1")) == 3


async def test_a_payment_is_noted_and_no_other(anywhere: House) -> None:
    await anywhere.open({"pasta": 10})
    held = Payment("purse", PaymentStatus.AUTHORIZED, Money(1200, "EUR"), "auth-1", "visa 4242")
    for ident in ("o1", "o2"):
        order = an_order(anywhere.retailer_id, ident, {"pasta": 1})
        await anywhere.orders.place(replace(a_command(order), payment=held))
    taken = replace(held, status=PaymentStatus.CAPTURED)

    await anywhere.orders.note_payment(anywhere.retailer_id, "o1", 1, taken)

    assert await anywhere.orders.payments(anywhere.retailer_id, "o1") == (taken,)
    with pytest.raises(NotFound):
        await anywhere.orders.note_payment(anywhere.retailer_id, "o2", 2, taken)
    with pytest.raises(NotFound):
        await anywhere.orders.note_payment("somebody-else", "o2", 1, taken)
    assert await anywhere.orders.payments(anywhere.retailer_id, "o2") == (held,)


async def test_an_order_of_another_retailer_is_not_found(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    await anywhere.orders.place(a_command(an_order(anywhere.retailer_id, "o1", {"pasta": 1})))
    for question in (anywhere.orders.get, anywhere.orders.postings):
        with pytest.raises(NotFound):
            await question("stranger", "o1")
    with pytest.raises(NotFound):
        await anywhere.orders.move("stranger", "o1", "cancel", NOW)
    assert (await anywhere.orders.get(anywhere.retailer_id, "o1")).status is OrderStatus.PLACED


async def test_a_held_place_is_the_holders(anywhere: House) -> None:
    await anywhere.open({"pasta": 5}, places=1)
    rid, until = anywhere.retailer_id, NOW + timedelta(minutes=10)
    talk = Conversation("mine", rid, STORE, "web", None, "fr-FR")
    assert await anywhere.shop.hold(rid, STORE, "noon", "mine", now=NOW, until=until)
    assert not await anywhere.shop.hold(rid, STORE, "noon", "theirs", now=NOW, until=until)
    assert await anywhere.taken() == 1
    (slot,) = await anywhere.shop.slots(rid, STORE, NOW, NOW + timedelta(days=1), holder="mine")
    assert (slot.taken, slot.held_until) == (0, until)
    (slot,) = await anywhere.shop.slots(rid, STORE, NOW, NOW + timedelta(days=1), holder="theirs")
    assert (slot.taken, slot.held_until) == (1, None)
    (slot,) = await anywhere.shop.slots(rid, STORE, NOW, NOW + timedelta(days=1), now=until, holder="mine")
    assert (slot.taken, slot.held_until) == (0, None)
    theirs = an_order(rid, "o1", {"pasta": 1})
    assert await anywhere.orders.place(a_command(theirs)) == SoldOut({}, slot_full=True)
    mine = a_command(an_order(rid, "o2", {"pasta": 1}), conversation=talk)
    assert await anywhere.orders.place(mine) == Placed(b'{"order":"o2"}', replayed=False)
    # The hold became the place: it is not counted twice.
    await anywhere.fill.slots(rid, [a_slot(capacity=2)])
    assert await anywhere.taken() == 1


async def test_a_hold_ends_by_itself_or_when_let_go(anywhere: House) -> None:
    await anywhere.open({"pasta": 5}, places=1)
    await anywhere.fill.slots(anywhere.retailer_id, [a_slot("one", 1, 13)])
    rid, until = anywhere.retailer_id, NOW + timedelta(minutes=10)
    assert await anywhere.shop.hold(rid, STORE, "noon", "mine", now=NOW, until=until)
    assert await anywhere.shop.hold(rid, STORE, "noon", "theirs", now=until, until=until + timedelta(minutes=5))
    # Choosing another slot lets go of the first one.
    assert await anywhere.shop.hold(rid, STORE, "one", "theirs", now=until, until=until + timedelta(minutes=5))
    assert await anywhere.shop.hold(rid, STORE, "noon", "third", now=until, until=until + timedelta(minutes=5))
    await anywhere.shop.drop_holds(rid, STORE, "third", now=until)
    assert await anywhere.shop.hold(rid, STORE, "noon", "fourth", now=until, until=until + timedelta(minutes=5))
    assert not await anywhere.shop.hold(rid, STORE, "noon", "late", now=NOW + timedelta(hours=2), until=until)
    assert not await anywhere.shop.hold(rid, STORE, "nowhere", "late", now=NOW, until=until)
