"""Google's own protobuf classes read what the Google feeds say: every key and type must be known to them."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cabas.agreement.agreement import parse
from cabas.usecases.feeds import Gate, Item, Setting, Ware, find_format, judge

products = pytest.importorskip("google.shopping.merchant_products_v1", reason="install the group conformance")
inventories = pytest.importorskip("google.shopping.merchant_inventories_v1", reason="install the group conformance")
SETTING = Setting(
    "halle", "Halle", "google", date(2026, 11, 24), "https://halle.example/p/{sku}", "lyon",
    videos={"3000000000014": ("https://www.youtube.com/watch?v=abc",)},
)  # fmt: skip
AGREEMENT = """
id = "halle-google"
retailer = "halle"
platform = "google"
starts = 2026-01-01
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["everything"]
[fulfillment_split]
methods = ["pickup"]
"""
ITEMS = [
    Item("3000000000014", "Lait entier", "fr", "3000000000014", "Halle", ("Crèmerie", "Laits"), 15, "LTR", 1, 1, "each",
         0, "lait", "https://img.example/1.jpg", 320, "EUR", True, False, 4, "percent", 1000, 1, date(2026, 11, 23),
         date(2026, 11, 29)),
    Item("pommes", "Pommes", "fr", None, None, ("Fruits et légumes",), None, None, None, 1, "weight", 0, "",
         "https://img.example/2.jpg", 299, "EUR", True, False, 0, None, None, None, None, None),
    Item("oeufs", "Six œufs", "fr", None, None, (), 6, "C62", 0, 6, "each", 0, "",
         "https://img.example/3.jpg", 199, "EUR", True, False, 90, "price", 150, 1, None, None),
]  # fmt: skip


def line(form: str, item: Item) -> dict[str, object]:
    found = find_format(form)
    ware = judge(item, Gate(parse(AGREEMENT), SETTING, found.PLACE, found.SURFACE), SETTING, found.REQUIRED)
    assert isinstance(ware, Ware)
    row: dict[str, object] = json.loads(found.lines(ware, SETTING)[0])
    return row


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.sku)
def test_products_are_product_inputs(item: Item) -> None:
    row = line("google", item)
    read = products.ProductInput.from_json(json.dumps(row), ignore_unknown_fields=False)
    assert read.offer_id == item.sku
    assert read.product_attributes.price.amount_micros == (item.price or 0) * 10_000
    assert list(read.product_attributes.gtins) == ([item.gtin] if item.gtin else [])


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.sku)
def test_inventory_is_local_inventory(item: Item) -> None:
    row = line("google-local", item)
    read = inventories.LocalInventory.from_json(json.dumps(row["localInventory"]), ignore_unknown_fields=False)
    assert read.store_code == "lyon"
    assert read.local_inventory_attributes.price.amount_micros == (item.price or 0) * 10_000
