"""How shoppers arrive from elsewhere: at a product's own page, or by a link that is remembered with their order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from zoneinfo import ZoneInfo

from cabas.agreement.agreement import Request, evaluate
from cabas.agreement.term import Show
from cabas.domain.catalog import Product
from cabas.domain.pricing import price_today
from cabas.kernel.errors import NotFound
from cabas.kernel.money import Money
from cabas.usecases.ports import Store
from cabas.usecases.talk.desk import Desk
from cabas.usecases.videos import APPROVED, VideoLinks


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product where it stands: `price` per pack or kilogram today, `full` before a promotion (None: the same)."""

    product: Product
    store: Store
    price: Money
    full: Money | None
    available: bool


async def shelf(desk: Desk, retailer_id: str, platform: str, sku: str, conversation_id: str = "") -> Shelf:
    """The product at the store of the conversation, at the retailer's first one without. Raises `NotFound` for what
    is not sold there, or may not be shown by `platform`.
    """
    talk = await desk.conversations.load(retailer_id, conversation_id) if conversation_id else None
    stores = await desk.shop.stores(retailer_id)
    store = next((one for one in stores if talk is not None and one.id == talk.store_id), stores[0] if stores else None)
    product = desk.search(retailer_id).get([sku]).get(sku)
    if store is None or product is None:
        raise _gone()
    now = desk.clock.now()
    day = (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(ZoneInfo(store.timezone)).date()
    offer = (await desk.shop.offers(retailer_id, store.id, [sku], day=day)).get(sku)
    agreement = await desk.agreements.for_platform(retailer_id, platform, day)
    asked = Show(day, "shop", product.category, product.minimum_age)
    if agreement is None or not evaluate(agreement, Request(retailer_id, platform, (asked,))).allowed:
        raise _gone()
    price = price_today(offer, day) if offer else None
    if offer is None or offer.price is None or price is None:
        raise _gone()
    return Shelf(product, store, price, offer.price if price < offer.price else None, offer.available > 0)


def _gone() -> NotFound:
    return NotFound("This product is not sold here.", remedy="Look for another one.", code="product_not_found")


async def follow(desk: Desk, links: VideoLinks, retailer_id: str, code: str, conversation_id: str) -> str:
    """Remember on the conversation which link it came by; the SKU the link leads to. Empty, and nothing is remembered,
    for a code nobody made or approved. The last link followed counts.
    """
    link = await links.get(retailer_id, code)
    if link is None or link.state != APPROVED:
        return ""
    talk = await desk.conversations.load(retailer_id, conversation_id)
    if talk is not None and talk.source != link.source:
        await desk.conversations.save(replace(talk, source=link.source))
    return link.sku
