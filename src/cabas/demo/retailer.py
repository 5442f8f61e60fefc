"""A whole retailer to try Cabas with: products, stores, offers, slots, shoppers and what they bought.

Nothing in it exists: brands, addresses and people are made up. The same `start` always gives the same retailer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cabas.demo.assortment import articles
from cabas.demo.people import Range, people, receipts
from cabas.demo.slots import slots
from cabas.demo.stores import RETAILER_ID, RETAILER_NAME, STORES, offers
from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Shopper
from cabas.domain.discount import Discount
from cabas.domain.fulfillment import Slot
from cabas.usecases.ports import Fill, StockLevel, Store, TillLine

# Two codes: one for everything, one for a department from ten euros of goods on.
CODES = (
    Discount("BIENVENUE10", "Bienvenue : 10 %", "percent", 1000),
    Discount("MERCI2", "Merci : 2 €", "amount", 200),
    Discount("VITAMINES", "Fruits et légumes : 20 %", "percent", 2000, minimum=1000, categories=("Fruits et légumes",)),
)


@dataclass(frozen=True, slots=True)
class DemoRetailer:
    """The demo retailer as of `start`. `offers` maps a store's id to its offers by SKU."""

    retailer_id: str
    name: str
    start: date
    products: tuple[Product, ...]
    stores: tuple[Store, ...]
    offers: Mapping[str, Mapping[str, Offer]]
    slots: tuple[Slot, ...]
    shoppers: tuple[Shopper, ...]
    purchases: tuple[TillLine, ...]

    def stock(self) -> tuple[StockLevel, ...]:
        """What was counted in every store: what the offers say can be sold, nothing held back."""
        return tuple(
            StockLevel(store_id, sku, offer.available)
            for store_id, by_sku in self.offers.items()
            for sku, offer in by_sku.items()
        )

    def purchases_of(self, shopper_id: str) -> tuple[TillLine, ...]:
        """The lines of one shopper's receipts, oldest first."""
        return tuple(line for line in self.purchases if line.shopper_id == shopper_id)


def build(start: date) -> DemoRetailer:
    """The demo retailer with slots for two weeks from `start` and purchases of the half year before it."""
    range_ = articles()
    products = {article.product.sku: article.product for article in range_}
    stores = tuple(store for store, _ in STORES)
    sold = {
        store.id: {offer.sku: offer for offer in offers(store, shelves, range_, start)} for store, shelves in STORES
    }
    by_id = {store.id: store for store in stores}
    on_shelf = {store_id: Range.of(products[sku] for sku in by_sku) for store_id, by_sku in sold.items()}
    persons = people(stores)
    return DemoRetailer(
        retailer_id=RETAILER_ID,
        name=RETAILER_NAME,
        start=start,
        products=tuple(products.values()),
        stores=stores,
        offers=sold,
        slots=tuple(slot for store, shelves in STORES for slot in slots(store, shelves, start)),
        shoppers=tuple(person.shopper for person in persons),
        purchases=tuple(
            line
            for person in persons
            if (store_id := person.shopper.store_id) is not None
            for line in receipts(person, by_id[store_id], on_shelf[store_id], start)
        ),
    )


async def fill(demo: DemoRetailer, into: Fill) -> None:
    """Load `demo` into a storage. Doing it twice changes nothing."""
    await into.retailer(demo.retailer_id, demo.name)
    await into.stores(demo.retailer_id, demo.stores)
    await into.products(demo.retailer_id, demo.products)
    await into.offers(demo.retailer_id, (offer for by_sku in demo.offers.values() for offer in by_sku.values()))
    await into.stock(demo.retailer_id, demo.stock())
    await into.slots(demo.retailer_id, demo.slots)
    await into.shoppers(demo.retailer_id, demo.shoppers)
    await into.purchases(demo.retailer_id, demo.purchases)
