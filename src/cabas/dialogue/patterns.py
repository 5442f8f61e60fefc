"""Patterns that a text fits: which one, and where its slots lie. `grammar` makes them from a language's sentences.

A text is matched as its folded words with a space after each, so that places in the string are places among the tokens;
a comma is one letter before the word it stands before. Words of a long macro, and words that amounts are made of, carry
capital letters in that string: one letter in a pattern stands for a hundred words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cabas.dialogue.tokens import Token

# What stands for a comma, in no word of any language; the letter of the words of amounts.
COMMA, NUMBER_LETTER = "¬", "N"
_BEFORE = f" {COMMA}"


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern that fits: its kind and the token ranges of its slots; `words` is how many it says by itself."""

    kind: str
    slots: Mapping[str, tuple[int, int]]
    words: int
    start: int
    end: int


class Text:
    """Tokens as a string that patterns match, with the way back from places in it to tokens."""

    __slots__ = ("_ends", "string", "tokens", "usable", "words")

    def __init__(self, tokens: Sequence[Token], letters: Mapping[str, str]) -> None:
        self.tokens = tokens
        folded = [token.folded.replace(" ", "") for token in tokens]
        said = [marked(word, token, letters) for word, token in zip(folded, tokens, strict=True)]
        self.string = "".join(said)
        self.words = frozenset(folded)
        self.usable: dict[int, list[tuple[Pattern, re.Pattern[str]]]] = {}  # by `Patterns`, which keeps it
        self._ends = list(accumulate(len(word) for word in said))

    def index(self, offset: int) -> int:
        """The token that starts at a place of the string."""
        return bisect_left(self._ends, offset + 1)

    def offset(self, index: int) -> int:
        """The place of the string where token `index` starts."""
        return self._ends[index - 1] if index else 0


def marked(word: str, token: Token, letters: Mapping[str, str]) -> str:
    """A word as patterns see it, with its letters and a space; a comma without."""
    if word == ",":
        return COMMA
    return f"{word}{NUMBER_LETTER if token.kind == 'number' else letters.get(word, '')} "


class Pattern:
    """One way to say something. Of each of `needs` one word must occur; `words` is how much it says by itself."""

    __slots__ = ("_regex", "_source", "kind", "needs", "words")

    def __init__(self, kind: str, source: str, needs: Iterable[frozenset[str]], words: int) -> None:
        self.kind, self.words = kind, words
        self.needs = tuple(sorted(set(needs), key=lambda need: (len(need), sorted(need))))
        self._source = source
        self._regex: re.Pattern[str] | None = None

    @property
    def regex(self) -> re.Pattern[str]:
        """The expression, put together when first needed: most patterns never are."""
        if self._regex is None:
            self._regex = re.compile(self._source)
        return self._regex


class Patterns:
    """An ordered list of patterns; the earlier wins among those that fit."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self._anyhow = [place for place, pattern in enumerate(self._patterns) if not pattern.needs]
        self._begun: dict[str, list[int]] = {}
        for place, pattern in enumerate(self._patterns):
            for word in pattern.needs[0] if pattern.needs else ():
                self._begun.setdefault(word, []).append(place)

    def __len__(self) -> int:
        return len(self._patterns)

    def prepare(self) -> None:
        """Put all expressions together now, so that no shopper waits for it."""
        for pattern in self._patterns:
            _ = pattern.regex

    def _usable(self, text: Text) -> list[tuple[Pattern, re.Pattern[str]]]:
        """The patterns that `text` has the words for, in order. The others are not even looked at."""
        found = text.usable.get(id(self))
        if found is None:
            places = {place for word in text.words for place in self._begun.get(word, ())}
            found = [
                (pattern, pattern.regex)
                for pattern in (self._patterns[place] for place in sorted(places.union(self._anyhow)))
                if not any(need.isdisjoint(text.words) for need in pattern.needs[1:])
            ]
            text.usable[id(self)] = found
        return found

    def fits(self, text: Text) -> Iterator[Found]:
        """The patterns that fit the whole text, in order."""
        for pattern, regex in self._usable(text):
            if found := regex.fullmatch(text.string):
                yield _found(pattern, found, text)

    def at(self, text: Text, index: int) -> Found | None:
        """The pattern that fits the most tokens from `index` on."""
        best = None
        for pattern, regex in self._usable(text):
            found = regex.match(text.string, text.offset(index))
            if found and found.end() > found.start() and (best is None or found.end() > best[1].end()):
                best = (pattern, found)
        return _found(best[0], best[1], text) if best else None

    def longest(self, text: Text, index: int, most: int) -> Found | None:
        """The pattern that can be made to fit the most tokens from `index` on, at most so many."""
        start = text.offset(index)
        near = [pair for pair in self._usable(text) if pair[1].match(text.string, start)]
        for end in range(min(index + most, len(text.tokens)), index, -1):
            for pattern, regex in near:
                found = regex.fullmatch(text.string, start, text.offset(end))
                if found:
                    return _found(pattern, found, text)
        return None

    def within(self, text: Text) -> Found | None:
        """The first pattern found anywhere in the text."""
        for pattern, regex in self._usable(text):
            for found in regex.finditer(text.string):
                if found.end() > found.start() and (not found.start() or text.string[found.start() - 1] in _BEFORE):
                    return _found(pattern, found, text)
        return None


def _found(pattern: Pattern, found: re.Match[str], text: Text) -> Found:
    slots = {
        name: (text.index(found.start(name)), text.index(found.end(name)))
        for name in found.groupdict()
        if found.start(name) >= 0
    }
    return Found(pattern.kind, slots, pattern.words, text.index(found.start()), text.index(found.end()))


def closest(found: Iterable[Found], size: int) -> list[Found]:
    """The patterns that fit, kind by kind as the document orders them; of one kind the one whose own words say most."""
    kinds: dict[str, list[Found]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    open_words = {
        id(one): sum(end - start for start, end in one.slots.values()) for each in kinds.values() for one in each
    }
    return [one for each in kinds.values() for one in sorted(each, key=lambda one: open_words[id(one)])]
