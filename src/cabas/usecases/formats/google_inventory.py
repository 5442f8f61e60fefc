"""Google local inventory (tab-separated), per store price and stock: support.google.com/merchants/answer/14819809."""

from __future__ import annotations

from collections.abc import Sequence

from cabas.usecases.formats import Row, Rules, StockRow, _checks

NAME = "google-inventory"
COLUMNS = {
    "store_id": ("store_code",),
    "sku": ("id", "itemid"),
    "availability": ("availability",),
    "quantity": ("quantity",),
    "price": ("price",),
}


def fits(header: Sequence[str]) -> int:
    """A store code tells it from product data, which is why it counts for more."""
    names = set(header)
    known = len(names & {alias for aliases in COLUMNS.values() for alias in aliases})
    return known + 10 if "store_code" in names and names & set(COLUMNS["sku"]) and "availability" in names else 0


def read(row: Row, line: int, rules: Rules) -> StockRow:
    """One product in one store."""
    return StockRow(
        line=line,
        store_id=_checks.identifier(row["store_id"], "store_code"),
        sku=_checks.identifier(row["sku"]),
        available=_checks.availability(row["availability"]),
        quantity=_checks.quantity(row.get("quantity", "")),
        price=_checks.price(row.get("price", ""), rules.currency),
    )
