"""`Fill` in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Slot
from cabas.storage.memory.rows import Rows, Shelf
from cabas.usecases.ports import StockLevel, Store, TillLine


class MemoryFill:
    """`Fill` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def retailer(self, retailer_id: str, name: str) -> None:
        """Make a retailer known, or rename it."""
        self._rows.retailers[retailer_id] = name

    async def stores(self, retailer_id: str, stores: Iterable[Store]) -> None:
        """Stores."""
        self._rows.stores |= {(retailer_id, store.id): store for store in stores}

    async def products(self, retailer_id: str, products: Iterable[Product]) -> None:
        """Products."""
        self._rows.products |= {(retailer_id, product.sku): product for product in products}

    async def offers(self, retailer_id: str, offers: Iterable[Offer]) -> None:
        """Prices and promotions; a `store_id` of "" is every store."""
        for offer in offers:
            key = (retailer_id, offer.store_id, offer.sku)
            self._rows.prices[key] = offer.price
            if offer.promotion is not None:
                known = self._rows.promotions.setdefault(key, {})
                known[f"{offer.promotion.kind}:{offer.promotion.starts or ''}"] = offer.promotion

    async def stock(self, retailer_id: str, levels: Iterable[StockLevel]) -> None:
        """What was counted; what is reserved by orders stays reserved."""
        for level in levels:
            shelf = self._rows.stock.setdefault((retailer_id, level.store_id, level.sku), Shelf())
            shelf.on_hand, shelf.safety = level.on_hand, level.safety

    async def slots(self, retailer_id: str, slots: Iterable[Slot]) -> None:
        """Slots; places already taken by orders stay taken."""
        for slot in slots:
            key = (retailer_id, slot.store_id, slot.id)
            known = self._rows.slots.get(key, slot)
            self._rows.slots[key] = replace(slot, taken=known.taken)

    async def shoppers(self, retailer_id: str, shoppers: Iterable[Shopper]) -> None:
        """Shoppers."""
        self._rows.shoppers |= {(retailer_id, shopper.id): shopper for shopper in shoppers}

    async def purchases(self, retailer_id: str, lines: Iterable[TillLine]) -> None:
        """Lines of receipts; a line read twice counts once."""
        for line in lines:
            self._rows.purchases.setdefault((retailer_id, line.shopper_id, line.receipt_id, line.line), line.purchase)
