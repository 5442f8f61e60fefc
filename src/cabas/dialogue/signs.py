"""Marks that are no part of what is said: around it, and a minus before a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.dialogue import locales
from cabas.dialogue.tokens import Token
from cabas.kernel.text import fold


def unmarked(tokens: Sequence[Token]) -> Sequence[Token]:
    """Without the marks at both ends: a question may begin with one ("¿")."""
    start, end = 0, len(tokens)
    while end and tokens[end - 1].is_mark:
        end -= 1
    while start < end and tokens[start].is_mark:
        start += 1
    return tokens[start:end]


def signed(tokens: Sequence[Token], lang: str) -> Sequence[Token]:
    """The tokens, a minus sign right before the first number as its word: "-3 apples". In a list it is a bullet."""
    bullets = [token for token in tokens if token.is_mark and token.folded in ("-", "\n")]
    if len(tokens) < 2 or len(bullets) != 1 or tokens[0] is not bullets[0] or tokens[1].lead:
        return tokens
    if tokens[1].kind != "number" or tokens[0].folded != "-":
        return tokens
    word = str(locales.read(lang, "words").get("minus", "-"))
    minus = replace(tokens[0], text=word, folded=fold(word), kind="word")
    return (minus, replace(tokens[1], lead=" "), *tokens[2:])
