"""The name of a food inside an ingredient line: where it begins and ends, what is offered instead, what is only a part.

The words that decide are `locales/<lang>/ingredients.yaml`: what may stand before a food ("finely chopped"), from which
word on it is preparation ("at room temperature"), and which names hold such words themselves ("hot dogs").
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.kitchen import Kitchen, kitchen_of, phrases
from cabas.dialogue.kitchen_measure import Measure, Reading
from cabas.dialogue.lexicon import FAMILY, lexicon
from cabas.dialogue.spans import Tokens, at_phrases, covers, cut, past
from cabas.dialogue.tokens import spell
from cabas.domain.catalog import Family

# Units that may stand behind the food: "3 garlic cloves", "2 celery stalks".
_BEHIND = frozenset({"clove", "stalk", "sprig", "leaf"})
FULL_RATE = 2000
# What stands between seasonings.
_PAIRED = frozenset({",", "/", "+", "-", "–", "&"})
# Marks that do not end a name.
_INSIDE = frozenset({"/", '"', "'"})


class FoodNames:
    """How foods are written in one language. Use `food_names_of`."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "ingredients")
        self.lang = lang
        self.kitchen: Kitchen = kitchen_of(lang)
        self.before = phrases(sheet["before"])
        after = locales.words(sheet["after"])
        nots = [f"{word} {one}" for word in locales.words(sheet.get("not")) for one in after]
        self.after = phrases([*after, *nots, *locales.words(sheet["phrases"]), *locales.words(sheet["optional"])])
        self.or_ = phrases(sheet["or"])
        self.and_ = phrases(sheet["and"])
        self._articles = phrases(sheet["articles"])
        self._parts = phrases(sheet["parts"])
        self._insides = phrases([*locales.words(sheet["parts"]), *locales.words(sheet["insides"])])
        self._completes: dict[str, str] = sheet["completes"]
        self._states = phrases(sheet["states"])
        self._seasonings = phrases(sheet["seasonings"])
        self._weak = phrases(sheet["weak_joint"])
        self._sized = phrases(sheet.get("sized"))
        self._colors = phrases(sheet["colors"])
        self._other = phrases(sheet.get("other"))
        self._both = phrases(sheet.get("both"))
        self._both_begin = self._both.begin()
        self._shared = phrases(sheet.get("shared"))

    def take(self, tokens: Tokens) -> tuple[Tokens, Tokens]:
        """The food's name and what stands after it; adjectives of preparation before the name are left out."""
        start = self._past_before(tokens)
        end = cut = self._past_brand(tokens, start, self.end(tokens, start))
        while cut < len(tokens) and cut - start > 1 and self._of(tokens[cut - 1 : cut]):
            cut -= 1  # "noix de veau de | 1 kg"
        return (tokens[start:cut], tokens[end:]) if end > start else (tokens, ())

    def _past_brand(self, tokens: Tokens, start: int, end: int) -> int:
        """ "Happy Hen boneless chicken thighs": where the name is no food, one behind the adjectives is."""
        if end >= len(tokens) or not self.before.at(tokens, end):
            return end
        if any(tokens[at].lead != "-" and self.known(tokens[at:end]) for at in range(start, end)):
            return end
        behind = end + self._past_before(tokens[end:])
        stop = self.end(tokens, behind)
        return stop if any(self.known(tokens[at:stop]) for at in range(behind, stop)) else end

    def named(self, tokens: Tokens) -> str:
        """The name as it is called: lower case, "jaune" alone being an egg's."""
        name = spell(tokens).lower()
        return self._completes.get(name, name)

    def _of(self, tokens: Tokens) -> bool:
        return covers(self.kitchen.of, tokens)

    def end(self, tokens: Tokens, start: int) -> int:
        """Where the name that begins at `start` ends: at a mark, a word of preparation or a number."""
        index = start
        while index < len(tokens):
            named = self.kitchen.named(tokens, index)
            if named > index:
                index = named
                continue
            if index > start and self._ends(tokens, start, index):
                break
            index += 1
        return index

    def _ends(self, tokens: Tokens, start: int, index: int) -> bool:
        token = tokens[index]
        if token.is_mark:
            return token.folded not in _INSIDE
        if self.or_.at(tokens, index - 1):
            return False
        if token.folded == "+":
            return True
        if token.kind == "number":
            return not _in_name(tokens, index)
        if token.lead == "-" or not self.after.at(tokens, index):
            return False
        return not self._only_state(tokens[start:index])  # "raw large shrimp": nothing but adjectives so far

    def _past_before(self, tokens: Tokens) -> int:
        """Past "finely chopped", "boneless, skinless", "gros": only while a name is left."""
        index = 0
        while index < len(tokens) and self.kitchen.named(tokens, index) == index:
            step = past(self.before, tokens, index)
            if index + 1 < len(tokens) and tokens[index + 1].lead == "-" and self._sized.at(tokens, index + 1):
                step = index + 2
            if step == index and tokens[index].is_mark:
                step = index + 1
            joint = past(self.and_, tokens, index)
            if step == index and index:
                step = past(self.kitchen.of, tokens, index)
            if step == index and index and joint > index and self.before.at(tokens, joint):
                step = joint
            if step == index:
                break
            index = step
        left = tokens[index:]
        barren = not left or left[0].is_mark or self.after.at(left, 0) or self.and_.at(left, 0)
        return 0 if index and barren else index

    def listed(self, tokens: Tokens) -> list[Tokens]:
        """ "Sel, poivre et thym", of a line without amounts: the foods, when every piece is one; else nothing."""
        pairs = [self.take(part)[0] for part in at_phrases(tokens, self.and_, _PAIRED)]
        if len(pairs) > 1 and all(covers(self._both, part) for part in pairs):
            return pairs
        pieces = at_phrases(tokens, self.and_, ",")
        parts = [self.take(part[past(self.kitchen.of, part, 0) :])[0] for part in pieces]
        if len(parts) < 2 or self.known(tokens):
            return []
        return parts if all(self.is_food(part) for part in parts) else []

    def is_food(self, tokens: Tokens) -> bool:
        """Whether a short name is a food's, or begins or ends with one ("poivre blanc", "sea salt flakes")."""
        cuts = range(len(tokens))
        short = len(tokens) <= 4
        return covers(self._seasonings, tokens) or (
            short and any(self.known(tokens[cut:]) or self.known(tokens[: cut + 1]) for cut in cuts)
        )

    def is_seasoning(self, tokens: Tokens, *, strictly: bool = False) -> bool:
        """Whether the tokens are seasonings without an amount; `strictly`: salt and pepper."""
        known = self._both if strictly else self._seasonings
        pieces = at_phrases(tokens, self.and_)
        return bool(pieces) and all(covers(known, piece) for piece in pieces)

    def pair(self, tokens: Tokens) -> list[Tokens]:
        """ "Sel et de poivre", behind one amount: each of them, where there are two; else nothing."""
        if sum(token.folded in self._both_begin for token in tokens) < 2:
            return []
        parts = [self.take(part[past(self.kitchen.of, part, 0) :])[0] for part in at_phrases(tokens, self.and_)]
        return parts if len(parts) > 1 and all(covers(self._both, part) for part in parts) else []

    def is_remark(self, tokens: Tokens) -> bool:
        """Whether the tokens name no food: adjectives or preparation."""
        return not tokens or self._only_state(tokens) or bool(self.after.at(tokens, 0))

    def joined(self, tokens: Tokens) -> list[Tokens]:
        """ "Kosher salt and freshly ground pepper", of a line without amounts: the foods tied by "and", if there are
        several and the whole is not one thing ("sweet and sour").
        """
        end = next((index for index, token in enumerate(tokens) if token.is_mark), len(tokens))
        pieces = at_phrases(tokens[:end], self.and_)
        parts = [self.take(part[past(self.kitchen.of, part, 0) :])[0] for part in pieces]
        parts = [part for part in parts if not self._only_state(part) and not self.after.at(part, 0)]
        whole = self.known(self.take(tokens)[0]) or any(covers(self._weak, part) for part in parts)
        return parts if len(parts) > 1 and not whole else []

    def choices(self, body: Tokens) -> tuple[Tokens, tuple[str, ...]]:
        """The food and what may be taken instead: "butter or margarine", "chicken or vegetable stock"."""
        parts = cut(body, lambda index: self._past_or(body, index))
        if len(parts) < 2:
            return body, ()
        while len(parts) > 1 and self._only_state(parts[0]):
            parts = [self._stateless(parts[1]), *parts[2:]]
        others = [
            self._of_same(parts[0], self.alternative(part), part) for part in parts[1:] if not self._only_state(part)
        ]
        return self._with_head(parts[0], parts[-1]), tuple(other for other in others if other)

    def alternative(self, tokens: Tokens) -> str:
        """The name of a food offered instead, its amount left out; nothing when no food is named."""
        reading = self.kitchen.read(tokens)
        rest = tokens[reading.end :] if reading else tokens
        rest = rest[next((index for index, token in enumerate(rest) if not token.is_mark), len(rest)) :]
        rest = rest[past(self.kitchen.of, rest, 0) :]
        rest = rest[past(self._other, rest, 0) :]
        if not rest or self.after.at(rest, 0):
            return ""
        name = self.take(rest)[0]
        return "" if self._only_state(name) else spell(name).lower()

    def _of_same(self, first: Tokens, other: str, said: Tokens) -> str:
        """ "huile d'olive ou de colza": the other one is an oil as well."""
        if covers(self._colors, said) and len(first) > 1 and covers(self._colors, first[-1:]):
            return spell((*first[:-1], *said)).lower()  # "oignons rouges ou jaunes"
        end = past(self.kitchen.of, said, 0)
        head = next((index for index in range(1, len(first)) if self.kitchen.of.at(first, index)), 0)
        if not end or not head:
            return other
        return f"{spell(first[:head])} {spell(said)}".lower()

    def part_of(self, tokens: Tokens) -> tuple[int, Reading] | None:
        """ "Le jus d'1/2 citron", "juice of 2 limes": the index after the part, and the amount of the fruit."""
        start = past(self._articles, tokens, 0)
        ends = (past(self._insides, tokens, index) for index in range(start, min(start + 3, len(tokens))))
        end = next((end for index, end in enumerate(ends, start) if end > index), 0)
        if not end or any(token.kind == "number" for token in tokens[: end - 1]):
            return None
        end = next((at for at in range(end, len(tokens)) if not self.after.at(tokens, at)), end)  # "zeste râpé de"
        of = self.kitchen.read(tokens, past(self.kitchen.of, tokens, end))
        if of is None or of.measure.quantity is None or of.measure.unit not in (None, "piece"):
            return None
        return end, of

    def whole_fruit(self, measure: Measure, food: Tokens) -> tuple[Tokens, Tokens]:
        """ "3 jus d'orange", "½ lemon zest and juice": a bare count of juices counts the fruit. (food, part)"""
        if measure.quantity is None or measure.unit is not None:
            return food, ()
        end = past(self._parts, food, 0)
        of = past(self.kitchen.of, food, end)
        if end and of > end and of < len(food):
            return food[of:], food[:end]
        for index in range(1, len(food)):
            if past(self._parts, food, index) == len(food):
                return food[:index], food[index:]
        return food, ()

    def behind(self, measure: Measure, food: Tokens) -> tuple[Measure, Tokens]:
        """ "3 garlic cloves": the unit behind the food. A leaf stays in the name: bay is bought as bay leaves."""
        if measure.quantity is None or measure.unit not in (None, "piece") or len(food) < 2:
            return measure, food
        unit = self.kitchen.unit((food[-1], *food[:-1]), 0)
        if unit is None or unit[1] != 1 or unit[0] not in _BEHIND:
            return measure, food
        return replace(measure, unit=unit[0]), food if unit[0] == "leaf" else food[:-1]

    def known(self, tokens: Tokens, *, edible: bool = False) -> bool:
        """Whether the tokens are, as a whole, the name of a family; `edible` leaves out pans and foil."""
        if not tokens:
            return False
        words = lexicon(lang=self.lang)
        found = [
            match.id for match in words.at(tokens, 0, self.lang) if match.kind == FAMILY and match.end == len(tokens)
        ]
        return any(not edible or _is_edible(words.family(family)) for family in found)

    def _with_head(self, first: Tokens, last: Tokens) -> Tokens:
        """ "chicken or vegetable stock", "red or green grapes": the first one is a stock, or grapes, too."""
        if covers(self._colors, first) and len(last) > 1:
            return (*first, *(last[1:] if covers(self._colors, last[:1]) else last[-1:]))
        shares = len(last) > 1 and covers(self._shared, last[-1:]) and not covers(self._shared, first[-1:])
        return (*first, last[-1]) if shares and (self.known((*first, last[-1])) or not self.known(first)) else first

    def _only_state(self, tokens: Tokens) -> bool:
        index = 0
        while index < len(tokens):
            step = max(past(self._states, tokens, index), past(self.before, tokens, index))
            if step == index:
                return False
            index = step
        return True

    def _stateless(self, tokens: Tokens) -> Tokens:
        end = past(self._states, tokens, 0)
        return tokens[end:] if end < len(tokens) else tokens

    def _past_or(self, tokens: Tokens, index: int) -> int:
        if not index or self.kitchen.named(tokens, index - 1) > index:
            return index
        after = past(self.or_, tokens, index)
        return after if after < len(tokens) else index


def _is_edible(family: Family | None) -> bool:
    """Food has the reduced rate of VAT; of what has not, only drinks with an age limit are drunk."""
    return family is not None and (family.vat_rate < FULL_RATE or family.minimum_age > 0)


def _in_name(tokens: Tokens, index: int) -> bool:
    """Whether the number at `index` belongs to a name: "crème 35 %", "farine T55"."""
    if tokens[index].lead in ("", "-"):
        return True
    return index + 1 < len(tokens) and tokens[index + 1].folded == "%"


@lru_cache(maxsize=16)
def food_names_of(lang: str) -> FoodNames:
    """The food names of a language, read once."""
    return FoodNames(lang)
