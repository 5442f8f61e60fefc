"""Phrases of a language, looked up by the words of a text: the longest one that starts at a place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Generic, TypeVar

from cabas.dialogue.tokens import Token, tokenize

T = TypeVar("T")
_END = ""

_CHOICE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")


def spread(phrases: Iterable[str]) -> Iterator[str]:
    """Every phrase that "(bring|drop) [it] round" stands for."""
    for phrase in phrases:
        pieces: list[tuple[str, ...]] = []
        end = 0
        for found in _CHOICE.finditer(phrase):
            pieces.append((phrase[end : found.start()],))
            pieces.append(tuple((found[1] if found[1] is not None else f"{found[2]}|").split("|")))
            end = found.end()
        yield from (" ".join(said) for said in product(*pieces, (phrase[end:],)))


class Phrases(Generic[T]):
    """A trie of folded words. Hyphens, apostrophes and case do not matter; the value of the last `put` wins."""

    __slots__ = ("_root",)

    def __init__(self) -> None:
        self._root: dict[str, object] = {}

    @classmethod
    def of(cls, phrases: Iterable[str], value: T) -> Phrases[T]:
        """Several phrases with one value."""
        made: Phrases[T] = cls()
        for phrase in phrases:
            made.put(phrase, value)
        return made

    def put(self, phrase: str, value: T) -> None:
        """Remember `value` for `phrase`; an empty phrase is ignored."""
        node = self._root
        folded = [token.folded for token in tokenize(phrase)]
        if not folded:
            return
        for word in folded:
            node = node.setdefault(word, {})  # type: ignore[assignment]
        node[_END] = value

    def at(self, tokens: Sequence[Token], index: int) -> tuple[T, int] | None:
        """The value of the longest phrase that starts at `index`, and the index after it."""
        size = len(tokens)
        node: Any = self._root.get(tokens[index].folded) if index < size else None
        found = None
        while node is not None:
            index += 1
            if _END in node:
                found = (node[_END], index)
            node = node.get(tokens[index].folded) if index < size else None
        return found

    def every(self, tokens: Sequence[Token], index: int) -> list[tuple[T, int]]:
        """Every phrase that starts at `index`, shortest first."""
        size, found = len(tokens), []
        node: Any = self._root.get(tokens[index].folded) if index < size else None
        while node is not None:
            index += 1
            if _END in node:
                found.append((node[_END], index))
            node = node.get(tokens[index].folded) if index < size else None
        return found

    def begin(self) -> frozenset[str]:
        """The words phrases begin with."""
        return frozenset(self._root)

    def __contains__(self, word: str) -> bool:
        node = self._root.get(word)
        return isinstance(node, dict) and _END in node
