"""A recipe page, or a pasted recipe, as lines: the data inside the page first, checked against what is printed.

Why not recipe-scrapers: it is a scraper for each of some 600 sites, written against their classes, with a generic
JSON-LD fallback that keeps a one-string list as letters and cannot read a page without data. Cabas must read pages of
sites nobody has seen, fast and bounded, so it reads what pages have in common: schema.org data in three spellings, the
state of web apps, and a list under a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cabas.dialogue import locales
from cabas.dialogue.ingredients import LINES_MAX, bare, reader_of
from cabas.dialogue.kitchen import phrases, tokens_of
from cabas.dialogue.language import guess
from cabas.dialogue.markup import Block, Markup, read
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.page_data import Data, recipe_in, recipes, states, text_of
from cabas.dialogue.page_print import Printed, finder_of
from cabas.dialogue.spans import Tokens, past
from cabas.dialogue.tokens import tokenize
from cabas.kernel.text import clean, fold

# Servings are printed near the list: so many blocks before it are looked at first.
NEAR = 60
SERVINGS_MAX = 200
# So many blocks tell the language of a page. What it says of itself is believed unless another language has so many of
# its small words there, and so many times more: themes of blogs come in English.
BLOCKS_READ, DOUBTED_FROM, DOUBTED_TIMES = 400, 12, 4
# Where it says nothing, so many characters are enough to tell.
GUESSED_FROM = 4_000

_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class RecipePage:
    """What a page says. `lines` are the ingredient lines as written, headings left out; `servings` the number of
    people (the lower end of "4 to 6"), None where the page states none or counts something else (`yields_text`).
    """

    title: str
    lines: tuple[str, ...]
    lang: str
    servings: Fraction | None = None
    yields_text: str = ""


def read_page(html: str, lang: str | None = None) -> RecipePage:
    """The recipe of a page. `lang` overrides what the page says of itself. Without a recipe, `lines` is empty."""
    markup = read(html)
    given = tuple(recipes(markup.scripts))
    lang = lang or language_of(markup.lang, _words_of(markup, given))
    data = _data(markup, given, lang)
    printed = finder_of(lang).find(markup.blocks)
    lines = _agreed(data.lines, printed.lines if printed else (), lang)
    known = {_letters(line) for line in lines}
    lines = (*lines, *(bare(line) for line in (printed.at_home if printed else ()) if _letters(line) not in known))
    if not lines:
        lines = max((_lines(one.lines, lang) for one in states(markup.scripts)), key=len, default=())
    servings, text = _servings(markup, data, printed, lang)
    return RecipePage(clean(data.name or markup.title), lines[:LINES_MAX], lang, servings, text)


def read_data(document: Mapping[str, Any], lang: str | None = None) -> RecipePage:
    """A recipe given as data (schema.org `Recipe`: `name`, `recipeIngredient`, `recipeYield`). Its language is `lang`,
    else what its words are in. Without a recipe, `lines` is empty.
    """
    data = recipe_in(document) or Data(())
    lang = lang or language_of(str(document.get("inLanguage") or ""), " ".join((data.name, *data.lines)))
    servings, text = _servings(Markup(lang, data.name, (), (), ()), data, None, lang)
    return RecipePage(clean(data.name), _lines(data.lines, lang)[:LINES_MAX], lang, servings, text)


def read_text(text: str, lang: str | None = None) -> RecipePage:
    """A recipe pasted as plain text: a title, the ingredient lines, maybe servings and a method."""
    lines = [clean(line) for line in text.splitlines() if line.strip()]
    lang = lang or language_of("", text)
    blocks = [Block(line, "p", "p.") for line in lines]
    reader, finder = reader_of(lang), finder_of(lang)
    printed = finder.find(blocks)
    found = (
        (*printed.lines, *printed.at_home)
        if printed
        else _lines([line for line in reader.lines(text) if reader.has_amount(line)], lang)
    )
    first = lines[0] if lines else ""
    title = "" if first in found or finder.is_title(first) else first
    markup = Markup(lang, title, tuple(blocks), (), ())
    servings, yields = _servings(markup, Data(()), printed, lang)
    return RecipePage(title, found[:LINES_MAX], lang, servings, yields)


def _words_of(markup: Markup, given: Iterable[Data]) -> str:
    """The words a page is written in: what is printed, and what its data say."""
    printed = [block.text for block in markup.blocks[:BLOCKS_READ]]
    return " ".join((*printed, *(text for one in given for text in (one.name, *one.lines, *one.yields))))


def _data(markup: Markup, given: Iterable[Data], lang: str) -> Data:
    """The recipe the page is about: of several, the one named like the page, else the first with a list."""
    found = [one for one in given if one.lines or one.yields]
    marked = tuple(text_of(text) for name, text in markup.properties if name == "ingredient")
    yields = tuple(text for name, text in markup.properties if name == "yield")
    title = _letters(markup.title)
    listed = [one for one in found if one.lines]
    named = [one for one in listed if one.name and _letters(one.name) in title]
    best = next(iter(named or listed or found), Data(()))
    lines = _lines(best.lines, lang)
    if not lines and marked:
        # a list marked as a whole and again item by item: the finer one
        lines = max(
            (_lines(part, lang) for part in (marked, marked[:1])), key=lambda part: (len(set(part)), -len(part))
        )
    return Data(lines, (*best.yields, *yields), best.name)


def _lines(given: Iterable[str], lang: str) -> tuple[str, ...]:
    """Lines out of strings that may hold several, without headings and repetitions of the whole list."""
    reader = reader_of(lang)
    found: list[str] = []
    for text in given:
        found.extend(bare(line) for line in reader.lines(text) if bare(line) and not reader.is_heading(line))
        if len(found) > LINES_MAX:
            break
    half = len(found) // 2
    return tuple(found[:half] if half > 2 and len(found) % 2 == 0 and found[:half] == found[half:] else found)


def _agreed(data: Sequence[str], printed: Sequence[str], lang: str) -> tuple[str, ...]:
    """The data, unless the printed list holds all of it, and finer or more: data is often cut wrongly or cut off."""
    if not data or not printed:
        return tuple(bare(line) for line in data or printed)
    shown = [_letters(line) for line in printed]
    text = "".join(shown)
    given = [_letters(line) for line in data]
    text_given = "".join(given)
    missing = sum(line not in text for line in given)
    exact = set(shown).issuperset(given)
    few = len(printed) <= len(data) + max(3, len(data) // 2) or len(data) < 3
    finer = len(printed) > len(data) and any(_holds(line, shown) > 1 for line in given)
    more = len(printed) > len(data) and all(
        line in text_given or reader_of(lang).has_amount(said) for line, said in zip(shown, printed, strict=True)
    )
    if (not missing and few and (not exact or more)) or (finer and missing * 5 <= len(given)):
        return tuple(bare(line) for line in printed)
    return tuple(data)


def _holds(line: str, shown: Sequence[str]) -> int:
    return sum(len(one) > 5 and one in line for one in shown)


def _letters(text: str) -> str:
    return _LETTERS.sub("", fold(text))


def _servings(markup: Markup, data: Data, printed: Printed | None, lang: str) -> tuple[Fraction | None, str]:
    """How many people the page cooks for, and the words it says so with."""
    reader = yields_of(lang)
    text = next(iter(data.yields), "")
    for said in data.yields:
        if (number := reader.read(said)) is not None:
            return number, said
    fields = [value for name, value in markup.properties if name == "servings"]
    start = printed.start if printed else len(markup.blocks)
    near = markup.blocks[max(0, start - NEAR) : start + 3][::-1]
    for said in (*fields, *(block.text for block in (*near, *markup.blocks))):
        if (number := reader.read(said, strict=True)) is not None:
            return number, text or said
    numbers = {value for value in fields if value.isdigit() and 0 < int(value) <= SERVINGS_MAX}
    return (Fraction(int(numbers.pop())), text) if len(numbers) == 1 else (None, text)


class Yields:
    """How many people a text says it feeds, in one language. Use `yields_of`."""

    def __init__(self, lang: str) -> None:
        page = locales.read(lang, "ingredients")["page"]
        self._numbers = numbers_of(lang)
        self._servings = phrases(page["servings"])
        self._serves = phrases(page["serves"])

    def read(self, text: str, *, strict: bool = False) -> Fraction | None:
        """The servings in a yield ("Pour 4 à 6 personnes": 4, "Serves 2", "6"); None for loaves, cups and cookies.

        `strict` is for any text of a page: a number alone says nothing there, nor does "for 10 minutes".
        """
        if len(text) > 2000 or (not any(map(str.isdigit, text)) and len(text) > 80):
            return None
        tokens = tokens_of(text.replace("(s)", "s").replace("\n", " "))[:400]
        for index in range(len(tokens)):
            number = self._numbers.at(tokens, index)
            if number is None or number.article:
                continue
            value = number.low if number.low is not None else number.value
            if self._is_served(tokens, index, number.end, strict=strict) and 0 < value <= SERVINGS_MAX:
                return value
        return None

    def _is_served(self, tokens: Tokens, start: int, end: int, *, strict: bool) -> bool:
        if past(self._servings, tokens, end) > end:
            return True
        rest = tokens[end] if end < len(tokens) else None
        if start == 0 and rest is None:
            return not strict
        ends = rest is None or (rest.is_mark and rest.folded not in ("%", "°", ":", "/"))
        before = tokens[max(0, start - 4) : start]
        titled = any(
            past(self._serves, before, index) >= len(before) - 1
            for index in range(len(before))
            if self._serves.at(before, index)
        )
        return ends and titled and (not strict or len(tokens) < 12 or not rest)


@lru_cache(maxsize=16)
def yields_of(lang: str) -> Yields:
    """The yields of a language, made once."""
    return Yields(lang)


def language_of(said: str, text: str) -> str:
    """The language of a page: what it says, else the one that knows most of its words. Where its small words say
    otherwise by far, they are believed.
    """
    words = [token.folded for token in tokenize(text)]
    counts = {lang: sum(word in _common(lang) for word in words) for lang in locales.languages()}
    best = max(counts, key=lambda lang: counts[lang])
    code = said.partition("-")[0].strip().lower()
    doubted = counts[best] >= DOUBTED_FROM and counts[best] > DOUBTED_TIMES * counts.get(code, 0)
    if code in counts:
        return best if doubted else code
    return guess(text[:GUESSED_FROM]) or best


@lru_cache(maxsize=16)
def _common(lang: str) -> frozenset[str]:
    return frozenset(fold(word) for word in locales.words(locales.read(lang, "ingredients")["page"]["words"]))


__all__ = ["RecipePage", "language_of", "read_data", "read_page", "read_text", "yields_of"]
