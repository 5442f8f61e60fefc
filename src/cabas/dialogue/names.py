"""Names of products as words that can be compared: quick enough to read a hypermarket's catalog in seconds.

A retailer's names are harder than what shoppers say: "PQ 250G CAFE MOULU", "Lait 1/2 écrémé", "Chips goût poulet".
A light stem, the same for every language, stands for a word: Snowball makes one word of "sauce" and "saucisse".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from cabas.dialogue import locales
from cabas.kernel.text import fold

LACKING = "-"
WORDS_MAX, TEXT_MAX, INGREDIENTS_MAX = 40, 400, 2000
STEMS_KEPT = 1 << 17
_TOKEN = re.compile(
    r"[^a-z0-9~,;:()\[\]|/!?-]*(?:(?P<long>[a-z~]{3,})|(?P<size>"  # first what is met most
    r"(?:\d{1,3} ?[x*] ?)?\d{1,5}(?:[.,] ?\d{1,3})? ?(?:kgs?|grammes?|grs?|g|mg|litres?|l|ml|cl|dl|kilos?)\b"
    r"(?: ?x ?\d{1,3}\b)?|\b(?:\d{1,3} ?x ?)?\d{1,2}l\d{1,2}\b|\bx ?\d{1,3}\b|\b\d{1,3} ?x\b)"
    r"|(?P<half>\b1 ?/ ?2\b)|(?P<none>\b0 ?%)|(?P<percent>\d+(?:[.,]\d+)? ?%)|(?P<code>\b[a-z]{1,2}\d{1,3}\b)"
    r"|(?P<number>\d+(?:[.,]\d+)?)|(?P<word>[a-z~]+)"
    r"|(?P<mark>[,;:()\[\]|/!?]|-(?= )))"
)
# All that `_TOKEN` finds in a text without digits.
_PLAIN = re.compile(r"[a-z~]+|[,;:()\[\]|/!?]|-(?= )")
_DIGIT = re.compile(r"\d", re.ASCII)
_SIZE = "="
_ACUTE = re.compile(r"é(?=e?s?\b)", re.IGNORECASE)
_FEMININE = (("aich", "ai"), ("eus", "eu"), ("ch", "c"))


@lru_cache(maxsize=1 << 17)
def light(word: str) -> str:
    """What the forms of a folded word share: "râpées" and "râpé", "blanche" and "blancs", "tomatoes" and "tomato"."""
    if len(word) < 4:
        return word
    if word[-1] in "sx":
        word = word[:-1]
    if len(word) > 4 and word.endswith("au") and word[-3] != "e":
        word = word[:-1] + "l"
    size = len(word)
    while len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    if len(word) < size:
        for feminine, masculine in _FEMININE:
            if word.endswith(feminine) and len(word) > len(feminine) + 1:
                word = word[: -len(feminine)] + masculine
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    if len(word) > 3 and word[-1] == "y":
        word = word[:-1] + "i"
    return word


_WORD = re.compile(r"[a-z0-9%]+")
_MARKS = (("œ", "oe"), ("æ", "ae"), ("ß", "ss"), ("’", "'"), ("‘", "'"), ("´", "'"), ("–", "-"), ("—", "-"), ("×", "x"))


class Phrasebook:
    """Phrases and what they mean, found in long texts quickly. Plurals and accents do not matter."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._known: dict[tuple[str, ...], str] = {}
        self._longest: dict[str, int] = {}
        for phrase, meaning in phrases:
            words = tuple(text_stems(phrase))
            if words:
                self._known.setdefault(words, meaning)
                self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    def within(self, text: str) -> set[str]:
        """The meanings of the phrases in `text`; the longest one at a place hides those inside it."""
        return self.among(text_stems(text))

    def among(self, words: Sequence[str]) -> set[str]:
        """The same for a text that was cut by `text_stems`."""
        found: set[str] = set()
        longest, after = self._longest, 0
        for index in [at for at, word in enumerate(words) if word in longest]:
            if index < after:
                continue
            for size in range(longest[words[index]], 0, -1):
                meaning = self._known.get(tuple(words[index : index + size]))
                if meaning is not None:
                    found.add(meaning)
                    after = index + size
                    break
        return found


class _Stems(dict[str, str]):
    """Word -> stem, "" for what does not count: asked for every word of long texts, which a plain dict does fastest."""

    def __init__(self, skipped: frozenset[str] = frozenset(), *, numbers: bool = True) -> None:
        super().__init__()
        self._skipped, self._numbers = skipped, numbers

    def __missing__(self, word: str) -> str:
        if len(self) >= STEMS_KEPT:
            self.clear()
        counts = word not in self._skipped and (self._numbers or not word.isdigit())
        stem = self[word] = light(word) if counts else ""
        return stem


_stems = _Stems()


def text_stems(text: str) -> list[str]:
    """The stems of the words and numbers of a text, whatever its language."""
    return list(map(_stems.__getitem__, _words(text)))


# An ingredient list is cut for its allergens, then for the index, and seldom met again.
@lru_cache(maxsize=64)
def _words(text: str) -> list[str]:
    """The words and numbers of a text, folded. Not to be changed."""
    return _WORD.findall(_quickly(text))


