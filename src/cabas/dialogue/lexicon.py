"""What things are called: families of goods, labels, brands, dishes, restricted goods, found in text by their words.

A trie of stems per language, so that plurals, accents, hyphens and small words inside names ("jus de pomme", "jus
pomme") do not matter. Products of a French store may be asked for in English: every language is looked at, the
shopper's own first. Words nobody knows may be misspelled or misheard: see `sounds`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token, stem, stems, tokenize
from cabas.kernel.text import fold

FAMILY, LABEL, BRAND, DISH, RESTRICTED = "family", "label", "brand", "dish", "restricted"
NAME_WORDS_MAX = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one thing. `lang` is "" for names that are the same in every language (brands).

    `weight` (0-100) decides between things of the same name: the more popular one.
    """

    kind: str
    id: str
    name: str
    lang: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in the tokens [start, end). `score` is 1 for the very words, less for other forms and guesses.

    `words` counts the words of the name that were met, small words aside.
    """

    start: int
    end: int
    kind: str
    id: str
    score: float
    lang: str = ""
    words: int = 1
    weight: int = 0

    @property
    def rank(self) -> tuple[int, float, int]:
        """What makes one match better than another that starts at the same place."""
        return (self.end - self.start, self.score, self.weight)


class _Node:
    __slots__ = ("below", "entries")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.entries: list[Entry] = []


class Lexicon:
    """Names and the families behind them. Build it once per store with `lexicon`; it never changes."""

    def __init__(self, entries: Iterable[Entry], families: Mapping[str, Mapping[str, Any]], brands_known: bool) -> None:
        self.families = families
        self.brands_known = brands_known
        self.langs = locales.languages()
        self._roots = {lang: _Node() for lang in self.langs}
        self._joints = {lang: _phrases(lang, "joints") for lang in self.langs}
        self.vocabulary: dict[str, set[str]] = {lang: set() for lang in self.langs}
        self.entries = tuple(entries)
        for entry in self.entries:
            for lang in self.langs if not entry.lang else (entry.lang,):
                self._put(entry, lang)
        self.children: dict[str, list[str]] = defaultdict(list)
        for family, sheet in families.items():
            if sheet.get("parent"):
                self.children[sheet["parent"]].append(family)
        self._excluded = {
            (lang, family): tuple(stems(name, lang) for name in locales.words(sheet.get("not")))
            for family, sheet in families.items()
            for lang in self.langs
            if sheet.get("not")
        }

    def _put(self, entry: Entry, lang: str) -> None:
        words = tokenize(entry.name)
        names = [word.folded for word in words if not word.is_mark]
        self.vocabulary[lang].update(name for name in names if len(name) > 1)
        for path in self._paths(words, lang):
            node = self._roots[lang]
            for step in path:
                node = node.below.setdefault(step, _Node())
            if entry not in node.entries:
                node.entries.append(entry)
                node.entries.sort(key=lambda other: -other.weight)

    def _paths(self, tokens: Sequence[Token], lang: str) -> set[tuple[str, ...]]:
        """The ways to say a name: with its articles and without, two words as one ("sweet corn", "sweetcorn")."""
        kept: list[Token] = []
        index = 0
        while index < len(tokens):
            joint = self._joints[lang].at(tokens, index) if kept else None
            if joint and joint[1] < len(tokens):
                index = joint[1]
                continue
            if not tokens[index].is_mark:
                kept.append(tokens[index])
            index += 1
        path = tuple(stem(token.folded, lang) for token in kept)
        paths = {path[:NAME_WORDS_MAX]} if path else set()
        small = small_words(lang)
        plain = tuple(stem(token.folded, lang) for token in kept if token.folded not in small)
        if plain:
            paths.add(plain[:NAME_WORDS_MAX])
        if len(kept) == 2 and all(len(token.folded) > 2 for token in kept):
            paths.add((stem(kept[0].folded + kept[1].folded, lang),))
        return paths

    def is_joint(self, tokens: Sequence[Token], index: int, lang: str) -> int | None:
        """The index after the small words that tie a name together ("de", "à la", "of"), or None."""
        found = self._joints[lang].at(tokens, index)
        return found[1] if found else None

    def at(self, tokens: Sequence[Token], index: int, lang: str) -> list[Match]:
        """Every name that starts at `index`, in the given language and then the others; the longest first."""
        found: dict[tuple[int, str, str], Match] = {}
        for order, other in enumerate((lang, *(code for code in self.langs if code != lang))):
            for match in self._walk(tokens, index, other):
                scored = replace(match, score=match.score - 0.1 * order)
                key = (match.end, match.kind, match.id)
                if key not in found or found[key].score < scored.score:
                    found[key] = scored
        return sorted(found.values(), key=lambda match: match.rank, reverse=True)

    def _walk(self, tokens: Sequence[Token], index: int, lang: str) -> list[Match]:
        found: list[Match] = []
        # (node, position, words met, score): names are short, so this stays a handful of steps
        open_paths: list[tuple[_Node, int, int, float]] = [(self._roots[lang], index, 0, 1.0)]
        while open_paths:
            node, position, words, score = open_paths.pop()
            if words and node.entries:
                text = _said(tokens, index, position)
                for entry in node.entries:
                    exact = 0.0 if _said_as(text, entry.name) else 0.02
                    found.append(Match(index, position, entry.kind, entry.id, score - exact, lang, words, entry.weight))
            if position >= len(tokens) or tokens[position].is_mark:
                continue
            token = tokens[position]
            below = node.below.get(stem(token.folded, lang))
            if below is not None:
                open_paths.append((below, position + 1, words + 1, score))
            if position + 1 < len(tokens) and len(token.folded) > 1 and not tokens[position + 1].is_mark:
                joined = node.below.get(stem(token.folded + tokens[position + 1].folded, lang))
                if joined is not None and joined is not below:
                    open_paths.append((joined, position + 2, words + 2, score - 0.05))
            if words:
                joint = self._joints[lang].at(tokens, position)
                if joint is not None and joint[1] < len(tokens):
                    open_paths.append((node, joint[1], words, score))
        return [match for match in found if self.is_joint(tokens, match.end - 1, lang) is None or match.words > 1
                or match.end - match.start == 1]  # fmt: skip

    def matches(self, tokens: Sequence[Token], lang: str) -> list[Match]:
        """The longest names of each kind at every place, in reading order. They may overlap."""
        found: list[Match] = []
        for index, token in enumerate(tokens):
            if token.is_mark:
                continue
            best: dict[str, Match] = {}
            for match in self.at(tokens, index, lang):
                best.setdefault(match.kind, match)
            found.extend(best.values())
        return found

    def covering(self, tokens: Sequence[Token], lang: str) -> list[Match]:
        """Names that do not overlap, chosen left to right, the longest first."""
        found: list[Match] = []
        index = 0
        while index < len(tokens):
            here = [] if tokens[index].is_mark else self.at(tokens, index, lang)
            if here:
                found.append(here[0])
                index = here[0].end
            else:
                index += 1
        return found

    def excluded(self, family: str, said: Sequence[str], lang: str) -> bool:
        """Whether the stems `said` are a name that only looks like one of the family (its `not:`)."""
        return any(holds(said, path) for path in self._excluded.get((lang, family), ()))

    def below(self, family: str) -> tuple[str, ...]:
        """The family and every family under it."""
        result = [family]
        for child in result:
            result.extend(self.children.get(child, ()))
        return tuple(result)

    def above(self, family: str) -> tuple[str, ...]:
        """The family and every wider one, up to the widest."""
        result = [family]
        while (parent := self.families.get(result[-1], {}).get("parent")) and parent not in result:
            result.append(str(parent))
        return tuple(result)

    def family_of(self, name: str, lang: str) -> str | None:
        """The family a PRODUCT NAME is of, by its head word; None when unsure. See `heads`."""
        from cabas.dialogue.heads import family_of

        return family_of(self, name, lang)

    def knows_word(self, folded: str, lang: str) -> bool:
        """Whether a name of the language has that word, in any form."""
        return folded in self.vocabulary[lang] or stem(folded, lang) in self._stems(lang)

    def _stems(self, lang: str) -> frozenset[str]:
        return _stems_of(lang, frozenset(self.vocabulary[lang]))


@lru_cache(maxsize=32)
def _stems_of(lang: str, vocabulary: frozenset[str]) -> frozenset[str]:
    return frozenset(stem(word, lang) for word in vocabulary)


def holds(said: Sequence[str], path: Sequence[str]) -> bool:
    """Whether the words of `path` stand in `said` in order, others between them allowed."""
    rest = iter(said)
    return bool(path) and all(step in rest for step in path)


def _said(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end]).lower()


@lru_cache(maxsize=65536)
def _plain(name: str) -> str:
    return " ".join(token.text for token in tokenize(name)).lower()


def _said_as(text: str, name: str) -> bool:
    """Whether the very name was said, accents included ("pâté" is not "pâte"), plural aside."""
    plain = _plain(name)
    return text == plain or text.rstrip("sx") == plain.rstrip("sx")


def _phrases(lang: str, key: str) -> Phrases[bool]:
    return Phrases.of(locales.words(locales.read(lang, "words").get(key)), True)


@lru_cache(maxsize=16)
def small_words(lang: str) -> frozenset[str]:
    """Articles, prepositions and conjunctions: words that are no name by themselves."""
    return frozenset(fold(word) for word in locales.words(locales.read(lang, "words").get("small")))


def family_entries() -> Iterable[Entry]:
    """The names of every family in every language."""
    for lang in locales.languages():
        more: Mapping[str, Any] = locales.read(lang, "foods")
        for family, sheet in sheets().items():
            for name in (*locales.words(sheet.get(lang)), *locales.words(more.get(family))):
                yield Entry(FAMILY, family, name, lang, int(sheet.get("popularity", 0)))


def lexicon(brands: Iterable[str] = (), synonyms: Mapping[str, str] | None = None, lang: str = "") -> Lexicon:
    """The lexicon of a store: every family, its `brands`, and its own words (`synonyms`: word -> family id)."""
    entries = list(family_entries())
    named = sorted({brand for brand in brands if brand})
    entries.extend(Entry(BRAND, brand, brand) for brand in named)
    entries.extend(Entry(FAMILY, family, word, lang, 100) for word, family in (synonyms or {}).items())
    return Lexicon(entries, sheets(), bool(named))
