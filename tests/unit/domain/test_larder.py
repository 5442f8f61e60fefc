"""What is there already: in the cart, over from another recipe, at home since the last purchase."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.cart import LineItem, Want
from cabas.domain.catalog import Product, SoldBy, Storage
from cabas.domain.customer import Habit
from cabas.domain.larder import covers, grown, left_at_home, left_over, rest, spare, taken, takes
from cabas.domain.packs import Candidate, choose
from cabas.domain.recipe import Need
from cabas.kernel.quantity import GRAM, MILLILITER, Quantity

BUTTER = Product("butter", {"fr": "Beurre doux 250 g"}, content=Quantity(250, GRAM), family="butter")
EGGS = Product("eggs6", {"fr": "Œufs x 6"}, content=Quantity(6), pieces=6, family="egg")
CARROTS = Product("carrots", {"fr": "Carottes"}, sold_by=SoldBy.WEIGHT, family="carrot")
NAMELESS = Product("x", {"fr": "Beurre"}, family="butter")


def grams(value: int, family: str = "butter") -> Need:
    return Need(family, "fr", family, (Quantity(value, GRAM),))


def line(product: Product, quantity: int = 1, used: Fraction = Fraction(0), recipe: str | None = None) -> LineItem:
    sold_by = "weight" if product.sold_by is SoldBy.WEIGHT else "each"
    return LineItem("1", Want("x", "fr"), product.sku, quantity=quantity, used=used, recipe=recipe, sold_by=sold_by)


def test_the_butter_already_there_counts() -> None:
    assert takes(grams(50), BUTTER) == Fraction(1, 5)
    assert covers(Fraction(1), grams(50), BUTTER) == Fraction(1, 5)
    assert covers(Fraction(1), grams(250), BUTTER) == 1
    assert covers(Fraction(1), grams(251), BUTTER) is None
    assert covers(Fraction(1, 10), grams(50), BUTTER) is None


def test_a_need_without_an_amount_is_met_by_any_of_it() -> None:
    assert covers(Fraction(0), Need("beurre", "fr", "butter"), BUTTER) == 0


def test_what_cannot_be_compared_is_not_there() -> None:
    assert covers(Fraction(1), grams(50), NAMELESS) is None
    assert takes(grams(50), NAMELESS) is None
    assert rest(grams(50), Fraction(1), NAMELESS) == grams(50)
    assert grown(grams(50), line(NAMELESS), NAMELESS) is None


def test_what_is_left_to_buy() -> None:
    assert rest(grams(300), Fraction(1), BUTTER) == grams(50)
    assert rest(Need("carotte", "fr", "carrot", (Quantity(800, GRAM),)), Fraction(300), CARROTS).same == (
        Quantity(500, GRAM),
    )


def test_what_recipes_take_is_spare_no_more() -> None:
    first = taken(line(BUTTER, 2), Fraction(1, 5))
    assert (first.used, spare(first)) == (Fraction(1, 5), Fraction(9, 5))
    assert spare(taken(first, Fraction(7))) == 0
    assert left_over(first, BUTTER) == Quantity(450, GRAM)
    assert left_over(taken(line(EGGS), Fraction(1, 2)), EGGS) == Quantity(3)
    assert left_over(line(NAMELESS), NAMELESS) is None
    assert left_over(line(CARROTS, 500, Fraction(300)), CARROTS) == Quantity(200, GRAM)


def test_three_eggs_and_four_eggs_are_seven() -> None:
    both = grown(
        Need("œufs", "fr", "egg", (Quantity(4),), optional=True), line(EGGS, 1, Fraction(1, 2), "Crêpes"), EGGS
    )
    assert both is not None
    assert both.same == (Quantity(7),)
    assert not both.optional
    ten = Product("eggs10", {"fr": "Œufs x 10"}, content=Quantity(10), pieces=10)
    chosen = choose(both.ask, [Candidate(ten), Candidate(EGGS)])
    assert chosen is not None
    assert (chosen.product.sku, chosen.quantity) == ("eggs10", 1)


habit = Habit("butter", "Beurre", "butter", "Vallon", 5, 3.0, 10.0, 4.0, 2)


def test_what_was_bought_lately_is_used_up_evenly() -> None:
    dry = replace(BUTTER, storage=Storage.AMBIENT)
    assert left_at_home(habit, dry) == Fraction(12, 10)
    assert left_at_home(replace(habit, last_days_ago=0.0), dry) == 2
    assert left_at_home(replace(habit, last_days_ago=10.0), dry) == 0
    assert left_at_home(replace(habit, last_days_ago=40.0), dry) == 0
    assert left_at_home(replace(habit, times=1), dry) == 0


@pytest.mark.parametrize("storage", [Storage.CHILLED, Storage.FROZEN])
def test_what_is_kept_cold_was_bought_to_be_eaten(storage: Storage) -> None:
    assert left_at_home(replace(habit, last_days_ago=0.0), replace(BUTTER, storage=storage)) == 0


@given(st.integers(1, 5), st.lists(st.integers(1, 400), max_size=8))
def test_recipes_never_take_more_than_there_is(packs: int, needs: list[int]) -> None:
    cart, bought, needed = line(BUTTER, packs), Fraction(0), Fraction(0)
    for need in map(grams, needs):
        amount = covers(spare(cart), need, BUTTER)
        if amount is None:
            left = rest(need, spare(cart), BUTTER)
            assert 0 < left.same[0].base <= need.same[0].base
            bought += left.same[0].base
            cart = taken(cart, Fraction(cart.quantity))
        else:
            cart = taken(cart, amount)
        needed += need.same[0].base
        assert 0 <= cart.used <= cart.quantity
    # Everything needed is either from the cart or bought besides, but for what rounding costs.
    assert abs(cart.used * 250 + bought - needed) <= Fraction(len(needs), 4)


@pytest.mark.parametrize("used", [Fraction(1, 3), Fraction(2, 3)])
def test_shares_are_kept_to_a_thousandth(used: Fraction) -> None:
    assert (taken(line(BUTTER), used).used * 1000).denominator == 1


def test_milk_and_butter_are_not_added() -> None:
    assert (
        grown(Need("lait", "fr", "milk", (Quantity(300, MILLILITER),)), line(BUTTER, 1, Fraction(1, 2)), BUTTER) is None
    )
