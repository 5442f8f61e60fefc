"""The Agentic Commerce Protocol's feed of 2026-04-17: `metadata.json` and a product with its one variant per line."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec

from cabas.usecases.feeds.formats._write import json_line
from cabas.usecases.feeds.item import Setting, Ware

NAME = "acp"
PLACE, SURFACE = "answers", "acp"
REQUIRED: frozenset[str] = frozenset()
FILES = ("products.jsonl",)
_PER = {"g": ("kg", 1000), "kg": ("kg", 1), "mg": ("kg", 1_000_000), "ml": ("l", 1000), "cl": ("l", 100),
        "l": ("l", 1), "ct": ("ct", 1)}  # fmt: skip


def head(file: str, setting: Setting) -> bytes:
    """Lines begin at once."""
    return b""


def lines(ware: Ware, setting: Setting) -> tuple[bytes, ...]:
    """A Product."""
    return (json_line(product(ware, setting)),)


def product(ware: Ware, setting: Setting) -> dict[str, Any]:
    """`Product` of schema.feed.json: one variant, because a SKU is one pack."""
    item = ware.item
    variant: dict[str, Any] = {
        "id": item.sku,
        "title": ware.title,
        "description": {"plain": ware.description},
        "url": ware.link,
        "price": {"amount": ware.now.amount, "currency": ware.now.currency},
        "availability": {"available": ware.available and ware.buyable, "status": _status(ware)},
        "condition": ["new"],
        "seller": {"name": setting.retailer_name},
    }
    if ware.gtin:
        variant["barcodes"] = [{"type": "GTIN", "value": ware.gtin}]
    if ware.sale is not None:
        variant["list_price"] = {"amount": ware.price.amount, "currency": ware.price.currency}
    if item.category:
        variant["categories"] = [{"value": ware.path, "taxonomy": "merchant"}]
    if ware.image:
        variant["media"] = [{"type": "image", "url": ware.image, "alt_text": ware.title}]
    per = _unit_price(ware)
    if per is not None:
        variant["unit_price"] = per
    return {"id": item.sku, "title": ware.title, "variants": [variant]}


def _status(ware: Ware) -> str:
    return "in_stock" if ware.available else "out_of_stock"


def _unit_price(ware: Ware) -> dict[str, Any] | None:
    if ware.measure is None:
        return None
    amount, unit = ware.measure
    per, factor = _PER[unit]
    price = ware.now.times(Fraction(factor) / Fraction(amount))
    value: int | float = int(amount) if amount.isdigit() else float(amount)
    return {
        "amount": price.amount,
        "currency": price.currency,
        "measure": {"value": value, "unit": unit},
        "reference": {"value": 1, "unit": per},
    }


def beside(setting: Setting) -> Mapping[str, bytes]:
    """`metadata.json`: which feed this is; the lines replace what was there."""
    about = {"id": f"{setting.retailer}-{setting.store or 'all'}", "target_country": setting.country}
    return {"metadata.json": msgspec.json.encode(about) + b"\n"}
