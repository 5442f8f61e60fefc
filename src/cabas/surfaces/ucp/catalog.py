"""The catalog: search, lookup, one product. A product has one variant: what is sold is what is listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cabas.dialogue import say
from cabas.kernel.errors import InvalidInput
from cabas.surfaces.ucp import wire
from cabas.surfaces.ucp.asked import Answer, Asked, Refused, error
from cabas.surfaces.ucp.profile import LOOKUP, SEARCH
from cabas.surfaces.ucp.show import KILOGRAM, comparator, price, weighed
from cabas.usecases.shop.catalog import DEPTH_MAX, LOOKUP_MAX, PAGE_MAX, CatalogAsk, Listing, find, look_up
from cabas.usecases.shop.visit import Visit, enter

PAGE = 10


async def search(asked: Asked) -> Answer:
    """Products for words or a category."""
    body = asked.read(wire.SearchBody)
    asked = asked.speaking(body.context)
    filters = body.filters or wire.Filters()
    words, categories = (body.query or "").strip(), filters.categories or []
    if not words and not categories:
        raise Refused(400, "invalid_request", "A search needs a query or a filter.")
    visit = await _visit(asked, body.context)
    start, limit = _place(body)
    bounds = filters.price or wire.PriceFilter()
    ask = CatalogAsk(
        words, category=categories[0] if categories else "", price_min=bounds.min, price_max=bounds.max,
        available_only=bool(filters.available),
    )  # fmt: skip
    page = await find(visit, ask, start=start, limit=limit)
    pagination: dict[str, Any] = {"has_next_page": page.more and start + limit < DEPTH_MAX, "total_count": page.total}
    if pagination["has_next_page"]:
        pagination["cursor"] = str(start + limit)
    shown = [_product(one, asked) for one in page.listings]
    return Answer({"ucp": asked.said((SEARCH,)), "products": shown, "pagination": pagination})


async def lookup(asked: Asked) -> Answer:
    """Products by id; unknown ones are left out."""
    body = asked.read(wire.LookupBody)
    asked = asked.speaking(body.context)
    ids = list(dict.fromkeys(body.ids))
    if len(ids) > LOOKUP_MAX:
        raise Refused(400, "request_too_large", f"At most {LOOKUP_MAX} ids can be looked up at once.")
    found = await look_up(await _visit(asked, body.context), ids)
    shown = [_product(found[one], asked, inputs=[one]) for one in ids if one in found]
    return Answer({"ucp": asked.said((LOOKUP,)), "products": shown})


async def product(asked: Asked) -> Answer:
    """One product."""
    body = asked.read(wire.ProductBody)
    asked = asked.speaking(body.context)
    found = await look_up(await _visit(asked, body.context), [body.id])
    if body.id not in found:
        return asked.failed((LOOKUP,), error("not_found", f"There is no product {body.id[:60]}.", "unrecoverable"))
    return Answer({"ucp": asked.said((LOOKUP,)), "product": _product(found[body.id], asked)})


async def _visit(asked: Asked, context: wire.ContextAsk | None) -> Visit:
    store = (context.location if context else None) or None
    return await enter(asked.front, asked.caller, store_id=store, postcode=asked.caller.postcode)


def _place(body: wire.SearchBody) -> tuple[int, int]:
    page = body.pagination or wire.PageAsk()
    cursor = page.cursor or body.cursor or "0"
    if not cursor.isdecimal() or int(cursor) >= DEPTH_MAX:
        raise InvalidInput("This cursor is none of ours.", remedy="Begin without one.", code="invalid_cursor")
    return int(cursor), min(page.limit or PAGE, PAGE_MAX)


def _product(one: Listing, asked: Asked, *, inputs: Sequence[str] = ()) -> dict[str, Any]:
    """A product with its only variant."""
    known, lang = one.product, asked.caller.lang
    title = known.name_in(lang)
    said = ", ".join(part for part in (known.brand or "", say.content(known, lang)) if part) or title
    variant: dict[str, Any] = {
        "id": known.sku,
        "sku": known.sku,
        "title": title,
        "description": {"plain": said},
        "price": price(one.price),
        "availability": {"available": one.available > 0, "status": "in_stock" if one.available > 0 else "out_of_stock"},
    }
    if known.gtin:
        variant["barcodes"] = [{"type": "gtin", "value": known.gtin}]
    if one.list_price != one.price:
        variant["list_price"] = price(one.list_price)
    if weighed(known):
        variant["quantity_unit"] = KILOGRAM
    elif per := comparator(known, one.price):
        variant["unit_price"] = per
    if inputs:
        variant["inputs"] = [{"id": one, "match": "exact"} for one in inputs]
    shown: dict[str, Any] = {
        "id": known.sku,
        "title": title,
        "description": {"plain": said},
        "categories": [{"value": part, "taxonomy": "merchant"} for part in known.category],
        "price_range": {"min": price(one.price), "max": price(one.price)},
        "variants": [variant],
        "tags": sorted(known.labels),
    }
    if known.image.startswith("https://"):
        shown["media"] = [{"type": "image", "url": known.image, "alt_text": title}]
    if known.allergens or known.minimum_age:
        shown["metadata"] = {"allergens": sorted(known.allergens), "minimum_age": known.minimum_age}
    return shown
