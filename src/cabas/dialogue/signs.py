"""Marks that are no part of what is said: around it, and a minus before a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.dialogue import locales
from cabas.dialogue.tokens import Token
from cabas.kernel.text import fold

# Two things might be counted so, "1) milk 2) bread"; three in a row are numbered.
NUMBERED_LEAST = 3


def unmarked(tokens: Sequence[Token]) -> Sequence[Token]:
    """Without the marks at both ends: a question may begin with one ("¿")."""
    start, end = 0, len(tokens)
    while end and tokens[end - 1].is_mark:
        end -= 1
    while start < end and tokens[start].is_mark:
        start += 1
    return tokens[start:end]


def unnumbered(tokens: Sequence[Token]) -> Sequence[Token]:
    """Without the numbers of a list: "1. leeks 2. milk 3. jam" asks for no so many of anything."""
    places = [place for place, token in enumerate(tokens[:-2]) if _numbers_next(tokens, place)]
    in_order = all(tokens[place].folded == str(one) for one, place in enumerate(places, start=1))
    if len(places) < NUMBERED_LEAST or not in_order:
        return tokens
    comma = (replace(tokens[place + 1], text=",", folded=",") for place in places)
    marks = dict(zip(places, comma, strict=True))
    gone = {place + 1 for place in places}
    return tuple(marks.get(place, token) for place, token in enumerate(tokens) if place not in gone)


def _numbers_next(tokens: Sequence[Token], place: int) -> bool:
    """Whether a number with a dot or a bracket right behind it and a word after a space stands here."""
    token, mark, word = tokens[place : place + 3]
    return token.kind == "number" and mark.folded in (".", ")") and mark.lead == "" and word.lead == " "


def signed(tokens: Sequence[Token], lang: str) -> Sequence[Token]:
    """The tokens without the numbers of a list, a minus sign right before the first number as its word: "-3 apples".
    In a list it is a bullet.
    """
    tokens = unnumbered(tokens)
    bullets = [token for token in tokens if token.is_mark and token.folded in ("-", "\n")]
    if len(tokens) < 2 or len(bullets) != 1 or tokens[0] is not bullets[0] or tokens[1].lead:
        return tokens
    if tokens[1].kind != "number" or tokens[0].folded != "-":
        return tokens
    word = str(locales.read(lang, "words").get("minus", "-"))
    minus = replace(tokens[0], text=word, folded=fold(word), kind="word")
    return (minus, replace(tokens[1], lead=" "), *tokens[2:])
