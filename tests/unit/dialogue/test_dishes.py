"""The dishes can be cooked from what the families name."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest

from cabas.dialogue import locales
from cabas.dialogue.dishes import UNITS, Dish, DishIngredient, dishes, parse_amount
from cabas.dialogue.families import sheets
from cabas.kernel.errors import InvalidInput
from cabas.kernel.text import fold

LANGUAGES = ("fr", "en")


def every() -> list[Dish]:
    return list(dishes().values())


def test_there_are_the_dishes_of_two_kitchens():
    assert len(every()) >= 180


def test_ids_names_and_servings():
    for dish in every():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", dish.id), dish.id
        assert set(LANGUAGES) <= set(dish.names) <= set(locales.languages()), dish.id
        assert all(dish.names[lang] for lang in LANGUAGES), dish.id
        assert 1 <= dish.servings <= 12, dish.id


def test_no_name_stands_for_two_dishes():
    for lang in LANGUAGES:
        names = Counter(fold(name) for dish in every() for name in dish.names[lang])
        assert [name for name, times in names.items() if times > 1] == []


def test_a_name_of_both_languages_is_one_dish():
    owners: dict[str, set[str]] = {}
    for dish in every():
        for names in dish.names.values():
            for name in names:
                owners.setdefault(fold(name), set()).add(dish.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_every_ingredient_is_a_family_once():
    for dish in every():
        families = [ingredient.family for ingredient in dish.ingredients]
        assert [family for family in families if family not in sheets()] == [], dish.id
        assert len(families) == len(set(families)), dish.id


def test_every_dish_has_something_to_buy():
    for dish in every():
        bought = [one for one in dish.ingredients if not one.pantry and not one.optional]
        assert len(bought) >= 2, dish.id


def test_amounts_are_those_of_a_kitchen():
    most = {"g": 3000, "kg": 4, "ml": 1000, "cl": 100, "l": 3, "piece": 30, "slice": 12, "clove": 20, "bunch": 2,
            "sprig": 10, "pinch": 2, "tbsp": 10, "tsp": 3, "can": 4, "jar": 2, "sachet": 3, "pack": 3}  # fmt: skip
    for dish in every():
        for one in dish.ingredients:
            assert one.unit in UNITS, dish.id
            assert 0 < one.amount <= most[one.unit], (dish.id, one.family)


def test_what_is_counted_can_be_bought_by_the_piece():
    for dish in every():
        for one in dish.ingredients:
            sheet = sheets()[one.family]
            if one.unit == "piece" and sheet.get("price") and sheet["sold_by"] == "weight":
                assert sheet.get("piece"), (dish.id, one.family)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [("200 g", Fraction(200), "g"), ("1/2 bunch", Fraction(1, 2), "bunch"), ("1.5 kg", Fraction(3, 2), "kg")],
)
def test_an_amount(text: str, amount: Fraction, unit: str):
    assert parse_amount(text) == (amount, unit)


@pytest.mark.parametrize("text", ["", "200", "g", "0 g", "-1 g", "1/0 g", "2 gallons", "some milk"])
def test_what_is_no_amount(text: str):
    with pytest.raises(InvalidInput):
        parse_amount(text)


def test_a_dish_read():
    dish = dishes()["quiche_lorraine"]
    assert dish.servings == 6
    assert dish.names["fr"][0] == "quiche lorraine"
    assert DishIngredient("lardons", Fraction(200), "g") in dish.ingredients
    assert DishIngredient("pepper", Fraction(1), "pinch", pantry=True) in dish.ingredients
    assert DishIngredient("grated_emmental", Fraction(70), "g", optional=True) in dish.ingredients
