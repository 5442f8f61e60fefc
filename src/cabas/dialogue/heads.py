"""The family of a product by its name: "Chips saveur poulet" are crisps, "Chicken noodle soup" is soup.

French names begin with their head word, English names end with it (`head` in locale.yaml). Words after "saveur",
"flavored", "with", ... (`flavors` in words.yaml) tell how it tastes, not what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.dialogue.lexicon import BRAND, FAMILY, Lexicon
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token, stem, tokenize
from cabas.dialogue.trie import Match, articles, joints, small_words
from cabas.kernel.text import fold

NAME_TOKENS_MAX = 30


def family_of(lexicon: Lexicon, name: str, lang: str) -> str | None:
    """The family of a product called `name`, the narrowest that fits; None when no head word is known."""
    tokens = tokenize(name)[:NAME_TOKENS_MAX]
    said = tuple(stem(token.folded, lang) for token in tokens if not token.is_mark)
    for start, end in _segments(tokens, lang):
        for match in _heads(lexicon, tokens[start:end], lang):
            if not lexicon.excluded(match.id, said, lang):
                return narrowed(lexicon, match.id, said, lang)
    return None


def narrowed(lexicon: Lexicon, family: str, said: Sequence[str], lang: str) -> str:
    """The child of `family` all of whose words are among `said` ("lait UHT demi-écrémé"), or `family` itself."""
    words = frozenset(said)
    own = {path for _, path in _paths_below((family,), lang)}  # "piles D" is no name of batteries that are not D
    without = _lacking(lang)
    lacked = {word for before, word in pairwise(said) if before in without}
    best, met = family, 0
    for child, path in _paths_below(lexicon.below(family)[1:], lang):
        if lacked and not lacked.isdisjoint(path) and without.isdisjoint(path):
            continue  # "sirop sans sucre" is no sugar syrup
        if len(path) > met and path not in own and words.issuperset(path) and not lexicon.excluded(child, said, lang):
            best, met = child, len(path)
    return best


@lru_cache(maxsize=16)
def _lacking(lang: str) -> frozenset[str]:
    """The stems of the words that say what is not inside: "sans"."""
    said = locales.words(locales.read(lang, "search").get("lacking"))
    return frozenset(stem(fold(word), lang) for word in said if " " not in word)


@lru_cache(maxsize=4096)
def _paths_below(families: tuple[str, ...], lang: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The names of families as stems without joints and articles, the longest first."""
    left_out = articles(lang) | {fold(word) for word in locales.words(locales.read(lang, "words").get("joints"))}
    found = [
        (
            child,
            frozenset(
                stem(token.folded, lang)
                for token in tokenize(name)
                if not token.is_mark and token.folded not in left_out
            ),
        )
        for child in families
        for name in locales.words(sheets()[child].get(lang))
    ]
    return tuple(sorted(((child, path) for child, path in found if path), key=lambda pair: -len(pair[1])))


@lru_cache(maxsize=16)
def _flavors(lang: str) -> Phrases[bool]:
    return Phrases.of(locales.words(locales.read(lang, "words").get("flavors")), True)


def _segments(tokens: Sequence[Token], lang: str) -> list[tuple[int, int]]:
    """Where a head may stand: before the first comma or flavor word, then between the marks that follow."""
    flavors = _flavors(lang)
    result, start, blocked = [], 0, False
    for index, token in enumerate(tokens):
        flavor = flavors.at(tokens, index)
        if token.is_mark or (flavor and index > start):
            if not blocked and index > start:
                result.append((start, index))
            start, blocked = index + 1, flavor is not None
    if not blocked and start < len(tokens):
        result.append((start, len(tokens)))
    return result


def _heads(lexicon: Lexicon, tokens: Sequence[Token], lang: str) -> list[Match]:
    """Candidates for the head in a stretch of a name, the likeliest first."""
    brands = [match for match in lexicon.matches(tokens, lang) if match.kind == BRAND]
    found = []
    for index in range(len(tokens)):
        here = [match for match in lexicon.at(tokens, index, lang) if match.kind == FAMILY and match.lang == lang]
        found.extend(here[:1])
    if locales.head_first(lang):
        found = [match for match in found if not _complement(tokens, match, lang)]
        # the leftmost, and of two that start in the same brand the longer one
        found.sort(key=lambda match: (match.start, -match.end))
        outside = [m for m in found if not any(b.start <= m.start and m.end <= b.end for b in brands)]
        return outside or found
    found = [match for match in found if not _modifier(lexicon, tokens, match, lang)]
    return sorted(found, key=lambda match: (-match.end, match.start))


def _complement(tokens: Sequence[Token], match: Match, lang: str) -> bool:
    """Whether "de", "au", ... stands right before: "nuggets de poulet" is no chicken."""
    starts = range(max(1, match.start - 2), match.start)
    return any((found := joints(lang).at(tokens, start)) and found[1] == match.start for start in starts)


def _modifier(lexicon: Lexicon, tokens: Sequence[Token], match: Match, lang: str) -> bool:
    """Whether a word nobody knows follows: the head of "chicken thingamajigs" is not chicken."""
    if match.end >= len(tokens):
        return False
    following = tokens[match.end]
    if following.kind != "word" or following.folded in small_words(lang):
        return False
    return not (lexicon.knows_word(following.folded, lang) or len(following.folded) < 3)
