"""Amounts as people say them: "deux litres et demi", "two six-packs", "le bocal de deux kilos", "a 2 kg bag".

The words are `locales/<lang>/units.yaml`. A reading is a span of tokens with the amount and what was said about the
format (`size:1kg`, `pack_of:6`). Whether such words are an amount or part of a name ("demi-sel", "half-and-half",
"quatre-quarts") is for the caller to weigh: `at` gives every reading, the longest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.numbers import Number, Numbers, numbers_of
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token
from cabas.dialogue.units import Unit, units_of
from cabas.domain.cart import Amount

_DIGITS = 6
PER_KILO = 1000
TEN = 10
# The unit of what is only so much of something; what it holds is counted.
PART = "part"
SMALL_UNITS = {"l": "ml", "kg": "g"}


@dataclass(frozen=True, slots=True)
class Measured:
    """An amount said by the tokens [start, end), the "of" after it not included.

    `unit` is None for a bare number. `implied` means no number was said ("kilo de riz", "le bocal de deux kilos": one).
    `low` is the lower end of a range, in the same unit. `article` marks "un" or "a" without a unit.
    """

    amount: Amount
    start: int
    end: int
    unit: Unit | None = None
    constraints: tuple[str, ...] = ()
    low: Fraction | None = None
    implied: bool = False
    article: bool = False
    definite: bool = False


class Measures:
    """The amounts of one locale ("fr-CA": a livre is 454 g). Use `measures_of`."""

    def __init__(self, locale: str) -> None:
        lang, _, region = locale.partition("-")
        sheet = locales.read(lang, "units")
        self.numbers: Numbers = numbers_of(lang)
        self._orders = units_of(sheet, ("measures", "containers"), region)
        self._recipes = units_of(sheet, ("measures", "containers", "kitchen"), region)
        self.of: Phrases[bool] = Phrases.of(locales.words(sheet["of"]), True)
        self.each_of: Phrases[bool] = Phrases.of(locales.words(sheet.get("each_of")), True)
        self._size_of = Phrases.of(locales.words(sheet["size_of"]), True)
        self.times = Phrases.of(locales.words(sheet["times"]), True)
        self._definite = Phrases.of(locales.words(sheet["definite"]), True)
        self._counted = Phrases.of(locales.words(sheet["counted"]), True)
        self._counts = frozenset(sheet["counts"])
        self._no_units = Phrases.of(locales.words(sheet.get("no_units")), True)
        self.or_so: Phrases[int] = Phrases()
        for value, said in sheet.get("or_so", {}).items():
            for phrase in locales.words(said):
                self.or_so.put(phrase, int(value))
        self._plurals = tuple(locales.words(locales.read(lang, "numbers").get("plurals")))
        self._sizes: Phrases[str] = Phrases()
        self._begin = self.numbers.begin | self._recipes.begin() | self._definite.begin()
        for size, said in sheet["sizes"].items():
            for word in locales.words(said):
                self._sizes.put(word, size)
        for word in locales.words(sheet["plain"]):
            self._sizes.put(word, "")
        self._begin |= self._sizes.begin()

    @property
    def words(self) -> frozenset[str]:
        """The words units begin with."""
        return self._orders.begin()

    def unit(self, tokens: Sequence[Token], index: int, *, kitchen: bool = False) -> tuple[Unit, int] | None:
        """The unit that starts at `index`, and the index after it; "each of" counts in none."""
        if self.each_of.at(tokens, index) is not None:
            return None
        return (self._recipes if kitchen else self._orders).at(tokens, index)

    def counted(self, value: int, start: int, end: int) -> Measured:
        """A bare count said by the tokens [start, end) in other words than a number ("en double")."""
        return Measured(Amount(Fraction(value)), start, end)

    def at(self, tokens: Sequence[Token], index: int, *, kitchen: bool = False) -> tuple[Measured, ...]:
        """Every reading of an amount that starts at `index`, the longest first. `kitchen` reads spoons and pinches."""
        if index >= len(tokens) or (tokens[index].kind != "number" and tokens[index].folded not in self._begin):
            return ()
        found = {}
        for reading in self._readings(tokens, index, kitchen):
            found[reading.end] = reading
            loose = self.or_so.at(tokens, reading.end)
            if loose is not None and (not loose[0] or _is_one(reading)):
                found[loose[1]] = _or_so(reading, *loose)
        return tuple(sorted(found.values(), key=lambda reading: -reading.end))

    def _readings(self, tokens: Sequence[Token], index: int, kitchen: bool) -> Iterator[Measured]:
        number = self.numbers.at(tokens, index)
        definite = self._definite.at(tokens, index)
        if number is not None:
            end = number.end if number.value.denominator == 1 else self.numbers.whole_after(tokens, number.end)
            yield Measured(Amount(number.value), index, end, low=number.low, article=number.article)
            yield from self._counting(tokens, number, kitchen)
            yield from self._halves(tokens, number)
            yield from self._hundreds(tokens, number)
        elif definite is not None:
            for reading in self._readings(tokens, definite[1], kitchen):
                if reading.unit is not None:
                    yield replace(reading, start=index, definite=True)
        elif self._no_units.at(tokens, index) is None:
            one = Number(Fraction(1), index, index)
            for reading in self._counting(tokens, one, kitchen):
                yield replace(reading, implied=True)

    def _halves(self, tokens: Sequence[Token], number: Number) -> Iterator[Measured]:
        """ "Three half-liter bottles", "two quarter-pound bags": several containers, each of a fraction."""
        whole = self.numbers.whole(tokens, number.start)
        if whole is None or whole.value < 2 or whole.end >= number.end:
            return
        for reading in self._sized(tokens, whole, whole.end):
            if tokens[reading.end - 1].folded.endswith(self._plurals):
                yield reading

    def _hundreds(self, tokens: Sequence[Token], number: Number) -> Iterator[Measured]:
        """ "Two fifty grams", "one twenty mils": a hundred times the first number, in a unit of hundreds."""
        inner = self.numbers.whole(tokens, number.end)
        if (
            inner is None
            or not 1 <= number.value < TEN <= inner.value < TEN**2
            or tokens[number.start].kind == "number"
        ):
            return
        found = self.unit(tokens, inner.end)
        if found is None or found[0].id not in SMALL_UNITS.values() or self.unit(tokens, found[1]) is not None:
            return
        yield Measured(Amount(number.value * TEN**2 + inner.value, found[0].said), number.start, found[1], found[0])

    def _counting(self, tokens: Sequence[Token], number: Number, kitchen: bool) -> Iterator[Measured]:
        """Readings of a number and what it counts."""
        start = number.end
        glue = self.of.at(tokens, start)
        if number.value.denominator != 1:
            start = self.numbers.whole_after(tokens, start)
        if start == number.end and glue and (number.collective or number.value.denominator != 1):
            start = glue[1]  # "un tiers de litre", "une vingtaine de tranches"
        start, tags = self._adjectives(tokens, start)
        yield from self._multiplied(tokens, number, start)
        found = self.unit(tokens, start, kitchen=kitchen)
        if found is None:
            yield from self._sized(tokens, number, start)
            spoon = self.unit(tokens, start, kitchen=True) if number.end > number.start else None
            loose = self.or_so.at(tokens, spoon[1]) if spoon is not None else None
            after = loose[1] if loose is not None else spoon[1] if spoon is not None else start
            if spoon is not None and self.of.at(tokens, after) is not None:  # "une poignée d'épinards"
                yield Measured(Amount(number.value), number.start, spoon[1], spoon[0])
            return
        unit, end = found
        described = self._sizes.at(tokens, end)
        if unit.kind == "container" and described and self.of.at(tokens, described[1]):
            end = described[1]  # "deux tranches fines de rosbif"
        extra = self.numbers.fraction_after(tokens, end) or self._decimals(tokens, end, unit)
        value = number.value
        if extra and value.denominator == 1 and not number.collective:
            value, end = value + extra[0], extra[1]
        low = number.low * unit.factor if number.low is not None else None
        reading = Measured(Amount(value * unit.factor, unit.said), number.start, end, unit, tags, low)
        yield reading
        if unit.kind == "measure":
            yield from self._bagged(tokens, reading, start)
            yield from self._and_parts(tokens, reading)
        elif unit.kind == "container":
            yield from self._holding(tokens, reading)
            yield from self._counted_pack(tokens, reading, number, found[1])

    def _and_parts(self, tokens: Sequence[Token], reading: Measured) -> Iterator[Measured]:
        """ "One pound eight ounces", "two kilos and 300 grams": a measure and a smaller one on top of it."""
        part = self._measure(tokens, self.numbers.past_and(tokens, reading.end))
        unit = reading.unit
        if part is None or part.unit is None or unit is None or part.unit.dimension != unit.dimension:
            return
        scale = PER_KILO if (reading.amount.unit, part.amount.unit) in SMALL_UNITS.items() else 1
        small = part.amount.value / scale
        if small < unit.factor and (scale > 1 or part.amount.unit == reading.amount.unit):
            yield replace(reading, amount=replace(reading.amount, value=reading.amount.value + small), end=part.end)

    def _decimals(self, tokens: Sequence[Token], index: int, unit: Unit) -> tuple[Fraction, int] | None:
        """ "Un kilo deux de rôti", "1 kg 500 de pommes": what follows a kilo or a liter is a part of it."""
        if unit.id not in ("kg", "l"):
            return None
        part = self.numbers.single(tokens, index)
        if part is None or part.article or part.value.denominator != 1 or not 0 < part.value < PER_KILO:
            return None
        if part.end < len(tokens) and self.of.at(tokens, part.end) is None and not tokens[part.end].is_mark:
            return None
        scale = next(scale for scale in (10, 100, PER_KILO) if part.value < scale)
        return part.value / scale, part.end

    def _adjectives(self, tokens: Sequence[Token], index: int) -> tuple[int, tuple[str, ...]]:
        """Past "petite", "good", ...: only when a unit follows."""
        position, tags = index, []
        while found := self._sizes.at(tokens, position):
            if found[0]:
                tags.append(found[0])
            position = found[1]
        if position == index or self.unit(tokens, position, kitchen=True) is None:
            return index, ()
        return position, tuple(tags)

    def _multiplied(self, tokens: Sequence[Token], number: Number, index: int) -> Iterator[Measured]:
        """ "6 x 33 cl", "deux fois 500 grammes": a count and the size of one."""
        times = self.times.at(tokens, index)
        if times is None:
            return
        size = self._measure(tokens, times[1])
        if size is not None:
            yield Measured(Amount(number.value), number.start, size.end, size.unit, (size_tag(size),))
            return
        inner = self.numbers.at(tokens, times[1])
        if inner is not None and not inner.article and self.unit(tokens, inner.end) is None:
            yield Measured(Amount(number.value * inner.value), number.start, inner.end)  # "deux fois six yaourts"
        elif number.start == number.end - 1:
            yield Measured(Amount(number.value), number.start, times[1])  # "2x camembert"

    def _sized(self, tokens: Sequence[Token], number: Number, index: int) -> Iterator[Measured]:
        """ "two 1.5 liter bottles", "three 14 oz cans", "two six-packs": a number, the size of one, the container."""
        inner = self.numbers.at(tokens, index)
        if inner is None or inner.article or inner.end >= len(tokens):
            return
        size = self._measure(tokens, index)
        if size is not None:
            for reading in self._bagged(tokens, size, index):
                yield replace(reading, amount=Amount(number.value, reading.amount.unit), start=number.start)
            if number.article:  # "a two pound roast"
                yield Measured(Amount(number.value), number.start, size.end, None, (size_tag(size),))
            return
        found = self.unit(tokens, inner.end)
        if found and tokens[found[1] - 1].folded in self._counts and inner.value > 1:
            unit, end = found
            yield Measured(
                Amount(number.value, unit.said), number.start, end, unit, (f"pack_of:{_plain(inner.value)}",)
            )

    def _bagged(self, tokens: Sequence[Token], size: Measured, index: int) -> Iterator[Measured]:
        """ "2 kg bag": the measure was the size of one container."""
        position, _ = self._adjectives(tokens, size.end)
        found = self.unit(tokens, position)
        if found and found[0].kind == "container" and index < size.end:
            unit, end = found
            yield Measured(Amount(Fraction(1), unit.said), size.start, end, unit, (size_tag(size),))

    def _holding(self, tokens: Sequence[Token], reading: Measured) -> Iterator[Measured]:
        """ "un sac de cinq kilos", "a pack of six": a container and what it holds."""
        glue = self._size_of.at(tokens, reading.end) or self._within(tokens, reading)
        opened = glue is None and reading.end < len(tokens) and tokens[reading.end].folded == "("
        for start in ([glue[1]] if glue else []) + ([reading.end + 1] if opened else []):
            size = self._measure(tokens, start, implied=True)
            if size is not None:
                tags = (*reading.constraints, size_tag(size))
                yield replace(reading, end=size.end, constraints=tags)
                continue
            inner = self.numbers.at(tokens, start)
            if inner is None or inner.value < 2 or inner.value.denominator != 1:
                continue
            if reading.unit is not None and reading.unit.id == PART and not inner.article:
                count = Amount(reading.amount.value * inner.value)  # "a string of six sausages"
                yield replace(reading, amount=count, unit=None, end=inner.end)
                continue
            tags = (*reading.constraints, f"pack_of:{_plain(inner.value)}")
            yield replace(reading, end=inner.end, constraints=tags)
            each = self._multiplied_size(tokens, inner.end)
            if each is not None:
                yield replace(reading, end=each.end, constraints=(*tags, size_tag(each)))
            counted = self._counted.at(tokens, inner.end)
            if counted:
                yield replace(reading, end=counted[1], constraints=tags)
                glue = self._size_of.at(tokens, counted[1])
                size = self._measure(tokens, glue[1], implied=True) if glue else None
                if size is not None:  # "six bouteilles d'un litre et demi"
                    yield replace(reading, end=size.end, constraints=(*tags, size_tag(size)))

    def _within(self, tokens: Sequence[Token], reading: Measured) -> tuple[bool, int] | None:
        """The "of" that a unit ends with: "rack of"."""
        glue = self._size_of.at(tokens, reading.end - 1)
        return glue if glue is not None and glue[1] == reading.end and reading.end - reading.start > 1 else None

    def _multiplied_size(self, tokens: Sequence[Token], index: int) -> Measured | None:
        times = self.times.at(tokens, index)
        return self._measure(tokens, times[1]) if times else None

    def _counted_pack(self, tokens: Sequence[Token], reading: Measured, number: Number, end: int) -> Iterator[Measured]:
        """ "a nine-pack" is number and unit too: one pack of nine, when the unit is written in the singular."""
        unit = reading.unit
        word = tokens[end - 1].folded
        if unit is None or word not in self._counts or number.value < 2 or word.endswith("s"):
            return
        if number.low is None and number.value.denominator == 1:
            tags = (*reading.constraints, f"pack_of:{_plain(number.value)}")
            yield replace(reading, amount=Amount(Fraction(1), unit.said), constraints=tags)

    def _measure(self, tokens: Sequence[Token], index: int, *, implied: bool = False) -> Measured | None:
        """A mass or volume at `index` ("500 g", "un demi-litre"); `implied` lets "kilo" stand for one kilo."""
        number = self.numbers.at(tokens, index)
        if number is None:
            if not implied:
                return None
            if index >= len(tokens) or len(tokens[index].folded) < 2:
                return None  # "une boîte à l'huile" holds no liter
            number = Number(Fraction(1), index, index)
        for reading in self._counting_measure(tokens, number):
            return reading
        return None

    def _counting_measure(self, tokens: Sequence[Token], number: Number) -> Iterator[Measured]:
        start = number.end
        if number.value.denominator != 1:
            start = self.numbers.whole_after(tokens, start)
            glue = self.of.at(tokens, start)
            start = glue[1] if glue and start == number.end else start
        found = self.unit(tokens, start)
        if found and found[0].kind == "measure":
            unit, end = found
            value = number.value
            extra = self.numbers.fraction_after(tokens, end)
            if extra and value.denominator == 1:
                value, end = value + extra[0], extra[1]
            whole = Measured(Amount(value * unit.factor, unit.said), number.start, end, unit)
            yield in_small_units(whole, tokens)


def _is_one(reading: Measured) -> bool:
    """Whether one of a unit is said: "a slice"."""
    return reading.unit is not None and reading.amount.value == reading.unit.factor


def _or_so(reading: Measured, count: int, end: int) -> Measured:
    """ "A slice or two" are two slices, "a dozen or so" is a dozen."""
    if not count:
        return replace(reading, end=end)
    one = reading.amount.value
    return replace(reading, amount=replace(reading.amount, value=one * count), end=end, low=one)


def in_small_units(measured: Measured, tokens: Sequence[Token]) -> Measured:
    """Half a liter said in words is 500 ml; what was said in figures ("0.5 l") stays as it was said."""
    unit, value = measured.unit, measured.amount.value
    small = SMALL_UNITS.get(unit.id) if unit is not None else None
    if unit is None or small is None or value >= 1 or tokens[measured.start].kind == "number":
        return measured
    return replace(
        measured, amount=Amount(value * PER_KILO, small), unit=replace(unit, id=small, said=small, symbol=small)
    )


def size_tag(measured: Measured) -> str:
    """What is said about the format of one container, in the unit it was said in: `size:1.5l`, `size:13gal`."""
    amount, unit = measured.amount, measured.unit
    if unit is not None and unit.symbol:
        return f"size:{_plain(amount.value / unit.factor)}{unit.symbol}"
    return f"size:{_plain(amount.value)}{amount.unit}"


def _plain(value: Fraction) -> str:
    """A number as short as it can be: "1.5"."""
    return f"{round(float(value), _DIGITS):g}"


@lru_cache(maxsize=32)
def measures_of(locale: str) -> Measures:
    """The amounts of a locale, read once."""
    return Measures(locale)
