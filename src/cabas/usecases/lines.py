"""A cart line filled in from a product and what a store asks for it today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cabas.dialogue import say
from cabas.domain.cart import LineItem
from cabas.domain.catalog import Offer, Product
from cabas.domain.pricing import deposit_of, line_total, price_today


def fill_line(
    line: LineItem, product: Product, offer: Offer | None, quantity: int, *, day: date, lang: str
) -> LineItem:
    """`line` with `quantity` units (pieces or grams) of `product` at the price of `day`, named in `lang`."""
    price = price_today(offer, day) if offer else None
    return replace(
        line,
        sku=product.sku,
        name=product.name_in(lang),
        brand=product.brand,
        family=product.family,
        quantity=quantity,
        sold_by=product.sold_by.value,
        unit_price=price,
        price=line_total(product, offer, quantity, day) if offer else None,
        full_price=line_total(product, replace(offer, promotion=None), quantity, day) if offer else None,
        vat_rate=product.vat_rate,
        category=product.category,
        allergens=tuple(sorted(product.allergens)),
        minimum_age=product.minimum_age,
        content=say.content(product, lang),
        per_unit=say.per_unit(price, product, lang),
        deposit=deposit_of(product, quantity, price.currency) if price is not None else None,
        available=offer is None or offer.available >= quantity,
    )
