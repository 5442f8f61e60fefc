"""What every word of an utterance may be, looked up once: names, amounts, details, and the small words between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.conjugation import verb_forms
from cabas.dialogue.grammar import Grammar, grammar_of
from cabas.dialogue.kinds import looks
from cabas.dialogue.lexicon import Lexicon, known_brands
from cabas.dialogue.measures import Measured, Measures, measures_of
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.patterns import Found
from cabas.dialogue.phrases import Phrases, spread
from cabas.dialogue.tokens import Token, spell, stem, stems, tokenize
from cabas.dialogue.trie import Match, joints, small_words
from cabas.kernel.text import fold

# Questions to the catalog cost more than everything else: no more than this many a turn.
QUESTIONS_MAX = 16
# A name that is looked back at is no longer than this.
NAME_TOKENS_MAX = 4
# Where small words are listed: the sections of words.yaml that are looked up as phrases.
_SECTIONS = (
    "determiners", "vague", "and", "fillers", "repairs", "pronouns", "more", "purpose", "everything", "made_for",
    "currency", "cents", "small_size", "large_size", "origin_cues", "tails", "common", "offtopic", "questions",
    "but", "leads", "or", "clausal", "regrets", "contrasts", "closers", "definite", "paired", "ingredients",
    "unsold", "looks", "remarks", "elsewhere", "reasons", "tellers", "because", "live", "clitics", "telling",
    "partitives", "refusing", "those", "asides", "bought", "afterthoughts", "perfect",
    "relatives", "calls", "hence", "subjects", "relays", "intents", "turns", "sayings",
    "filled", "flavored", "lead_ins", "topics", "shelves", "numbering", "both", "inverted", "brand_cues", "manners",
    "titles", "likewise",
    "things", "little",
    "as_much", "pairs", "in_pairs", "flavor_words",
)  # fmt: skip
_NONE: frozenset[str] = frozenset()


class Words:
    """The small words of a language by what they do. Use `words_of`."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "words")
        self.lang = lang
        self.sections = {key: Phrases.of(spread(locales.words(sheet.get(key))), True) for key in _SECTIONS}
        for word in looks(lang):
            self.sections["looks"].put(word, True)
        # which sections have phrases that begin with a word: most words begin none
        begun: dict[str, set[str]] = defaultdict(set)
        for key, phrases in self.sections.items():
            for word in phrases.begin():
                begun[word].add(key)
        self.begun = {word: frozenset(keys) for word, keys in begun.items()}
        self.tells = bool(self.sections["subjects"].begin())  # whether the language says how a clause that tells begins
        self.small = small_words(lang)
        self.joints = joints(lang)
        self.allergens: Phrases[str] = Phrases()
        for allergen, said in sheet.get("allergens", {}).items():
            for word in locales.words(said):
                self.allergens.put(word, allergen)
        self.diets: Phrases[str] = Phrases()
        for label, said in sheet.get("diets", {}).items():
            for word in locales.words(said):
                self.diets.put(word, label)
        self.origins: Phrases[str] = Phrases()
        for origin, said in sheet.get("origins", {}).items():
            for word in locales.words(said):
                self.origins.put(word, origin)
        self.currency_in = {
            str(region): frozenset(fold(word) for word in locales.words(said))
            for region, said in sheet.get("currency_in", {}).items()
        }
        self.cuts = {
            fold(word): frozenset(locales.words(families))
            for said, families in sheet.get("cuts", {}).items()
            for word in locales.words(str(said))
        }
        everyday = (word for said in locales.read(lang, "everyday").values() for word in locales.words(said))
        self.everyday = frozenset(one for word in everyday for one in stems(word, lang))
        self.verbs = verb_forms(lang)
        self.negated = str(sheet.get("negated", "{}"))
        self.free_of = str(sheet.get("free_of", "{}"))

    def at(self, section: str, tokens: Sequence[Token], index: int) -> int | None:
        """The index after a phrase of `section` that starts at `index`, or None."""
        if index < len(tokens) and section not in self.begun.get(tokens[index].folded, ()):
            return None
        found = self.sections[section].at(tokens, index)
        return found[1] if found else None


@lru_cache(maxsize=16)
def words_of(lang: str) -> Words:
    """The small words of a language, read once."""
    return Words(lang)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a language is read with."""

    locale: str
    lang: str
    lexicon: Lexicon
    grammar: Grammar
    measures: Measures
    words: Words


def tools_for(locale: str, lexicon: Lexicon) -> Tools:
    """The tools of a locale over a store's lexicon."""
    lang = locale.partition("-")[0]
    return Tools(locale, lang, lexicon, grammar_of(lang), measures_of(locale), words_of(lang))


