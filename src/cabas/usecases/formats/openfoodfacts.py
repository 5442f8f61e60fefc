"""Open Food Facts: the export (tab-separated, world.openfoodfacts.org/data) and reduced tables made from it."""

from __future__ import annotations

from collections.abc import Sequence

from cabas.usecases.formats import Draft, Row, Rules, _checks

NAME = "openfoodfacts"
COLUMNS = {
    "sku": ("code", "gtin"),
    "name_fr": ("product_name_fr", "name"),
    "name": ("product_name",),
    "brand": ("brands", "brand"),
    "category": ("category_path",),
    "categories": ("categories_tags", "categories_hierarchy"),
    "quantity": ("quantity", "net_quantity"),
    "unit": ("net_unit",),
    "pack": ("pack",),
    "labels": ("labels_tags", "labels"),
    "ingredients": ("ingredients_text_fr", "ingredients_text", "ingredients"),
    "allergens": ("allergens", "allergens_tags"),
    "image": ("image_url", "image_front_url"),
}
_MARKS = {"product_name", "product_name_fr", "categories_tags", "category_path", "net_quantity", "ingredients_text"}


def fits(header: Sequence[str]) -> int:
    """A code, a name, and at least two columns nobody else calls so."""
    names = set(header)
    named = names & {"product_name", "product_name_fr", "name"} and names & {"code", "gtin"}
    marks = len(names & _MARKS)
    known = len(names & {alias for aliases in COLUMNS.values() for alias in aliases})
    return known + marks if named and marks >= 2 else 0


def read(row: Row, line: int, rules: Rules) -> Draft:
    """One product. Its GTIN is its SKU; the first of several brands counts; it has no price."""
    code = row["sku"].strip()
    french = row.get("name_fr", "").strip()
    pack, unit = row.get("pack", "").strip(), row.get("unit", "").strip()
    amount = row.get("quantity", "").strip()
    category = _checks.path(row.get("category", "")) or _tags(row.get("categories", ""))
    return Draft(
        line=line,
        sku=_checks.identifier(code),
        name=_checks.title(french or row.get("name", "")),
        lang=rules.lang,
        gtin=_checks.gtin(code),
        brand=_checks.plain("brand", row.get("brand", ""), _checks.BRANDS_MAX).split(",")[0].strip(),
        category=category,
        size=f"{pack or amount} {unit}".strip()[:60],
        labels=tuple(_untagged(word) for word in _checks.listed(row.get("labels", ""))),
        ingredients=row.get("ingredients", "").strip()[: _checks.INGREDIENTS_MAX],
        allergens=tuple(_untagged(word) for word in _checks.listed(row.get("allergens", ""))),
        image=row.get("image", "")[:2000],
    )


def _tags(text: str) -> tuple[str, ...]:
    """The path of "en:dairies,en:milks", as words."""
    return tuple(_untagged(tag) for tag in _checks.listed(text, ",")[:8])


def _untagged(tag: str) -> str:
    """'en:gluten-free' -> 'gluten free'; other words stay."""
    if len(tag) > 3 and tag[2] == ":":
        return tag[3:].replace("-", " ")
    return tag
