"""Which rows a platform gets, and what the four formats make of them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.agreement.agreement import Agreement, parse
from cabas.domain.catalog import Offer, Promotion
from cabas.domain.pricing import price_today
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.feeds import Gate, Item, Rejected, Setting, Ware, Withheld, find_format, formats, judge
from cabas.usecases.feeds.export import rejected_csv
from cabas.usecases.formats import Draft, open_feed

DAY = date(2026, 11, 24)
AGREEMENT = """
id = "halle-google"
retailer = "halle"
platform = "google"
starts = 2026-01-01
ends = 2027-06-30
[access]
surfaces = ["ucp"]
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["non-food"]
[[assortment.sells]]
goods = ["food"]
from = 2026-03-01
[[assortment.excludes]]
goods = ["Crèmerie > Fromages"]
until = 2026-12-31
[placements]
places = ["shopping"]
[fulfillment_split]
methods = ["pickup", "delivery"]
"""
MILK = Item(
    "3000000000014", 'Lait "entier"', "fr", "3000000000014", "Halle", ("Crèmerie", "Laits"), 15, "LTR", 1, 1, "each", 0,
    "lait", "https://img.example/1.jpg", 320, "EUR", True, False, 4, None, None, None, None, None,
)  # fmt: skip
SETTING = Setting("halle", "Halle & Compagnie", "google", DAY, "https://halle.example/p/{sku}")


def agreement(text: str = AGREEMENT) -> Agreement:
    return parse(text, "halle-google.toml")


def gate(setting: Setting = SETTING, place: str = "shopping", text: str = AGREEMENT) -> Gate:
    return Gate(agreement(text), setting, place, "ucp")


def ware(item: Item = MILK, setting: Setting = SETTING, required: str = "image") -> Ware:
    found = judge(item, gate(setting), setting, frozenset({required}))
    assert isinstance(found, Ware), found
    return found


def code(item: Item, setting: Setting = SETTING, required: str = "image") -> str:
    found = judge(item, gate(setting), setting, frozenset({required}))
    assert isinstance(found, Rejected), found
    return f"{found.field}: {found.code}"


def withheld(item: Item, setting: Setting = SETTING, place: str = "shopping") -> str:
    found = judge(item, gate(setting, place), setting, frozenset())
    assert isinstance(found, Withheld), found
    return found.code


def test_google_writes_the_product_three_times() -> None:
    sold = MILK._replace(kind="percent", value=1000, every=1, starts=date(2026, 11, 23), ends=date(2026, 11, 29))
    setting = replace(SETTING, videos={MILK.sku: ("https://www.youtube.com/watch?v=abcdefghijk",)})
    google = find_format("google")
    product, row, native = google.lines(ware(sold, setting), setting)
    assert json.loads(product) == {
        "offerId": "3000000000014", "contentLanguage": "fr", "feedLabel": "FR",
        "productAttributes": {
            "title": 'Lait "entier"', "description": 'Lait "entier". Halle. 1.5 l. Crèmerie > Laits. lait',
            "link": "https://halle.example/p/3000000000014", "imageLink": "https://img.example/1.jpg",
            "availability": "IN_STOCK", "price": {"amountMicros": "3200000", "currencyCode": "EUR"},
            "condition": "NEW", "salePrice": {"amountMicros": "2880000", "currencyCode": "EUR"},
            "salePriceEffectiveDate": {"startTime": "2026-11-22T23:00:00Z", "endTime": "2026-11-29T22:59:59Z"},
            "brand": "Halle", "gtins": ["3000000000014"], "productTypes": ["Crèmerie > Laits"],
            "unitPricingMeasure": {"value": 1.5, "unit": "l"}, "unitPricingBaseMeasure": {"value": "1", "unit": "l"},
            "videoLinks": ["https://www.youtube.com/watch?v=abcdefghijk"],
        },
    }  # fmt: skip
    head = google.head("products.tsv", setting).decode().rstrip("\n").split("\t")
    assert dict(zip(head, row.decode().rstrip("\n").split("\t"), strict=True)) == {
        "id": "3000000000014", "title": "Lait ''entier''",
        "description": "Lait ''entier''. Halle. 1.5 l. Crèmerie > Laits. lait",
        "link": "https://halle.example/p/3000000000014", "image_link": "https://img.example/1.jpg",
        "availability": "in_stock", "price": "3.20 EUR", "sale_price": "2.88 EUR",
        "sale_price_effective_date": "2026-11-22T23:00:00Z/2026-11-29T22:59:59Z", "brand": "Halle",
        "gtin": "3000000000014", "identifier_exists": "", "condition": "new", "product_type": "Crèmerie > Laits",
        "unit_pricing_measure": "1.5 l", "unit_pricing_base_measure": "1 l",
        "video_link": "https://www.youtube.com/watch?v=abcdefghijk",
    }  # fmt: skip
    assert google.head("native_commerce.tsv", setting) + native == b"id\tnative_commerce\n3000000000014\tTRUE\n"


def test_local_inventory_is_of_one_store() -> None:
    local, setting = find_format("google-local"), replace(SETTING, store="lyon")
    row, cells = local.lines(ware(MILK._replace(available=3), setting), setting)
    assert json.loads(row) == {
        "offerId": "3000000000014",
        "localInventory": {
            "storeCode": "lyon",
            "localInventoryAttributes": {
                "availability": "LIMITED_AVAILABILITY", "quantity": "3",
                "price": {"amountMicros": "3200000", "currencyCode": "EUR"},
            },
        },
    }  # fmt: skip
    assert cells == b"lyon\t3000000000014\tlimited_availability\t3\t3.20 EUR\t\t\n"
    weighed = ware(MILK._replace(available=2500, sold_by="weight"), setting)
    assert local.lines(weighed, setting)[1] == b"lyon\t3000000000014\tlimited_availability\t2\t3.20 EUR\t\t\n"


def test_openai_has_its_nine_fields_and_flags() -> None:
    product, row = find_format("openai").lines(ware(), SETTING)
    assert json.loads(product) == {
        "item_id": "3000000000014", "title": 'Lait "entier"',
        "description": 'Lait "entier". Halle. 1.5 l. Crèmerie > Laits. lait',
        "url": "https://halle.example/p/3000000000014", "brand": "Halle", "seller_name": "Halle & Compagnie",
        "image_url": "https://img.example/1.jpg", "availability": "in_stock", "price": "3.20 EUR",
        "gtin": "3000000000014", "product_category": "Crèmerie > Laits", "is_eligible_search": "true",
        "is_eligible_checkout": "true",
    }  # fmt: skip
    assert row.count(b"\t") == 13


def test_acp_says_the_price_of_a_liter() -> None:
    sold = MILK._replace(kind="price", value=300, every=1)
    (line,) = find_format("acp").lines(ware(sold), SETTING)
    assert json.loads(line) == {
        "id": "3000000000014", "title": 'Lait "entier"',
        "variants": [{
            "id": "3000000000014", "title": 'Lait "entier"',
            "description": {"plain": 'Lait "entier". Halle. 1.5 l. Crèmerie > Laits. lait'},
            "url": "https://halle.example/p/3000000000014", "price": {"amount": 300, "currency": "EUR"},
            "list_price": {"amount": 320, "currency": "EUR"},
            "availability": {"available": True, "status": "in_stock"}, "condition": ["new"],
            "seller": {"name": "Halle & Compagnie"}, "barcodes": [{"type": "GTIN", "value": "3000000000014"}],
            "categories": [{"value": "Crèmerie > Laits", "taxonomy": "merchant"}],
            "media": [{"type": "image", "url": "https://img.example/1.jpg", "alt_text": 'Lait "entier"'}],
            "unit_price": {
                "amount": 200, "currency": "EUR", "measure": {"value": 1.5, "unit": "l"},
                "reference": {"value": 1, "unit": "l"},
            },
        }],
    }  # fmt: skip
    assert find_format("acp").beside(replace(SETTING, store="lyon")) == {
        "metadata.json": b'{"id":"halle-lyon","target_country":"FR"}\n'
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"price": None}, "price: price_missing"),
        ({"price": 0}, "price: price_zero"),
        ({"estimated": True}, "price: price_estimated"),
        ({"currency": "USD"}, "price: foreign_currency"),
        ({"sku": "x" * 51}, "id: id_too_long"),
        ({"name": "x" * 151}, "title: title_too_long"),
        ({"name": " "}, "title: title_missing"),
        ({"name": "Lait\u202eentier"}, "title: invisible_characters"),
        ({"brand": "x" * 71}, "brand: brand_too_long"),
        ({"gtin": "3000000000015"}, "gtin: gtin_check_digit"),
        ({"image": ""}, "image: image_missing"),
        ({"image": "ftp://img.example/1.jpg"}, "image: image_address"),
    ],
)
def test_a_row_that_could_be_mended_is_rejected(change: dict[str, Any], says: str) -> None:
    assert code(MILK._replace(**change)) == says


def test_options_mend_what_is_missing() -> None:
    bare = MILK._replace(image="", brand=None)
    setting = replace(SETTING, image="https://img.example/{gtin}.jpg", unbranded="Halle", estimated=True)
    assert ware(bare._replace(estimated=True), setting).image == "https://img.example/3000000000014.jpg"
    assert ware(bare, setting).brand == "Halle"
    assert code(bare, SETTING, "brand") == "brand: brand_missing"
    assert ware(MILK._replace(sku="a b/é")).link == "https://halle.example/p/a%20b%2F%C3%A9"


def test_a_rejected_row_is_told_without_running_anything() -> None:
    rows = [Rejected("=1+1", "price", "price_missing", "No price, none.", "Import prices.")]
    assert list(csv.reader(io.StringIO(rejected_csv(rows).decode()))) == [
        [" =1+1", "price", "price_missing", "No price, none.", "Import prices."]
    ]


def test_what_the_agreement_or_the_law_keeps_out_is_withheld() -> None:
    assert withheld(MILK._replace(category=("Crèmerie", "Fromages"))) == "excluded"
    assert withheld(MILK, replace(SETTING, day=date(2026, 2, 28))) == "not_yet"
    assert withheld(MILK, replace(SETTING, day=date(2025, 12, 31))) == "not_started"
    assert withheld(MILK, replace(SETTING, day=date(2027, 7, 1))) == "ended"
    assert withheld(MILK, place="video") == "place_not_allowed"
    assert withheld(MILK, replace(SETTING, platform="amazon")) == "other_parties"
    assert withheld(MILK._replace(minimum_age=18)) == "age_restricted"
    assert withheld(MILK._replace(sold=False)) == "not_sold"


def test_what_is_shown_is_not_always_sold() -> None:
    voice_only = AGREEMENT.replace('goods = ["food"]', 'goods = ["food"]\nchannels = ["voice"]')
    closed = AGREEMENT.replace('surfaces = ["ucp"]', 'surfaces = ["mcp"]')
    assert gate().allows(MILK.category, 0).buyable
    assert gate(text=voice_only).allows(MILK.category, 0).buyable
    shut = gate(text=closed).allows(MILK.category, 0)
    assert (shut.denial, shut.buyable) == ("", False)


def test_a_cut_of_several_pieces_is_no_sale_price() -> None:
    assert ware(MILK._replace(kind="multibuy", value=10000, every=2)).sale is None
    assert ware(MILK._replace(kind="price", value=400)).sale is None
    assert ware(MILK._replace(kind="price", value=300)).sale == Money(300)


def test_an_unknown_format_names_those_there_are() -> None:
    assert sorted(formats()) == ["acp", "google", "google-local", "openai"]
    with pytest.raises(InvalidInput, match="acp, google, google-local, openai"):
        find_format("bing")


CATEGORIES = [
    ("Crèmerie", "Laits"),
    ("Crèmerie", "Fromages", "Comté"),
    ("Vins, bières et spiritueux",),
    ("Animaux",),
    (),
]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=60)
ITEMS = st.builds(
    MILK._replace,
    sku=st.text("abcXYZ019-_. é", min_size=1, max_size=20), name=TEXT, brand=st.none() | TEXT,
    category=st.sampled_from(CATEGORIES), price=st.none() | st.integers(0, 10**7), available=st.integers(0, 10**6),
    minimum_age=st.sampled_from([0, 0, 0, 18]), ingredients=TEXT, estimated=st.booleans(),
    sold_by=st.sampled_from(["each", "weight"]), content_value=st.none() | st.integers(1, 10**6),
    content_unit=st.sampled_from(["GRM", "KGM", "MLT", "LTR", "C62", "CLT", "DLT", "MTR"]),
    content_scale=st.integers(0, 3), kind=st.sampled_from([None, "price", "percent", "multibuy"]),
    value=st.integers(1, 10_000), every=st.integers(1, 3),
)  # fmt: skip


@given(ITEMS)
def test_every_exported_row_reads_back_and_asks_what_the_offer_asks(item: Item) -> None:
    found = judge(item, gate(), SETTING, frozenset())
    if not isinstance(found, Ware):
        return
    promotion = Promotion(item.kind, item.value or 0, item.every or 1) if item.kind else None
    asked = price_today(Offer(item.sku, "", Money(item.price or 0), item.available, promotion), DAY)
    for form in formats().values():
        for file, line in zip(form.FILES, form.lines(found, replace(SETTING, store="lyon")), strict=True):
            assert line.endswith(b"\n")
            assert line.count(b"\n") == 1
            if file.endswith(".jsonl"):
                json.loads(line)
                continue
            head = form.head(file, SETTING).decode().rstrip("\n").split("\t")
            row = dict(zip(head, line.decode().rstrip("\n").split("\t"), strict=True))
            assert row.get("id", row.get("item_id")) == item.sku
            if "price" in row and asked:
                assert (row["sale_price"] or row["price"]) == str(asked)


@given(ITEMS, st.dates(date(2025, 12, 1), date(2027, 8, 1)))
def test_nothing_the_agreement_excludes_is_ever_published(item: Item, day: date) -> None:
    setting = replace(SETTING, day=day)
    found = judge(item, gate(setting), setting, frozenset())
    if isinstance(found, Ware):
        assert date(2026, 1, 1) <= day <= date(2027, 6, 30)
        assert item.minimum_age == 0
        assert item.category[0] in ("Crèmerie", "Animaux")
        assert item.category[0] == "Animaux" or day >= date(2026, 3, 1)
        assert item.category[1:2] != ("Fromages",) or day > date(2026, 12, 31)


def test_the_google_file_is_read_by_our_own_import() -> None:
    google = find_format("google")
    text = google.head("products.tsv", SETTING) + google.lines(ware(), SETTING)[1]
    (draft,) = list(open_feed([text]).rows)
    assert isinstance(draft, Draft)
    assert (draft.sku, draft.price, draft.available, draft.size) == ("3000000000014", Money(320), True, "1.5 l")


def test_acp_lines_keep_the_published_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    folder = Path(__file__).parents[3].parent / "shared" / "spec" / "acp" / "2026-04-17" / "json-schema"
    if not folder.is_dir():
        pytest.skip("the ACP schemas are not beside this checkout")
    bundle = json.loads((folder / "schema.feed.json").read_text(encoding="utf-8"))
    (line,) = find_format("acp").lines(ware(), SETTING)
    jsonschema.validate(json.loads(line), bundle | {"$ref": "#/$defs/Product"})
    metadata = find_format("acp").beside(SETTING)["metadata.json"]
    jsonschema.validate(json.loads(metadata), bundle | {"$ref": "#/$defs/FeedMetadata"})
