"""Numbers as people say them: digits, words, fractions, dozens, ranges. The words are `locales/<lang>/numbers.yaml`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token
from cabas.kernel.text import fold

LARGEST = 10**9
DECIMALS_MAX = 4
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number said by the tokens [start, end). `low` is the lower end of a range ("2 to 3"), `value` the upper.

    `article` marks a bare "un" or "a", which may count nothing at all; `collective` a dozen, a couple.
    """

    value: Fraction
    start: int
    end: int
    low: Fraction | None = None
    article: bool = False
    collective: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """What a number word does: `value` is added when it is below the room left, `scale` multiplies."""

    value: int
    room: int = 0
    scale: bool = False


class Numbers:
    """The numbers of one language. Use `numbers_of`."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "numbers")
        self._decimal: str = locales.read(lang, "locale")["decimal"]
        self._point = Phrases.of(locales.words(sheet.get("decimal_point")), True)
        self._words: Phrases[_Word] = Phrases()
        loose = sheet.get("said", {})
        for value, said in (*sheet["values"].items(), *loose.get("values", {}).items()):
            self._put(said, _Word(int(value)))
        for group in ("tens", "more_tens"):
            for value, entry in sheet.get(group, {}).items():
                self._put(entry["words"], _Word(int(value), int(entry["room"])))
        for value, said in sheet["scales"].items():
            self._put(said, _Word(int(value), int(value), scale=True))
        self._articles = set(locales.words(sheet.get("articles")))
        # "thirty a bag": no "a" makes it thirty-one where "one" does; "trente-et-un" has no other word
        one = set(locales.words(sheet["values"].get(1)))
        self._mere_articles = self._articles if one - self._articles else set()
        self._fractions: Phrases[Fraction] = _valued(sheet["fractions"])
        self._collectives: Phrases[Fraction] = _valued(sheet["collectives"])
        self._and_in_tens = Phrases.of(locales.words(sheet.get("and_in_tens")), True)
        self._after_and = Phrases.of(locales.words(sheet.get("after_and")), True)
        self._and_after_scale = Phrases.of(locales.words(sheet.get("and_after_scale")), True)
        self._and_a = Phrases.of(locales.words(sheet["and_a_fraction"]), True)
        self._whole = Phrases.of(locales.words(sheet.get("whole_after")), True)
        self._of = Phrases.of(locales.words(sheet.get("fraction_of")), True)
        self._ranges = Phrases.of(locales.words(sheet["ranges"]), True)
        between = sheet.get("between", {})
        self._between = Phrases.of(locales.words(between.get("words")), True)
        self._between_and = Phrases.of(locales.words(between.get("and")), True)
        about = (*locales.words(sheet.get("about")), *locales.words(loose.get("about")))
        self._about = Phrases.of(about, True)
        self._begin = self._words.begin() | self._fractions.begin() | self._collectives.begin() | self._point.begin()

    @property
    def begin(self) -> frozenset[str]:
        """The words numbers may begin with, "about" included; digits aside."""
        return self._begin | self._about.begin() | self._between.begin()

    def _put(self, said: object, word: _Word) -> None:
        for phrase in locales.words(said):
            self._words.put(phrase, word)

    def at(self, tokens: Sequence[Token], index: int) -> Number | None:
        """The longest number that starts at `index`, "about" before it included; None when there is none."""
        about = self._about.at(tokens, index)
        start = about[1] if about else index
        between = self._between.at(tokens, start)
        if between:
            return self._spanned(tokens, index, between[1])
        number = self.single(tokens, start)
        if number is None:
            return None
        found = self._range(tokens, number)
        return found if found.start == index else replace(found, start=index)

    def _spanned(self, tokens: Sequence[Token], index: int, start: int) -> Number | None:
        """ "Between 2 and 3", "entre 150 et 200": a range whose lower end begins at `start`."""
        low = self.single(tokens, start)
        glue = self._between_and.at(tokens, low.end) if low is not None else None
        upper = self.single(tokens, glue[1]) if glue is not None else None
        if low is None or upper is None or upper.value <= low.value:
            return None
        return replace(upper, start=index, low=low.value)

    def whole(self, tokens: Sequence[Token], index: int) -> Number | None:
        """The number at `index` without the fraction on top of it."""
        found = self._integer(tokens, index)
        return Number(found[0], index, found[1]) if found else None

    def fraction_after(self, tokens: Sequence[Token], index: int) -> tuple[Fraction, int] | None:
        """The half of "deux litres et demi", "a gallon and a half": what is added to one unit."""
        glue = self._and_a.every(tokens, index)
        for _, start in reversed(glue):
            found = self._fraction(tokens, start)
            if found:
                return found
        counted = self._integer(tokens, index) if not glue else None
        return self._fraction(tokens, index) if counted and counted[0] > 1 else None

    def past_and(self, tokens: Sequence[Token], index: int) -> int:
        """The index after the "and" that adds a part to a measure, or `index`."""
        found = self._and_a.every(tokens, index)
        return found[0][1] if found else index

    def whole_after(self, tokens: Sequence[Token], index: int) -> int:
        """The index after the "a" of "half a pound", or `index`."""
        found = self._whole.at(tokens, index)
        return found[1] if found else index

    def single(self, tokens: Sequence[Token], index: int) -> Number | None:
        """A number without a range: an integer, decimal, fraction or collective, and a fraction on top of it."""
        if index >= len(tokens) or (tokens[index].kind != "number" and tokens[index].folded not in self._begin):
            return None
        plain, found = self._fractions.at(tokens, index), None
        if plain is None:
            found = self._integer(tokens, index)
            plain = self._counted_fraction(tokens, found)
        if plain:
            return self._of_collective(tokens, Number(plain[0], index, plain[1]))
        if found is None:
            grouped = self._collectives.at(tokens, index)
            return self._topped(tokens, Number(grouped[0], index, grouped[1], collective=True)) if grouped else None
        value, end = found
        article = end == index + 1 and tokens[index].folded in self._articles
        return self._of_collective(tokens, self._topped(tokens, Number(Fraction(value), index, end, article=article)))

    def _of_collective(self, tokens: Sequence[Token], number: Number) -> Number:
        """`number` dozens, when it is followed by such a word ("a couple" is two, not one couple)."""
        index = number.end
        if number.value.denominator != 1:
            index = self.whole_after(tokens, index)
        grouped = self._collectives.at(tokens, index)
        if grouped is None:
            return number
        value = number.value * grouped[0]
        unit = Number(value, number.start, grouped[1], collective=True)
        return self._topped(tokens, unit, grouped[0])

    def _topped(self, tokens: Sequence[Token], number: Number, unit: Fraction = Fraction(1)) -> Number:
        """With the "and a half" that follows it; a written "1 1/2" too."""
        index = number.end
        for _, start in reversed(self._and_a.every(tokens, index)):
            part = self._fraction(tokens, start)
            # "un quart et demi": a fraction is not topped; nor does "deux et un quart de brie" add up.
            if part and not number.article:
                return replace(number, value=number.value + part[0] * unit, end=part[1], article=False)
        if index < len(tokens) and tokens[index].kind == "number" and "/" in tokens[index].folded:
            value = _written(tokens[index].folded, self._decimal)
            mixed = number.value.denominator == 1 and tokens[index].lead != "-" and tokens[index - 1].kind == "number"
            if value is not None and value < 1 and mixed:
                return replace(number, value=number.value + value, end=index + 1)
        return number

    def _fraction(self, tokens: Sequence[Token], index: int) -> tuple[Fraction, int] | None:
        """ "demi", "un quart", "trois quarts", "half" at `index`."""
        return self._fractions.at(tokens, index) or self._counted_fraction(tokens, self._integer(tokens, index))

    def _counted_fraction(
        self, tokens: Sequence[Token], counted: tuple[Fraction, int] | None
    ) -> tuple[Fraction, int] | None:
        """ "Trois quarts": so many of the fraction named behind the number `counted`."""
        if counted is None or counted[0] > 20 or counted[0] == 0:
            return None
        named = self._fractions.at(tokens, counted[1])
        return (counted[0] * named[0], named[1]) if named else None

    def _range(self, tokens: Sequence[Token], number: Number) -> Number:
        """ "2 to 3", "deux ou trois", "2-3"."""
        index = number.end
        if number.article or index >= len(tokens):
            return number
        dashed = tokens[index].lead == "-" and tokens[index].kind == "number" and tokens[index - 1].kind == "number"
        glue = self._ranges.at(tokens, index)
        start = index if dashed else glue[1] if glue else None
        if start is None and tokens[index].folded in ("-", "~") and index + 1 < len(tokens):
            start = index + 1 if tokens[index + 1].kind == "number" else None
        upper = self.single(tokens, start) if start is not None else None
        if upper is None or upper.article or upper.value <= number.value:
            return number
        return replace(upper, start=number.start, low=number.value)

    def _integer(self, tokens: Sequence[Token], index: int) -> tuple[Fraction, int] | None:
        """Digits, or number words put together, at `index`."""
        if index >= len(tokens):
            return None
        token = tokens[index]
        if token.kind == "number":
            value = _written(token.folded, self._decimal)
            if value is None:
                return None
            scale = self._words.at(tokens, index + 1)
            if scale and scale[0].scale and scale[0].value >= 1000 and value.denominator == 1:
                return min(value * scale[0].value, Fraction(LARGEST)), scale[1]
            return self._with_decimals(tokens, (value, index + 1)) if value.denominator == 1 else (value, index + 1)
        found = self._spoken(tokens, index)
        return self._with_decimals(tokens, found) if found else self._decimals(tokens, index)

    def _with_decimals(self, tokens: Sequence[Token], whole: tuple[Fraction, int]) -> tuple[Fraction, int]:
        part = self._decimals(tokens, whole[1])
        return (whole[0] + part[0], part[1]) if part else whole

    def _decimals(self, tokens: Sequence[Token], index: int) -> tuple[Fraction, int] | None:
        """What the mark of decimals and the figures after it say: a quarter in "one point two five", in "point
        twenty-five".
        """
        glue = self._point.at(tokens, index)
        digits, place = "", glue[1] if glue else index
        while glue and len(digits) < DECIMALS_MAX and (found := self._digits(tokens, place, first=not digits)):
            digits, place = digits + found[0], found[1]
        return (Fraction(int(digits), 10 ** len(digits)), place) if digits else None

    def _digits(self, tokens: Sequence[Token], index: int, *, first: bool) -> tuple[str, int] | None:
        """The decimal figures at `index`: one by one, or all of them as a number where they are the `first`."""
        if index >= len(tokens):
            return None
        if tokens[index].kind == "number":
            text = tokens[index].folded
            return (text, index + 1) if text.isdigit() and (first or len(text) == 1) else None
        found = self._spoken(tokens, index)
        single = self._words.at(tokens, index)
        if found is None or single is None or tokens[index].folded in self._articles:
            return None
        if not single[0].scale and single[0].value < 10 and (not first or not single[0].room):
            return str(single[0].value), single[1]
        return (str(found[0]), found[1]) if first and 10 <= found[0] < 100 else None

    def _spoken(self, tokens: Sequence[Token], index: int) -> tuple[Fraction, int] | None:
        total, current, room, end = 0, 0, LARGEST, index
        ceiling = LARGEST  # each thousand or million must be smaller than the one before
        said = False
        position = index
        while position < len(tokens):
            found = self._words.at(tokens, position)
            if found is None:
                break
            word, after = found
            if said and tokens[position].folded in self._mere_articles:
                break
            if word.scale and word.value >= 1000:
                if word.value >= ceiling:
                    break
                total += max(current, 1) * word.value
                current, room, ceiling = 0, word.value, word.value
            elif word.scale:
                if current >= 100 or (word.value >= room and current == 0):
                    break
                current, room = max(current, 1) * word.value, word.room
            elif word.value < room and (word.value > 0 or not said):
                current += word.value
                room = word.room
            else:
                break
            said, end = True, after
            position = self._past_and(tokens, after, word)
        return (Fraction(min(total + current, LARGEST)), end) if said else None

    def _past_and(self, tokens: Sequence[Token], index: int, word: _Word) -> int:
        """Past the "et" of "vingt et un" or the "and" of "a hundred and five", when a number goes on after it."""
        glue = None
        if word.scale:
            glue = self._and_after_scale.at(tokens, index)
        elif word.room:
            glue = self._and_in_tens.at(tokens, index)
            if glue and not self._after_and.at(tokens, glue[1]):
                glue = None
        if glue is None:
            return index
        following = self._words.at(tokens, glue[1])
        if following is None or (
            following[0].value in (0, 1) and tokens[glue[1]].folded in self._articles and word.scale
        ):
            return index
        return glue[1]


def _valued(sheet: dict[object, object]) -> Phrases[Fraction]:
    phrases: Phrases[Fraction] = Phrases()
    for value, said in sheet.items():
        for phrase in locales.words(said):
            phrases.put(phrase, Fraction(str(value)))
    return phrases


def _written(text: str, decimal: str) -> Fraction | None:
    """Digits as a number: "1,5", "1.5", "1/2", "1 000" groups by the mark that is not the decimal one."""
    if "/" in text:
        over, _, under = text.partition("/")
        top = _written(over.strip(), decimal)
        return top / int(under) if top is not None and int(under) else None
    if decimal == "." and "," in text and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    plain = text.replace(",", ".")
    return Fraction(plain) if plain.count(".") <= 1 else None


@lru_cache(maxsize=16)
def numbers_of(lang: str) -> Numbers:
    """The numbers of a language, read once."""
    return Numbers(lang)


@lru_cache(maxsize=16)
def misheard_in(lang: str) -> dict[str, str]:
    """Folded words a recognizer writes for a number word -> that word ("for" -> "four")."""
    return {fold(str(heard)): str(meant) for heard, meant in locales.read(lang, "numbers").get("misheard", {}).items()}
