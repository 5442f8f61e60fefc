"""Google Merchant Center: product data (support.google.com/merchants/answer/7052112) and Merchant API v1.

`products.jsonl` holds a `ProductInput` per line, for `accounts.productInputs.insert`; `products.tsv` is the same as a
file data source. `native_commerce.tsv` is a supplemental source (developers.google.com/merchant/ucp): whether the
platform's own checkout may sell the product. No row there, or FALSE: it may only be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from cabas.kernel.money import Money, exponent
from cabas.usecases.feeds.formats._write import json_line, price, shown, span, tsv_line
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


class Price(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """`google.shopping.type.Price`: millionths, as a string (int64 in JSON)."""

    amount_micros: str
    currency_code: str


class Interval(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """`google.type.Interval`."""

    start_time: str
    end_time: str


class Measure(msgspec.Struct, frozen=True, gc=False):
    """`UnitPricingMeasure`, and with a whole number as a string `UnitPricingBaseMeasure`."""

    value: float | str
    unit: str


class Attributes(msgspec.Struct, rename="camel", frozen=True, omit_defaults=True, gc=False):
    """`google.shopping.merchant.products.v1.ProductAttributes`, those of groceries."""

    title: str
    description: str
    link: str
    image_link: str
    availability: str
    price: Price
    condition: str
    sale_price: Price | None = None
    sale_price_effective_date: Interval | None = None
    brand: str = ""
    gtins: tuple[str, ...] = ()
    identifier_exists: bool = True
    product_types: tuple[str, ...] = ()
    unit_pricing_measure: Measure | None = None
    unit_pricing_base_measure: Measure | None = None
    video_links: tuple[str, ...] = ()


class ProductInput(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """`google.shopping.merchant.products.v1.ProductInput` in its JSON form."""

    offer_id: str
    content_language: str
    feed_label: str
    product_attributes: Attributes


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


@lru_cache(maxsize=16384)
def micros(money: Money) -> Price:
    """A price as the Merchant API writes it."""
    return Price(str(money.amount * 10 ** (6 - exponent(money.currency))), money.currency)


def product_input(ware: Ware, setting: Setting) -> ProductInput:
    """A ware as the Merchant API reads it."""
    item, sale = ware.item, ware.sale
    when = span(item.starts, item.ends, setting.timezone) if sale is not None else None
    return ProductInput(
        item.sku,
        item.lang,
        setting.country,
        Attributes(
            ware.title,
            ware.description,
            ware.link,
            ware.image,
            "IN_STOCK" if ware.available else "OUT_OF_STOCK",
            micros(ware.price),
            "NEW",
            micros(sale) if sale is not None else None,
            Interval(*when) if when is not None else None,
            ware.brand,
            (ware.gtin,) if ware.gtin else (),
            bool(ware.gtin),
            (ware.path,) if item.category else (),
            Measure(float(ware.measure[0]), ware.measure[1]) if ware.measure and ware.base else None,
            Measure(str(ware.base[0]), ware.base[1]) if ware.measure and ware.base else None,
            ware.videos[:VIDEOS_MAX],
        ),
    )


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
        price(ware.price),
        price(ware.sale) if ware.sale is not None else "",
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
