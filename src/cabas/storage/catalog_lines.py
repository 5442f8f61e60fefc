"""Rows as PostgreSQL's COPY reads them: text, tab-separated."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from cabas.domain.catalog import Product
from cabas.usecases.formats import StockRow
from cabas.usecases.publishing import Options, Row

_NULL = "\\N"
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_ESCAPED = str.maketrans(_ESCAPES)
# Inside the quotes of an array, a quote and a backslash have a backslash before them, which COPY wants twice.
_ELEMENT = str.maketrans(_ESCAPES | {"\\": "\\" * 4, '"': '\\\\"'})
_json = msgspec.json.Encoder(order="sorted").encode


def columns(product: Product) -> bytes:
    """What `copy_products` reads of a product after its row's own columns."""
    content = product.content
    cells = (
        _json(product.names).decode().replace("\\", "\\\\"), product.lang, _text(product.gtin), _text(product.brand),
        "t" if product.own_brand else "f", _array(product.category), _text(product.family),
        f"{content.value}\t{content.unit}\t{content.scale}" if content is not None else f"{_NULL}\t{_NULL}\t{_NULL}",
        str(product.pieces), product.sold_by, str(product.vat_rate), str(product.minimum_age),
        _array(sorted(product.allergens)), _array(sorted(product.labels)), product.storage, str(product.popularity),
        _text(product.ingredients), _text(product.image), str(product.deposit),
    )  # fmt: skip
    return "\t".join(cells).encode()


_KNOWN = "\t".join([_NULL] * 21).encode()


def product_line(row: Row, options: Options) -> bytes:
    """A line of `copy_products`."""
    price = _NULL if row.price is None else str(row.price.amount)
    currency = options.currency if row.price is None else row.price.currency
    quantity = row.quantity
    if quantity is None and row.available and options.uncounted:
        quantity = options.uncounted
    cells = (
        _text(row.sku), f"\\\\x{row.digest.hex()}", price, currency, "t" if row.priced else "f",
        "t" if row.estimated else "f", "f" if row.available is False else "t",
        _NULL if quantity is None else str(quantity),
    )  # fmt: skip
    return b"%b\t%b\n" % ("\t".join(cells).encode(), _KNOWN if row.stored is None else row.stored)


def stock_line(row: StockRow, options: Options) -> bytes:
    """A line of `copy_stock`."""
    quantity = row.quantity
    if quantity is None:
        quantity = options.uncounted if row.available else 0
    price = _NULL if row.price is None else str(row.price.amount)
    currency = options.currency if row.price is None else row.price.currency
    cells = (str(row.line), _text(row.store_id), _text(row.sku), price, currency, "t" if row.available else "f",
             str(quantity))  # fmt: skip
    return ("\t".join(cells) + "\n").encode()


def _text(value: str | None) -> str:
    if value is None:
        return _NULL
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)


def _array(values: Collection[str]) -> str:
    return f"{{{','.join([_quoted(value) for value in values])}}}" if values else "{}"


def _quoted(value: str) -> str:
    return f'"{value.translate(_ELEMENT)}"'
