"""Amounts as people say them: the unit said, what it becomes, and what was said about the format."""

from __future__ import annotations

import pytest

from cabas.dialogue.measures import measures_of
from cabas.dialogue.tokens import tokenize


def longest(text: str, locale: str, *, kitchen: bool = False) -> tuple[str, tuple[str, ...], str]:
    """The longest reading at the start: (amount, constraints, the words after it)."""
    tokens = tokenize(text)
    found = measures_of(locale).at(tokens, 0, kitchen=kitchen)[0]
    return str(found.amount), found.constraints, " ".join(token.folded for token in tokens[found.end :])


@pytest.mark.parametrize(
    ("text", "locale", "amount", "constraints", "rest"),
    [
        ("un kilo et demi de prunes", "fr", "1.5 kg", (), "de prunes"),
        ("trois quarts de litre", "fr", "0.75 l", (), ""),
        ("une demi-livre", "fr", "250 g", (), ""),
        ("une livre", "fr-CA", "454 g", (), ""),
        ("75 cl", "fr", "750 ml", (), ""),
        ("un kilo deux de rôti", "fr", "1.2 kg", (), "de roti"),
        ("1 kg 500", "fr", "1.5 kg", (), ""),
        ("deux packs de six", "fr", "2 pack", ("pack_of:6",), ""),
        ("le bocal d'un kilo", "fr", "1 jar", ("size:1kg",), ""),
        ("un sac de cinq kilos", "fr", "1 bag", ("size:5kg",), ""),
        ("6x33cl", "fr", "6 piece", ("size:33cl",), ""),
        ("un pack de 6x1,5L", "fr", "1 pack", ("pack_of:6", "size:1.5l"), ""),
        ("deux packs de six bouteilles d'un litre", "fr", "2 pack", ("pack_of:6", "size:1l"), ""),
        ("une vingtaine de tranches", "fr", "20 slice", (), ""),
        ("botte de navets", "fr", "1 bunch", (), "de navets"),
        ("a pound and a half", "en", "681 g", (), ""),
        ("half a gallon", "en-US", "1.8925 l", (), ""),
        ("half a gallon", "en-GB", "2.273 l", (), ""),
        ("a pint", "en-US", "473 ml", (), ""),
        ("a pint", "en-GB", "568 ml", (), ""),
        ("8 oz", "en", "226.8 g", (), ""),
        ("two six-packs", "en", "2 pack", ("pack_of:6",), ""),
        ("a 12 pack", "en", "1 pack", ("pack_of:12",), ""),
        ("the 5 kg bag", "en", "1 bag", ("size:5kg",), ""),
        ("two 2-liter bottles", "en", "2 bottle", ("size:2l",), ""),
        ("three 14 oz cans", "en", "3 can", ("size:14oz",), ""),
        ("a three pound roast", "en", "1 piece", ("size:3lb",), "roast"),
    ],
)  # fmt: skip
def test_amounts(text: str, locale: str, amount: str, constraints: tuple[str, ...], rest: str) -> None:
    assert longest(text, locale) == (amount, constraints, rest)


def test_kitchen_units_hold_what_they_usually_hold() -> None:
    (found, *_) = measures_of("fr").at(tokenize("deux cuillères à soupe d'huile"), 0, kitchen=True)
    assert (found.unit.id, found.unit.ml, found.unit.dimension) == ("tbsp", 15, "volume")
    (found, *_) = measures_of("en").at(tokenize("a pinch of salt"), 0, kitchen=True)
    assert (found.unit.id, found.unit.dimension) == ("pinch", "mass")


def test_every_reading_is_offered_the_longest_first() -> None:
    found = measures_of("fr").at(tokenize("un sac de deux kilos"), 0)
    assert [(str(one.amount), one.end) for one in found] == [("1 bag", 5), ("1 bag", 2), ("1 piece", 1)]
    assert measures_of("fr").at(tokenize("du lait"), 0) == ()
