"""`Fill` on PostgreSQL: COPY into a temporary table, then one merge.

The detour is needed (COPY FROM does not work on tables with row-level security) and wanted: a merge replaces what is
known and leaves alone what orders wrote meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from itertools import islice

from psycopg import sql

from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Slot
from cabas.storage.database import SET_RETAILER, Database, Row
from cabas.storage.documents import to_json
from cabas.storage.queries import queries
from cabas.usecases.ports import StockLevel, Store, TillLine

SQL = queries("fill")
# Rows per transaction: large enough for COPY, small enough not to hold up orders that wait for a row of stock.
CHUNK = 5_000

STORE = "store_id name timezone postcode city address currency methods delivers_to hours".split()
PRODUCT = (
    "sku names lang gtin brand own_brand category family content_value content_unit content_scale pieces sold_by "
    "vat_rate minimum_age allergens labels storage popularity ingredients image deposit"
).split()
OFFER = "store_id sku price currency".split()
PROMOTION = "store_id sku promotion_id kind value every starts ends label".split()
STOCK = "store_id sku on_hand safety".split()
SLOT = "store_id slot_id method starts_at ends_at cutoff capacity taken fee currency".split()
SHOPPER = "shopper_id name locale store_id loyalty_card birth_date personal email".split()
# How many of the first columns are the key, besides the retailer.
KEY_WIDTH = {"store": 1, "product": 1, "offer": 2, "promotion": 3, "stock": 2, "slot": 2, "shopper": 1, "purchase": 3}
PURCHASE = "shopper_id receipt_id line store_id bought_at sku name family brand quantity".split()


class PostgresFill:
    """Loads a shop in bulk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def retailer(self, retailer_id: str, name: str) -> None:
        """Make a retailer known, or rename it."""
        await self._database.run(retailer_id, (SQL["merge_retailer"], {"retailer_id": retailer_id, "name": name}))

    async def stores(self, retailer_id: str, stores: Iterable[Store]) -> None:
        """Stores."""
        await self._merge(retailer_id, "store", STORE, (_store(store) for store in stores))

    async def products(self, retailer_id: str, products: Iterable[Product]) -> None:
        """Products."""
        await self._merge(retailer_id, "product", PRODUCT, (product_row(product) for product in products))

    async def offers(self, retailer_id: str, offers: Iterable[Offer]) -> None:
        """Prices and promotions; a `store_id` of "" is every store."""
        known = list(offers)
        await self._merge(retailer_id, "offer", OFFER, (_offer(offer) for offer in known))
        await self._merge(
            retailer_id, "promotion", PROMOTION, (_promotion(offer) for offer in known if offer.promotion)
        )

    async def stock(self, retailer_id: str, levels: Iterable[StockLevel]) -> None:
        """What was counted; what is reserved by orders stays reserved."""
        await self._merge(retailer_id, "stock", STOCK, (astuple(level) for level in levels))

    async def slots(self, retailer_id: str, slots: Iterable[Slot]) -> None:
        """Slots; places already taken by orders stay taken."""
        await self._merge(retailer_id, "slot", SLOT, (_slot(slot) for slot in slots))

    async def shoppers(self, retailer_id: str, shoppers: Iterable[Shopper]) -> None:
        """Shoppers."""
        await self._merge(retailer_id, "shopper", SHOPPER, (_shopper(shopper) for shopper in shoppers))

    async def purchases(self, retailer_id: str, lines: Iterable[TillLine]) -> None:
        """Lines of receipts; a line read twice counts once."""
        await self._merge(retailer_id, "purchase", PURCHASE, (_purchase(line) for line in lines))

    async def _merge(self, retailer_id: str, table: str, columns: list[str], rows: Iterable[Row]) -> None:
        """Copy `rows` (without the retailer, which comes first) into the table, replacing what has the same key."""
        names = sql.SQL(", ").join(map(sql.Identifier, ["retailer_id", *columns]))
        draft = sql.SQL("CREATE TEMPORARY TABLE incoming (LIKE {} INCLUDING DEFAULTS) ON COMMIT DROP")
        # Of rows with the same key the last one counts, as if each had been merged alone.
        remaining = iter({row[: KEY_WIDTH[table]]: row for row in rows}.values())
        while chunk := list(islice(remaining, CHUNK)):
            async with self._database.connection() as connection, connection.transaction():
                await connection.execute(SET_RETAILER, {"retailer_id": retailer_id})
                await connection.execute(SQL["ensure_retailer"], {"retailer_id": retailer_id})
                await connection.execute(draft.format(sql.Identifier(table)))
                copying = sql.SQL("COPY incoming ({}) FROM STDIN").format(names)
                async with connection.cursor() as cursor, cursor.copy(copying) as copy:
                    for row in chunk:
                        await copy.write_row((retailer_id, *row))
                await connection.execute(SQL[f"merge_{table}"])


def product_row(product: Product) -> Row:
    """A product as the columns of `PRODUCT`."""
    content = product.content
    return (
        product.sku,
        to_json(product.names),
        product.lang,
        product.gtin,
        product.brand,
        product.own_brand,
        list(product.category),
        product.family,
        content.value if content else None,
        content.unit if content else None,
        content.scale if content else None,
        product.pieces,
        product.sold_by.value,
        product.vat_rate,
        product.minimum_age,
        sorted(product.allergens),
        sorted(product.labels),
        product.storage.value,
        product.popularity,
        product.ingredients,
        product.image,
        product.deposit,
    )


def _store(store: Store) -> Row:
    lists = (list(store.methods), list(store.delivers_to), to_json({str(day): at for day, at in store.hours.items()}))
    place = (store.postcode, store.city, store.address, store.currency)
    return (store.id, store.name, store.timezone, *place, *lists)


def _offer(offer: Offer) -> Row:
    price = offer.price
    return (
        offer.store_id,
        offer.sku,
        None if price is None else price.amount,
        "EUR" if price is None else price.currency,
    )


def _promotion(offer: Offer) -> Row:
    cut = offer.promotion
    if cut is None:
        raise TypeError("an offer without a promotion")
    # One promotion per kind and first day: loading the same one again replaces it.
    identifier = f"{cut.kind}:{cut.starts or ''}"
    terms = (cut.kind, cut.value, cut.every, cut.starts, cut.ends, to_json(cut.label))
    return (offer.store_id, offer.sku, identifier, *terms)


def _slot(slot: Slot) -> Row:
    times = (slot.starts_at, slot.ends_at, slot.cutoff)
    size = (slot.capacity, slot.taken, slot.fee.amount, slot.fee.currency)
    return (slot.store_id, slot.id, slot.method.value, *times, *size)


def _shopper(shopper: Shopper) -> Row:
    who = (shopper.id, shopper.name, shopper.locale, shopper.store_id)
    return (*who, shopper.loyalty_card, shopper.birth_date, shopper.personal, shopper.email)


def _purchase(line: TillLine) -> Row:
    bought = line.purchase
    what = (bought.at, bought.sku, bought.name, bought.family, bought.brand, bought.quantity)
    return (line.shopper_id, line.receipt_id, line.line, line.store_id, *what)
