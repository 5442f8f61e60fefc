"""The transaction that places an order: one store, one round trip, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cabas.domain.ledger import Posting
from cabas.domain.order import Order
from cabas.domain.payment import Payment
from cabas.storage.conversations import store_turn
from cabas.storage.database import Database, Parameters, Refused, Statement, must
from cabas.storage.discounts import left as left_of
from cabas.storage.discounts import used
from cabas.storage.documents import to_json
from cabas.storage.order_rows import line_rows, order_key, order_row
from cabas.storage.queries import queries
from cabas.storage.refusals import order_exists, overtaken, stored_answer, wanted
from cabas.usecases.ports import Placed, PlaceOrder, SoldOut

SQL = queries("place")
Events = Sequence[tuple[str, Mapping[str, object]]]


async def try_to_place(database: Database, command: PlaceOrder) -> Placed | SoldOut | None:
    """Place it, or say why not; None when what was missing came back before we asked: try again then.

    Raises `Conflict` as `Orders.place` does.
    """
    try:
        await database.run(command.order.retailer_id, *statements(command))
    except Refused as refused:
        return await _why_not(database, command, refused)
    return Placed(command.answer, replayed=False)


def statements(command: PlaceOrder) -> list[Statement]:
    """All that placing an order does, in the order in which all lock rows: key, conversation, codes, stock, slot.

    Hot rows (stock, slot) come last, so that others wait for little more than the flush to disk.
    """
    order, turn, slot = command.order, command.conversation, _slot(command)
    shop = {"retailer_id": order.retailer_id, "store_id": order.store_id}
    written: list[Statement] = [
        (must(SQL["claim_key"]), _claim(command)),
        (SQL["insert_order"], order_row(order)),
        (SQL["insert_lines"], order_key(order) | line_rows(order)),
        *posted(order, command.postings, order.placed_at),
        *told(order, command.events, order.placed_at),
        *paid(order, command.payment),
    ]
    if turn is not None:
        sql, parameters = store_turn(turn)
        written.append((must(sql), parameters))
    asked: list[Parameters] = [shop | {"sku": sku, "quantity": quantity} for sku, quantity in wanted(order).items()]
    taken: Statement = (must(SQL["take_stock"]), asked)
    booked: list[Statement] = [(SQL["lock_slot"], slot), (must(SQL["take_slot"]), slot), (SQL["drop_hold"], slot)]
    return [*written, *used(order), taken, *booked]


def posted(order: Order, postings: Sequence[Posting], at: datetime) -> list[Statement]:
    """Append postings to the ledger."""
    rows = [
        {"seq": seq, "source": one.source, "destination": one.destination, "amount": one.amount.amount,
         "currency": one.amount.currency, "term": one.term, "note": one.note}
        for seq, one in enumerate(postings, 1)
    ]  # fmt: skip
    return [(SQL["insert_postings"], order_key(order) | {"postings": to_json(rows), "at": at})] if rows else []


def told(order: Order, events: Events, at: datetime) -> list[Statement]:
    """Append events to the outbox."""
    rows = [{"seq": seq, "topic": topic, "payload": payload} for seq, (topic, payload) in enumerate(events, 1)]
    return [(SQL["insert_events"], order_key(order) | {"events": to_json(rows), "at": at})] if rows else []


def paid(order: Order, payment: Payment | None) -> list[Statement]:
    """Write down how the order is paid."""
    if payment is None:
        return []
    how = {"handler": payment.handler, "status": str(payment.status), "reference": payment.reference}
    amount = {"upper": payment.upper.amount, "currency": payment.upper.currency, "shown": payment.shown}
    return [(SQL["insert_payment"], order_key(order) | how | amount | {"at": order.placed_at})]


async def _why_not(database: Database, command: PlaceOrder, refused: Refused) -> Placed | SoldOut | None:
    order, turn, asked = command.order, command.conversation, wanted(command.order)
    key = order_key(order)
    answered, known, stock, place, follows, codes = await database.run(
        order.retailer_id,
        (SQL["replay"], _claim(command)),
        (SQL["order_exists"], key | {"number": order.number}),
        (SQL["left"], key | {"skus": list(asked)}),
        (SQL["slot_open"], _slot(command)),
        (SQL["turn_follows"], key | _version(command)),
        left_of(order),
    )
    if row := await answered.fetchone():
        return Placed(stored_answer((row[0], row[1]), command.key, command.request_hash), replayed=True)
    if known.rowcount:
        raise order_exists(order) from refused
    left = dict.fromkeys(asked, 0) | dict(await stock.fetchall())
    short = {sku: left[sku] for sku, quantity in asked.items() if left[sku] < quantity}
    valid = {row[0] for row in await codes.fetchall()}
    gone = tuple(one.code for one in order.discounts if one.code not in valid)
    if short or gone or not place.rowcount:
        return SoldOut(short, slot_full=not place.rowcount, codes=gone)
    if turn is not None and await follows.fetchone() != (True,):
        raise overtaken(turn) from refused
    return None


def _claim(command: PlaceOrder) -> dict[str, object]:
    order = command.order
    stamp = {"platform": order.platform, "placed_at": order.placed_at}
    request = {"key": command.key, "request_hash": command.request_hash, "answer": command.answer}
    return order_key(order) | stamp | request


def _slot(command: PlaceOrder) -> dict[str, object]:
    order = command.order
    holder = command.conversation.id if command.conversation else ""
    return order_key(order) | {"slot_id": order.slot_id, "at": order.placed_at, "holder": holder}


def _version(command: PlaceOrder) -> dict[str, object]:
    turn = command.conversation
    return {"conversation_id": turn.id if turn else "", "version": turn.version if turn else 0}
