"""The transaction that places an order: one store, two round trips, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from psycopg import AsyncConnection, AsyncCursor, errors

from cabas.domain.ledger import Posting
from cabas.domain.order import Order
from cabas.storage.conversations import store_turn
from cabas.storage.database import SET_RETAILER, Row
from cabas.storage.documents import to_json
from cabas.storage.order_rows import line_rows, order_key, order_row
from cabas.storage.queries import queries
from cabas.storage.refusals import order_exists, overtaken, stored_answer, wanted
from cabas.usecases.ports import Placed, PlaceOrder, SoldOut

SQL = queries("place")
Cursor = AsyncCursor[Row]


async def try_to_place(connection: AsyncConnection[Row], command: PlaceOrder) -> Placed | SoldOut | None:
    """Place it, or say why not; None when stock came back between the refusal and the count: try again then.

    The first round trip sends everything, the second COMMIT, or ROLLBACK and the question why not. Hot rows (stock,
    slot) come last, so that they are locked for the second round trip and the disk's flush only.
    """
    order, turn = command.order, command.conversation
    stock: dict[str, Cursor] = {}
    spoken: Cursor | None = None
    try:
        async with connection.pipeline():
            await connection.execute(SQL["begin"])
            await connection.execute(SET_RETAILER, {"retailer_id": order.retailer_id})
            claimed = await connection.execute(SQL["claim_key"], _claim(command))
            await connection.execute(SQL["insert_order"], order_row(order))
            await connection.execute(SQL["insert_lines"], order_key(order) | line_rows(order))
            await write_postings(connection, order, command.postings, 0, order.placed_at)
            await write_events(connection, order, command.events, 0, order.placed_at)
            if turn is not None:
                spoken = await connection.execute(*store_turn(turn))
            for sku, quantity in wanted(order).items():
                where = {"retailer_id": order.retailer_id, "store_id": order.store_id, "sku": sku}
                stock[sku] = await connection.execute(SQL["take_stock"], where | {"quantity": quantity})
            slot = _slot(command)
            await connection.execute(SQL["lock_slot"], slot)
            place = await connection.execute(SQL["take_slot"], slot)
            await connection.execute(SQL["drop_hold"], slot)
    except errors.UniqueViolation as error:
        # The order's id or number is taken: by this very request, when its key was used before.
        await connection.execute(b"ROLLBACK")
        return await _replay(connection, command, error)
    if claimed.rowcount == 0:
        await connection.execute(b"ROLLBACK")
        return await _replay(connection, command, None)
    short = [sku for sku, cursor in stock.items() if cursor.rowcount == 0]
    if short or place.rowcount == 0:
        return await _sold_out(connection, order, short, slot_full=place.rowcount == 0)
    if turn is not None and spoken is not None and spoken.rowcount == 0:
        await connection.execute(b"ROLLBACK")
        raise overtaken(turn)
    await connection.execute(b"COMMIT")
    return Placed(command.answer, replayed=False)


async def _replay(connection: AsyncConnection[Row], command: PlaceOrder, error: Exception | None) -> Placed:
    async with connection.pipeline():
        await connection.execute(SET_RETAILER, {"retailer_id": command.order.retailer_id})
        cursor = await connection.execute(SQL["replay"], _claim(command))
    row = await cursor.fetchone()
    if row is None:
        raise order_exists(command.order) from error
    return Placed(stored_answer(row, command.key, command.request_hash), replayed=True)


async def _sold_out(
    connection: AsyncConnection[Row], order: Order, short: list[str], *, slot_full: bool
) -> SoldOut | None:
    """What was missing; None when all of it came back while we asked."""
    where = {"retailer_id": order.retailer_id, "store_id": order.store_id, "skus": short}
    async with connection.pipeline():
        await connection.execute(b"ROLLBACK")
        await connection.execute(SET_RETAILER, {"retailer_id": order.retailer_id})
        cursor = await connection.execute(SQL["left"], where)
    left = dict.fromkeys(short, 0) | dict(await cursor.fetchall())
    asked = wanted(order)
    missing = {sku: count for sku, count in left.items() if count < asked[sku]}
    return SoldOut(missing, slot_full) if missing or slot_full else None


async def write_postings(
    connection: AsyncConnection[Row], order: Order, postings: Sequence[Posting], first: int, at: datetime
) -> None:
    """Append postings to the ledger, numbered from `first` + 1."""
    if not postings:
        return
    rows = [
        {"seq": seq, "source": one.source, "destination": one.destination, "amount": one.amount.amount,
         "currency": one.amount.currency, "term": one.term, "note": one.note}
        for seq, one in enumerate(postings, 1)
    ]  # fmt: skip
    await connection.execute(
        SQL["insert_postings"], order_key(order) | {"postings": to_json(rows), "first": first, "at": at}
    )


async def write_events(
    connection: AsyncConnection[Row],
    order: Order,
    events: Sequence[tuple[str, Mapping[str, object]]],
    first: int,
    at: datetime,
) -> None:
    """Append events to the outbox, numbered from `first` + 1."""
    if not events:
        return
    rows = [{"seq": seq, "topic": topic, "payload": payload} for seq, (topic, payload) in enumerate(events, 1)]
    await connection.execute(
        SQL["insert_events"], order_key(order) | {"events": to_json(rows), "first": first, "at": at}
    )


def _claim(command: PlaceOrder) -> dict[str, object]:
    order = command.order
    stamp = {"platform": order.platform, "placed_at": order.placed_at}
    request = {"key": command.key, "request_hash": command.request_hash, "answer": command.answer}
    return order_key(order) | stamp | request


def _slot(command: PlaceOrder) -> dict[str, object]:
    order = command.order
    holder = command.conversation.id if command.conversation else ""
    return order_key(order) | {"slot_id": order.slot_id, "at": order.placed_at, "holder": holder}
