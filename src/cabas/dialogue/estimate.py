"""What a product might cost, for demonstrations and evaluations over catalogs without prices. Never a real price."""

from __future__ import annotations

import hashlib
from fractions import Fraction

from cabas.dialogue.classify import above
from cabas.dialogue.families import pack_size, sheets
from cabas.domain.catalog import Product
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money

# Bigger packs are cheaper by the kilo: the price grows with content to this power.
SCALE = 0.8
# A pack is not priced beyond these multiples of the usual one.
LEAST, MOST = 0.3, 6.0
ORGANIC = Fraction(13, 10)
UNKNOWN = (150, 600)


def estimated_price(product: Product, currency: str = "EUR") -> Money:
    """A price from the range of the product's family, scaled to its content; the same for the same SKU every time."""
    low, high, usual = _range(product.family)
    chance = int.from_bytes(hashlib.sha256(product.sku.encode()).digest()[:4], "big") / 2**32
    cents = low + (high - low) * chance
    if usual is not None and product.content is not None and product.content.dimension == usual[0] and product.content:
        cents *= min(MOST, max(LEAST, float(product.content.base / usual[1]) ** SCALE))
    amount = Fraction(round(cents)) * (ORGANIC if "organic" in product.labels else 1)
    # Prices end in 5 or 9 as on shelves, and nothing is free.
    rounded = max(19, int(amount) // 5 * 5)
    return Money(rounded + 4 if rounded % 10 == 5 else rounded, currency)


def _range(family: str | None) -> tuple[int, int, tuple[str, Fraction] | None]:
    """Lowest and highest price in cents, and what the usual pack holds (dimension, base units)."""
    for one in above(family) if family else ():
        price = str(sheets()[one].get("price") or "")
        low, dash, high = price.partition("-")
        if dash:
            return round(float(low) * 100), round(float(high) * 100), _usual(one)
    return *UNKNOWN, None


def _usual(family: str) -> tuple[str, Fraction] | None:
    packs = sheets()[family].get("packs") or ()
    if not packs:
        return None
    try:
        units, one = pack_size(str(packs[0]))
    except InvalidInput:
        return None
    return one.dimension, one.base * units
