"""Text as tokens: folded words, numbers and marks with their place in the text, and light stems by language.

Words are cut at apostrophes and hyphens ("demi-sel", "l'eau"), because a recognizer writes neither; `lead` remembers
what stood before. Work is bounded: no more than `TEXT_MAX` characters and `TOKENS_MAX` tokens are ever looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from cabas.dialogue import locales
from cabas.kernel.text import INVISIBLE, fold

# A longer run of letters is no word, and is not read: looking for what it may be misspelled for takes its square.
TEXT_MAX, TOKENS_MAX, WORD_MAX = 10_000, 800, 60
# Names and wishes are cut up again and again: texts up to so many characters are remembered, so many of them.
SHORT, SHORT_KEPT = 80, 1 << 13

_TOKEN = re.compile(
    r"(?P<url>(?:https?://|www\.)\S{1,2000})"
    r"|(?P<number>\d{1,9}(?:[.,]\d{1,9})*(?:\s?/\s?\d{1,4})?|[¼½¾⅐-⅞])"
    r"|(?P<word>\b[ap]\.\s?m\b\.?|[^\W\d_]+|[%&+€$£@°×])"
    r"|(?P<mark>\n|[^\w\s])"
)
_JOINTS = {"'", "’", "‘", "ʼ", "-", "‐", "‑"}
_INNER = str.maketrans("", "", ". ")  # of "p. m."; no other word has any
_VULGAR = {"¼": "1/4", "½": "1/2", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, mark or address. `text` is as written, `folded` without case and accents.

    `lead` is what stood before it: a space, "-", "'", or nothing ("500" and "g" in "500g").
    `start` and `end` count characters of the text handed in.
    """

    text: str
    folded: str
    start: int
    end: int
    kind: str = "word"
    lead: str = " "

    @property
    def is_mark(self) -> bool:
        """Punctuation: a place where one thing may end and another begin."""
        return self.kind == "mark"


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, at most `TOKENS_MAX`; what lies beyond `TEXT_MAX` characters is not read."""
    return _remembered(text) if len(text) <= SHORT else _tokens(text)


@lru_cache(maxsize=SHORT_KEPT)
def _remembered(text: str) -> tuple[Token, ...]:
    return _tokens(text)


def _tokens(text: str) -> tuple[Token, ...]:
    text = INVISIBLE.sub(" ", text[:TEXT_MAX])
    tokens: list[Token] = []
    end, pending = 0, ""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "word"
        body = found.group()
        gap = text[end : found.start()]
        end = found.end()
        if kind == "mark" and body in _JOINTS and not gap and tokens and text[end : end + 1].isalnum():
            pending = "'" if body in "'’‘ʼ" else "-"  # joins the words around it
            continue
        if kind == "word" and len(body) > WORD_MAX:
            continue
        lead = pending or (" " if gap or not tokens else "")
        pending = ""
        folded = _VULGAR.get(body) or fold(body) or body
        if kind == "word":
            folded = folded.translate(_INNER)
        tokens.append(Token(body, folded, found.start(), end, kind, lead))
        if len(tokens) >= TOKENS_MAX:
            break
    return tuple(tokens)


def spell(tokens: Iterable[Token]) -> str:
    """The tokens as text again, with the apostrophes and hyphens that were said."""
    parts: list[str] = []
    after = 0
    for token in tokens:
        parts.append((token.lead or (" " if token.start > after else "")) if parts else "")  # a bracket was left out
        parts.append(token.text)
        after = token.end
    return "".join(parts)


@lru_cache(maxsize=8)
def _stemmer(lang: str) -> Callable[[str], str]:
    name = locales.read(lang, "locale")["stemmer"]
    return light if name == "light" else snowballstemmer.stemmer(name).stemWord


@lru_cache(maxsize=1 << 17)
def stem(folded: str, lang: str) -> str:
    """What the forms of a word share ("courgettes" and "courgette"). Takes a folded word; short words stay whole.

    `stemmer` in locale.yaml is "light", or the name of a Snowball algorithm for a language that needs more.
    """
    if len(folded) <= 3:
        return folded[:-1] if len(folded) == 3 and folded[-1] == "s" else folded
    return _stemmer(lang)(folded)


# Feminine and plural endings that change more than their last letter: blanche, fraiche, creuse, creme[s].
_ENDINGS = (("aich", "ai"), ("eus", "eu"), ("ch", "c"))


def light(word: str) -> str:
    """Number and gender taken off a folded French or English word: "râpées" and "râpé", "cherries" and "cherry".

    Snowball goes too far on food: it makes one word of "fraise" and "frais", "sauce" and "saucisse".
    """
    if word[-1] in "sx" and not word.endswith("ss"):
        word = word[:-1]
    if len(word) > 4 and word.endswith("au") and word[-3] != "e":
        word = word[:-1] + "l"
    size = len(word)
    while len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    # "ch" goes from every word, so that "peach" meets "peaches" as "blanc" meets "blanche".
    for ending, plain in _ENDINGS if len(word) < size else _ENDINGS[-1:]:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            word = word[: -len(ending)] + plain
            break
    if len(word) > 4 and word[-1] == word[-2] and not word.endswith("ett"):  # "navette" is no "navet"
        word = word[:-1]
    return word[:-1] + "i" if word[-1] == "y" else word


def stems(text: str, lang: str) -> tuple[str, ...]:
    """The stems of the words and numbers of `text`, marks left out."""
    return tuple(stem(token.folded, lang) for token in tokenize(text) if not token.is_mark)


def is_proper(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word is written as the name of somebody or something: in capitals amid a sentence that is not."""
    if index == 0 or not tokens[index].text[:1].isupper():
        return False
    before = tokens[index - 1]
    return before.kind == "word" and before.text.islower()
