"""The catalog as one platform may see it: what the agreement lets it sell, at one store's prices and stock.

The ranking is the search's and never sees an agreement: what may not be sold is left out, nothing is moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cabas.domain.catalog import Offer, Product, unit_price
from cabas.domain.pricing import line_total, price_today
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.learn.apply import taught_query
from cabas.usecases.ports import Query
from cabas.usecases.shop.visit import Visit

PAGE_MAX, DEPTH_MAX = 50, 200
WORDS_MAX = 200
LOOKUP_MAX = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """A product the platform may sell, in one store now. `price` is per pack or kilogram, promotion applied;
    `list_price` without it; `per_unit` per kilogram, litre or piece with that unit. `available` counts its unit.
    """

    product: Product
    price: Money
    list_price: Money
    per_unit: tuple[Money, str] | None
    available: int


@dataclass(frozen=True, slots=True)
class CatalogAsk:
    """A search: words, and what narrows it. Prices are in minor units of the store's currency, both included."""

    words: str
    category: str = ""
    brand: str = ""
    labels: tuple[str, ...] = ()
    price_min: int | None = None
    price_max: int | None = None
    available_only: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Listings from `start` on; `more` says whether there are others behind them; `total` how many were found in all,
    up to `DEPTH_MAX`.
    """

    listings: tuple[Listing, ...]
    start: int
    more: bool
    total: int


async def find(visit: Visit, ask: CatalogAsk, *, start: int = 0, limit: int = 10) -> Page:
    """Products for `ask`, best first. Raises `InvalidInput` for empty or endless words, or a page out of reach."""
    words = ask.words.strip() or ask.category.strip()
    if not words or len(words) > WORDS_MAX:
        raise InvalidInput(
            "There are no words to search for." if not words else "These are too many words to search for.",
            remedy=f"Say what is looked for, in at most {WORDS_MAX} characters.",
            code="bad_query",
        )
    if not 1 <= limit <= PAGE_MAX or not 0 <= start < DEPTH_MAX:
        raise InvalidInput(
            "This page is out of reach.",
            remedy=f"Ask for at most {PAGE_MAX} products, from the first {DEPTH_MAX}.",
            code="bad_page",
        )
    query = Query(words=words, lang=visit.caller.lang, brand=ask.brand or None, labels=ask.labels)
    taught = visit.front.desk.lexicon(visit.caller.retailer_id, visit.caller.lang).taught
    hits = visit.search.find(taught_query(query, taught), DEPTH_MAX)
    listings = await listed(visit, [hit.product for hit in hits])
    fitting = [one for one in listings if _fits(one, ask)]
    page = tuple(fitting[start : start + limit])
    return Page(page, start, len(fitting) > start + limit, len(fitting))


async def look_up(visit: Visit, skus: Sequence[str]) -> dict[str, Listing]:
    """Products by SKU; what is unknown, not sold here or not granted is left out.

    Raises `InvalidInput` (code "too_many") above `LOOKUP_MAX`.
    """
    if len(skus) > LOOKUP_MAX:
        raise InvalidInput(
            f"{len(skus)} products are asked for at once.", remedy=f"Ask for at most {LOOKUP_MAX}.", code="too_many"
        )
    known = visit.search.get(skus)
    return {one.product.sku: one for one in await listed(visit, known.values())}


async def listed(visit: Visit, products: Iterable[Product]) -> list[Listing]:
    """Those of `products` that may be sold here and have a price, in their order; one round trip for all offers."""
    granted = [product for product in products if visit.denial(product) is None]
    if not granted:
        return []
    day = visit.now.date()
    offers = await visit.desk.shop.offers(
        visit.caller.retailer_id, visit.store.id, [product.sku for product in granted], day=day
    )
    found = (listing(product, offers.get(product.sku), visit) for product in granted)
    return [one for one in found if one is not None]


def listing(product: Product, offer: Offer | None, visit: Visit) -> Listing | None:
    """The listing of a product at its offer; None without a price."""
    day = visit.now.date()
    price = price_today(offer, day) if offer else None
    if offer is None or price is None or offer.price is None:
        return None
    return Listing(product, price, offer.price, unit_price(price, product), max(0, offer.available))


def saving(product: Product, offer: Offer, quantity: int, visit: Visit) -> tuple[Money, Money] | None:
    """What `quantity` units cost, and what they would cost without promotion; None without a price."""
    day = visit.now.date()
    price = line_total(product, offer, quantity, day)
    full = line_total(product, replace(offer, promotion=None), quantity, day)
    return (price, full) if price is not None and full is not None else None


def _fits(one: Listing, ask: CatalogAsk) -> bool:
    folded = ask.category.casefold()
    if folded and not any(folded in part.casefold() for part in one.product.category):
        return False
    if ask.price_min is not None and one.price.amount < ask.price_min:
        return False
    if ask.price_max is not None and one.price.amount > ask.price_max:
        return False
    return one.available > 0 or not ask.available_only
