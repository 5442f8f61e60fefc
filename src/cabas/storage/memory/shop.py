"""`Shop` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cabas.domain.catalog import Offer, Promotion
from cabas.domain.customer import Habit, Shopper
from cabas.domain.discount import Discount
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.insight import Purchase, habits
from cabas.domain.order import Order, OrderStatus
from cabas.storage.memory.rows import Rows, Shelf
from cabas.storage.refusals import HABITS_SINCE, no_shopper, no_store
from cabas.usecases.ports import Store


class MemoryShop:
    """`Shop` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def store(self, retailer_id: str, store_id: str) -> Store:
        """The store. Raises `NotFound`, naming the stores there are."""
        found = self._rows.stores.get((retailer_id, store_id))
        if found is None:
            raise no_store(retailer_id, store_id, [store.id for store in await self.stores(retailer_id)])
        return found

    async def stores(self, retailer_id: str) -> list[Store]:
        """All stores of the retailer, by id."""
        return [store for (retailer, _), store in sorted(self._rows.stores.items()) if retailer == retailer_id]

    async def offers(
        self, retailer_id: str, store_id: str, skus: Sequence[str], *, day: date | None = None
    ) -> dict[str, Offer]:
        """Price and available-to-sell of those SKUs in that store; those it does not sell are left out."""
        day = day or datetime.now(UTC).date()
        found = {}
        for sku in skus:
            everywhere, here = (retailer_id, "", sku), (retailer_id, store_id, sku)
            priced = here if here in self._rows.prices else everywhere
            if priced not in self._rows.prices:
                continue
            cuts = [(key[1], one) for key in (everywhere, here) for one in self._rows.promotions.get(key, {}).values()]
            cut = min(cuts, key=lambda cut: _nearness(cut[0], cut[1], day), default=("", None))[1]
            free = self._rows.stock.get(here, Shelf()).free
            found[sku] = Offer(sku, store_id, self._rows.prices[priced], free, cut)
        return found

    async def slots(
        self,
        retailer_id: str,
        store_id: str,
        start: datetime,
        end: datetime,
        method: Method | None = None,
        *,
        now: datetime | None = None,
        holder: str = "",
    ) -> list[Slot]:
        """The slots that start in [start, end), earliest first; places held by others than `holder` count as taken."""
        store, now = self._rows.stores.get((retailer_id, store_id)), now or start
        if store is None:
            return []
        zone, held = ZoneInfo(store.timezone), self._rows.places_held(now, holder)
        found = [
            replace(
                slot,
                starts_at=slot.starts_at.astimezone(zone),
                ends_at=slot.ends_at.astimezone(zone),
                cutoff=slot.cutoff.astimezone(zone),
                taken=slot.taken + held[key],
                held_until=until.astimezone(zone) if until is not None and until > now else None,
            )
            for key, slot in self._rows.slots.items()
            if key[:2] == (retailer_id, store_id) and start <= slot.starts_at < end and method in (None, slot.method)
            for until in (self._rows.holds.get((*key, holder)),)
        ]
        return sorted(found, key=lambda slot: (slot.starts_at, slot.fee.amount, slot.id))

    async def hold(
        self, retailer_id: str, store_id: str, slot_id: str, holder: str, *, now: datetime, until: datetime
    ) -> bool:
        """Keep a place in a slot for `holder` until then, instead of what it held; False when none is left."""
        await self.drop_holds(retailer_id, store_id, holder, now=now)
        key = (retailer_id, store_id, slot_id)
        slot = self._rows.slots.get(key)
        if slot is None or slot.cutoff < now or slot.taken + self._rows.places_held(now, holder)[key] >= slot.capacity:
            return False
        self._rows.holds[*key, holder] = until
        return True

    async def drop_holds(self, retailer_id: str, store_id: str, holder: str, *, now: datetime) -> None:
        """Let go of the places `holder` holds in that store."""
        for key, until in list(self._rows.holds.items()):
            if key[:2] == (retailer_id, store_id) and (key[3] == holder or until <= now):
                del self._rows.holds[key]

    async def discounts(self, retailer_id: str, codes: Sequence[str], holder: str = "") -> dict[str, Discount]:
        """The retailer's discounts of those codes, and the automatic ones, by code."""
        uses = self._rows.discount_uses
        return {
            one.code: replace(one, used_by=uses.get((retailer_id, one.code, holder), 0))
            for (retailer, _), one in self._rows.discounts.items()
            if retailer == retailer_id and (one.automatic or one.code in codes)
        }

    async def shopper(self, retailer_id: str, shopper_id: str) -> Shopper:
        """The shopper. Raises `NotFound`."""
        found = self._rows.shoppers.get((retailer_id, shopper_id))
        if found is None:
            raise no_shopper(shopper_id)
        return found

    async def habits(self, retailer_id: str, shopper_id: str, now: datetime) -> tuple[Habit, ...]:
        """What the shopper usually buys, strongest first, of receipts and orders. The caller has checked consent."""
        bought = [one for key, one in self._rows.purchases.items() if key[:2] == (retailer_id, shopper_id)]
        for (retailer, _), order in self._rows.orders.items():
            if (retailer, order.shopper_id) == (retailer_id, shopper_id) and order.status is not OrderStatus.CANCELED:
                bought += [
                    self._purchase(order, line.sku, line.name, line.family, line.quantity) for line in order.lines
                ]
        return habits((one for one in bought if now - HABITS_SINCE <= one.at <= now), now)

    def _purchase(self, order: Order, sku: str, name: str, family: str | None, quantity: int) -> Purchase:
        product = self._rows.products.get((order.retailer_id, sku))
        return Purchase(order.placed_at, sku, name, family, product.brand if product else None, quantity)


def _nearness(store_id: str, cut: Promotion, day: date) -> tuple[int, bool, int]:
    """Running, next, last; the store's own before the retailer's; then the one that began or ended nearest."""
    if cut.ends is not None and cut.ends < day:
        return 2, not store_id, (day - cut.ends).days
    if cut.starts is not None and cut.starts > day:
        return 1, not store_id, (cut.starts - day).days
    return 0, not store_id, 1_000_000 if cut.starts is None else (day - cut.starts).days
