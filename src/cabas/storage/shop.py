"""`Shop` on PostgreSQL: what one retailer's stores ask and have. Every question is one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cabas.domain.catalog import Offer, Promotion
from cabas.domain.customer import Habit, Shopper
from cabas.domain.discount import Discount
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.insight import Purchase, habits
from cabas.kernel.money import Money
from cabas.storage.database import Database, Row
from cabas.storage.discounts import find_discounts
from cabas.storage.queries import queries
from cabas.storage.refusals import HABITS_SINCE, no_shopper, no_store
from cabas.usecases.ports import Store

SQL = queries("shop") | {"lock_slot": queries("place")["lock_slot"]}


class PostgresShop:
    """Read side of prices, stock, slots and shoppers, and the holds on slots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, retailer_id: str, store_id: str) -> Store:
        """The store. Raises `NotFound`, naming the stores there are."""
        where = {"retailer_id": retailer_id, "store_id": store_id}
        rows = await self._database.rows(retailer_id, SQL["store"], where)
        if not rows:
            raise no_store(retailer_id, store_id, [store.id for store in await self.stores(retailer_id)])
        return _store(rows[0])

    async def stores(self, retailer_id: str) -> list[Store]:
        """All stores of the retailer, by id."""
        rows = await self._database.rows(retailer_id, SQL["stores"], {"retailer_id": retailer_id})
        return [_store(row) for row in rows]

    async def offers(
        self, retailer_id: str, store_id: str, skus: Sequence[str], *, day: date | None = None
    ) -> dict[str, Offer]:
        """Price and available-to-sell of those SKUs in that store; those it does not sell are left out.

        Of several promotions the one that runs on `day` (default: today) is given, else the next, else the last.
        """
        day = day or datetime.now(UTC).date()
        where = {"retailer_id": retailer_id, "store_id": store_id, "skus": list(dict.fromkeys(skus)), "day": day}
        rows = await self._database.rows(retailer_id, SQL["offers"], where)
        return {row[0]: _offer(store_id, row) for row in rows}

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
        """The slots that start in [start, end), earliest first, in the store's time zone.

        Places held at `now` (default: `start`) by others than `holder` count as taken.
        """
        where = {"retailer_id": retailer_id, "store_id": store_id, "start": start, "end": end}
        seen_by = {"method": method, "now": now or start, "holder": holder}
        return [_slot(store_id, row) for row in await self._database.rows(retailer_id, SQL["slots"], where | seen_by)]

    async def hold(
        self, retailer_id: str, store_id: str, slot_id: str, holder: str, *, now: datetime, until: datetime
    ) -> bool:
        """Keep a place in a slot for `holder` until then, instead of what it held; False when none is left."""
        slot = {"retailer_id": retailer_id, "store_id": store_id, "slot_id": slot_id, "holder": holder, "at": now}
        *_, held = await self._database.run(
            retailer_id,
            (SQL["drop_holds"], slot),
            (SQL["lock_slot"], slot),
            (SQL["hold_slot"], slot | {"expires_at": until}),
        )
        return held.rowcount == 1

    async def drop_holds(self, retailer_id: str, store_id: str, holder: str, *, now: datetime) -> None:
        """Let go of the places `holder` holds in that store."""
        where = {"retailer_id": retailer_id, "store_id": store_id, "holder": holder, "at": now}
        await self._database.run(retailer_id, (SQL["drop_holds"], where))

    async def discounts(self, retailer_id: str, codes: Sequence[str], holder: str = "") -> dict[str, Discount]:
        """The retailer's discounts of those codes, and the automatic ones, by code."""
        return await find_discounts(self._database, retailer_id, codes, holder)

    async def shopper(self, retailer_id: str, shopper_id: str) -> Shopper:
        """The shopper. Raises `NotFound`."""
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id}
        rows = await self._database.rows(retailer_id, SQL["shopper"], where)
        if not rows:
            raise no_shopper(shopper_id)
        return Shopper(*rows[0])

    async def habits(self, retailer_id: str, shopper_id: str, now: datetime) -> tuple[Habit, ...]:
        """What the shopper usually buys, strongest first, of receipts and orders. The caller has checked consent."""
        span = {"since": now - HABITS_SINCE, "now": now}
        where = {"retailer_id": retailer_id, "shopper_id": shopper_id} | span
        rows = await self._database.rows(retailer_id, SQL["bought"], where)
        return habits((Purchase(*row) for row in rows), now)


def _store(row: Row) -> Store:
    store_id, retailer_id, name, timezone, postcode, city, address, currency, methods, delivers_to, hours = row
    return Store(
        id=store_id,
        retailer_id=retailer_id,
        name=name,
        timezone=timezone,
        postcode=postcode,
        city=city,
        address=address,
        currency=currency,
        methods=tuple(methods),
        delivers_to=tuple(delivers_to),
        hours={int(day): tuple((opens, closes) for opens, closes in spans) for day, spans in hours.items()},
    )


def _offer(store_id: str, row: Row) -> Offer:
    sku, price, currency, available, kind, value, every, starts, ends, label = row
    promotion = Promotion(kind, value, every, starts, ends, _label(label)) if kind is not None else None
    return Offer(sku, store_id, None if price is None else Money(price, currency), available, promotion)


def _label(label: object) -> dict[str, str]:
    return {str(lang): str(text) for lang, text in label.items()} if isinstance(label, Mapping) else {}


def _slot(store_id: str, row: Row) -> Slot:
    slot_id, method, starts_at, ends_at, cutoff, capacity, taken, fee, currency, timezone, held = row
    zone = ZoneInfo(timezone)
    return Slot(
        id=slot_id,
        store_id=store_id,
        method=Method(method),
        starts_at=starts_at.astimezone(zone),
        ends_at=ends_at.astimezone(zone),
        cutoff=cutoff.astimezone(zone),
        capacity=capacity,
        taken=taken,
        fee=Money(fee, currency),
        held_until=held.astimezone(zone) if held else None,
    )
