"""What a thing is said to be for: often only why it is bought."""

from __future__ import annotations

from dataclasses import replace

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
