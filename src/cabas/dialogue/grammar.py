"""Sentence patterns of a language, from `locales/<lang>/sentences.yaml`, as regular expressions over folded words.

A pattern is words, `[optional]`, `(one|other)`, `<macro>` and `{slot}`; a comma may stand anywhere between them. A text
is matched as its folded words with a space after each, so that places in the string are places among the tokens; a
comma is one letter before the word it stands before. Words of a long macro, and words that amounts are made of, carry
capital letters in that string: one letter in a pattern stands for a hundred words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from string import ascii_uppercase

from cabas.dialogue import locales
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token, tokenize
from cabas.kernel.errors import InvalidInput

_PIECE = re.compile(r"\{(?P<slot>\w+)\}|<(?P<macro>\w+)>|(?P<mark>[\[\]()|])|(?P<words>[^\[\]()|{}<>]+)")
# What stands for a comma, in no word of any language, and that it may stand before a word.
COMMA = "¬"
_SKIP, _BEFORE = f"{COMMA}?", f" {COMMA}"
# Macros of this many single words get a letter. N marks the words of amounts.
LETTER_WORDS, NUMBER_LETTER = 6, "N"
# What a slot may hold: some words; a few, or none, for {any}; words of an amount for {amount} and {number}.
_COUNTING = rf"(?:[^ {COMMA}A-Z]+[A-Z]*{NUMBER_LETTER}[A-Z]* )"
SLOT = r"(?:\S+ )+?"
SLOTS = {
    "any": r"(?:\S+ ){0,8}?",
    "one": rf"[^ {COMMA}]+ ",
    "number": _COUNTING + "{1,6}?",
    "amount": _COUNTING + "{1,10}",
}
SECTIONS = (
    "attack", "answers", "frames", "compares", "prefaces", "notes", "diets", "recipe", "recipe_tail", "recipe_after",
    "servings", "without", "details", "openers", "ages",
)  # fmt: skip


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
        marked = [_marked(word, token, letters) for word, token in zip(folded, tokens, strict=True)]
        self.string = "".join(marked)
        self.words = frozenset(folded)
        self.usable: dict[int, list[tuple[Pattern, re.Pattern[str]]]] = {}  # by `Patterns`, which keeps it
        self._ends = list(accumulate(len(word) for word in marked))

    def index(self, offset: int) -> int:
        """The token that starts at a place of the string."""
        return bisect_left(self._ends, offset + 1)

    def offset(self, index: int) -> int:
        """The place of the string where token `index` starts."""
        return self._ends[index - 1] if index else 0


def _marked(word: str, token: Token, letters: Mapping[str, str]) -> str:
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


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern while it is put together: its expression, sets of words of each of which it cannot do
    without one, its weight.
    """

    regex: str
    needs: tuple[frozenset[str], ...]
    words: int


