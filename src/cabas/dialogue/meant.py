"""What a recognizer writes for something else, whole words at a time: "a bag of flower" is flour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.lexicon import BRAND, FAMILY, LABEL, RESTRICTED
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.sight import Tools
from cabas.dialogue.tokens import Token, tokenize

_NAMES = (FAMILY, BRAND, LABEL, RESTRICTED)


def as_meant(tokens: Sequence[Token], tools: Tools) -> list[Token]:
    """ "A bag of flower" is flour: words that nobody says of groceries, unless they are part of a longer name."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        found = _heard_as(tools.lang).at(tokens, index)
        if found is None or _inside(tokens, index, found[1], tools):
            kept.append(tokens[index])
            index += 1
            continue
        words, end = found
        fresh = [replace(word, start=tokens[index].start, end=tokens[end - 1].end) for word in tokenize(words)]
        kept.append(replace(fresh[0], lead=tokens[index].lead))
        kept.extend(fresh[1:])
        index = end
    return kept


def _inside(tokens: Sequence[Token], index: int, end: int, tools: Tools) -> bool:
    """Whether a name begins before the words [index, end) and covers them, or begins with them and is longer."""
    return any(
        match.kind in _NAMES and match.end > (end if start == index else index)
        for start in range(max(0, index - 3), index + 1)
        for match in tools.lexicon.at(tokens, start, tools.lang)
    )


@lru_cache(maxsize=16)
def _heard_as(lang: str) -> Phrases[str]:
    """What a recognizer writes -> what is meant."""
    phrases: Phrases[str] = Phrases()
    for heard, meant in locales.read(lang, "sounds").get("meant", {}).items():
        phrases.put(str(heard), str(meant))
    return phrases
