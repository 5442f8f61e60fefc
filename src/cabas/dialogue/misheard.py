"""Numbers that were misheard: "for jars" are four of them, "too leeks" are two.

A recognizer writes the commoner word. It was a number where something counted follows, in the plural or in a unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.classify import is_of
from cabas.dialogue.lexicon import FAMILY, shared_ear
from cabas.dialogue.numbers import misheard_in, numbers_of
from cabas.dialogue.sight import Tools
from cabas.dialogue.tokens import Token, tokenize
from cabas.kernel.text import fold


def misheard_numbers(tokens: list[Token], tools: Tools) -> list[Token]:
    """ "for jars", "too leeks": a number where something in the plural follows; "cette fois" is no "sept fois"."""
    misheard, sheet = misheard_in(tools.lang), locales.read(tools.lang, "numbers")
    for index, token in enumerate(tokens):
        if (meant := sheet.get("misheard_alone", {}).get(token.folded)) and _counts_nothing(tokens, index + 1, tools):
            tokens[index] = replace(token, text=meant, folded=fold(meant))
    plurals, after_nouns = locales.words(sheet.get("plurals")), locales.words(sheet.get("misheard_after_nouns"))
    for index, token in enumerate(tokens[:-1]):
        word = misheard.get(token.folded) if (tools.words.at("fillers", tokens, index) or 0) <= index + 1 else None
        if word is not None and _and_a_half(tokens, index, tools):
            tokens[index] = replace(token, text=word, folded=fold(word))
            continue
        if word is None or not _several_of(tokens, index + 1, tools, plurals, single=_is_one(word, tools)):
            continue
        previous = tokens[index - 1] if index else None
        begins = previous is None or previous.is_mark or _begins(tokens, index, tools)
        unsure = token.folded in tools.words.small or token.folded in after_nouns  # "nut free bars"
        listed = begins or _between_produce(tokens, index, tools)
        if unsure and not listed and token.folded not in _loose(tools.lang):
            continue
        if previous is not None and numbers_of(tools.lang).at(tokens, index - 1) is not None:
            continue
        counted = tools.measures.unit(tokens, index + 1) is not None
        if not counted and token.folded not in tools.words.joints:  # "de framboises" is no "deux framboises"
            counted = _is_name(tokens, index + 1, tools) or _sounds_like_a_name(tokens, index + 1, tools)
        if counted and not any(match.end > index + 1 for match in tools.lexicon.at(tokens, index, tools.lang)):
            tokens[index] = replace(token, text=word, folded=fold(word))
    return tokens


def _and_a_half(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether a fraction and a unit follow what nothing stands before: "to and a half pounds"."""
    numbers = numbers_of(tools.lang)
    begins = index == 0 or tokens[index - 1].is_mark or _begins(tokens, index, tools)
    after = numbers.past_and(tokens, index + 1) if begins else index + 1
    part = numbers.fraction_after(tokens, index + 1) if after > index + 1 else None
    return part is not None and tools.measures.unit(tokens, part[1]) is not None


def _between_produce(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether fruit or vegetables stand on both sides: nobody buys "sprouts for turnips"."""
    if tools.words.at("purpose", tokens, index) != index + 1:
        return False
    sides = [
        any(
            match.kind == FAMILY and match.lang == tools.lang and is_of(match.id, "fresh")
            for match in tools.lexicon.at(tokens, place, tools.lang)
            if place > index or match.end == index
        )
        for place in (*range(max(0, index - 2), index), index + 1)
    ]
    return sides[-1] and any(sides[:-1])


def _counts_nothing(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether nothing that could be counted stands here: "two pairs and a pineapple" are pears."""
    return tools.measures.of.at(tokens, index) is None and not _is_name(tokens, index, tools)


def _is_one(word: str, tools: Tools) -> bool:
    number = numbers_of(tools.lang).at(tokenize(word), 0)
    return number is not None and number.value == 1


def _several_of(
    tokens: Sequence[Token], index: int, tools: Tools, plurals: tuple[str, ...], *, single: bool
) -> bool:  # fmt: skip
    """Whether what stands here is counted: in the plural ("jars", "burger buns"), or a unit where it is `single`."""
    following = tokens[index]
    if following.kind != "word" or len(following.folded) < 3:
        return False
    if following.folded.endswith(plurals) or (single and tools.measures.unit(tokens, index) is not None):
        return True
    loose = single and tokens[index - 1].folded in _loose(tools.lang)  # "won cabbage": nothing else is said so
    names = (match for match in tools.lexicon.at(tokens, index, tools.lang) if match.kind == FAMILY)
    return any(
        match.lang == tools.lang and (loose or tokens[match.end - 1].folded.endswith(plurals)) for match in names
    )


def _begins(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether a verb of adding or "and" stands right before."""
    before = tokens[index - 1].folded
    asked = before in tools.grammar.macro("put") or before in tools.grammar.macro("me")
    return asked or tools.words.at("and", tokens, index - 1) == index


def _is_name(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    return any(
        match.kind == FAMILY and match.lang == tools.lang for match in tools.lexicon.at(tokens, index, tools.lang)
    )


def _sounds_like_a_name(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether the word has the sound of one that names something: "leaks"."""
    swapped = (tokenize(word) for word in shared_ear(tools.lang).homophones(tokens[index].folded))
    return any(_is_name(said, 0, tools) for said in swapped)


@lru_cache(maxsize=16)
def _loose(lang: str) -> frozenset[str]:
    """Misheard numbers that are never a preposition before a noun: safe anywhere ("too leeks")."""
    sheet = locales.read(lang, "numbers")
    return frozenset(fold(word) for word in locales.words(sheet.get("misheard_anywhere")))