class Grammar:
    """The patterns of one language by section. Use `grammar_of`. Raises `InvalidInput` naming a broken pattern."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "sentences")
        self._macros = {str(name): locales.words(value) for name, value in sheet["macros"].items()}
        self._done: dict[str, _Part] = {}
        self._lettered: dict[str, str] = {}
        self._singles: dict[str, frozenset[str]] = {}
        self._names: dict[str, int] = {}
        self._phrases: dict[str, Phrases[bool]] = {}
        self.letters = _number_letters(lang)
        self._assign_letters()
        self.cues: Phrases[bool] = Phrases.of(locales.words(sheet.get("cues")), True)
        self.open_cues: Phrases[bool] = Phrases.of(locales.words(sheet.get("open_cues")), True)
        self.sections = {section: self._section(sheet.get(section, ())) for section in SECTIONS}
        self.words = frozenset(words_in(sheet))

    def prepare(self) -> None:
        """Put every pattern together now (seconds of work, once a process), so that no shopper waits for it."""
        for section in self.sections.values():
            section.prepare()

    def text(self, tokens: Sequence[Token]) -> Text:
        """Tokens as the patterns see them."""
        return Text(tokens, self.letters)

    def macro(self, name: str) -> frozenset[str]:
        """The alternatives of a macro that are one plain word, folded."""
        if name not in self._singles:
            said = [tokenize(text) for text in self._macros.get(name, ()) if not set(text) & set("[]()|<>{}")]
            self._singles[name] = frozenset(words[0].folded for words in said if len(words) == 1)
        return self._singles[name]

    def phrases(self, name: str) -> Phrases[bool]:
        """The alternatives of a macro that are plain words, to be looked up; none where the language has no such
        macro.
        """
        if name not in self._phrases:
            plain = [text for text in self._macros.get(name, ()) if not set(text) & set("[]()|<>{}")]
            self._phrases[name] = Phrases.of(plain, True)
        return self._phrases[name]

    def _section(self, entries: Iterable[Mapping[str, object]]) -> Patterns:
        return Patterns(
            self._pattern(kind, text)
            for entry in entries
            for kind, said in entry.items()
            for text in locales.words(said)
        )

    def _pattern(self, kind: str, text: str) -> Pattern:
        self._names = {}
        part = self._parse(text)
        return Pattern(kind, part.regex, part.needs, part.words)

    def _assign_letters(self) -> None:
        """A letter for each macro of many single words; those of a macro too many are simply looked for one by one."""
        free = iter(letter for letter in ascii_uppercase if letter != NUMBER_LETTER)
        for name in self._macros:
            single = self.macro(name)
            if len(single) < LETTER_WORDS:
                continue
            letter = next(free, None)
            if letter is None:
                return
            self._lettered[name] = letter
            for word in single:
                self.letters[word] = self.letters.get(word, "") + letter

    def _macro(self, name: str) -> _Part:
        if name not in self._done:
            if name not in self._macros:
                raise InvalidInput(f"There is no macro <{name}>.", remedy="Define it under `macros:`.")
            texts, letter = self._macros[name], self._lettered.get(name)
            single = self.macro(name) if letter is not None else frozenset()
            parts = [self._parse(text) for text in texts if not _is_one_of(single, text)]
            if letter is not None:
                parts.append(_Part(f"{_SKIP}[^ {COMMA}A-Z]+[A-Z]*{letter}[A-Z]* ", (single,), 1))
            # the longest first, so that "je voudrais bien" is not taken for "je voudrais"
            self._done[name] = _either(sorted(parts, key=lambda part: -part.words))
        return self._done[name]

    def _parse(self, text: str) -> _Part:
        pieces = [(found.lastgroup or "", found.group(found.lastgroup or 0)) for found in _PIECE.finditer(text)]
        part, rest = self._alternatives(pieces, 0, text)
        if rest != len(pieces):
            raise InvalidInput(f"The pattern {text!r} closes a bracket it never opened.")
        return part

    def _alternatives(self, pieces: Sequence[tuple[str, str]], index: int, text: str) -> tuple[_Part, int]:
        choices: list[_Part] = []
        current: list[_Part] = []
        while index < len(pieces):
            kind, value = pieces[index]
            if kind == "mark" and value in ")]":
                break
            index += 1
            if kind == "mark" and value == "|":
                choices.append(_sequence(current))
                current = []
            elif kind == "mark":
                inner, index = self._alternatives(pieces, index, text)
                closing = {"(": ")", "[": "]"}[value]
                if index >= len(pieces) or pieces[index][1] != closing:
                    raise InvalidInput(f"The pattern {text!r} has an open bracket.")
                index += 1
                current.append(inner if value == "(" else _Part(f"(?:{inner.regex})?", (), 0))
            else:
                current.append(self._piece(kind, value))
        choices.append(_sequence(current))
        choices.sort(key=lambda part: -part.words)  # "a family of" before "a"
        return (_either(choices) if len(choices) > 1 else choices[0]), index

    def _piece(self, kind: str, value: str) -> _Part:
        if kind == "macro":
            return self._macro(value)
        if kind == "slot":
            count = self._names[value] = self._names.get(value, 0) + 1
            body = SLOTS.get(value, SLOT)
            skip = "" if value == "number" and count > 1 else _SKIP  # "4 dollars, two jars" is no price of 4.02
            return _Part(f"{skip}(?P<{value}{count if count > 1 else ''}>{body})", (), 0)
        tokens = tokenize(value)
        words = [token.folded.replace(" ", "") for token in tokens]
        said = [re.escape(_marked(word, token, self.letters)) for word, token in zip(words, tokens, strict=True)]
        return _Part(
            "".join(f"{_SKIP}{word}" for word in said), tuple(frozenset((word,)) for word in words), len(words)
        )


def _sequence(parts: Sequence[_Part]) -> _Part:
    return _Part(
        "".join(part.regex for part in parts),
        tuple(need for part in parts for need in part.needs),
        sum(part.words for part in parts),
    )


def _either(parts: Sequence[_Part]) -> _Part:
    needs = [min(part.needs, key=len, default=None) for part in parts]
    together = frozenset().union(*(need for need in needs if need is not None))
    return _Part(
        "(?:" + "|".join(dict.fromkeys(part.regex for part in parts)) + ")",
        () if None in needs else (together,),
        min((part.words for part in parts), default=0),
    )


def _is_one_of(words: frozenset[str], text: str) -> bool:
    tokens = tokenize(text)
    return len(tokens) == 1 and tokens[0].folded in words


def _number_letters(lang: str) -> dict[str, str]:
    """N for every word that amounts are made of."""
    numbers, units = locales.read(lang, "numbers"), locales.read(lang, "units")
    said = [*_strings(numbers), *_strings({key: units[key] for key in ("measures", "containers", "of", "size_of")})]
    said += [text for key in ("sizes", "plain", "counted") for text in _strings(units[key])]
    return {token.folded: NUMBER_LETTER for text in said for token in tokenize(text) if token.kind == "word"}


def words_in(value: object) -> Iterator[str]:
    """Every folded word of a document's texts."""
    for text in _strings(value):
        yield from (token.folded for token in tokenize(text))


def _strings(value: object) -> Iterator[str]:
    """Every text in a document, slots and macros blanked."""
    if isinstance(value, str):
        yield re.sub(r"[{<]\w+[}>]", " ", value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


@lru_cache(maxsize=16)
def grammar_of(lang: str) -> Grammar:
    """The grammar of a language, read once."""
    return Grammar(lang)
