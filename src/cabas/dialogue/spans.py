"""Stretches of tokens: cutting them at phrases and marks, taking parentheses apart."""

from __future__ import annotations

from collections.abc import Callable, Collection

from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token

Tokens = tuple[Token, ...]
Group = tuple[int, Tokens]
_OPEN, _CLOSE = frozenset("(["), frozenset(")]")


def past(words: Phrases[bool], tokens: Tokens, index: int) -> int:
    """The index after the phrase that starts at `index`, or `index`."""
    found = words.at(tokens, index)
    return found[1] if found else index


def covers(words: Phrases[bool], tokens: Tokens) -> bool:
    """Whether the tokens are, as a whole, one of the phrases."""
    return bool(tokens) and past(words, tokens, 0) == len(tokens)


def cut(tokens: Tokens, step: Callable[[int], int]) -> list[Tokens]:
    """The stretches between the places where `step(index)` goes beyond `index`; empty ones are left out."""
    parts: list[Tokens] = []
    start = index = 0
    while index < len(tokens):
        after = step(index)
        if after > index:
            parts.append(tokens[start:index])
            start = index = after
        else:
            index += 1
    parts.append(tokens[start:])
    return [part for part in parts if part]


def at_phrases(tokens: Tokens, words: Phrases[bool], marks: Collection[str] = ()) -> list[Tokens]:
    """The stretches between the phrases (and the `marks`)."""
    return cut(tokens, lambda index: index + 1 if tokens[index].folded in marks else past(words, tokens, index))


def at_marks(tokens: Tokens, marks: Collection[str] = ()) -> list[Tokens]:
    """The stretches between the `marks`, or between any punctuation when none are named."""
    return cut(tokens, lambda index: index + (tokens[index].folded in marks if marks else tokens[index].is_mark))


def without(tokens: Tokens, words: Phrases[bool]) -> Tokens:
    """The tokens without those phrases; all of them when nothing else would be left."""
    kept = tuple(token for part in at_phrases(tokens, words) for token in part)
    return kept or tokens


def apart(tokens: Tokens) -> tuple[Tokens, list[Group]]:
    """The tokens outside parentheses, and each group inside with the index it stood at.

    Parentheses within a group are dropped; one that is never closed reaches to the end.
    """
    outside: list[Token] = []
    groups: list[Group] = []
    inside: list[Token] = []
    depth = 0
    for token in tokens:
        if token.folded in _OPEN:
            depth += 1
        elif token.folded in _CLOSE:
            depth = max(0, depth - 1)
            if not depth and inside:
                groups.append((len(outside), tuple(inside)))
                inside = []
        elif depth:
            inside.append(token)
        else:
            outside.append(token)
    if inside:
        groups.append((len(outside), tuple(inside)))
    return tuple(outside), groups
