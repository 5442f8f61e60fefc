"""The age a shopper says to have ("I'm 16"), from the `ages:` of sentences.yaml. Nobody is asked for it here."""

from __future__ import annotations

from cabas.dialogue.grammar import grammar_of
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.sight import words_of
from cabas.dialogue.tokens import tokenize

# Who says to be a minor, and not how old, is as young as that.
MINOR = 17
OLDEST = 120


def age_said(text: str, locale: str) -> int | None:
    """The age in years that `text` gives as the shopper's own, or None."""
    lang = locale.partition("-")[0]
    patterns, tokens = grammar_of(lang).sections["ages"], tokenize(text)
    sheet = grammar_of(lang).text(tokens)
    for place in range(len(tokens)):
        found = patterns.at(sheet, place)
        if found is None:
            continue
        if found.kind == "minor":
            return MINOR
        after = found.end
        ended = after == len(tokens) or tokens[after].is_mark or words_of(lang).at("and", tokens, after) is not None
        if found.kind == "bare" and not ended and grammar_of(lang).sections["openers"].at(sheet, after) is None:
            continue  # "I'm 10 minutes away"
        number = numbers_of(lang).at(tokens, found.slots["number"][0])
        if number is not None and number.value < OLDEST:
            return int(number.value)
    return None
