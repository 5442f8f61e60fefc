"""Ingredient lines of any recipe, in any language Cabas reads: what, how much, and what else the line says.

A line is cut into an amount (see `kitchen`), a food (see `food_names`) and what is said of it. Where one line holds
several foods it gives several ingredients; a heading gives none. The words are `locales/<lang>/ingredients.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.food_names import FoodNames, food_names_of
from cabas.dialogue.headings import colon, headings_of
from cabas.dialogue.kitchen import Kitchen, kitchen_of, phrases, tokens_of
from cabas.dialogue.kitchen_measure import CONTAINERS, LENGTHS, Measure, Reading
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.spans import Group, Tokens, apart, at_marks, at_phrases, past, without
from cabas.dialogue.tokens import spell
from cabas.kernel.text import INVISIBLE, clean

LINE_MAX, LINES_MAX = 500, 300

_BULLET = re.compile(r"^[\s\-–—•*·▢☐□○●◦‣➤►✓✔>_|]+(?=\S)")
_POINT = re.compile(r"(?<![\d\w])(\.\d)")
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s+(?=\S)")
_PLURAL = re.compile(r"(?<=\w)\((?:s|x|e|es|ne|nes|aux)\)", re.IGNORECASE)
_NOTE = re.compile(r"[*†‡®™©]+|\(?[$£€]\s?\d+(?:[.,]\d+)?\)?")
_MIXED = re.compile(r"(?<![/\d.,])(\d{1,3})\s?[-–]\s?(\d/\d{1,2}|[¼½¾⅐-⅞])")
_INCH = re.compile("[“”″]|''")
_BREAK = re.compile(r"\s*(?:[\r\n]+|<br\s*/?>|[•▢☐□●◦‣])\s*")
_ABOUT = re.compile(r"(?<!\d)(?<!\d )(?:\+\s?/\s?[-–]|[±~≈])\s*(?=[\d¼½¾⅐-⅞])")
# The largest count that may stand behind a food without unit or mark ("onions 2"): a larger one is part of a name.
_COUNT_MAX = 24
_HANGING = re.compile(r"(?<=\d)[-–](?=\s+[^\W\d]+\s+\d)")
_ENUM = re.compile(r"\s*;\s*|\s+[-–]\s+|\s*,\s+")


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One food of a recipe. `quantity` of `unit` (None: pieces), up to `most` for a range; None: no amount said.

    `also` are the same amount said otherwise ("2 cups (250 g)"), for the whole line. `alternatives` are foods the
    recipe offers instead; `prep` is what is said of the food; `line` is the line as written.
    """

    food: str
    lang: str
    quantity: Fraction | None = None
    unit: str | None = None
    most: Fraction | None = None
    also: tuple[Measure, ...] = ()
    prep: str = ""
    optional: bool = False
    alternatives: tuple[str, ...] = ()
    line: str = ""


@dataclass(slots=True)
class _Said:
    """What a line says besides amount and food, while it is read."""

    prep: list[str] = field(default_factory=list)
    also: list[Measure] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    optional: bool = False


