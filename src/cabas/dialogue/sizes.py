"""What a pack holds, as retailers write it: "6x1,5L", "4 x 125 g", "125gx4", "1/2 l", "1L5", "x12", "lot de 3"."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache, lru_cache

from cabas.dialogue.locales import languages, read, words
from cabas.kernel.quantity import EACH, GRAM, MILLILITER, Quantity
from cabas.kernel.text import fold

PIECES_MAX = 200
# What one pack of groceries holds at the least and at the most, in grams or millilitres.
LEAST, MOST = Fraction(1, 10), Fraction(100_000)

_UNITS: dict[str, tuple[str, int | Fraction]] = {
    "kg": (GRAM, 1000),
    "kilo": (GRAM, 1000),
    "g": (GRAM, 1),
    "mg": (GRAM, Fraction(1, 1000)),
    "l": (MILLILITER, 1000),
    "dl": (MILLILITER, 100),
    "cl": (MILLILITER, 10),
    "ml": (MILLILITER, 1),
    "oz": (GRAM, Fraction(567, 20)),
    "lb": (GRAM, Fraction(22680, 50)),
}
_SPELLED = {"gr": "g", "grs": "g", "gs": "g", "gramme": "g", "grammes": "g", "gram": "g", "grams": "g", "kgs": "kg",
            "kilos": "kilo", "kilogramme": "kg", "kilogrammes": "kg", "litre": "l", "litres": "l", "liter": "l",
            "lt": "l", "liters": "l", "centilitre": "cl", "centilitres": "cl", "millilitre": "ml", "millilitres": "ml",
            "lbs": "lb"}  # fmt: skip
_UNIT = "(?P<unit>" + "|".join(sorted({*_UNITS, *_SPELLED}, key=len, reverse=True)) + r")(?![a-wyz\d]|x(?! ?\d))"
_NUMBER = r"(?P<number>\d{1,5}(?:[.,] ?\d{1,3})?|\d ?/ ?\d)"
_DIGIT = re.compile(r"\d")
# 6x1,5 l; 6 * 25 cl; 4 pots de 125 g; 2 de 100 g
_MANY = re.compile(
    rf"(?<![\d.,/])(?P<many>\d{{1,3}}) ?(?:[x*]|fois|times|(?:[a-z]+ ){{1,2}}(?:de |of )|de ) ?{_NUMBER} ?{_UNIT}"
)
# 125 g x 4
_AFTER = re.compile(rf"(?<![\d.,/]){_NUMBER} ?{_UNIT} ?[x*] ?(?P<many>\d{{1,3}})(?![\d.,])")
_ONE = re.compile(rf"(?<![\d.,/]){_NUMBER} ?{_UNIT}")
# 1L5 is one litre and a half
_BETWEEN = re.compile(r"(?<!\d)(?:(?P<many>\d{1,3}) ?x ?)?(?P<whole>\d{1,2})l(?P<part>\d{1,2})(?!\d)")
# "8 falafels", "10 cordons bleus": a number that begins the name counts what follows, unless it counts what is inside.
_LEADING = re.compile(r"(?P<count>\d{1,3}) (?P<what>[a-z]{3,}[sx])\b")


def _words(key: str) -> frozenset[str]:
    return frozenset(fold(word) for lang in languages() for word in words(read(lang, "search").get(key)))


@cache
def _counts() -> re.Pattern[str]:
    """x12; 12x; lot de 12; 12 tranches."""
    units = r"(?:k?g|[cmd]?l|%)"
    containers = "|".join(sorted(map(re.escape, _words("containers"))))
    counted = "|".join(sorted(map(re.escape, _words("counted")), key=len, reverse=True))
    return re.compile(
        rf"(?<![a-z\d])x ?(\d{{1,3}})(?![\d.,]| ?{units})|(?<![\d.,/])(\d{{1,3}}) ?x(?![a-z\d ])"
        rf"|\b(?:{containers}) (?:de|of) (\d{{1,3}})(?![\d.,]| ?{units}\b)|(?<![\d.,/])(\d{{1,3}}) (?:{counted})\b"
    )


@cache
def _inside() -> frozenset[str]:
    return _words("inside")


@lru_cache(maxsize=8192)
def read_size(text: str) -> tuple[Quantity | None, int]:
    """The content of one pack in all, and how many pieces are inside: "6x1,5L" is (9000 ml, 6). (None, 1): not said."""
    if _DIGIT.search(text) is None:
        return None, 1
    said = fold(text).replace("×", "x")
    # Without one amount there are no several of it: most names end here.
    patterns = (_BETWEEN, _MANY, _AFTER, _ONE) if _ONE.search(said) else (_BETWEEN,)
    for pattern in patterns:
        found = pattern.search(said)
        if found is None:
            continue
        amount = (found["whole"], found["part"], None) if pattern is _BETWEEN else (found["number"], "", found["unit"])
        many = int(found.groupdict().get("many") or 1)
        content = _content(*amount, many) if 1 <= many <= PIECES_MAX else None
        if content is None:
            continue
        return content, many if many > 1 else _count(said) or 1
    count = _count(said)
    if count:
        return Quantity(count, EACH), count
    return None, 1


@lru_cache(maxsize=8192)
def _content(number: str, part: str, unit: str | None, many: int) -> Quantity | None:
    """`many` times the amount; a number without a unit is one of litres with its decimals behind ("1L5")."""
    if unit is None:
        amount = int(number) + Fraction(int(part), 10 ** len(part))
        code, factor = _UNITS["l"]
    else:
        code, factor = _UNITS[_SPELLED.get(unit, unit)]
        amount = _number(number)
    base = amount * factor
    return Quantity.of(base, code).times(many) if LEAST <= base <= MOST else None


def _number(text: str) -> Fraction:
    text = text.replace(" ", "")
    if "/" in text:
        above, below = text.split("/")
        return Fraction(int(above), int(below)) if int(below) else Fraction(0)
    return Fraction(text.replace(",", "."))


def _count(said: str) -> int | None:
    found = _counts().search(said)
    count = int(next(group for group in found.groups() if group)) if found else 0
    if not found:
        leading = _LEADING.match(said)
        if leading and leading["what"] not in _inside():
            count = int(leading["count"])
    return count if 2 <= count <= PIECES_MAX else None
