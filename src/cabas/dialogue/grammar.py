"""Sentence patterns of a language, from `locales/<lang>/sentences.yaml`, as regular expressions over folded words.

A pattern is words, `[optional]`, `(one|other)`, `<macro>` and `{slot}`; a comma may stand anywhere between them. What
they are matched against is told in `patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase

from cabas.dialogue import locales
from cabas.dialogue.patterns import COMMA, NUMBER_LETTER, Pattern, Patterns, Text, marked
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token, tokenize
from cabas.kernel.errors import InvalidInput

_PIECE = re.compile(r"\{(?P<slot>\w+)\}|<(?P<macro>\w+)>|(?P<mark>[\[\]()|])|(?P<words>[^\[\]()|{}<>]+)")
# A comma may stand before a word.
_SKIP = f"{COMMA}?"
_FIRST_WORD = re.compile(rf"[^\\ {COMMA}()\[\]{{}}|?*+]+ ")
# Macros of this many single words get a letter.
LETTER_WORDS = 6
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
        said = [_literal(marked(word, token, self.letters)) for word, token in zip(words, tokens, strict=True)]
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
        one_of(list(dict.fromkeys(part.regex for part in parts))),
        () if None in needs else (together,),
        min((part.words for part in parts), default=0),
    )


def one_of(ways: Sequence[str]) -> str:
    """One expression for several. What all may have before them, and words that several begin with, are said once: the
    engine has fewer ways to try, and puts them together faster.
    """
    if len(ways) == 1:
        return ways[0]
    if all(way.startswith(_SKIP) for way in ways):
        return _SKIP + one_of([way.removeprefix(_SKIP) for way in ways])
    branches: list[tuple[str, list[str]]] = []
    begun: dict[str, list[str]] = {}
    for way in ways:
        word = _FIRST_WORD.match(way)
        if word is None:
            begun = {}  # it may fit the same words as another: none goes before it that came after
            branches.append(("", [way]))
        elif word[0] in begun:
            begun[word[0]].append(way[word.end() :])
        else:
            begun[word[0]] = [way[word.end() :]]
            branches.append((word[0], begun[word[0]]))
    return "(?:" + "|".join(first + one_of(rest) for first, rest in branches) + ")"


def _literal(said: str) -> str:
    """What matches just that; a space needs no mark."""
    return re.escape(said).replace("\\ ", " ")


def _is_one_of(words: frozenset[str], text: str) -> bool:
    tokens = tokenize(text)
    return len(tokens) == 1 and tokens[0].folded in words


def _number_letters(lang: str) -> dict[str, str]:
    """N for every word that amounts are made of."""
    numbers, units = locales.read(lang, "numbers"), locales.read(lang, "units")
    said = [text for key in numbers if key != "said" for text in _strings(numbers[key])]
    said += _strings({key: units[key] for key in ("measures", "containers", "of", "size_of")})
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
