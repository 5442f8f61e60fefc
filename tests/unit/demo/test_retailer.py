"""The demo retailer is whole, plausible and the same every time."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cabas.demo.assortment import articles, brands, of_family, shelf_price
from cabas.demo.retailer import DemoRetailer, build, fill
from cabas.demo.wording import words
from cabas.dialogue.families import ALLERGENS, sheets
from cabas.domain.catalog import SoldBy, Storage, unit_price
from cabas.domain.fulfillment import Method
from cabas.domain.insight import habits
from cabas.domain.pricing import line_total
from cabas.kernel.ids import is_gtin
from cabas.kernel.money import Money

START = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture(scope="module")
def demo() -> DemoRetailer:
    return build(START)


def test_it_is_the_same_every_time(demo):
    articles.cache_clear()
    assert build(START) == demo


def test_a_family_more_or_less_leaves_the_others_as_they_are(demo):
    alone = [
        article.product
        for family, sheet in sorted(sheets().items())
        if sheet.get("price") and family not in words()["skip"]
        for article in of_family(family, sheet, set())
    ]
    assert alone == list(demo.products)


def test_other_days_move_slots_promotions_and_receipts_only(demo):
    later = build(START + timedelta(days=30))
    assert later.products == demo.products
    assert later.shoppers == demo.shoppers
    assert {slot.id for slot in later.slots}.isdisjoint(slot.id for slot in demo.slots)
    assert [offer.price for offer in later.offers["lille-centre"].values()] == [
        offer.price for offer in demo.offers["lille-centre"].values()
    ]


def test_there_is_a_whole_store(demo):
    assert (demo.retailer_id, demo.name) == ("halle", "Halle & Compagnie")
    assert len(demo.products) >= 3000
    assert len({product.family for product in demo.products}) >= 900
    assert len({product.category[0] for product in demo.products}) >= 15
    assert {product.storage for product in demo.products} == set(Storage)
    assert {product.sold_by for product in demo.products} == set(SoldBy)


def test_every_family_with_a_price_is_sold(demo):
    sold = {product.family for product in demo.products}
    assert {family for family, sheet in sheets().items() if sheet.get("price")} - sold == set(words()["skip"])


def test_numbers_are_valid_unique_and_of_the_in_store_ranges(demo):
    gtins = [product.gtin for product in demo.products]
    assert len(set(gtins)) == len(gtins) == len({product.sku for product in demo.products})
    for product in demo.products:
        assert is_gtin(product.gtin)
        assert len(product.gtin) == 13
        ranges = ("26", "27", "28") if product.sold_by is SoldBy.WEIGHT else ("20", "21", "22", "23", "24", "25")
        assert product.gtin.startswith(ranges)
        if product.sold_by is SoldBy.WEIGHT:
            assert product.gtin[8:12] == "0000"


def test_products_carry_what_their_family_says(demo):
    for product in demo.products:
        sheet = sheets()[product.family]
        assert product.category == tuple(sheet["category"]["fr"])
        assert product.vat_rate == sheet["vat"]
        assert product.storage == sheet["storage"]
        assert product.minimum_age == sheet.get("age", 0)
        assert product.allergens <= set(sheet.get("allergens", ())) <= ALLERGENS
        assert product.labels <= set(sheet.get("labels", ()))
        assert 0 <= product.popularity <= 1000
        assert product.pieces >= 1


def test_a_gluten_free_product_does_not_hold_gluten(demo):
    assert [
        product.name for product in demo.products if "gluten_free" in product.labels and "gluten" in product.allergens
    ] == []


def test_allergens_are_in_capitals_among_the_ingredients(demo):
    cheese = next(product for product in demo.products if product.family == "camembert")
    assert cheese.ingredients == "Camembert. Contient : LAIT."


def test_brands_are_the_made_up_ones(demo):
    known = {brands()["own"], brands()["budget"], *(name for pool in brands()["pools"].values() for name in pool)}
    assert {product.brand for product in demo.products} - {None} <= known
    own = {product.brand for product in demo.products if product.own_brand}
    assert own == {"Halle & Compagnie", "P'tit Malinou"}


def test_there_are_four_stores_with_hours_and_places_they_deliver_to(demo):
    assert [store.id for store in demo.stores] == [
        "lille-centre",
        "lyon-croix-rousse",
        "nantes-erdre",
        "toulouse-lardenne",
    ]
    for store in demo.stores:
        assert (store.retailer_id, store.timezone, store.currency) == ("halle", "Europe/Paris", "EUR")
        assert store.delivers_to
        assert set(range(6)) <= set(store.hours)
        assert store.address
        assert store.postcode[:2] in {code[:2] for code in store.delivers_to}
    assert 6 not in demo.stores[3].hours


def test_every_offer_has_a_price_and_belongs_to_a_product(demo):
    skus = {product.sku for product in demo.products}
    for store_id, offers in demo.offers.items():
        for sku, offer in offers.items():
            assert (offer.sku, offer.store_id) == (sku, store_id)
            assert sku in skus
            assert Money(0) < offer.price < Money(20_000)
            assert offer.price.amount % 10 in (5, 9)
            assert offer.available >= 0


def test_small_stores_sell_less_and_essentials_are_everywhere(demo):
    counts = {store_id: len(offers) for store_id, offers in demo.offers.items()}
    assert counts["nantes-erdre"] == len(demo.products)
    assert counts["lyon-croix-rousse"] < counts["toulouse-lardenne"] < counts["lille-centre"] < counts["nantes-erdre"]
    milk = next(article.product for article in articles() if article.product.family == "semi_skimmed_milk")
    assert all(offers[milk.sku].available > 0 for offers in demo.offers.values())


def test_some_products_are_sold_out_and_some_nearly(demo):
    for offers in demo.offers.values():
        sold_out = sum(offer.available == 0 for offer in offers.values())
        assert 0.01 < sold_out / len(offers) < 0.05


def test_promotions_cut_at_most_a_third_and_run_now(demo):
    products = {product.sku: product for product in demo.products}
    kinds: Counter[str] = Counter()
    for offer in demo.offers["nantes-erdre"].values():
        if offer.promotion is None:
            continue
        product = products[offer.sku]
        kinds[offer.promotion.kind] += 1
        assert offer.promotion.runs_on(START) or offer.promotion.starts > START - timedelta(days=14)
        assert set(offer.promotion.label) == {"fr", "en"}
        quantity = 3000 if product.sold_by is SoldBy.WEIGHT else offer.promotion.every
        full = line_total(product, offer, quantity, offer.promotion.starts - timedelta(days=1))
        paid = line_total(product, offer, quantity, offer.promotion.starts)
        assert paid < full
        assert paid.amount >= full.amount * 0.66 - 1
        assert product.category[0] != "Bébé"
    assert set(kinds) == {"percent", "price", "multibuy"}
    assert 100 < sum(kinds.values()) < 600


def test_unit_prices_can_be_told(demo):
    untold = [product for product in demo.products if unit_price(Money(100), product) is None]
    assert {product.content.dimension for product in untold} <= {"length"}


def test_slots_cover_two_weeks_of_pickup_and_delivery(demo):
    assert len({slot.id for slot in demo.slots}) == len(demo.slots)
    for store in demo.stores:
        mine = [slot for slot in demo.slots if slot.store_id == store.id]
        assert {slot.method for slot in mine} == {Method.PICKUP, Method.DELIVERY}
        days = {slot.starts_at.date() for slot in mine}
        assert min(days) == START
        assert max(days) <= START + timedelta(days=13)
        assert len(days) == 14 if 6 in store.hours else 12
        for slot in mine:
            hours = 0.5 if "express" in slot.id else 1 if slot.method is Method.PICKUP else 2
            assert slot.ends_at - slot.starts_at == timedelta(hours=hours)
            assert slot.cutoff < slot.starts_at
            assert 0 <= slot.taken <= slot.capacity
            assert slot.starts_at.tzinfo == ZoneInfo("Europe/Paris")
            assert slot.fee == Money(0) if slot.method is Method.PICKUP else slot.fee >= Money(490)
    assert any(slot.taken == slot.capacity for slot in demo.slots)


def test_there_are_fifty_shoppers_with_loyalty_cards(demo):
    assert len(demo.shoppers) == 50
    assert len({shopper.id for shopper in demo.shoppers}) == 50
    cards = [shopper.loyalty_card for shopper in demo.shoppers]
    assert len(set(cards)) == 50
    assert all(is_gtin(card) and card.startswith("29") for card in cards)
    assert {shopper.store_id for shopper in demo.shoppers} == {store.id for store in demo.stores}
    agreed = sum(shopper.personal for shopper in demo.shoppers)
    assert 25 < agreed < 50
    assert [shopper.id for shopper in demo.shoppers if shopper.age_on(START) < 18] == ["lou"]


def test_camille_is_french_and_sam_speaks_english(demo):
    camille, sam = demo.shoppers[:2]
    assert (camille.id, camille.locale, camille.store_id, camille.personal) == (
        "camille",
        "fr-FR",
        "lille-centre",
        True,
    )
    assert (sam.id, sam.locale, sam.personal) == ("sam", "en-GB", True)


def test_camille_buys_yogurt_milk_and_coffee_again_and_again(demo):
    usual = habits((line.purchase for line in demo.purchases_of("camille")), NOW)
    strongest = {habit.family: habit for habit in usual[:20]}
    assert {"plain_yogurt", "semi_skimmed_milk", "ground_coffee", "cooked_ham"} <= set(strongest)
    assert strongest["plain_yogurt"].times >= 20
    assert 6 < strongest["plain_yogurt"].every_days < 8
    assert strongest["ground_coffee"].every_days == pytest.approx(14, abs=0.5)
    assert "8 x 125 g" in strongest["plain_yogurt"].name


def test_what_shoppers_bought_was_sold_in_their_store_and_to_their_age(demo):
    products = {product.sku: product for product in demo.products}
    ages = {shopper.id: shopper.age_on(START) for shopper in demo.shoppers}
    homes = {shopper.id: shopper.store_id for shopper in demo.shoppers}
    for line in demo.purchases:
        assert line.store_id == homes[line.shopper_id]
        assert line.purchase.sku in demo.offers[line.store_id]
        assert line.purchase.quantity > 0
        assert START - timedelta(days=7 * 27) < line.purchase.at.date() < START
        assert products[line.purchase.sku].minimum_age <= ages[line.shopper_id]


def test_receipts_number_their_lines(demo):
    lines = [(line.shopper_id, line.receipt_id, line.line) for line in demo.purchases]
    assert len(set(lines)) == len(lines)
    assert len({line.receipt_id for line in demo.purchases_of("camille")}) == 26


@pytest.mark.parametrize(("cents", "shelf"), [(0, 19), (87.4, 85), (88, 89), (101, 99), (249.9, 249), (1234, 1235)])
def test_shelf_prices_end_in_five_or_nine(cents, shelf):
    assert shelf_price(cents) == shelf


class Recorder:
    """A storage that writes down what it was given."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def __getattr__(self, name: str):
        async def take(retailer_id: str, what: object) -> None:
            assert retailer_id == "halle"
            self.given[name] = len(list(what))

        return take


def test_a_storage_is_filled_with_all_of_it(demo):
    import asyncio

    into = Recorder()
    asyncio.run(fill(demo, into))
    offers = sum(len(by_sku) for by_sku in demo.offers.values())
    assert into.given == {
        "retailer": len("Halle & Compagnie"),
        "stores": 4,
        "products": len(demo.products),
        "offers": offers,
        "stock": offers,
        "slots": len(demo.slots),
        "shoppers": 50,
        "purchases": len(demo.purchases),
    }