class Sight:
    """The tokens of an utterance with everything they may be. Lookups are kept; `steps` counts them, for the tests that
    bound the work. `names` are those that were looked up already, by place.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        tools: Tools,
        knows: Callable[[str], bool],
        names: Mapping[int, list[Match]] | None = None,
    ) -> None:
        self.tokens = tuple(tokens)
        self.tools = tools
        self.words = tools.words
        self.lang = tools.lang
        self.text = tools.grammar.text(self.tokens)
        self.steps = 0
        self._knows = knows
        self._known: dict[str, bool] = {}
        self._found = names or {}
        self._names: dict[int, list[Match]] = {}
        self._amounts: dict[int, tuple[Measured, ...]] = {}
        self._details: dict[int, Found | None] = {}
        self._begun = [self.words.begun.get(token.folded, _NONE) for token in self.tokens]
        self._marks = frozenset(index for index, token in enumerate(self.tokens) if token.is_mark)
        # a recognizer writes neither capitals nor marks: what is written ends its things with a mark or a word
        self.written = any(not self.tokens[index].text.isalpha() for index in self._marks) or any(
            token.text[:1].isupper() for token in self.tokens if len(token.text) > 1
        )

    def names(self, index: int) -> list[Match]:
        """Names that start at a token, the best first."""
        if index not in self._names:
            self.steps += 1
            found = self._found.get(index)
            if found is None:
                found = self.tools.lexicon.at(self.tokens, index, self.lang)
            kept = (one for one in found if not self._runs_on(one, found) and not self._small_talk(one))
            kept = (one for one in kept if not self._counts_it(one))
            self._names[index] = [one for one in kept if not self._is_goods(one, found)]
        return self._names[index]

    def _is_goods(self, match: Match, found: list[Match]) -> bool:
        """Whether a brand is spelled otherwise than what was said, which names goods: "céréales bio" of any brand."""
        if match.kind != "brand" or not any(one.kind == "family" and one.end == match.end for one in found):
            return False
        said = "".join(token.folded for token in self.tokens[match.start : match.end])
        names = (match.id, *known_brands().get(match.id, ()))
        return match.end - match.start > 1 and all(
            said != "".join(token.folded for token in tokenize(name)) for name in names
        )

    def _small_talk(self, match: Match) -> bool:
        """Whether a name of another language is nothing but small words of this one ("tu m" is no Tums), or begins with
        one that ties names together ("dosettes de café" are not decaf).
        """
        if match.lang == self.lang or not match.lang:
            return False
        tied = self.joint(match.start)
        return (tied is not None and tied < match.end) or all(map(self.is_small, range(match.start, match.end)))

    def _counts_it(self, match: Match) -> bool:
        """Whether a name of another language is how the thing before it is counted in this one ("tea capsules"), or a
        label ends with the first word of a longer one ("eggs free range" are not free of eggs).
        """
        last = match.end - 1
        if match.kind == "label" and last > match.start:
            following = self.tools.lexicon.at(self.tokens, last, self.lang)
            return any(one.kind == "label" and one.end > match.end for one in following)
        before = match.start - 1
        if match.kind != "family" or match.lang in ("", None, self.lang) or match.words > 1 or before < 0:
            return False
        said = self.tokens[before].kind == "word" and not self.is_small(before) and not self.is_mark(before)
        return said and self.tools.measures.unit(self.tokens, match.start) is not None

    def _runs_on(self, match: Match, found: list[Match]) -> bool:
        """Whether a brand is a thing and the article of the next one ("milk a loaf" is no Milka)."""
        if match.kind != "brand" or match.end - match.start < 2 or self.said("determiners", match.end - 1) is None:
            article = match.kind == "brand" and match.end - match.start == 2
            article = article and bool(self.tools.measures.at(self.tokens, match.end - 1))
            if not article or self.tokens[match.end - 1].kind != "word":
                return False
        return any(one.kind == "family" and one.end == match.end - 1 for one in found)

    def name(self, index: int, end: int, *kinds: str) -> Match | None:
        """The longest name of one of the kinds that starts at a token and ends by `end`; of two of the same length the
        one whose kind is named first.
        """
        best: Match | None = None
        for match in self.names(index):
            if match.end > end or match.kind not in kinds:
                continue
            if best is None:
                best = match
            elif match.end < best.end:
                break
            elif kinds.index(match.kind) < kinds.index(best.kind):
                best = match
        return best

    def amounts(self, index: int, end: int) -> list[Measured]:
        """Amounts that start at a token and end by `end`, the longest first."""
        if index not in self._amounts:
            self.steps += 1
            found = self.tools.measures.at(self.tokens, index)
            self._amounts[index] = tuple(one for one in found if not self._glued(one))
        return [measured for measured in self._amounts[index] if measured.end <= end]

    def _glued(self, measured: Measured) -> bool:
        """Whether a bare number is a part of the word before it ("papier A4")."""
        first, before = self.tokens[measured.start], measured.start - 1
        glued = measured.unit is None and first.kind == "number" and not first.lead and before >= 0
        if not glued or self.tokens[before].kind != "word":
            return False
        return self.tools.measures.times.at(self.tokens, before) is None

    def detail(self, index: int, end: int) -> Found | None:
        """A detail ("à moins de 5 euros", "taille 4", "d'habitude") that starts at a token and ends by `end`."""
        if index not in self._details:
            self.steps += 1
            self._details[index] = self._to_the_cents(self.tools.grammar.sections["details"].at(self.text, index))
        found = self._details[index]
        return found if found and found.end <= end else None

    def _to_the_cents(self, found: Found | None) -> Found | None:
        """A price without what is no number of cents behind it: "four euros and ...", "four euros a punnet"."""
        if found is None or "number2" not in found.slots:
            return found
        start, end = found.slots["number2"]
        number = numbers_of(self.lang).at(self.tokens, start)
        if number is not None and number.end == end and not number.article:
            return found
        a_piece = self.tools.grammar.phrases("a_piece").at(self.tokens, start)
        slots = {name: span for name, span in found.slots.items() if name != "number2"}
        return replace(found, slots=slots, end=a_piece[1] if a_piece is not None else start)

    def same_aisle(self, start: int, after: int) -> bool:
        """Whether names of one aisle end at `start` and begin at `after`: one may be said in place of the other."""
        size, families = len(self.tokens), self.tools.lexicon.families
        following = self.name(after, size, "family") if after < size else None
        for place in range(max(0, start - NAME_TOKENS_MAX), start if following is not None else 0):
            before = self.name(place, start, "family")
            if before is not None and before.end == start and following is not None:
                paths = [families.get(match.id, {}).get("category") for match in (before, following)]
                if paths[0] is not None and paths[0] == paths[1]:
                    return True
        return self.same_head(start, after)

    def same_head(self, start: int, after: int) -> bool:
        """Whether the word before `start` is a name with the last word of the one at `after`: "double no single
        cream".
        """
        size = len(self.tokens)
        following = self.name(after, size, "family") if start > 0 and after < size else None
        if following is None or following.words < 2 or self.tokens[start - 1].kind != "word":
            return False
        said = (self.tokens[start - 1], self.tokens[following.end - 1])
        if said[0].folded == said[1].folded:  # "milk, actually oat milk"
            return True
        return any(match.kind == "family" and match.end == 2 for match in self.tools.lexicon.at(said, 0, self.lang))

    def is_mark(self, index: int) -> bool:
        """Whether a token is punctuation."""
        return index in self._marks

    def said(self, section: str, index: int) -> int | None:
        """The index after a phrase of a section of words.yaml that starts at a token, or None."""
        if index < len(self._begun) and section not in self._begun[index]:
            return None
        found = self.words.sections[section].at(self.tokens, index)
        return found[1] if found else None

    def joint(self, index: int) -> int | None:
        """The index after "de", "à la", "of" that starts at a token, or None."""
        found = self.words.joints.at(self.tokens, index)
        return found[1] if found else None

    def is_small(self, index: int) -> bool:
        """Whether a token is an article, a preposition, ..."""
        return self.tokens[index].folded in self.words.small

    def is_everyday(self, index: int) -> bool:
        """Whether a token that names nothing is a word of every day: no goods by itself ("the kids", "tonight")."""
        word = self.tokens[index].folded
        return word in self.words.verbs or stem(word, self.lang) in self.words.everyday

    def spell(self, start: int, end: int) -> str:
        """The words [start, end) as text."""
        return spell(self.tokens[start:end])

    def knows(self, words: str) -> bool:
        """Whether products of the catalog are called that. After `QUESTIONS_MAX` questions the answer is no."""
        if words not in self._known:
            if len(self._known) >= QUESTIONS_MAX:
                return False
            self._known[words] = bool(words) and self._knows(words)
        return self._known[words]
