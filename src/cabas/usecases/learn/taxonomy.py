"""The taxonomies of Open Food Facts (ODbL), as words for families: only what is beyond doubt.

An entry is a thing with its names in several languages. Where the shared lexicon knows one of its names, the others
are new names for the same; entries whose names belong to no family, or to several, teach nothing. A name that the
shared lexicon knows already, that is an ordinary word, that two entries claim, or that holds the name of another kind
of food, is left alone. What was left alone is counted, with examples.

Read are the files Open Food Facts publishes (`categories.json`: an object of entries), and JSON lines (an entry with
its `id`, and a list of names for each language).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from cabas.dialogue import locales
from cabas.dialogue.grammar import grammar_of
from cabas.dialogue.knowledge import Word, content, tidied
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY, Lexicon, lexicon
from cabas.dialogue.tokens import tokenize
from cabas.kernel.errors import InvalidInput
from cabas.kernel.text import clean, fold
from cabas.usecases.learn.words_file import families_called

# More words than this are a description, not a name.
WORDS_MAX = 4
SHORTEST = 4
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing of a taxonomy: its id and its names by language, the usual one first."""

    id: str
    names: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Harvest:
    """The words taken, and how many names were left alone for which reason, with a few of them."""

    words: list[Word] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def skip(self, reason: str, name: str) -> None:
        """Note a name that was left alone."""
        self.skipped[reason] += 1
        if len(self.examples[reason]) < EXAMPLES:
            self.examples[reason].append(name)


def read_entries(text: str, source: str) -> list[Entry]:
    """The entries of a file. Raises `InvalidInput` naming the line that is none."""
    if text.lstrip()[:1] == "{":
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError):
            return list(_lines(text, source))
        if isinstance(whole, dict) and "id" not in whole:
            return [_published(str(key), one) for key, one in whole.items() if isinstance(one, dict)]
    return list(_lines(text, source))


def _lines(text: str, source: str) -> Iterator[Entry]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            names = {
                lang: tuple(map(str, one[lang])) for lang in locales.languages() if isinstance(one.get(lang), list)
            }
            yield Entry(str(one["id"]), names)
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            raise InvalidInput(
                f"{source}:{number}: this is no entry of a taxonomy.",
                remedy='Each line is like {"id": "en:x", "fr": []}.',
            ) from None


def _published(key: str, one: Mapping[str, object]) -> Entry:
    """An entry as Open Food Facts publishes it: a name and synonyms, each by language."""
    usual, others = one.get("name"), one.get("synonyms")
    found: dict[str, tuple[str, ...]] = {}
    for lang in locales.languages():
        first = usual.get(lang) if isinstance(usual, dict) else None
        more = others.get(lang) if isinstance(others, dict) else None
        names = dict.fromkeys([*([str(first)] if first else []), *(map(str, more) if isinstance(more, list) else [])])
        if names:
            found[lang] = tuple(names)
    return Entry(key, found)


def harvest(entries: Iterable[Entry]) -> Harvest:
    """The words that `entries` teach beyond doubt."""
    result = Harvest()
    claims: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    drafts: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        known, first = _families(entry), next((names[0] for names in entry.names.values() if names), entry.id)
        if not known:
            result.skip("belongs to no family", first)
            continue
        if len(known) > 1:
            result.skip("belongs to several families", first)
            continue
        (family,) = known
        for lang, names in entry.names.items():
            like = next((name for name in names if families_called(name, lang)), None)
            if like is None:
                result.skip("known in another language only", names[0])
                continue
            for name in names:
                claims[lang, content(name, lang)].add(family)
                drafts.setdefault((lang, tidied(clean(name)).lower(), family), tidied(clean(like)).lower())
    for (lang, name, family), like in drafts.items():
        reason = _doubt(name, lang, family)
        if reason is None and len(claims[lang, content(name, lang)]) > 1:
            reason = "claimed for several families"
        if reason is None:
            result.words.append(Word(name, lang, family, own=False, like=like))
        else:
            result.skip(reason, name)
    return result


def _families(entry: Entry) -> frozenset[str]:
    """The families that the names of an entry belong to, in any language."""
    return frozenset(
        family for lang, names in entry.names.items() for name in names for family in families_called(name, lang)
    )


def _doubt(name: str, lang: str, family: str) -> str | None:
    """Why a name is not taken for `family`; None when there is no reason."""
    words = _words(lang)
    tokens = tokenize(name)
    said = content(name, lang)
    if families_called(name, lang):
        return "known already"
    if (
        not said
        or len(said) > WORDS_MAX
        or len(fold(name)) < SHORTEST
        or any(not one.folded.isalpha() for one in tokens)
    ):
        return "no plain name"
    if all(token.folded in _ordinary(lang) for token in tokens):
        return "an ordinary word"
    found = [match for match in words.at(tokens, 0, lang) if match.end == len(tokens) and match.lang == lang]
    if any(match.kind in (FAMILY, BRAND, DISH) for match in found):
        return "known already"
    kin = {*words.above(family), *words.below(family)}
    if any(match.id not in kin for match in words.matches(tokens, lang) if match.kind == FAMILY and match.lang == lang):
        return "holds the name of another family"
    return None


@cache
def _words(lang: str) -> Lexicon:
    return lexicon(lang=lang)


@cache
def _ordinary(lang: str) -> frozenset[str]:
    """Words that mean something without food: of orders, amounts, times, courtesies."""
    said: set[str] = set(grammar_of(lang).words)
    for sheet in ("words", "units", "time", "numbers"):
        _gather(locales.read(lang, sheet), said)
    return frozenset(said)


def _gather(value: object, said: set[str]) -> None:
    if isinstance(value, Mapping):
        for one in value.values():
            _gather(one, said)
    elif isinstance(value, list):
        for one in value:
            _gather(one, said)
    elif isinstance(value, str):
        said.update(token.folded for token in tokenize(value))