def _quickly(text: str) -> str:
    """Folded, but for spaces: what `fold` does, for long texts and many of them, that are seldom met twice."""
    text = text.lower()
    if text.isascii():
        return text
    for mark, plain in _MARKS:
        if mark in text:
            text = text.replace(mark, plain)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def ingredient_words(text: str, lang: str) -> list[str]:
    """The stems of the words of an ingredient list, each once; small words are left out."""
    stems = dict.fromkeys(map(_ingredient_stems(lang).__getitem__, _words(text[:INGREDIENTS_MAX])))
    stems.pop("", None)
    return list(stems)


@cache
def _ingredient_stems(lang: str) -> _Stems:
    return _Stems(_function_words(lang).small, numbers=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A name read. `words` are the stems of its content words, in order; small words, sizes and marks are left out.

    `tied` holds the places of words that follow a preposition ("poulet" of "nuggets de poulet"), `breaks` places where
    a new stretch begins (after a comma or bracket). From `flavor` on, words say how it tastes, not what it is. `sizes`
    are the amounts and numbers, without spaces ("250g", "16"). `raw` are the words unstemmed. A word for what is not
    inside begins with a minus ("sans croûte" is "-crout"): it never meets the word for what is. `acute` holds the
    places of words that end in é, which tells "pâté" from "pâte"; None when the name is written without any accent,
    so that nothing can be told.
    """

    words: tuple[str, ...]
    tied: frozenset[int]
    breaks: tuple[int, ...]
    flavor: int
    sizes: tuple[str, ...]
    raw: tuple[str, ...]
    acute: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class _Function:
    """The function words of a language, folded, single words only."""

    small: frozenset[str]
    ties: frozenset[str]
    flavors: frozenset[str]
    lacking: frozenset[str]


@lru_cache(maxsize=8)
def _function_words(lang: str) -> _Function:
    sheet, search = locales.read(lang, "words"), locales.read(lang, "search")
    ties = {fold(word) for word in locales.words(sheet.get("joints"))}
    lacking = {fold(word) for word in locales.words(search.get("lacking"))}
    flavors = {fold(word) for word in locales.words(sheet.get("flavors"))} - lacking
    small = {fold(word) for word in locales.words(search.get("small"))}
    small = {word for word in ties | lacking | small if " " not in word and "'" not in word}
    return _Function(
        frozenset(small), frozenset(ties), frozenset(w for w in flavors if " " not in w), frozenset(lacking)
    )


class _Seen(NamedTuple):
    """What a token of a name is. `word` is None for marks and sizes."""

    word: str | None
    stem: str
    accented: bool
    small: bool
    tie: bool
    lacking: bool
    flavor: bool


@lru_cache(maxsize=1 << 16)
def _seen(token: str, lang: str) -> _Seen:
    if token[0] != "~" and not token[0].isalnum():
        return _Seen(None, token[1:] if token[0] == _SIZE else "", False, False, False, False, False)
    function = _function_words(lang)
    accented = "~" in token  # "en dés" is no "des"
    word = token.replace("~", "")
    small = (word in function.small and not accented) or len(word) == 1
    return _Seen(
        word,
        light(word),
        accented and len(word) > 1,
        small,
        word in function.ties,
        word in function.lacking,
        word in function.flavors,
    )


def _tokens(text: str) -> list[str]:
    """The words, marks and, after `_SIZE`, the sizes of a quickly folded text."""
    if _DIGIT.search(text) is None:
        return _PLAIN.findall(text)
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("size", "number", "percent"):
            found.append(_SIZE + match[kind].replace(" ", ""))
        else:
            found.append("demi" if kind == "half" else "0%" if kind == "none" else match[kind])
    return found


@lru_cache(maxsize=4096)
def read_name(text: str, lang: str) -> Name:
    """Read a product's name, or what a shopper calls one, written in `lang`."""
    words: list[str] = []
    raw: list[str] = []
    sizes: list[str] = []
    tied: list[int] = []
    breaks: list[int] = []
    acute: list[int] | None = None
    flavor, tie, lacking = -1, False, False
    text = text[:TEXT_MAX]
    if not text.isascii():
        acute = []
        text = _ACUTE.sub("e~", text)
    for token in _tokens(_quickly(text)):
        seen = _seen(token, lang)
        word = seen.word
        if word is None:
            if seen.stem:
                sizes.append(seen.stem)
            else:
                breaks.append(len(words))
                tie = lacking = False
            continue
        if seen.flavor and words and flavor < 0:
            flavor = len(words)
        if seen.small:
            tie = tie or seen.tie
            lacking = lacking or seen.lacking
            continue
        if seen.accented and acute is not None:
            acute.append(len(words))
        if tie and words:
            tied.append(len(words))
        if lacking:
            word = f"{LACKING}{word}"
        words.append(light(word) if lacking else seen.stem)
        raw.append(word)
        tie = lacking = False
        if len(words) >= WORDS_MAX:
            break
    flavor = flavor if flavor >= 0 else len(words)
    return Name(tuple(words), frozenset(tied), tuple(breaks), flavor, tuple(sizes), tuple(raw),
                None if acute is None else frozenset(acute))  # fmt: skip
