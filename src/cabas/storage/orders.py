"""`Orders` on PostgreSQL: placing an order is one transaction at one store, in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cabas.domain.adjustment import handed_over, reserved
from cabas.domain.ledger import Posting
from cabas.domain.order import Adjustment, Order, OrderStatus, next_status
from cabas.domain.payment import Payment, PaymentStatus
from cabas.kernel.errors import Conflict, NotFound
from cabas.kernel.money import Money
from cabas.storage.database import Database, Refused, Statement, must
from cabas.storage.discounts import given_back
from cabas.storage.documents import to_json
from cabas.storage.order_rows import order_key, read_order
from cabas.storage.placing import posted, told, try_to_place
from cabas.storage.queries import queries
from cabas.storage.refusals import check, follows, moved_meanwhile, no_order, not_there, stored_answer
from cabas.usecases.ports import Placed, PlaceOrder, SoldOut

SQL = queries("orders")
# How often an order is tried again when stock came back between the refusal and the count of what is left.
TRIES = 3


class PostgresOrders:
    """Placing, reading and moving orders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def place(self, command: PlaceOrder) -> Placed | SoldOut:
        """Take stock and slot, write order, lines, postings, outbox and the idempotency row: all or nothing.

        One round trip, which commits; a second one asks why when it was refused. The conversation, if any, is stored
        with its next version. Raises `Conflict` when the key was used with another request (code
        "idempotency_mismatch"), the conversation went on meanwhile ("conversation_conflict"), or another request
        placed an order of that id or number ("order_exists").
        """
        check(command)
        for _ in range(TRIES):
            found = await try_to_place(self._database, command)
            if found is not None:
                return found
        raise Conflict("Stock came and went while the order was placed.", remedy="Try again.")

    async def replay(self, retailer_id: str, store_id: str, platform: str, key: str, request_hash: str) -> bytes | None:
        """The stored answer of `key`, or None when it was never used. Keys belong to one store and platform.

        Raises `Conflict` (code "idempotency_mismatch") when it was used with another request.
        """
        where = {"retailer_id": retailer_id, "store_id": store_id, "platform": platform, "key": key}
        rows = await self._database.rows(retailer_id, queries("place")["replay"], where)
        return stored_answer(rows[0], key, request_hash) if rows else None

    async def get(self, retailer_id: str, order_id: str) -> Order:
        """The order, by id or by number. Raises `NotFound`."""
        rows = await self._database.rows(retailer_id, SQL["find_order"], {"retailer_id": retailer_id, "ref": order_id})
        if not rows:
            raise no_order(order_id)
        where = {"retailer_id": retailer_id, "store_id": rows[0][3], "order_id": rows[0][0]}
        return read_order(rows[0], await self._database.rows(retailer_id, SQL["order_lines"], where))

    async def postings(self, retailer_id: str, order_id: str) -> tuple[Posting, ...]:
        """What the order posted to the ledger, in order."""
        order = await self.get(retailer_id, order_id)
        rows = await self._database.rows(retailer_id, SQL["order_postings"], order_key(order))
        return tuple(Posting(row[0], row[1], Money(row[2], row[3]), row[4], row[5]) for row in rows)

    async def payments(self, retailer_id: str, order_id: str) -> tuple[Payment, ...]:
        """How the order is paid, first payment first."""
        order = await self.get(retailer_id, order_id)
        rows = await self._database.rows(retailer_id, SQL["order_payments"], order_key(order))
        return tuple(Payment(row[0], PaymentStatus(row[1]), Money(row[2], row[3]), row[4], row[5]) for row in rows)

    async def note_payment(self, retailer_id: str, order_id: str, number: int, payment: Payment) -> None:
        """Note how the payment `number` (1 is the first) of an order stands now. Raises `NotFound`."""
        order = await self.get(retailer_id, order_id)
        stands = {"seq": number, "status": payment.status, "reference": payment.reference, "shown": payment.shown}
        try:
            await self._database.run(retailer_id, (must(SQL["note_payment"]), order_key(order) | stands))
        except Refused:
            raise NotFound(f"Order {order.number} has no payment {number}.", remedy="Read its payments.") from None

    async def move(
        self,
        retailer_id: str,
        order_id: str,
        event: str,
        at: datetime,
        postings: Sequence[Posting] = (),
        events: Sequence[tuple[str, Mapping[str, object]]] = (),
        adjustment: Adjustment | None = None,
    ) -> Order:
        """Let `event` (see `domain.order.TRANSITIONS`) happen to an order, and return it as it is then.

        Canceling gives stock, slot and uses of codes back; handing over takes what was picked out of the store.
        `postings`, `events` and an `adjustment` are added in the same transaction, which reserves a substitute. Raises
        `NotFound`, and `Conflict` when the event cannot happen, the order was adjusted by somebody else meanwhile, or
        there is not that much of a substitute (code "sold_out").
        """
        order = await self.get(retailer_id, order_id)
        status = next_status(order.status, event)
        added = follows(order, adjustment)
        moved = order_key(order) | {"from": order.status, "to": status, "at": at}
        moved |= {"adjusted": len(order.adjustments), "adjustments": to_json(added)}
        try:
            await self._database.run(
                retailer_id,
                (must(SQL["move_order"]), moved),
                *posted(order, postings, at),
                *told(order, events, at),
                *_settled(order, status),
                *(_taken(order, one) for one in added if one.sku),
            )
        except Refused as refused:
            if adjustment is not None and (await self.get(retailer_id, order_id)).adjustments == order.adjustments:
                raise not_there(adjustment) from refused
            raise moved_meanwhile(order) from refused
        return replace(order, status=status, adjustments=(*order.adjustments, *added), changed_at=at)


def _taken(order: Order, one: Adjustment) -> Statement:
    """A substitute, reserved if there is that much of it."""
    what = {"retailer_id": order.retailer_id, "store_id": order.store_id, "sku": one.sku, "quantity": one.quantity}
    return must(queries("place")["take_stock"]), what


def _settled(order: Order, status: OrderStatus) -> list[Statement]:
    """Give back what a canceled order had; take out of the store what a completed one took."""
    ends = {OrderStatus.CANCELED: "give_back_stock", OrderStatus.COMPLETED: "hand_over_stock"}
    if status not in ends:
        return []
    shop, picked = {"retailer_id": order.retailer_id, "store_id": order.store_id}, handed_over(order)
    stock: list[Statement] = [
        (SQL[ends[status]], shop | {"sku": sku, "quantity": quantity, "picked": picked.get(sku, 0)})
        for sku, quantity in reserved(order).items()
    ]
    slot: list[Statement] = [(SQL["give_back_slot"], shop | {"slot_id": order.slot_id})]
    return stock + slot + given_back(order) if status is OrderStatus.CANCELED else stock
