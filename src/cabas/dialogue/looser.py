"""What is said beside the name of a thing and finds no product: what it is for or has in it, words nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from cabas.dialogue import locales
from cabas.dialogue.classify import names_of
from cabas.dialogue.families import sheets
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.names import light
from cabas.dialogue.oddity import labels_of
from cabas.dialogue.sight import words_of
from cabas.dialogue.tokens import Token, spell, tokenize
from cabas.dialogue.trie import small_words
from cabas.domain.cart import Want
from cabas.kernel.text import fold


@dataclass(frozen=True, slots=True)
class Looser:
    """A wish that asks for less. `left` are the words left out that the shopper is told of, `tag` is a constraint that
    only goods meet which say so themselves.
    """

    want: Want
    left: tuple[str, ...] = ()
    tag: str = ""


def looser(want: Want) -> Iterator[Looser]:
    """What to look for when nothing is all that was said, the nearest to it first."""
    for less in (_without_purpose, _of_wider, _without_side, _without_unknown):
        found = less(want)
        if found is not None:
            yield found


def _without_purpose(want: Want) -> Looser | None:
    """`want` without a remark like "pour la salade", "for the kids" at its end: tea for my wife is tea.

    What is made for someone or something else is no remark: shampoo for dogs is not shampoo (`remarks` in words.yaml).
    """
    tokens, words = tokenize(want.words), words_of(want.lang)
    for place in range(1, len(tokens)):
        after = words.at("purpose", tokens, place)
        if after is None:
            continue
        after = words.at("determiners", tokens, after) or after
        if words.at("remarks", tokens, after) == len(tokens):
            return Looser(replace(want, words=spell(tokens[:place])))
    return None


def _without_side(want: Want) -> Looser | None:
    """`want` without what it is to have in or on it: coffee with milk is coffee."""
    tokens = tokenize(want.words)
    place = next((at for at in range(1, len(tokens)) if is_beside(tokens[at], want.lang)), len(tokens))
    if place + 1 >= len(tokens):
        return None
    return Looser(replace(want, words=spell(tokens[:place])), (spell(tokens[place:]),))


def _of_wider(want: Want) -> Looser | None:
    """`want` of the wider family, with the constraint that makes the narrower one of it: gluten-free pasta is pasta
    that is gluten free, called so or not.
    """
    parent = sheets().get(want.family or "", {}).get("parent")
    if want.family is None or parent is None:
        return None
    named = labels_of(want.family, want.lang) - labels_of(parent, want.lang)
    said = ((labels_by_word().get(fold(tag)), tag) for tag in want.constraints)
    tag = next((tag for label, tag in said if label is not None and label.id in named), None)
    return Looser(replace(want, family=parent), tag=tag) if tag is not None else None


def is_beside(token: Token, lang: str) -> bool:
    """Whether a word says that what follows only goes with the thing: "with"."""
    return token.folded in _beside(lang)


@cache
def _beside(lang: str) -> frozenset[str]:
    return frozenset(fold(word) for word in locales.words(locales.read(lang, "search").get("beside")))


def _without_unknown(want: Want) -> Looser | None:
    """`want` without the words nobody knows beside the name of a family: twirly macaroni are macaroni. Not for a name
    unheard of, nor where what it is said to be is unknown: "zorbles au fromage" are no cheese.
    """
    tokens = tokenize(want.words)
    if want.family is None or not tokens or _is_unknown(tokens[0 if locales.head_first(want.lang) else -1], want.lang):
        return None
    left = tuple(token.text for token in tokens if _is_unknown(token, want.lang))
    kept = [token for token in tokens if not _is_unknown(token, want.lang)]
    return Looser(replace(want, words=spell(kept)), left) if left else None


def _is_unknown(token: Token, lang: str) -> bool:
    known = light(token.folded) in names_of(lang).known or token.folded in small_words(lang) | _beside(lang)
    return token.kind == "word" and not known
