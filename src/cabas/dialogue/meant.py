"""What a recognizer writes for something else, whole words at a time: "a bag of flower" is flour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.lexicon import BRAND, FAMILY, LABEL, RESTRICTED, VARIANT, Match
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.sight import Tools
from cabas.dialogue.tokens import Token, tokenize

# The name of what tastes of something is no longer.
HEAD_TOKENS_MAX = 3
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


def flavors_first(tokens: list[Token], tools: Tools) -> list[Token]:
    """ "Toothpaste mint flavor" as "mint toothpaste": what it tastes of stands before what it is."""
    said = tools.words.sections["flavor_words"].begin()
    for index in [at for at, token in enumerate(tokens) if at and token.folded in said][::-1]:
        if index >= len(tokens) or tokens[index].folded not in said:
            continue
        behind = [one for one in _named(tokens, index + 1, tools) if one.kind == FAMILY]
        if behind:  # "mint flavor toothpaste"
            del tokens[index]
            continue
        first = next((at for at in (index - 2, index - 1) if at > 0 and index in _ends(tokens, at, tools)), None)
        if first is None:
            continue
        last = first - 1 if tokens[first - 1].folded in tools.words.joints else first
        head = next(
            (at for at in range(max(0, last - HEAD_TOKENS_MAX), last) if last in _ends(tokens, at, tools)), None
        )
        if head is not None:
            flavor = [replace(tokens[first], lead=tokens[head].lead), *tokens[first + 1 : index]]
            tokens[head : index + 1] = [*flavor, replace(tokens[head], lead=" "), *tokens[head + 1 : last]]
    return tokens


def _named(tokens: Sequence[Token], place: int, tools: Tools) -> list[Match]:
    return [one for one in tools.lexicon.at(tokens, place, tools.lang) if one.lang in (None, "", tools.lang)]


def _ends(tokens: Sequence[Token], place: int, tools: Tools) -> set[int]:
    """Where names and flavors that begin at `place` end."""
    return {one.end for one in _named(tokens, place, tools) if one.kind in (FAMILY, VARIANT)}


def _inside(tokens: Sequence[Token], index: int, end: int, tools: Tools) -> bool:
    """Whether a name begins before the words [index, end) and covers them, or begins with them and is longer."""
    return any(
        match.kind in _NAMES
        and match.end > (end if start == index else index)
        and not (match.kind == BRAND and tokens[start].folded in tools.words.small)  # "of all" is no Ofal
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