class Reader:
    """Reads the ingredient lines of one language. Use `reader_of`."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "ingredients")
        self.lang = lang
        self.kitchen: Kitchen = kitchen_of(lang)
        self.names: FoodNames = food_names_of(lang)
        self._optional = phrases(sheet["optional"])
        self._sum = phrases(sheet["sum"])
        self._each = phrases(sheet["each"])
        self._trailing = phrases(sheet["trailing"])
        self._numbers = numbers_of(lang)
        self.headings = headings_of(lang)

    def parse(self, line: str) -> tuple[Ingredient, ...]:
        """The ingredients of one line; none for a heading or an empty line."""
        text = tidy(line)
        if not text or self.is_heading(text):
            return ()
        tokens = self._turned(tokens_of(text))
        found = [one for item in self._items(tokens) for one in self._item(item)]
        return tuple(replace(one, line=line.strip()) for one in found if any(map(str.isalnum, one.food)))

    def is_heading(self, text: str) -> bool:
        """Whether a line only titles the lines after it: "Pour la sauce", "Filling:"."""
        return self.headings.covers(tokens_of(tidy(text)))

    def has_amount(self, text: str) -> bool:
        """Whether a line begins (or ends) with an amount and names a food: the mark of an ingredient line."""
        tokens = self._turned(tokens_of(tidy(text)))
        reading = self.kitchen.read(tokens)
        if reading is not None or self.names.part_of(tokens) is not None:
            return reading is None or reading.end < len(tokens)
        outside, groups = apart(tokens)
        return bool(outside) and any(self.kitchen.whole(group) for _, group in groups)

    def lines(self, text: str) -> tuple[str, ...]:
        """The lines of a text of many: at line breaks and bullets, at commas too when each piece has an amount."""
        found: list[str] = []
        for line in _BREAK.split(text):
            pieces = [piece for piece in _ENUM.split(line) if piece.strip()]
            packed = len(pieces) > 2 and self._are_lines(pieces)
            found.extend(piece.strip() for piece in (pieces if packed else [line]) if piece.strip())
            if len(found) >= LINES_MAX:
                break
        return tuple(found[:LINES_MAX])

    def _are_lines(self, pieces: list[str]) -> bool:
        """Whether each piece is a line: an amount of something, or a bare food among such ("sel")."""
        amounts = [self.has_amount(piece) for piece in pieces]
        foods = (self.names.is_food(tokens_of(piece)) for piece, one in zip(pieces, amounts, strict=True) if not one)
        return sum(amounts) > 1 and all(foods)

    def _turned(self, tokens: Tokens) -> Tokens:
        """The line with its amount first: "Farine : 200 g", "beurre 50 g"; a title before a colon goes."""
        tokens = self._untitled(tokens[max(past(words, tokens, 0) for words in (self._sum, self.names.and_)) :])
        if self.kitchen.read(tokens) is not None or self.names.part_of(tokens):
            return tokens
        for index in range(1, len(tokens)):
            if tokens[index].kind != "number" or any(token.is_mark for token in tokens[index:]):
                continue
            dash = tokens[index - 1].is_mark
            turned = (*tokens[index:], *tokens[: index - dash])
            for line, start in ((tokens, index), (turned, 0)):  # "beurre 50 g", "garlic - 3 cloves"
                reading, end = self.kitchen.read(line, start), start + len(tokens) - index
                if reading is None:
                    continue
                if reading.end == end and (reading.measure.unit or dash or self._counts(tokens, index)):
                    return turned
                if dash and reading.end < end and self.names.is_remark(line[reading.end : end]):  # "carrots, 2 large"
                    rest = line[reading.end : end]
                    return (*tokens[index : len(tokens) - len(rest)], *tokens[: index - 1], *rest)
        return tokens

    def _counts(self, tokens: Tokens, index: int) -> bool:
        """Whether the last token, at `index`, counts the food before it: "onions 2"."""
        number = self._numbers.at(tokens, index)
        few = number is not None and number.end == len(tokens) and number.value <= _COUNT_MAX
        return few and tokens[index].lead == " " and self.names.known(tokens[:index], edible=True)

    def _untitled(self, tokens: Tokens) -> Tokens:
        at = colon(tokens)
        if not at:
            word = past(self._optional, tokens, 0)  # "éventuellement 1 c. à soupe de rhum"
            return (*tokens[word:], *tokens[:word]) if word and self._is_item(tokens[word:]) else tokens
        left, right = tokens[:at], tokens[at + 1 :]
        if self.headings.starts(left):
            return right
        if self._optional.at(left, 0):
            return (*right, *left)
        reading = self.kitchen.read(right)
        if self.headings.titles(left) and (reading is None or reading.end < len(right)):
            return right
        if reading is None:
            return tokens
        turned = (*right, *left)
        whole = self.kitchen.read(turned)
        if whole is not None and whole.end == len(right):  # "Ail : 3 gousses"
            return turned
        rest = right[reading.end :]
        if not rest or rest[0].is_mark or self.names.after.at(rest, 0):
            return (*right[: reading.end], *left, *rest)
        return (*right, *left) if self.names.is_remark(rest) else right  # "Échalotes : 2 petites"

    def _items(self, tokens: Tokens) -> Iterator[Tokens]:
        """One stretch of tokens for each amount with its own food ("1 egg + 1 egg yolk", "1 carotte, 2 navets")."""
        first = self.kitchen.read(tokens)
        cuts = at_marks(tokens, ",") if first is not None else at_phrases(tokens, self.names.and_, ",")
        if len(cuts) > 1 and (parts := self._counted_or_seasonings(cuts, bare=first is None)):
            for part in parts:
                yield from self._items(part)
            return
        if first is None:
            yield tokens
            return
        start, end = 0, self.names.end(tokens, first.end)
        for index in range(first.end + 1, min(end + 1, len(tokens))):
            glue = max(past(self.names.and_, tokens, index), past(self._sum, tokens, index))
            if glue > index and self._is_item(tokens[glue:]):
                yield tokens[:index]
                yield from self._items(tokens[glue:])
                return
        plus = past(self._sum, tokens, end + 1)
        if plus > end + 1 and self._is_item(tokens[plus:]) and self.kitchen.read(tokens, plus).measure.unit is None:  # type: ignore[union-attr]
            yield tokens[start:end]  # "2 eggs, plus 1 egg yolk"
            start = plus
        yield tokens[start:]

    def _counted_or_seasonings(self, cuts: Iterable[Tokens], *, bare: bool) -> list[Tokens]:
        """ "1 carotte, 2 navets", "sel, 1 oignon": the pieces, where each is an item or a seasoning; else nothing."""
        parts = [part[past(self.names.and_, part, 0) :] for part in cuts]
        counted = [self._is_item(part) for part in parts]
        plain = (self.names.is_seasoning(part, strictly=not bare) for part in parts)
        return parts if any(counted) and all(one or other for one, other in zip(counted, plain, strict=True)) else []

    def _is_item(self, tokens: Tokens) -> bool:
        reading = self.kitchen.read(tokens)
        if reading is None or reading.measure.quantity is None or reading.end >= len(tokens):
            return False
        word = self.kitchen.unit_word(tokens, reading.end)
        if word > reading.end and self.names.after.at(tokens, word):
            return False  # "50 g de beurre + une noix pour le moule": more of the same
        stops = self.names.after.at(tokens, reading.end) or self.names.or_.at(tokens, reading.end)
        return not (tokens[reading.end].is_mark or stops)

    def _item(self, tokens: Tokens) -> Iterator[Ingredient]:
        """The ingredients of a stretch with one amount, or none."""
        outside, groups = apart(tokens)
        outside = self._until_amount(outside, groups)
        said = _Said()
        part = self.names.part_of(outside)
        reading = part[1] if part else self.kitchen.read(outside)
        if part:
            said.prep.append(spell(outside[: part[0]]))
        measure = self._measured(reading, groups, said)
        rest = outside[reading.end :] if reading else outside
        if measure.quantity is None:
            rest = without(rest, self._trailing)
        every = past(self._each, rest, 0)
        if every:  # "1 tsp each salt and pepper"
            for food in at_phrases(rest[every:], self.names.and_, ",:"):
                yield self._ingredient(measure, self.names.take(food)[0], said)
            return
        body, tail = self.names.take(rest)
        said.prep.append(spell(rest[: rest.index(body[0])]) if body else "")
        foods = [body]
        if measure.quantity is None and all(place >= len(outside) for place, _ in groups):
            listed = self.names.listed(rest)
            foods = listed or self.names.joined(rest) or foods
            if listed:
                said.optional |= any(self._optional.at(rest, index) for index in range(len(rest)))
                tail = ()
        elif measure.quantity is not None:
            foods = self.names.pair(rest) or foods
        self._remark(tail, said, measure)
        kept = tuple(said.alternatives)
        for food in foods:
            chosen, others = self.names.choices(food)
            said.alternatives = [*others, *kept]
            yield self._ingredient(measure, chosen, said)

    def _until_amount(self, tokens: Tokens, groups: Sequence[Group]) -> Tokens:
        """The line up to an amount in parentheses behind the food: what follows it is a remark."""
        reading = self.kitchen.read(tokens) if groups else None
        for place, group in groups:
            behind = reading is not None and reading.end < place < len(tokens)
            if behind and self.kitchen.whole(without(group, self._each)) and not self.names.or_.at(tokens, place):
                return tokens[:place]
        return tokens

    def _ingredient(self, measure: Measure, food: Tokens, said: _Said) -> Ingredient:
        measure, food = self.names.behind(measure, food)
        food, part = self.names.whole_fruit(measure, food)
        return Ingredient(
            food=self.names.named(food),
            lang=self.lang,
            quantity=measure.quantity,
            unit=measure.unit,
            most=measure.most,
            also=tuple(said.also),
            prep=", ".join(text for text in (spell(part), *said.prep) if text),
            optional=said.optional,
            alternatives=tuple(said.alternatives),
        )

    def _measured(self, reading: Reading | None, groups: Iterable[Group], said: _Said) -> Measure:
        """The amount of the line, what parentheses say of it included."""
        measure = reading.measure if reading else Measure(None)
        said.also.extend(reading.also if reading else ())
        for place, group in groups:
            amounts = self.kitchen.whole(without(group, self._each))
            if not amounts:
                counted = self._counted(group) if reading is None and measure.quantity is None else None
                measure = counted or self._aside(group, measure, said)
                continue
            if reading is None and measure.quantity is None:
                measure, amounts = amounts[0], amounts[1:]
            between = reading is not None and place == reading.open
            if amounts and amounts[0].unit in LENGTHS and measure.unit not in LENGTHS:
                if between and measure.unit == "piece":  # "1 (2-inch) piece of ginger"
                    said.also.append(measure)
                    measure = amounts[0].times(measure.quantity or Fraction(1))
                else:
                    said.prep.append(spell(group))
                continue
            boxed = reading is not None and place <= reading.end and measure.unit in CONTAINERS
            each = between or boxed or len(without(group, self._each)) < len(group)
            factor = measure.quantity if each and measure.quantity and not measure.most else Fraction(1)
            said.also.extend(one.times(factor) for one in amounts)
        return measure

    def _counted(self, group: Tokens) -> Measure | None:
        """ "Œufs (4)", "Onion (1 large, diced)": an amount in parentheses, and what is said of the food."""
        first = next(iter(at_marks(group)), ())
        reading = self.kitchen.read(first)
        if reading is None or reading.measure.quantity is None or not self.names.is_remark(first[reading.end :]):
            return None
        return reading.measure

    def _aside(self, group: Tokens, measure: Measure, said: _Said) -> Measure:
        """What is in parentheses and no amount: the container, an alternative, "optional", a remark."""
        unit = self.kitchen.unit(group, 0)
        if unit and unit[1] == len(group) and unit[0] in CONTAINERS:
            counted = measure.quantity is not None and measure.unit in (None, "piece") and unit[0] != "cube"
            return replace(measure, unit=unit[0]) if counted else measure
        self._remark(group, said, measure)
        return measure

    def _remark(self, tokens: Tokens, said: _Said, measure: Measure) -> None:
        """What stands after the food or in parentheses: alternatives, amounts, "optional", preparation."""
        start = next((index for index, token in enumerate(tokens) if not token.is_mark), len(tokens))
        tokens = tokens[start:]
        if not tokens:
            return
        for piece in at_marks(tokens):
            sums = past(self._sum, piece, 0)  # "plus more if desired" makes nothing optional
            said.optional |= not sums and any(self._optional.at(piece, index) for index in range(len(piece)))
        first, *others = at_phrases(tokens, self.names.or_)
        if past(self.names.or_, tokens, 0):
            others, first = [first, *others], ()
        for other in others:
            name = self.names.alternative(other) if not first or self._is_item(other) else ""
            said.alternatives.extend([name] if name else [])
        for piece in at_marks(first):
            each = len(without(piece, self._each)) < len(piece) and measure.quantity and not measure.most
            plain = without(piece, self._each)
            plain = plain[past(self.kitchen.of, plain, 0) :]
            amounts = self.kitchen.whole(plain) or self._box(plain)
            said.also.extend(
                one.times(measure.quantity if each and measure.quantity else Fraction(1)) for one in amounts
            )
        said.prep.append(spell(tokens))

    def _box(self, piece: Tokens) -> tuple[Measure, ...]:
        """ "1 bag unwrapped", "about 1 pack of": a container named behind the food is another amount of it."""
        reading = self.kitchen.read(piece)
        counted = reading is not None and reading.measure.quantity is not None and reading.measure.unit in CONTAINERS
        return (reading.measure,) if reading is not None and counted else ()


def tidy(line: str) -> str:
    """A line without bullets, "(s)", prices and foot note marks, mixed numbers written with a space."""
    text = INVISIBLE.sub(" ", line[:LINE_MAX]).replace("⁄", "/").replace("∕", "/")
    text = _ABOUT.sub(" ", _HANGING.sub("", text))  # "a 3- to 4-lb chicken"
    text = _POINT.sub(r"0\1", text)
    text = _NUMBERED.sub("", _BULLET.sub("", _NOTE.sub(" ", _PLURAL.sub("", text))))
    return _INCH.sub('"', _MIXED.sub(r"\1 \2", text)).strip()


def bare(line: str) -> str:
    """A line without its bullet and double spaces: as one would read it aloud."""
    return clean(_NUMBERED.sub("", _BULLET.sub("", line)))


def parse_lines(lines: Iterable[str], lang: str) -> tuple[Ingredient, ...]:
    """The ingredients of the lines of a recipe, in order; lines that hold several lines are split first."""
    reader = reader_of(lang)
    return tuple(one for text in lines for line in reader.lines(text) for one in reader.parse(line))


@lru_cache(maxsize=16)
def reader_of(lang: str) -> Reader:
    """The reader of a language, made once."""
    return Reader(lang)
