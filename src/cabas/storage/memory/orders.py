"""`Orders` in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cabas.domain.adjustment import handed_over, reserved
from cabas.domain.ledger import Posting
from cabas.domain.order import Adjustment, Order, OrderStatus, next_status
from cabas.domain.payment import Payment
from cabas.kernel.errors import NotFound
from cabas.storage.memory.discounts import count_uses, used_up
from cabas.storage.memory.people import MemoryConversations
from cabas.storage.memory.rows import Event, Rows, Shelf
from cabas.storage.refusals import check, follows, no_order, not_there, order_exists, stored_answer, wanted
from cabas.usecases.ports import Placed, PlaceOrder, SoldOut


class MemoryOrders:
    """`Orders` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def place(self, command: PlaceOrder) -> Placed | SoldOut:
        """Take stock and slot, write order, lines, postings, outbox and the idempotency row: all or nothing."""
        check(command)
        order, rows = command.order, self._rows
        claim = (order.retailer_id, order.store_id, order.platform, command.key)
        if claim in rows.answers:
            return Placed(stored_answer(rows.answers[claim], command.key, command.request_hash), replayed=True)
        if any(known.id == order.id or known.number == order.number for known in self._of(order.retailer_id)):
            raise order_exists(order)
        here = (order.retailer_id, order.store_id)
        free = {sku: rows.stock.get((*here, sku), Shelf()).free for sku in wanted(order)}
        short = {sku: free[sku] for sku, quantity in wanted(order).items() if quantity > free[sku]}
        slot_full = not self._has_place(command)
        gone = used_up(rows, order)
        if short or slot_full or gone:
            return SoldOut(short, slot_full, gone)
        if command.conversation is not None:
            await MemoryConversations(rows).save(command.conversation)
            rows.holds.pop((*here, order.slot_id, command.conversation.id), None)
        for sku, quantity in wanted(order).items():
            rows.stock[*here, sku].reserved += quantity
        self._book_slot(order, +1)
        count_uses(rows, order, +1)
        rows.orders[order.retailer_id, order.id] = order
        rows.answers[claim] = (command.request_hash, command.answer)
        self._add(order, command.postings, command.events)
        if command.payment is not None:
            rows.payments[order.retailer_id, order.id] = [command.payment]
        return Placed(command.answer, replayed=False)

    async def replay(self, retailer_id: str, store_id: str, platform: str, key: str, request_hash: str) -> bytes | None:
        """The stored answer of `key`, or None when it was never used."""
        row = self._rows.answers.get((retailer_id, store_id, platform, key))
        return stored_answer(row, key, request_hash) if row else None

    async def get(self, retailer_id: str, order_id: str) -> Order:
        """The order, by id or by number. Raises `NotFound`."""
        for order in self._of(retailer_id):
            if order_id in (order.id, order.number):
                return order
        raise no_order(order_id)

    async def postings(self, retailer_id: str, order_id: str) -> tuple[Posting, ...]:
        """What the order posted to the ledger, in order."""
        order = await self.get(retailer_id, order_id)
        return tuple(self._rows.postings.get((retailer_id, order.id), ()))

    async def payments(self, retailer_id: str, order_id: str) -> tuple[Payment, ...]:
        """How the order is paid, first payment first."""
        order = await self.get(retailer_id, order_id)
        return tuple(self._rows.payments.get((retailer_id, order.id), ()))

    async def note_payment(self, retailer_id: str, order_id: str, number: int, payment: Payment) -> None:
        """Note how the payment `number` (1 is the first) of an order stands now."""
        order = await self.get(retailer_id, order_id)
        payments = self._rows.payments.get((retailer_id, order.id), [])
        if not 1 <= number <= len(payments):
            raise NotFound(f"Order {order.number} has no payment {number}.", remedy="Read its payments.")
        payments[number - 1] = payment

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
        """Let `event` happen to an order, and return it as it is then."""
        order = await self.get(retailer_id, order_id)
        status, added = next_status(order.status, event), follows(order, adjustment)
        here = (retailer_id, order.store_id)
        if adjustment is not None and adjustment.sku:
            shelf = self._rows.stock.get((*here, adjustment.sku), Shelf())
            if shelf.free < adjustment.quantity:
                raise not_there(adjustment)
            shelf.reserved += adjustment.quantity
        moved = replace(order, status=status, adjustments=(*order.adjustments, *added), changed_at=at)
        picked = handed_over(order)
        for sku, quantity in reserved(order).items():
            shelf = self._rows.stock[*here, sku]
            if status in (OrderStatus.CANCELED, OrderStatus.COMPLETED):
                shelf.reserved -= quantity
            if status is OrderStatus.COMPLETED:
                shelf.on_hand -= picked.get(sku, 0)
        if moved.status is OrderStatus.CANCELED:
            self._book_slot(order, -1)
            count_uses(self._rows, order, -1)
        self._rows.orders[retailer_id, order.id] = moved
        self._add(order, postings, events)
        return moved

    def _of(self, retailer_id: str) -> list[Order]:
        return [order for (retailer, _), order in self._rows.orders.items() if retailer == retailer_id]

    def _has_place(self, command: PlaceOrder) -> bool:
        order = command.order
        key = (order.retailer_id, order.store_id, order.slot_id)
        slot, holder = self._rows.slots.get(key), command.conversation.id if command.conversation else ""
        if slot is None or slot.cutoff < order.placed_at:
            return False
        return slot.taken + self._rows.places_held(order.placed_at, holder)[key] < slot.capacity

    def _book_slot(self, order: Order, places: int) -> None:
        key = (order.retailer_id, order.store_id, order.slot_id)
        self._rows.slots[key] = replace(self._rows.slots[key], taken=self._rows.slots[key].taken + places)

    def _add(
        self, order: Order, postings: Sequence[Posting], events: Sequence[tuple[str, Mapping[str, object]]]
    ) -> None:
        key = (order.retailer_id, order.id)
        self._rows.postings.setdefault(key, []).extend(postings)
        self._rows.outbox.setdefault(key, []).extend(Event(topic, payload) for topic, payload in events)
