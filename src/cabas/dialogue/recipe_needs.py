"""From the lines of a recipe, or a dish by its name, to what must be bought: `domain.recipe.Need`."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.classify import above
from cabas.dialogue.dishes import Dish
from cabas.dialogue.food_names import food_names_of
from cabas.dialogue.ingredients import Ingredient, parse_lines
from cabas.dialogue.kitchen import phrases
from cabas.dialogue.kitchen_measure import Measure
from cabas.dialogue.lexicon import FAMILY, lexicon
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.query import parse
from cabas.dialogue.recipe_page import RecipePage
from cabas.dialogue.spans import Tokens
from cabas.dialogue.tokens import spell, tokenize
from cabas.dialogue.weights import from_the_tap, swells, usual_of
from cabas.domain.recipe import VOLUMES, Need, counted_in, equivalents, is_pantry, merged, scale
from cabas.kernel.text import fold

Said = list[tuple[Fraction, str | None]]


def needs_of_page(page: RecipePage, servings: int | None = None, factor: Fraction | None = None) -> tuple[Need, ...]:
    """What the page's recipe needs for `servings` people, or `factor` times what is written."""
    return needs_of(parse_lines(page.lines, page.lang), scale(page.servings, servings, factor), page.title)


def needs_of(lines: Iterable[Ingredient], factor: Fraction = Fraction(1), recipe: str = "") -> tuple[Need, ...]:
    """The needs of ingredient lines, `factor` times as much, the same food added up; tap water is left out."""
    needs = [need for line in lines if (need := _need(line, recipe)) is not None]
    return merged(need.times(factor) for need in needs)


def needs_of_dish(dish: Dish, servings: int | None = None, lang: str = "fr") -> tuple[Need, ...]:
    """The needs of a dish known by name, in the words of `lang`."""
    factor = scale(Fraction(dish.servings), servings)
    title = next(iter(dish.names.get(lang, ())), dish.id)
    found: list[Need] = []
    for one in dish.ingredients:
        record = lexicon().family(one.family)
        if record is None or one.family in from_the_tap():
            continue
        names = record.names.get(lang) or next(iter(record.names.values()))
        said: Said = [(one.amount, None if one.unit == "piece" else one.unit)]
        usual = usual_of(one.family)
        how = counted_in(said, usual)
        need = Need(names[0], lang, one.family, equivalents(said, usual), one.pantry, one.optional, (), title, how)
        found.append(need.times(factor))
    return merged(found)


def _need(line: Ingredient, recipe: str) -> Need | None:
    words, family = _named(line)
    if family in from_the_tap():
        return None
    usual = usual_of(family)
    said = _bought(line, family)
    return Need(
        words=words,
        lang=line.lang,
        family=family,
        same=equivalents(said, usual),
        pantry=is_pantry(said, usual, plenty=not said and _says(line, "plenty")),
        optional=line.optional,
        alternatives=line.alternatives,
        recipe=recipe,
        how=counted_in(said, usual),
    )


def _bought(line: Ingredient, family: str | None) -> Said:
    """The amounts of a line, its own and then those printed beside it, as they are bought. A range needs its lower end.

    A spoon of zest is what one fruit gives; four cups of cooked rice are a third of that, dry.
    """
    amounts = [(line.quantity, line.unit), *((one.quantity, one.unit) for one in line.also)]
    said: Said = [(value, None if unit == "piece" else unit) for value, unit in amounts if value is not None]
    if family and "citrus" in above(family) and _says(line, "zest"):
        spoon = VOLUMES["tbsp"]
        return [(value * VOLUMES[unit] / spoon, None) if unit in VOLUMES else (value, unit) for value, unit in said]
    share = swells(family)
    if share is not None and _says(line, "cooked"):
        return [(value * share, unit) for value, unit in said]
    return said


def _says(line: Ingredient, what: str) -> bool:
    """Whether the food or what is said of it has one of those words of `ingredients.yaml`."""
    words = _words(line.lang, what)
    tokens = tokenize(f"{line.food} {line.prep}")
    return any(words.at(tokens, index) for index in range(len(tokens)))


@lru_cache(maxsize=64)
def _words(lang: str, what: str) -> Phrases[bool]:
    return phrases(locales.read(lang, "ingredients")[what])


def _named(line: Ingredient) -> tuple[str, str | None]:
    """What is bought and its family: the food, else what the line offers instead or calls it besides."""
    words = _bought_as(line.food, line.lang)
    if _says(line, "zest"):
        words = spell(food_names_of(line.lang).whole_fruit(Measure(Fraction(1)), tokenize(words))[0])
    family = family_of_food(words, line.lang)
    if family is not None:
        return words, family
    for other in (*line.alternatives, *line.prep.split(", ")):
        known = _known(tokenize(other), line.lang)
        if known is not None:
            return other, known
    return words, None


def _bought_as(food: str, lang: str) -> str:
    """The food as a shop has it: yolks are eggs."""
    said = fold(food)
    parts: dict[str, str] = locales.read(lang, "ingredients")["bought_as"]
    return next((thing for part, thing in parts.items() if fold(part) in said), food)


@lru_cache(maxsize=8192)
def family_of_food(words: str, lang: str) -> str | None:
    """The family a food of a recipe belongs to; None when no word of it is known."""
    tokens = tokenize(words)
    known = _known(tokens, lang)
    if known is not None:
        return known
    for rest, part in _heads(tokens, lang):
        known = _known(part, lang)
        if known is not None:
            return _rival(known, rest, lang) or known
    return next(iter(parse(words, lang).families), None)


def _rival(family: str, rest: Tokens, lang: str) -> str | None:
    """The family the other words name, when it cannot be the head's: "veal steaks" are no beef."""
    found = (one for at in range(len(rest)) for one in lexicon().at(rest, at, lang))
    for match in found:
        if match.kind != FAMILY or match.lang != lang or match.id in above(family) or family in above(match.id):
            continue
        if not set(above(match.id)).isdisjoint(above(family)):
            return match.id
    return None


def _known(tokens: Tokens, lang: str) -> str | None:
    """The family the tokens are, as a whole, the name of."""
    if not tokens:
        return None
    found = (one.id for one in lexicon().at(tokens, 0, lang) if one.kind == FAMILY and one.end == len(tokens))
    return next(found, None)


def _heads(tokens: Tokens, lang: str) -> Iterable[tuple[Tokens, Tokens]]:
    """(what is left, a stretch with the head word), the longest first: English names end with it, French ones begin."""
    first = locales.head_first(lang)
    for cut in range(1, len(tokens)):
        yield (tokens[-cut:], tokens[:-cut]) if first else (tokens[:cut], tokens[cut:])
