"""Google Merchant Center product data (tab-separated): support.google.com/merchants/answer/7052112."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cabas.usecases.formats import Draft, Row, Rules, _checks

NAME = "google"
COLUMNS = {
    "sku": ("id",),
    "name": ("title",),
    "description": ("description",),
    "price": ("price",),
    "availability": ("availability",),
    "gtin": ("gtin",),
    "brand": ("brand",),
    "image": ("image_link",),
    "category": ("product_type", "google_product_category"),
    "size": ("unit_pricing_measure", "size"),
    "multipack": ("multipack",),
}
_REQUIRED = {"id", "title", "availability", "price"}
_INGREDIENTS = re.compile(r"\bingr[ée]dients?\s*:\s*(.{3,})", re.IGNORECASE | re.DOTALL)


def fits(header: Sequence[str]) -> int:
    """Google's four required names, and the more of the others the surer."""
    names = set(header)
    return len(names & {alias for aliases in COLUMNS.values() for alias in aliases}) if names >= _REQUIRED else 0


def read(row: Row, line: int, rules: Rules) -> Draft:
    """One offer. Ingredients are taken from the description when it lists them ("Ingrédients : ...")."""
    category = row.get("category", "").strip()
    said = _INGREDIENTS.search(row.get("description", ""))
    size = row.get("size", "")
    multipack = row.get("multipack", "").strip()
    return Draft(
        line=line,
        sku=_checks.identifier(row["sku"]),
        name=_checks.title(row["name"]),
        lang=rules.lang,
        gtin=_checks.gtin(row.get("gtin", "")),
        brand=_checks.plain("brand", row.get("brand", ""), _checks.BRAND_MAX),
        # A bare number is an id of Google's taxonomy: it says nothing a reader would understand.
        category=() if category.isdigit() else _checks.path(category),
        size=f"{multipack}x{size}" if multipack.isdigit() and size else size[:40],
        ingredients=said[1][: _checks.INGREDIENTS_MAX] if said else "",
        image=row.get("image", "")[:2000],
        price=_checks.price(row["price"], rules.currency),
        available=_checks.availability(row["availability"]),
    )
