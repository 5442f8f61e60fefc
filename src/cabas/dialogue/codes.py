"""Discount codes said among other things: "deux litres de lait, et j'ai un code promo BIENVENUE10".

They are read off an utterance before it is understood, for a code is no word of any language. What announces one is in
`codes.yaml` of each language. A code is what is written like one (figures, capitals), or the word after what announces
it, with the numbers behind it: "bienvenue dix" is BIENVENUE10, or BIENVENUEDIX for whoever calls a code so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cabas.dialogue import locales
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token, tokenize
from cabas.kernel.remember import remembered

# The words of one code: "SUPER PROMO 10".
WORDS_MAX, LEAD_MAX = 4, 8


@dataclass(frozen=True, slots=True)
class SaidCode:
    """A code as it may have been meant, likeliest first: none when only its kind was said ("I have a coupon").

    `drop` says that it is to be taken away; without forms, all of them.
    """

    forms: tuple[str, ...]
    drop: bool = False


@remembered
def _phrases(lang: str) -> dict[str, Phrases[bool]]:
    sheet = locales.read(lang, "codes")
    return {key: Phrases.of(locales.words(sheet.get(key)), True) for key in
            ("names", "weak", "lead", "drop", "is", "tail", "joints", "never")}  # fmt: skip


def read_codes(text: str, lang: str) -> tuple[tuple[SaidCode, ...], str]:
    """The codes in `text`, and what is left of it."""
    known, tokens = _phrases(lang), tokenize(text)
    if text.isupper():  # capitals say nothing then
        tokens = tuple(replace(token, text=token.text.lower()) for token in tokens)
    found: list[SaidCode] = []
    rest, done, at = "", 0, 0
    while at < len(tokens):
        one = _code_at(tokens, at, lang, known)
        if one is None:
            at += 1
            continue
        code, begin, at = one
        found.append(code)
        rest += text[done : tokens[begin].start]
        done = tokens[at - 1].end
    return tuple(found), _tidied(rest + text[done:], known) if found else text


def _code_at(
    tokens: Sequence[Token], at: int, lang: str, known: dict[str, Phrases[bool]]
) -> tuple[SaidCode, int, int] | None:
    """The code announced at `at`, and the tokens it takes with what leads to it and ends it."""
    strong, weak = known["names"].at(tokens, at), known["weak"].at(tokens, at)
    named = strong or weak
    if named is None:
        return None
    begin, drop = _led(tokens, at, known)
    start = named[1]
    while start < len(tokens) and (is_ := tokens[start].text in (":", ",", "«", '"') or known["is"].at(tokens, start)):
        start = start + 1 if is_ is True else is_[1]
    end = _end(tokens, start, lang, known, strong=strong is not None)
    if end == start:
        if strong is None:
            return None
        end = named[1]
    forms = _forms(tokens[start:end], lang) if end > start else ()
    tail = known["tail"].at(tokens, end)
    return SaidCode(forms, drop), begin, tail[1] if tail else end


def _led(tokens: Sequence[Token], at: int, known: dict[str, Phrases[bool]]) -> tuple[int, bool]:
    """Where the words that lead to a code begin, and whether they take it away."""
    drop, begin = False, at
    while True:
        leads = (
            (back, key)
            for back in range(max(0, begin - LEAD_MAX), begin)
            for key in ("drop", "lead")
            if any(end == begin for _, end in known[key].every(tokens, back))
        )
        back, key = next(leads, (begin, ""))
        if back == begin:
            return begin, drop
        begin, drop = back, drop or key == "drop"


def _end(tokens: Sequence[Token], start: int, lang: str, known: dict[str, Phrases[bool]], *, strong: bool) -> int:
    """Where the code that begins at `start` ends; `start` when there is none."""
    end, words = start, 0
    while end < len(tokens) and words < WORDS_MAX and not tokens[end].is_mark:
        unit = _unit(tokens, end)
        like, number = _like_one(tokens[end:unit]), numbers_of(lang).whole(tokens, end)
        if not like and any(known[key].at(tokens, end) for key in ("joints", "tail", "never")):
            break
        if not (like or (number if words else strong)):
            break
        end, words = max(unit, number.end if number and words else 0), words + 1
    return end


def _unit(tokens: Sequence[Token], at: int) -> int:
    """The end of what is written in one piece: "NOEL" "-" "5", "merci" "5"."""
    at += 1
    while at < len(tokens) and not tokens[at].is_mark and tokens[at].lead in ("", "-"):
        at += 1
    return at


def _like_one(unit: Sequence[Token]) -> bool:
    """Whether a piece is written like a code: figures in it, or capitals only."""
    text = "".join(token.text for token in unit)
    return any(mark.isdigit() for mark in text) or (len(text) > 1 and text.isupper())


def _forms(tokens: Sequence[Token], lang: str) -> tuple[str, ...]:
    """The code with its numbers as figures, and word for word."""
    figures, at = "", 0
    while at < len(tokens):
        number = numbers_of(lang).whole(tokens, at)
        if number is not None and number.value.denominator == 1 and tokens[at].kind == "word" and at > 0:
            figures, at = f"{figures}{number.value}", number.end
        else:
            figures += f"{'-' if tokens[at].lead == '-' and at else ''}{tokens[at].text}"
            at += 1
    words = "".join(f"{'-' if token.lead == '-' and at else ''}{token.text}" for at, token in enumerate(tokens))
    return tuple(dict.fromkeys((figures, words)))


def _tidied(rest: str, known: dict[str, Phrases[bool]]) -> str:
    """What is left, without joints and marks at its ends that joined it to a code."""
    tokens = list(tokenize(rest))
    while tokens and (tokens[0].is_mark or known["joints"].at(tokens, 0)):
        tokens.pop(0)
    while tokens and (tokens[-1].is_mark or known["joints"].at(tokens, len(tokens) - 1)):
        tokens.pop()
    return rest[tokens[0].start : tokens[-1].end] if tokens else ""
