"""The dishes people cook at home, as data: what goes in, for how many, in both languages.

A file holds dishes; a dish known in both languages stands in one file only:

    quiche_lorraine:
      fr: [quiche lorraine, quiche aux lardons]       # names as people say them; the first is the one Cabas says
      en: [quiche lorraine, bacon quiche]
      servings: 6                                     # 1 to 12
      ingredients: {shortcrust_pastry: 1 pack, lardons: 200 g, egg: 3 piece, liquid_cream: 20 cl}
      pantry: {pepper: 1 pinch}                       # what kitchens have: proposed, not pushed
      optional: {grated_emmental: 50 g}               # good, and left out by some

Keys are family ids. An amount is a number ("200", "1/2", "1.5") and a unit of `UNITS`. What a dish is made of is no
pantry even where kitchens have it: the flour of crêpes is an ingredient, the spoon of flour in a stew is pantry.
A language no file here names brings `locales/<lang>/dishes.yaml`: `{dish id: [names]}`.
Proportions are those of ordinary home cooking, in our own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Any

import yaml

from cabas.dialogue import locales
from cabas.kernel.errors import InvalidInput
from cabas.kernel.remember import remembered

UNITS = frozenset("g kg ml cl l piece slice clove bunch sprig pinch tbsp tsp cup can jar sachet pack".split())

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class DishIngredient:
    """`amount` of `unit` (one of `UNITS`) of a family, for all servings of the dish."""

    family: str
    amount: Fraction
    unit: str
    pantry: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish by its names per language, and what it takes for `servings` people."""

    id: str
    names: Mapping[str, tuple[str, ...]]
    servings: int
    ingredients: tuple[DishIngredient, ...]


def parse_amount(text: str) -> tuple[Fraction, str]:
    """(1/2, "bunch") for "1/2 bunch". Raises `InvalidInput` for an unknown unit or no positive number."""
    number, _, unit = text.partition(" ")
    try:
        amount = Fraction(number)
    except (ValueError, ZeroDivisionError):
        amount = Fraction(0)
    if amount <= 0 or unit not in UNITS:
        raise InvalidInput(f"{text!r} is no amount of a dish.", remedy=f"Write a number and one of {sorted(UNITS)}.")
    return amount, unit


@remembered
def dishes() -> Mapping[str, Dish]:
    """Every dish by id. Raises `ValueError` for an id given twice, `InvalidInput` for an amount nobody can read."""
    result: dict[str, Dish] = {}
    brought = locales.names("dishes")
    for path in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".yaml"):
            continue
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
        for dish_id, record in document.items():
            if dish_id in result:
                raise ValueError(f"{path.name}: dish {dish_id} is already defined in another file.")
            names = {lang: tuple(map(str, record[lang])) for lang in record if isinstance(record[lang], list)}
            names = {**brought.get(dish_id, {}), **names}
            result[dish_id] = Dish(dish_id, names, int(record["servings"]), tuple(_ingredients(record)))
    return result


def _ingredients(record: Mapping[str, Any]) -> Iterator[DishIngredient]:
    for group in ("ingredients", "pantry", "optional"):
        for family, amount in (record.get(group) or {}).items():
            number, unit = parse_amount(str(amount))
            yield DishIngredient(family, number, unit, pantry=group == "pantry", optional=group == "optional")
