"""A small shop for the storage tests, and the orders placed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cabas.domain.catalog import Offer
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.ledger import Posting
from cabas.domain.order import Order, OrderLine, OrderStatus
from cabas.kernel.ids import fingerprint, order_number
from cabas.kernel.money import Money
from cabas.usecases.ports import PlaceOrder, StockLevel, Store

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=PARIS)
STORE = "lyon"


@dataclass(frozen=True, slots=True)
class House:
    """The ports of one retailer, wherever they keep their rows."""

    retailer_id: str
    ports: Any

    @property
    def conversations(self) -> Any:
        return self.ports.conversations

    @property
    def shop(self) -> Any:
        return self.ports.shop

    @property
    def orders(self) -> Any:
        return self.ports.orders

    @property
    def consents(self) -> Any:
        return self.ports.consents

    @property
    def fill(self) -> Any:
        return self.ports.fill

    async def open(self, stock: Mapping[str, int], places: int = 100, store: str = STORE) -> None:
        """A store with that stock (price: 1 euro each) and one slot "noon" with that many places."""
        await self.fill.retailer(self.retailer_id, "Halle")
        await self.fill.stores(self.retailer_id, [a_store(self.retailer_id, store)])
        await self.fill.offers(self.retailer_id, [Offer(sku, "", Money(100), 0) for sku in stock])
        await self.fill.stock(self.retailer_id, [StockLevel(store, sku, count) for sku, count in stock.items()])
        await self.fill.slots(self.retailer_id, [a_slot(capacity=places, store=store)])

    async def left(self, *skus: str, store: str = STORE) -> dict[str, int]:
        offers = await self.shop.offers(self.retailer_id, store, list(skus))
        return {sku: offer.available for sku, offer in offers.items()}

    async def taken(self, slot_id: str = "noon", store: str = STORE) -> int:
        slots = await self.shop.slots(self.retailer_id, store, NOW, NOW + timedelta(days=30))
        return next(slot.taken for slot in slots if slot.id == slot_id)


def a_store(retailer_id: str, store_id: str = STORE) -> Store:
    return Store(
        store_id, retailer_id, "Halle de Lyon", "Europe/Paris", "69003", "Lyon", "102 cours Lafayette",
        hours={0: (("08:30", "12:30"), ("14:00", "19:30")), 5: (("08:30", "20:00"),)}, delivers_to=("69",),
    )  # fmt: skip


def a_slot(
    slot_id: str = "noon", capacity: int = 100, hour: int = 12, store: str = STORE, method: Method = Method.PICKUP
) -> Slot:
    starts = NOW.replace(hour=hour)
    return Slot(
        slot_id, store, method, starts, starts + timedelta(hours=1), starts - timedelta(hours=2), capacity, 0, Money(0)
    )


def an_order(retailer_id: str, order_id: str, quantities: Mapping[str, int], **changes: Any) -> Order:
    lines = tuple(
        OrderLine(
            line=number, sku=sku, name=f"Product {sku}", quantity=quantity, sold_by="each", unit_price=Money(100),
            price=Money(100 * quantity), vat_rate=550, category=("Épicerie", "Pâtes"), family="pasta",
            allergens=("gluten",),
        )
        for number, (sku, quantity) in enumerate(quantities.items(), 1)
    )  # fmt: skip
    goods = Money(100 * sum(quantities.values()))
    starts = NOW.replace(hour=12)
    order = Order(
        id=order_id, number=order_number(retailer_id + order_id), retailer_id=retailer_id, store_id=STORE,
        shopper_id=None, platform="web", agreement_id="house", channel="voice", placed_at=NOW,
        status=OrderStatus.PLACED, lines=lines, method="pickup", slot_id="noon", slot_starts_at=starts,
        slot_ends_at=starts + timedelta(hours=1), fee=Money(0), goods=goods, total=goods,
        merchant_of_record="retailer", delivered_by="retailer",
    )  # fmt: skip
    return replace(order, **changes)


def a_command(order: Order, key: str | None = None, request: bytes = b"{}", **changes: Any) -> PlaceOrder:
    command = PlaceOrder(
        order=order,
        postings=(
            Posting("shopper:payment", "retailer:sales", order.total, "sale", "goods"),
            Posting("retailer:sales", "platform:web:commission", Money(order.total.amount // 20), "commission"),
        ),
        key=key or f"key-{order.id}",
        request_hash=fingerprint(request),
        answer=f'{{"order":"{order.id}"}}'.encode(),
        events=(("order.placed", {"order_id": order.id, "total": order.total.amount}),),
    )
    return replace(command, **changes)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]
