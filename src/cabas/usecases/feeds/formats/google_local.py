"""Google local inventory (support.google.com/merchants/answer/14819809) and Merchant API v1: what one store has.

Ids are those of the product data; a row without its product there is ignored by Google.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cabas.usecases.feeds.formats._write import json_line, price, span, tsv_line
from cabas.usecases.feeds.formats.google import micros
from cabas.usecases.feeds.item import Setting, Ware

NAME = "google-local"
PLACE, SURFACE = "shopping", "ucp"
REQUIRED: frozenset[str] = frozenset()
FILES = ("inventory.jsonl", "inventory.tsv")
COLUMNS = (
    "store_code", "id", "availability", "quantity", "price", "sale_price", "sale_price_effective_date",
)  # fmt: skip
# Up to so many pieces Google calls it limited.
LIMITED = 3


def head(file: str, setting: Setting) -> bytes:
    """The names of the columns."""
    return tsv_line(COLUMNS) if file == "inventory.tsv" else b""


def lines(ware: Ware, setting: Setting) -> tuple[bytes, ...]:
    """A LocalInventory with its product's id, and a row of the file."""
    item = ware.item
    pieces = max(0, item.available if item.sold_by == "each" else item.available // 1000)
    state = "out_of_stock" if not ware.available else "limited_availability" if pieces <= LIMITED else "in_stock"
    said: dict[str, Any] = {
        "availability": state.upper(),
        "quantity": str(pieces),
        "price": micros(ware.price),
    }
    when = span(item.starts, item.ends, setting.timezone) if ware.sale is not None else None
    if ware.sale is not None:
        said["salePrice"] = micros(ware.sale)
    if when is not None:
        said["salePriceEffectiveDate"] = {"startTime": when[0], "endTime": when[1]}
    row = {
        "offerId": item.sku,
        "localInventory": {"storeCode": setting.store, "localInventoryAttributes": said},
    }
    cells = (
        setting.store,
        item.sku,
        state,
        str(pieces),
        price(ware.price),
        price(ware.sale) if ware.sale is not None else "",
        f"{when[0]}/{when[1]}" if when else "",
    )
    return json_line(row), tsv_line(cells)


def beside(setting: Setting) -> Mapping[str, bytes]:
    """Nothing beside them."""
    return {}
