"""Words nobody knows, read again: misspelled ("yaourth"), or misheard ("rat dit" for radis, "eux" for œufs).

How a language sounds is `locales/<lang>/sounds.yaml`: rewriting rules for folded words, and words with a sound of their
own. Spelling is compared by deletions: one letter off, or two letters swapped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce

from rapidfuzz.distance import DamerauLevenshtein

from cabas.dialogue import locales
from cabas.dialogue.tokens import Token, tokenize
from cabas.kernel.text import fold

# Shorter words look like too many others.
SHORTEST = 5
SOUND_WORDS_MAX = 4
SOUNDS_LEAST = 3
# The bones of a name that was torn apart are at least so many sounds; of its letters no more than this share differ.
BONES_LEAST, TORN_MOST = 3, 0.45


@lru_cache(maxsize=16)
def _rules(lang: str) -> tuple[tuple[tuple[re.Pattern[str], str], ...], dict[str, str]]:
    sheet = locales.read(lang, "sounds")
    rules = tuple((re.compile(str(pattern)), str(heard)) for pattern, heard in sheet.get("rules", ()))
    return rules, {str(word): str(heard) for word, heard in sheet.get("words", {}).items()}


@lru_cache(maxsize=1 << 16)
def sound(folded: str, lang: str) -> str:
    """How a folded word sounds in `lang`, coarsely: words that sound alike have equal keys."""
    rules, words = _rules(lang)
    if folded in words:
        return words[folded]
    for pattern, heard in rules:
        folded = pattern.sub(heard, folded)
    return folded


def bones(sounds: str, lang: str) -> str:
    """What is left of sounds without those that are lost where a name is torn apart; "" where nothing says which."""
    lost = _lost(lang)
    return _DOUBLED.sub(r"\1", lost.sub("", sounds)) if lost is not None else ""


@lru_cache(maxsize=16)
def _lost(lang: str) -> re.Pattern[str] | None:
    said = locales.read(lang, "sounds").get("lost")
    return re.compile(str(said)) if said else None


_DOUBLED = re.compile(r"(.)\1+")


class Ear:
    """Names by how they sound, up to `SOUND_WORDS_MAX` words long; words by how they are spelled."""

    def __init__(self, lang: str, names: Iterable[tuple[str, int]], vocabulary: Iterable[str]) -> None:
        self.lang = lang
        self._names: dict[str, str] = {}
        self._words: dict[str, list[str]] = defaultdict(list)
        self._shorter: dict[str, list[str]] = defaultdict(list)
        self._bones: dict[str, list[str]] | None = None
        for name, _ in sorted(names, key=lambda pair: -pair[1]):  # the more popular of two that sound alike
            tokens = tokenize(name)
            words = [token.folded for token in tokens if token.folded.isalpha()]
            if any(token.kind == "number" for token in tokens):
                continue
            if 0 < len(words) <= SOUND_WORDS_MAX:
                self._names.setdefault(reduce(_run_on, (sound(word, lang) for word in words)), name)
        for word in vocabulary:
            self._words[sound(word, lang)].append(word)
            if len(word) >= SHORTEST:
                for shorter in _shorter(word):
                    self._shorter[shorter].append(word)

    def heard(self, tokens: Sequence[Token], index: int) -> Iterator[tuple[str, int]]:
        """The names that the words from `index` on sound like, and the index after those words. Single sounds are
        too little to go by.
        """
        key = ""
        for end in range(index, min(index + SOUND_WORDS_MAX, len(tokens))):
            if tokens[end].kind != "word":
                return
            key = _run_on(key, sound(tokens[end].folded, self.lang))
            name = self._names.get(key)
            if name is not None and len(key) >= SOUNDS_LEAST:
                yield name, end + 1

    def torn(self, tokens: Sequence[Token], index: int) -> Iterator[tuple[float, int, str]]:
        """Names and words of names that the words from `index` on may be the parts of ("crew tons"): how far they are
        off, the index after those words, and the name.
        """
        if self._bones is None:
            self._bones = defaultdict(list)
            for key, name in (*self._names.items(), *((key, one) for key, said in self._words.items() for one in said)):
                self._bones[bones(key, self.lang)].append(name)
        key, letters = "", ""
        for end in range(index, min(index + SOUND_WORDS_MAX, len(tokens))):
            if tokens[end].kind != "word":
                return
            key, letters = _run_on(key, sound(tokens[end].folded, self.lang)), letters + tokens[end].folded
            left = bones(key, self.lang) if end > index and len(tokens[end].folded) > 1 else ""
            for name in self._bones.get(left, ()) if len(left) >= BONES_LEAST else ():
                plain = fold(name).replace(" ", "").replace("'", "").replace("-", "")
                off = DamerauLevenshtein.normalized_distance(letters, plain)
                if off <= TORN_MOST and plain != letters:
                    yield off, end + 1, name

    def homophones(self, folded: str) -> tuple[str, ...]:
        """Words of names that sound like a word."""
        return tuple(word for word in self._words.get(sound(folded, self.lang), ()) if word != folded)

    def respelled(self, folded: str) -> str | None:
        """The known word an unknown one stands for: one letter off, or of the same sound; None when nothing is near."""
        if len(folded) < SHORTEST - 1:
            return None
        for same in self._words.get(sound(folded, self.lang), ()):
            if same[0] == folded[0]:
                return same
        if len(folded) < SHORTEST:
            return None
        near = {word for shorter in _shorter(folded) for word in self._shorter.get(shorter, ())}
        best, least = None, 2
        for word in sorted(near):
            if word[0] != folded[0] and sound(word, self.lang)[:1] != sound(folded, self.lang)[:1]:
                continue
            distance = DamerauLevenshtein.distance(word, folded, score_cutoff=1)
            if distance < least:
                best, least = word, distance
        return best


def _run_on(key: str, sounds: str) -> str:
    """Sounds right after others: what ends one word and begins the next is heard once ("mal longo")."""
    return key + (sounds[1:] if key and key[-1] == sounds[:1] else sounds)


def _shorter(word: str) -> set[str]:
    """The word, and what is left of it when one letter is taken out."""
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}
