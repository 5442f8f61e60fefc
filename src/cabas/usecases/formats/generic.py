"""Any table with a header whose columns have names people use, in French or English: comma, semicolon, tab or bar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from cabas.kernel.money import Money
from cabas.usecases.formats import Draft, Row, Rules, _checks

NAME = "csv"
COLUMNS = {
    "sku": ("sku", "id", "item_id", "product_id", "reference", "ref", "code", "code_article", "code_produit", "article",
            "variant_sku", "url_handle", "handle"),
    "name": ("name", "title", "product_name", "nom", "libelle", "designation", "libelle_produit", "nom_produit",
             "produit", "product", "description_courte"),
    "gtin": ("gtin", "ean", "ean13", "code_barres", "code_barre", "barcode", "upc", "variant_barcode"),
    "brand": ("brand", "marque", "vendor", "fabricant", "brands"),
    "category": ("category", "categorie", "categories", "rayon", "product_type", "type", "famille", "category_path",
                 "product_category"),
    "price": ("price", "prix", "prix_ttc", "prix_vente", "prix_de_vente", "regular_price", "variant_price",
              "unit_price", "pvc", "tarif"),
    "deposit": ("deposit", "consigne", "pfand", "bottle_deposit", "crv"),
    "currency": ("currency", "devise"),
    "quantity": ("stock", "quantity", "quantite", "qte", "qty", "inventory_quantity", "variant_inventory_qty",
                 "quantite_en_stock"),
    "availability": ("availability", "disponibilite"),
    "size": ("size", "content", "contenance", "conditionnement", "net_quantity", "poids", "volume", "format",
             "pack_size", "net_content"),
    "labels": ("labels", "label", "certifications", "tags", "mentions"),
    "ingredients": ("ingredients", "composition", "liste_ingredients"),
    "allergens": ("allergens", "allergenes"),
    "image": ("image", "image_url", "image_link", "images", "image_src", "photo"),
}  # fmt: skip
_AMOUNT = re.compile(r"(?:(€|EUR) ?)?(-?\d{1,9}(?:[.,]\d{1,4})?) ?(€|[A-Z]{3})?")


def fits(header: Sequence[str]) -> int:
    """A name and an id (or barcode) are enough; it yields to formats that know the header better."""
    names = set(header)
    known = sum(1 for aliases in COLUMNS.values() if names & set(aliases))
    identified = names & set(COLUMNS["sku"]) or names & set(COLUMNS["gtin"])
    return max(1, known - 4) if identified and names & set(COLUMNS["name"]) else 0


def read(row: Row, line: int, rules: Rules) -> Draft:
    """One product; its barcode is its SKU where the table has no other id. '1,99', '1.99 €', '1.99 EUR' are prices."""
    barcode = _checks.gtin(row.get("gtin", ""))
    said = row.get("availability", "").strip()
    return Draft(
        line=line,
        sku=_checks.identifier(row.get("sku", "").strip() or barcode or ""),
        name=_checks.title(row["name"]),
        lang=rules.lang,
        gtin=barcode,
        brand=_checks.plain("brand", row.get("brand", ""), _checks.BRAND_MAX),
        category=_checks.path(row.get("category", ""), ">/|"),
        size=row.get("size", "").strip()[:60],
        labels=_checks.listed(row.get("labels", "")),
        ingredients=row.get("ingredients", "").strip()[: _checks.INGREDIENTS_MAX],
        allergens=_checks.listed(row.get("allergens", "")),
        image=row.get("image", "").split(",")[0].strip()[:2000],
        price=_price(row.get("price", ""), row.get("currency", "").strip() or rules.currency, rules.currency),
        available=_checks.availability(said) if said else None,
        quantity=_checks.quantity(row.get("quantity", "")),
        deposit=_deposit(row.get("deposit", ""), row.get("currency", "").strip() or rules.currency, rules.currency),
    )


def _price(text: str, said: str, currency: str, field: str = "price") -> Money | None:
    value = text.strip()
    if not value:
        return None
    match = _AMOUNT.fullmatch(value)
    if match is None:
        reason = f"{value[:20]!r} is not a {field}."
        raise _checks.RowError(field, f"{field}_unreadable", reason, "Write it like 3.20 or 3,20.")
    before, amount, after = match.groups()
    unit = before or after or said
    return _checks.money(Decimal(amount.replace(",", ".")), "EUR" if unit == "€" else unit, currency, field)


def _deposit(text: str, said: str, currency: str) -> Money | None:
    """What is paid back for the empties of one pack; None for an empty cell, and for a zero."""
    nothing = not text.strip().strip("0.,€ EUR")
    return None if nothing else _price(text, said, currency, "deposit")
