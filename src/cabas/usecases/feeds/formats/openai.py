"""OpenAI's product feed (developers.openai.com/commerce/specs/file-upload/products): JSON lines, and the same as TSV.

Nine fields are required: item_id, title, description, url, brand, seller_name, image_url, availability, price. The
flags are_eligible say where the product may appear; checkout only where the agreement lets the platform sell it.
"""

from __future__ import annotations

from collections.abc import Mapping

from cabas.usecases.feeds.formats._write import json_line, price, shown, tsv_line
from cabas.usecases.feeds.item import Setting, Ware

NAME = "openai"
PLACE, SURFACE = "answers", "acp"
REQUIRED = frozenset({"image", "brand", "description"})
FILES = ("products.jsonl", "products.tsv")
FIELDS = (
    "item_id", "title", "description", "url", "brand", "seller_name", "image_url", "availability", "price",
    "sale_price", "gtin", "product_category", "is_eligible_search", "is_eligible_checkout",
)  # fmt: skip


def head(file: str, setting: Setting) -> bytes:
    """The names of the columns."""
    return tsv_line(FIELDS) if file == "products.tsv" else b""


def lines(ware: Ware, setting: Setting) -> tuple[bytes, ...]:
    """The row twice."""
    cells = (
        ware.item.sku,
        ware.title,
        ware.description,
        ware.link,
        ware.brand,
        setting.retailer_name,
        ware.image,
        "in_stock" if ware.available else "out_of_stock",
        price(ware.price),
        price(ware.sale) if ware.sale is not None else "",
        ware.gtin,
        ware.path,
        "true",
        "true" if ware.buyable else "false",
    )
    row = json_line({name: cell for name, cell in zip(FIELDS, cells, strict=True) if cell})
    return row, tsv_line((cells[0], *map(shown, cells[1:])))


def beside(setting: Setting) -> Mapping[str, bytes]:
    """Nothing beside them."""
    return {}
