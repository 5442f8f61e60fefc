"""What is said beside the name of a thing and finds no product: what it is for, words nobody knows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from cabas.dialogue import locales
from cabas.dialogue.classify import names_of
from cabas.dialogue.families import sheets
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.names import light
from cabas.dialogue.oddity import labels_of
from cabas.dialogue.sight import words_of
from cabas.dialogue.tokens import Token, spell, tokenize
from cabas.domain.cart import Want
from cabas.kernel.text import fold


def without_purpose(want: Want) -> Want | None:
    """`want` without a remark like "pour la salade", "for the kids" at its end; None when there is none.

    What is made for someone or something else is no remark: shampoo for dogs is not shampoo (`remarks` in words.yaml).
    """
    tokens, words = tokenize(want.words), words_of(want.lang)
    for place in range(1, len(tokens)):
        after = words.at("purpose", tokens, place)
        if after is None:
            continue
        after = words.at("determiners", tokens, after) or after
        if words.at("remarks", tokens, after) == len(tokens):
            return replace(want, words=spell(tokens[:place]))
    return None


def without_side(want: Want) -> tuple[Want, str] | None:
    """`want` without what it is to have in or on it ("coffee with milk"), and the words left out; None when nothing of
    the kind is said.
    """
    tokens = tokenize(want.words)
    place = next((at for at in range(1, len(tokens)) if is_beside(tokens[at], want.lang)), len(tokens))
    if place + 1 >= len(tokens):
        return None
    return replace(want, words=spell(tokens[:place])), spell(tokens[place:])


def of_wider(want: Want) -> tuple[Want, str] | None:
    """`want` of the wider family, and the constraint that makes the narrower one of it: gluten-free pasta is pasta that
    is gluten free, called so or not. None where no constraint does.
    """
    parent = sheets().get(want.family or "", {}).get("parent")
    if want.family is None or parent is None:
        return None
    named = labels_of(want.family, want.lang) - labels_of(parent, want.lang)
    said = ((labels_by_word().get(fold(tag)), tag) for tag in want.constraints)
    tag = next((tag for label, tag in said if label is not None and label.id in named), None)
    return (replace(want, family=parent), tag) if tag is not None else None


def is_beside(token: Token, lang: str) -> bool:
    """Whether a word says that what follows only goes with the thing: "with"."""
    return token.folded in _beside(lang)


@cache
def _beside(lang: str) -> frozenset[str]:
    return frozenset(fold(word) for word in locales.words(locales.read(lang, "search").get("beside")))


def unknown(want: Want) -> tuple[str, ...]:
    """The words nobody knows beside the name of a family: "twirly" of "twirly macaroni". None of a name unheard of, nor
    where what it is said to be is unknown: "zorbles au fromage" are no cheese.
    """
    tokens = tokenize(want.words)
    if want.family is None or not tokens or _is_unknown(tokens[0 if locales.head_first(want.lang) else -1], want.lang):
        return ()
    return tuple(token.text for token in tokens if _is_unknown(token, want.lang))


def without_unknown(want: Want) -> Want:
    """`want` without its `unknown` words."""
    kept = [token for token in tokenize(want.words) if not _is_unknown(token, want.lang)]
    return replace(want, words=spell(kept))


def _is_unknown(token: Token, lang: str) -> bool:
    known = light(token.folded) in names_of(lang).known or is_beside(token, lang)
    return token.kind == "word" and not known
