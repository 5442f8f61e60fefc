"""What is said beside the name of a thing and finds no product: what it is for, words nobody knows."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.classify import names_of
from cabas.dialogue.names import light
from cabas.dialogue.sight import words_of
from cabas.dialogue.tokens import spell, tokenize
from cabas.domain.cart import Want


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


def without_unknown(want: Want) -> Want | None:
    """`want` without the words nobody knows where a family is known: "twirly macaroni" are macaroni. None when all
    words are known, or none is.
    """
    if want.family is None:
        return None
    known = names_of(want.lang).known
    tokens = tokenize(want.words)
    kept = [token for token in tokens if token.kind != "word" or light(token.folded) in known]
    return replace(want, words=spell(kept)) if kept and len(kept) < len(tokens) else None
