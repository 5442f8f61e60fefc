"""Google Merchant Center: product data (support.google.com/merchants/answer/7052112) and Merchant API v1.

`products.jsonl` holds a `ProductInput` per line, for `accounts.productInputs.insert`; `products.tsv` is the same as a
file data source. `native_commerce.tsv` is a supplemental source (developers.google.com/merchant/ucp): whether the
platform's own checkout may sell the product. No row there, or FALSE: it may only be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cabas.kernel.money import Money, exponent
from cabas.usecases.feeds.formats._write import json_line, shown, span, tsv_line
from cabas.usecases.feeds.item import Setting, Ware

NAME = "google"
PLACE, SURFACE = "shopping", "ucp"
REQUIRED = frozenset({"image", "description"})
FILES = ("products.jsonl", "products.tsv", "native_commerce.tsv")
COLUMNS = (
    "id", "title", "description", "link", "image_link", "availability", "price", "sale_price",
    "sale_price_effective_date", "brand", "gtin", "identifier_exists", "condition", "product_type",
    "unit_pricing_measure", "unit_pricing_base_measure", "video_link",
)  # fmt: skip
# Google shows the first five product types and ten videos.
VIDEOS_MAX = 10


def head(file: str, setting: Setting) -> bytes:
    """The names of the columns."""
    return {
        "products.tsv": tsv_line(COLUMNS),
        "native_commerce.tsv": tsv_line(("id", "native_commerce")),
    }.get(file, b"")


def lines(ware: Ware, setting: Setting) -> tuple[bytes, ...]:
    """A ProductInput, a row of the file, a row of the supplemental source."""
    native = tsv_line((ware.item.sku, "TRUE" if ware.buyable else "FALSE"))
    return json_line(product_input(ware, setting)), tsv_line(_cells(ware, setting)), native


def beside(setting: Setting) -> Mapping[str, bytes]:
    """Nothing beside them."""
    return {}


def micros(money: Money) -> dict[str, str]:
    """A price as the Merchant API writes it: millionths, as a string (int64 in JSON)."""
    return {"amountMicros": str(money.amount * 10 ** (6 - exponent(money.currency))), "currencyCode": money.currency}


def product_input(ware: Ware, setting: Setting) -> dict[str, Any]:
    """`google.shopping.merchant.products.v1.ProductInput` in its JSON form."""
    item = ware.item
    said: dict[str, Any] = {
        "title": ware.title,
        "description": ware.description,
        "link": ware.link,
        "imageLink": ware.image,
        "availability": "IN_STOCK" if ware.available else "OUT_OF_STOCK",
        "price": micros(ware.price),
        "condition": "NEW",
    }
    if ware.sale is not None:
        said["salePrice"] = micros(ware.sale)
        when = span(item.starts, item.ends, setting.timezone)
        if when is not None:
            said["salePriceEffectiveDate"] = {"startTime": when[0], "endTime": when[1]}
    if ware.brand:
        said["brand"] = ware.brand
    if ware.gtin:
        said["gtins"] = [ware.gtin]
    if not ware.gtin:
        said["identifierExists"] = False
    if item.category:
        said["productTypes"] = [ware.path]
    if ware.measure is not None and ware.base is not None:
        said["unitPricingMeasure"] = {"value": float(ware.measure[0]), "unit": ware.measure[1]}
        said["unitPricingBaseMeasure"] = {"value": str(ware.base[0]), "unit": ware.base[1]}
    if ware.videos:
        said["videoLinks"] = list(ware.videos[:VIDEOS_MAX])
    return {
        "offerId": item.sku,
        "contentLanguage": item.lang,
        "feedLabel": setting.country,
        "productAttributes": said,
    }


def _cells(ware: Ware, setting: Setting) -> tuple[str, ...]:
    item = ware.item
    when = span(item.starts, item.ends, setting.timezone) if ware.sale is not None else None
    return (
        item.sku,
        shown(ware.title),
        shown(ware.description),
        ware.link,
        ware.image,
        "in_stock" if ware.available else "out_of_stock",
        str(ware.price),
        str(ware.sale) if ware.sale is not None else "",
        f"{when[0]}/{when[1]}" if when else "",
        shown(ware.brand),
        ware.gtin,
        "" if ware.gtin else "no",
        "new",
        shown(ware.path),
        " ".join(ware.measure) if ware.measure else "",
        f"{ware.base[0]} {ware.base[1]}" if ware.base else "",
        ",".join(ware.videos[:VIDEOS_MAX]),
    )
