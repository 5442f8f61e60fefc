"""Amounts as recipes write them: "1 1/2 cups", "2 (14 oz) cans", "8 à 10", "1 càc et demie", "½ cup plus 2 tbsp".

What the units and the words around them are is `locales/<lang>/ingredients.yaml`; number words come from `numbers`.
Shoppers' amounts are another matter: see `measures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from rapidfuzz.distance import OSA

from cabas.dialogue import locales
from cabas.dialogue.kitchen_measure import BINARY, CONTAINERS, LENGTHS, METRIC, SPOONS, WEIGHTS, Measure, Reading
from cabas.dialogue.numbers import Number, numbers_of
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token, tokenize
from cabas.kernel.text import fold

# Units with names of so many letters are recognized with a slip in them; shorter words may be anything.
_SLIP_MIN = 8


@dataclass(frozen=True, slots=True)
class _Unit:
    id: str
    of: Phrases[bool] | None
    but: Phrases[bool] | None


class Kitchen:
    """How recipes of one language write amounts. Use `kitchen_of`."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "ingredients")
        self.lang = lang
        self._numbers = numbers_of(lang)
        self._units: Phrases[_Unit] = Phrases()
        for unit_id, record in sheet["units"].items():
            made = _Unit(str(record.get("as", unit_id)), _maybe(record.get("of")), _maybe(record.get("but")))
            for word in locales.words(record["words"]):
                self._units.put(word, made)
        self._long = sorted(
            {
                fold(word.split()[0])
                for unit_id in (*METRIC, "tbsp", "tsp")
                for word in locales.words(sheet["units"].get(unit_id, {}).get("words"))
                if len(word.split()[0]) >= _SLIP_MIN
            }
        )
        self._exact: dict[str, str] = sheet.get("exact") or {}
        self.of = phrases(sheet["of"])
        self._vague = phrases(sheet["vague"])
        self._sum = phrases(sheet["sum"])
        self._to = phrases(sheet["to"])
        self._also = phrases(sheet["also"])
        self._adjectives = phrases(sheet["adjectives"])
        self._articles = phrases(sheet["articles"])
        self._names = phrases(sheet["names"])

    def unit(self, tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
        """The canonical unit at `index` and the index after it, when the food after it may be counted in it."""
        if index >= len(tokens):
            return None
        if tokens[index].text in self._exact:
            return self._exact[tokens[index].text], index + 1
        for unit, end in reversed(self._units.every(tokens, index)):
            food = self._past(self.of, tokens, end)
            if food < len(tokens) and tokens[food].is_mark and index:
                return unit.id, end  # "1 stick/113 g": no food follows
            if unit.of is not None and not unit.of.at(tokens, food):
                continue
            if unit.but is not None and unit.but.at(tokens, food):
                continue
            return unit.id, end
        return None

    def _misspelled(self, tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
        """ "Tablepsoon", "cuilére à soupe": a spoon or a metric unit with a slip of the pen in its long name."""
        word = tokens[index].folded if index < len(tokens) else ""
        if len(word) < _SLIP_MIN - 1:
            return None
        slips = 2 if len(word) >= _SLIP_MIN + 2 else 1
        near = [(OSA.distance(one, word), one) for one in self._long if one[0] == word[0]]
        if not near or min(near)[0] > slips:
            return None
        best = min(near)[1]
        return self.unit((*tokens[:index], replace(tokens[index], folded=best, text=best), *tokens[index + 1 :]), index)

    def unit_word(self, tokens: Sequence[Token], index: int) -> int:
        """The index after a word that is a unit of some food or other at `index`, or `index`."""
        return max((end for _, end in self._units.every(tokens, index)), default=index)

    def named(self, tokens: Sequence[Token], index: int) -> int:
        """The end of a food's name that looks like something else ("demi-écrémé", "gros sel"), or `index`."""
        found = self._names.at(tokens, index)
        return found[1] if found else index

    def read(self, tokens: Sequence[Token], index: int = 0) -> Reading | None:
        """The amount that starts at `index`, sums and second amounts ("1 kg / 2 lb") included."""
        first = self._one(tokens, index)
        if first is None:
            return None
        while (glue := self._sum.at(tokens, first.end)) and first.measure.unit:
            more = self._one(tokens, glue[1])
            total = first.measure.plus(more.measure) if more and more.measure.unit else None
            if more is None or total is None:
                break
            first = replace(first, measure=total, end=more.end)
        return self._seconds(tokens, first)

    def whole(self, tokens: Sequence[Token]) -> tuple[Measure, ...]:
        """The amounts of tokens that hold nothing but amounts ("about 1 cup", "3 ½ oz / 100 g"); else nothing."""
        found: list[Measure] = []
        index = 0
        while index < len(tokens):
            glue = self._also.at(tokens, index)
            if glue:
                index = glue[1]
                continue
            reading = self._one(tokens, index)
            if reading is None or reading.measure.quantity is None or reading.measure.unit is None:
                return ()
            found.append(reading.measure)
            index = reading.end
        return tuple(found)

    def _seconds(self, tokens: Sequence[Token], first: Reading) -> Reading:
        also = list(first.also)
        end = first.end
        while glue := self._also.at(tokens, end):
            other = self._one(tokens, glue[1])
            # "2 tbsp or 1 lemon" is another food: only a second unit says the same amount
            if other is None or other.measure.unit is None or other.measure.unit == first.measure.unit:
                break
            if other.end >= len(tokens) and first.end < len(tokens) and glue[1] - end > 1:
                break
            also.append(other.measure)
            end = other.end
        return replace(first, also=tuple(also), end=end)

    def _one(self, tokens: Sequence[Token], index: int) -> Reading | None:
        name = self.named(tokens, index)
        if name > index and (tokens[index].kind != "number" or not self.of.at(tokens, name)):
            return None  # "5 baies" are a spice, but "5 baies de genièvre" are five
        if (counted := self._past_scant(tokens, index)) > index:
            return self._one(tokens, counted)
        vague = self._vague.at(tokens, index)
        number = self._numbers.at(tokens, index)
        ranged = self._numbers.at(tokens, vague[1]) if vague else None
        if ranged is not None and ranged.low is not None:  # "de 200 à 250 g"
            vague, number = None, ranged
        if vague and (number is None or number.article or vague[1] > number.end):
            return self._vaguely(tokens, vague[1])
        if number is None or self._is_name(tokens, number):
            return self._fraction_of(tokens, index) or self._bare(tokens, index)
        number = self._slashed(tokens, self._mixed(tokens, number))
        count = Measure(number.low if number.low is not None else number.value)
        if number.low is not None:
            count = replace(count, most=number.value)
        start = number.end
        if number.value < 1 and self.unit(tokens, start) is None:  # "half a lemon"
            start = self._past(self._articles, tokens, start)
        return self._times(tokens, number, count, start) or self._counted(tokens, number, count, start)

    def _past_scant(self, tokens: Sequence[Token], index: int) -> int:
        """Past the adjectives before a number: "scant 1/2 cup", "a generous 2 tbsp"."""
        at = index = self._past(self._articles, tokens, start := index)
        while found := self._adjectives.at(tokens, at):
            at = found[1]
        return at if at > index and at < len(tokens) and tokens[at].kind == "number" else start

    def _mixed(self, tokens: Sequence[Token], number: Number) -> Number:
        """ "2 and 1/2 cups": a written fraction after "and"."""
        glue = self._sum.at(tokens, number.end)
        if glue is None or number.low is not None or number.value.denominator != 1 or glue[1] >= len(tokens):
            return number
        part = self._numbers.at(tokens, glue[1]) if tokens[glue[1]].kind == "number" else None
        if part is None or part.value >= 1 or self.unit(tokens, number.end):
            return number
        return replace(number, value=number.value + part.value, end=part.end)

    def _slashed(self, tokens: Sequence[Token], number: Number) -> Number:
        """ "4/5 pommes de terre" is four or five of them; nobody writes four fifths of a potato."""
        top, under = number.value.numerator, number.value.denominator
        one = number.end == number.start + 1 and number.low is None
        over, _, below = tokens[number.start].folded.partition("/")
        ends = [int(part) for part in (over, below) if part.strip().isdigit()]
        if one and len(ends) == 2 and 10 <= ends[0] < ends[1] and ends[1] not in BINARY:  # "300/400 g"
            return replace(number, value=Fraction(ends[1]), low=Fraction(ends[0]))
        if not one or under != top + 1 or top < 4 or self.unit(tokens, number.end):
            return number
        return replace(number, value=Fraction(under), low=Fraction(top))

    def _fraction_of(self, tokens: Sequence[Token], index: int) -> Reading | None:
        """ "la moitié d'un concombre": a part of one."""
        start = self._past(self._articles, tokens, index)
        number = self._numbers.at(tokens, start) if start > index else None
        of = self._past(self.of, tokens, number.end) if number is not None else 0
        if number is None or number.value >= 1 or of == number.end:
            return None
        return Reading(Measure(number.value), self._past(self._articles, tokens, of))

    def _vaguely(self, tokens: Sequence[Token], index: int) -> Reading | None:
        """ "quelques brins", "several turns of": a unit, no number."""
        start = self._past_adjectives(tokens, index)
        found = self.unit(tokens, start)
        unit, end = found or (None, index)
        return Reading(Measure(None, unit), self._past(self.of, tokens, end)) if end < len(tokens) else None

    def _bare(self, tokens: Sequence[Token], index: int) -> Reading | None:
        """ "pincée de sel", "large handful parsley": a unit that needs no number, with one meant."""
        start = self._past_adjectives(tokens, index)
        found = self.unit(tokens, start)
        if found is None or found[0] not in ("pinch", "handful", "dash", "drizzle", "knob", "bunch"):
            return None
        return Reading(Measure(Fraction(1), found[0]), self._past(self.of, tokens, found[1]))

    def _counted(self, tokens: Sequence[Token], number: Number, count: Measure, start: int) -> Reading:
        """A number, and what it counts: a unit, a container of a size, or the food itself."""
        sized = self._sized(tokens, number, count, start)
        if sized is not None:
            return sized
        at = self._past_adjectives(tokens, start)
        of = self._past(self.of, tokens, at)
        found = self.unit(tokens, at) or self._misspelled(tokens, at)
        if found is None and (number.collective or number.value.denominator != 1):
            found = self.unit(tokens, of)  # "une cinquantaine de grammes", "trois quarts de litre"
        if found is None:
            return Reading(count, self._past(self.of, tokens, start), open=start)
        unit, end = found
        extra = self._numbers.fraction_after(tokens, end)
        if extra and count.quantity is not None and count.quantity.denominator == 1:
            count, end = replace(count, quantity=count.quantity + extra[0]), extra[1]
        if unit == "piece":  # "2 pièces gousse d'ail", "4 x cloves": the food may bring its own unit
            inner = self.unit(tokens, self._past(self.of, tokens, end))
            if inner and inner[0] != "cube" and inner[0] not in LENGTHS:
                unit, end = inner
        made, end = self._up_to(tokens, replace(count, unit=unit), end)
        also, end = self._holding(tokens, made, end)
        return Reading(made, self._past(self.of, tokens, end), also, start)

    def _up_to(self, tokens: Sequence[Token], measure: Measure, end: int) -> tuple[Measure, int]:
        """ "800 g à 1 kg", "1 lb 2 oz": another amount of the same kind after the unit."""
        glue = self._past(self._to, tokens, end)
        number = self._numbers.at(tokens, glue)
        if number is None or number.low is not None or measure.quantity is None or measure.most is not None:
            return measure, end
        found = self.unit(tokens, number.end)
        if found is None and glue == end:
            return self._finer(tokens, measure, number, end)
        if found is None or found[0] not in {*WEIGHTS, *SPOONS}:
            return measure, end
        if glue == end:
            pound = measure.unit == "lb" and found[0] == "oz"
            return (
                (replace(measure, quantity=measure.quantity + number.value / 16), found[1]) if pound else (measure, end)
            )
        upper = Measure(Fraction(0), measure.unit).plus(Measure(number.value, found[0]))
        if upper is None or upper.quantity is None or upper.quantity <= measure.quantity:
            return measure, end
        return replace(measure, most=upper.quantity), found[1]

    def _finer(self, tokens: Sequence[Token], measure: Measure, number: Number, end: int) -> tuple[Measure, int]:
        """ "1 kg 200 de veau", "2 l 1/2": what is added to the unit, its own left out."""
        whole = measure.quantity is not None and measure.quantity.denominator == 1
        thousand = measure.unit in ("kg", "l") and 100 <= number.value < 1000
        part = number.value if number.value < 1 else number.value / 1000 if thousand else None
        if measure.quantity is None or not whole or part is None or tokens[end].kind != "number":
            return measure, end
        return replace(measure, quantity=measure.quantity + part), number.end

    def _holding(self, tokens: Sequence[Token], measure: Measure, end: int) -> tuple[tuple[Measure, ...], int]:
        """ "400 g tin of tomatoes", "1 boîte de 400 g de pois chiches": a container and what it holds."""
        if measure.unit in WEIGHTS:
            box = self.unit(tokens, self._past_adjectives(tokens, end))
            if box and box[0] in CONTAINERS - {"cube"}:
                return (Measure(Fraction(1), box[0]),), box[1]
        if measure.unit in CONTAINERS | {"piece"} and measure.quantity is not None:
            number = self._numbers.at(tokens, self._past(self.of, tokens, end))
            size = self.unit(tokens, number.end) if number is not None and not number.article else None
            if number is not None and size and size[0] in WEIGHTS | LENGTHS:
                return (Measure(number.value * measure.quantity, size[0]),), size[1]
        return (), end

    def _times(self, tokens: Sequence[Token], number: Number, count: Measure, start: int) -> Reading | None:
        """ "2 x 400 g tins": so many of that size."""
        if start >= len(tokens) or tokens[start].folded not in ("x", "×"):
            return None
        return self._sized(tokens, number, count, start + 1, total=True)

    def _sized(
        self, tokens: Sequence[Token], number: Number, count: Measure, start: int, *, total: bool = False
    ) -> Reading | None:
        """ "1 12 oz can", "2 400g tins": a count, the size of one, the container."""
        at = start
        while at < len(tokens) and tokens[at].folded == "-" and tokens[at].is_mark:
            at += 1
        inner = self._numbers.at(tokens, at)
        if inner is None or inner.article or count.quantity is None or tokens[at].kind != "number":
            return None
        size = self.unit(tokens, inner.end)
        if size is None:
            return None
        said = self._seconds(tokens, Reading(Measure(inner.value, size[0]), size[1]))
        if inner.low is not None:
            said = replace(said, measure=Measure(inner.low, size[0], inner.value))
        each = tuple(one.times(count.quantity) for one in (said.measure, *said.also))
        box = self.unit(tokens, self._past_adjectives(tokens, said.end))
        if box and box[0] in CONTAINERS | {"piece"}:
            unit = None if box[0] == "piece" else box[0]
            return Reading(replace(count, unit=unit), self._past(self.of, tokens, box[1]), each)
        if total:
            return Reading(each[0], self._past(self.of, tokens, said.end), (count, *each[1:]))
        if tokens[inner.end].lead == "-" or size[0] in ("lb", "oz"):  # "one 2-pound squash", "4 6 oz fillets"
            return Reading(count, said.end, each)
        return None

    def _is_name(self, tokens: Sequence[Token], number: Number) -> bool:
        """ "35 % cream": a number that counts nothing."""
        following = tokens[number.end] if number.end < len(tokens) else None
        return following is not None and following.folded in ("%", "°")

    def _past(self, words: Phrases[bool], tokens: Sequence[Token], index: int) -> int:
        found = words.at(tokens, index)
        return found[1] if found else index

    def _past_adjectives(self, tokens: Sequence[Token], index: int) -> int:
        """Past "large", "bonne", ...: only when a unit follows."""
        at = index
        while found := self._adjectives.at(tokens, at):
            at = found[1]
        return at if at > index and self.unit(tokens, at) else index


def phrases(value: object) -> Phrases[bool]:
    """Phrases from a YAML list; "haché*" stands for haché, hachés, hachée and hachées."""
    made: Phrases[bool] = Phrases()
    for text in locales.words(value):
        for form in forms(text):
            made.put(form, True)
    return made


def forms(text: str) -> tuple[str, ...]:
    """A word and, when it ends in "*", its plural and feminine forms."""
    stem = text.rstrip("*")
    return (stem, stem + "s", stem + "e", stem + "es") if stem != text else (text,)


def _maybe(value: object) -> Phrases[bool] | None:
    return phrases(value) if value else None


@lru_cache(maxsize=16)
def kitchen_of(lang: str) -> Kitchen:
    """The kitchen of a language, read once."""
    return Kitchen(lang)


def without_dots(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without the dots of abbreviations ("c. à s.", "tbsp.", "approx.")."""
    kept: list[Token] = []
    for token in tokens:
        if token.folded == "." and kept and kept[-1].kind == "word" and len(kept[-1].folded) <= 6:
            continue
        kept.append(token)
    return tuple(kept)


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a line, dots of abbreviations left out."""
    return without_dots(tokenize(text))
