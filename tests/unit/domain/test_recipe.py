"""What a recipe needs: amounts by usual weights, scaling, adding up, what kitchens have, what is left."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.recipe import Need, Usual, equivalents, is_pantry, merged, scale
from cabas.kernel.quantity import Quantity

F = Fraction
G, ML = "GRM", "MLT"
FLOUR = Usual(density=F(53, 100))
GARLIC = Usual(piece=Quantity(50, G), units={"clove": Quantity(5, G)})
OIL = Usual(density=F(92, 100), pantry="spoons")


@pytest.mark.parametrize(
    ("said", "usual", "same"),
    [
        ([(F(2), "cup")], FLOUR, (Quantity(480, ML), Quantity.of(F(2544, 10), G))),
        ([(F(2), "cup"), (F(250), "g")], FLOUR, (Quantity(480, ML), Quantity(250, G))),
        ([(F(3), "clove")], GARLIC, (Quantity(15, G), Quantity.of(F(3, 10)))),
        ([(F(2), None)], GARLIC, (Quantity(2), Quantity(100, G))),
        ([(F(8), None), (F(1360), "g")], Usual(), (Quantity(1360, G), Quantity(8))),
        ([(F(1), "lb")], Usual(), (Quantity.of(F(4536, 10), G),)),
        ([(F(20), None)], Usual(piece=Quantity(4, G)), (Quantity(20), Quantity(80, G))),
        ([(F(80), "g")], Usual(piece=Quantity(4, G)), (Quantity(80, G),)),
        ([(F(6), None)], Usual(), (Quantity(6), Quantity(300, G))),
        ([(F(2), None)], Usual(), (Quantity(2),)),
        ([(F(1), "can")], Usual(), ()),
        ([], FLOUR, ()),
    ],
)
def test_equivalent_amounts(said, usual, same):
    assert equivalents(said, usual) == same


@pytest.mark.parametrize(
    ("said", "pantry", "plenty", "expected"),
    [
        ([(F(3), "tbsp")], "spoons", False, True),
        ([(F(50), "ml")], "spoons", False, True),
        ([(F(100), "ml")], "spoons", False, False),
        ([(F(1, 4), "cup")], "spoons", False, False),
        ([], "spoons", False, True),
        ([], "spoons", True, False),
        ([(F(1), "kg")], "always", False, True),
        ([(F(1), "tsp")], "", False, False),
    ],
)
def test_what_a_kitchen_has(said, pantry, plenty, expected):
    assert is_pantry(said, Usual(pantry=pantry), plenty=plenty) is expected


def test_the_same_food_is_added_up_over_lines_and_recipes():
    needs = [
        Need("huile d'olive", "fr", "olive_oil", (Quantity(30, ML),), pantry=True, recipe="Salade"),
        Need("oignon", "fr", "onion", (Quantity(2), Quantity(240, G)), recipe="Salade"),
        Need("oignons jaunes", "fr", "onion", (Quantity(800, G),), recipe="Tarte"),
        Need("huile d'olive", "fr", "olive_oil", (Quantity(45, ML),), recipe="Tarte"),
        Need("persil", "fr", "parsley", (), recipe="Tarte"),
        Need("persil", "fr", "parsley", (Quantity(10, G),), recipe="Tarte"),
        Need("persil", "fr", "parsley", (Quantity(10, G),), optional=True),
    ]
    assert merged(needs) == (
        Need("huile d'olive", "fr", "olive_oil", (Quantity(75, ML),), recipe="Salade + Tarte"),
        Need("oignon", "fr", "onion", (Quantity(1040, G),), recipe="Salade + Tarte"),
        Need("persil", "fr", "parsley", (Quantity(10, G),), recipe="Tarte"),
        Need("persil", "fr", "parsley", (Quantity(10, G),), optional=True),
    )


def test_scaling_is_exact():
    third = Need("farine", "fr", "flour", (Quantity(100, G),)).times(F(1, 3))
    assert third.same == (Quantity.of(F(100, 3), G),)
    assert scale(F(6), 4) == F(2, 3)
    assert scale(None, 4) == 1
    assert scale(F(6), None, F(1, 2)) == F(1, 2)
    assert scale(F(6), None) == 1


amounts = st.lists(
    st.tuples(st.fractions(F(1, 8), 500), st.sampled_from(["g", "cup", "tbsp", "clove", None, "can", "oz"])), max_size=3
)


@given(amounts, st.fractions(F(1, 4), 8))
def test_twice_as_much_is_twice_as_much(said, factor):
    one = equivalents(said, GARLIC)
    more = equivalents([(value * factor, unit) for value, unit in said], GARLIC)
    if [same.dimension for same in one] == [same.dimension for same in more]:
        assert all(abs(b.base - a.base * factor) < F(1, 100) for a, b in zip(one, more, strict=True))
    assert len({same.dimension for same in one}) == len(one)
