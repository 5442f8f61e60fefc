from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.merit import meets
from cabas.dialogue.pick import Picked, Shelf, pick
from cabas.domain.cart import Amount, Want
from cabas.domain.catalog import Offer, Product, Promotion
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity

DAY = date(2026, 11, 22)


def milk(sku: str, liters: int = 1, brand: str = "Vallon", popularity: int = 500, **more: object) -> Product:
    base = {"sku": sku, "names": {"fr": f"Lait demi-écrémé {liters} l"}, "brand": brand, "popularity": popularity,
            "content": Quantity(liters, "LTR"), "family": "semi_skimmed_milk"}  # fmt: skip
    return Product(**(base | more))  # type: ignore[arg-type]


def choose(
    want: Want, products: list[Product], prices: dict[str, int], usual: str | None = None, **left: int
) -> Picked:
    offers = {sku: Offer(sku, "lille", Money(cents), left.get(sku, 50)) for sku, cents in prices.items()}
    return pick(want, [(product, 1.0) for product in products], Shelf(offers, labels_by_word(), DAY, mine=usual))


LITERS = Want("lait demi-écrémé", "fr", Amount(Fraction(2), "l"))


def test_packs_cover_the_need() -> None:
    found = choose(LITERS, [milk("one"), milk("six", 6)], {"one": 110, "six": 600})
    assert found.choice is not None
    assert (found.choice.product.sku, found.choice.quantity) == ("one", 2)
    assert found.alternatives == ("six",)


def test_a_habit_wins_over_price_and_fame() -> None:
    products = [milk("famous", popularity=1000), milk("mine", brand="Prado", popularity=10)]
    prices = {"famous": 90, "mine": 130}
    assert choose(LITERS, products, prices).choice.product.sku == "famous"  # type: ignore[union-attr]
    found = choose(LITERS, products, prices, usual="mine")
    assert found.choice is not None
    assert found.choice.product.sku == "mine"
    assert "usual" in found.why


def test_a_habit_yields_to_what_was_said() -> None:
    mine, plain = milk("mine", brand="Prado"), milk("plain")
    prices = {"mine": 180, "plain": 90}

    def taken(want: Want, *products: Product, **left: int) -> str:
        found = choose(want, list(products), {one.sku: prices[one.sku] for one in products}, usual="mine", **left)
        assert found.choice is not None
        assert ("usual" in found.why) == (found.choice.product.sku == "mine")
        return found.choice.product.sku

    assert taken(LITERS, mine, plain) == "mine"
    assert taken(replace(LITERS, constraints=("le moins cher",)), mine, plain) == "plain"
    assert taken(replace(LITERS, constraints=("not_brand:Prado",)), mine, plain) == "plain"
    assert taken(LITERS, milk("mine", 6), plain) == "plain"  # six liters for two
    assert taken(LITERS, mine, plain, mine=0) == "plain"
    assert taken(LITERS, mine, plain, mine=1) == "plain"  # one left, two asked for


def test_what_is_sold_out_is_named_and_replaced() -> None:
    found = choose(LITERS, [milk("best", popularity=900), milk("other")], {"best": 100, "other": 120}, best=0)
    assert found.choice is not None
    assert (found.choice.product.sku, found.sold_out and found.sold_out.sku) == ("other", "best")


def test_nothing_in_stock_is_nothing_chosen() -> None:
    found = choose(LITERS, [milk("best")], {"best": 100}, best=0)
    assert found.choice is None
    assert found.sold_out is not None


def test_what_would_fall_short_gives_way() -> None:
    found = choose(LITERS, [milk("best", popularity=900), milk("other")], {"best": 100, "other": 120}, best=1)
    assert found.choice is not None
    assert (found.choice.product.sku, found.choice.quantity) == ("other", 2)


def test_no_hits_is_no_choice() -> None:
    assert choose(LITERS, [], {}) == Picked(LITERS)


def test_the_cheapest_when_asked() -> None:
    want = replace(LITERS, constraints=("le moins cher",))
    found = choose(want, [milk("famous", popularity=1000), milk("cheap", popularity=0)], {"famous": 110, "cheap": 80})
    assert found.choice is not None
    assert found.choice.product.sku == "cheap"
    assert "cheapest" in found.why


def test_a_broken_constraint_is_told() -> None:
    found = choose(replace(LITERS, constraints=("bio",)), [milk("plain")], {"plain": 100})
    assert found.broken == ("bio",)
    assert "closest" in found.why
    organic = choose(
        replace(LITERS, constraints=("bio",)),
        [milk("plain", popularity=1000), milk("green", labels=frozenset({"organic"}), popularity=1)],
        {"plain": 100, "green": 180},
    )
    assert organic.choice is not None
    assert organic.choice.product.sku == "green"
    assert organic.broken == ()


def test_a_promotion_is_a_reason() -> None:
    offers = {"one": Offer("one", "lille", Money(100), 5, Promotion("percent", 1000))}
    found = pick(LITERS, [(milk("one"), 1.0)], Shelf(offers, labels_by_word(), DAY))
    assert "promotion" in found.why


@pytest.mark.parametrize(
    ("tag", "product", "met"),
    [
        ("not_brand:Vallon", milk("1"), False),
        ("not_brand:Prado", milk("1"), True),
        ("max_price:1.20", milk("1"), True),
        ("max_price:0.99", milk("1"), False),
        ("price_around:1.30", milk("1"), True),
        ("size:1l", milk("1"), True),
        ("size:1000ml", milk("1"), True),
        ("size:2l", milk("1"), False),
        ("pack_of:6", milk("1", 6, pieces=6), True),
        ("fat:5%", milk("1", names={"fr": "Steak haché 5 % MG"}), True),
        ("fat:5%", milk("1", names={"fr": "Steak haché 15 % MG"}), False),
        ("sans gluten", milk("1", allergens=frozenset({"gluten"})), False),
        ("sans gluten", milk("1", labels=frozenset({"gluten_free"})), True),
        ("en grains", milk("1", names={"fr": "Café en grains"}), True),
    ],
)
def test_constraints(tag: str, product: Product, met: bool | None) -> None:
    assert meets(tag, product, Money(110), labels_by_word()) is met


def test_a_constraint_on_price_without_a_price_cannot_be_told() -> None:
    assert meets("max_price:1.00", milk("1"), None, labels_by_word()) is None


def test_what_health_or_belief_forbids_is_never_the_closest_there_is() -> None:
    plain = milk("plain", allergens=frozenset({"milk"}))
    for tag in ("végan", "sans lait", "halal", "sans alcool"):
        found = choose(replace(LITERS, constraints=(tag,)), [plain], {"plain": 100})
        assert found.choice is None
        assert found.broken == (tag,)
    kept = choose(replace(LITERS, constraints=("halal",)), [plain, milk("good", labels=frozenset({"halal"}))], {})
    assert kept.choice is not None
    assert (kept.choice.product.sku, kept.broken) == ("good", ())


def test_what_surely_meets_a_constraint_comes_before_what_may() -> None:
    untold = milk("untold", popularity=1000, content=Quantity(4, "C62"), pieces=4)
    two = milk("two", liters=2, popularity=10)
    found = choose(Want("lait", "fr", constraints=("size:2l",)), [untold, two], {"untold": 90, "two": 240})
    assert found.choice is not None
    assert (found.choice.product.sku, found.broken) == ("two", ())
