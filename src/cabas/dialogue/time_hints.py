"""Words that hint at a time: most clauses have none, and are not read as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cabas.dialogue import locales
from cabas.dialogue.measures import measures_of
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.phrases import Phrases, spread
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.trie import small_words
from cabas.domain.fulfillment import Method

# Sections of time.yaml whose words hint at a time; words that stand anywhere do not count.
_HINTS = (
    "weekdays", "months", "parts", "days", "in_days", "in_weeks", "next", "week", "clock", "noon", "midnight", "pm",
    "before", "before_after", "after", "after_after", "around", "within", "ahead", "earliest", "pickup", "delivery",
    "slot_words", "between", "past", "date", "feasts",
)  # fmt: skip


def hint_words(lang: str, sheet: Mapping[str, Any]) -> frozenset[str]:
    """The words that may mean a time or a method, but for those that mean other things as well: small words, numbers,
    units and chatter.
    """
    found: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, str):
            found.update(word for phrase in value.split(",") for word in pattern_words(phrase) if word[0].isalnum())
        for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
            collect(inner)

    for key in _HINTS:
        collect(sheet.get(key))
    chatter = {token.folded for phrase in locales.words(sheet["chatter"]) for token in tokenize(phrase)}
    return frozenset(found - chatter - small_words(lang) - numbers_of(lang).begin - measures_of(lang).words)


def pattern_words(text: str) -> tuple[str, ...]:
    """The folded words of a pattern; what stands in braces stays as it is."""
    return tuple(
        word
        for piece in text.split()
        for word in ([piece] if piece.startswith("{") else [token.folded for token in tokenize(piece)])
    )


@dataclass(frozen=True, slots=True)
class Within:
    """A span from now that the goods are wanted in, in minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """A moment so many minutes from now."""

    minutes: int


class Methods:
    """The words for the ways to get the goods, and for spans from now."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "time")
        self.names: Phrases[tuple[Method, int]] = Phrases()
        for method in Method:
            for strength, key in enumerate(("weak", "alone", "strong")):
                for phrase in spread(locales.words(sheet[method.value].get(key))):
                    self.names.put(phrase, (method, strength))
        self.hints = hint_words(lang, sheet)
        self.between = [pattern_words(text) for text in sheet["between"]]
        self.within = [
            (entry, pattern_words(text), kind)
            for kind, key in ((Within, "within"), (Ahead, "ahead"))
            for entry in sheet.get(key, ())
            for text in entry["words"]
        ]


@lru_cache(maxsize=16)
def methods_of(lang: str) -> Methods:
    """The ways to get the goods of a language, read once."""
    return Methods(lang)
