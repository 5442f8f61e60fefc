"""Words that tell one kind of a thing from another ("white", "grated", "smoked"), in whichever language they are said.

`kinds.yaml` of a language lists them by what they tell (color, taste, cut, ...) and by an id that is the same in every
language: a product shows "râpé" for who asked for "grated".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from cabas.dialogue import locales
from cabas.dialogue.names import light, read_name
from cabas.kernel.text import fold

# The group of where things come from: tags say that ("origin:Norway"), words of a wish do not.
ORIGIN = "origin"
# The groups of words that are no thing by themselves.
LOOKS = ("color", "taste", "cure")
_Kinds = Mapping[str, tuple[tuple[str, str], ...]]


@cache
def _kinds(lang: str) -> _Kinds:
    """Stem -> what it tells, as (group, id)."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for group, kinds in locales.read(lang, "kinds").items():
        for ident, said in kinds.items():
            for stem in {light(fold(word)) for word in locales.words(said)}:
                found[stem].append((group, str(ident)))
    return {stem: tuple(told) for stem, told in found.items()}


@cache
def _stems(lang: str) -> Mapping[tuple[str, str], frozenset[str]]:
    """(group, id) -> the stems that tell it."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for stem, told in _kinds(lang).items():
        for kind in told:
            found[kind].add(stem)
    return {kind: frozenset(stems) for kind, stems in found.items()}


def looks(lang: str) -> Iterator[str]:
    """The words that say how something looks or tastes or what was done to it; a cut may be a thing ("two fillets")."""
    for group, kinds in locales.read(lang, "kinds").items():
        for said in kinds.values() if group in LOOKS else ():
            yield from locales.words(said)


def tells(stem: str, lang: str) -> bool:
    """Whether a stem tells one kind from another; where a thing comes from is told by tags."""
    return any(group != ORIGIN for group, _ in _kinds(lang).get(stem, ()))


@lru_cache(maxsize=4096)
def shown_as(stem: str, lang: str, other: str) -> frozenset[str]:
    """The stems by which names in `other` show what `stem` tells in `lang`; none where it tells nothing."""
    shown = _stems(other)
    return frozenset(word for kind in _kinds(lang).get(stem, ()) for word in shown.get(kind, ()))


@lru_cache(maxsize=4096)
def rivals(stem: str, lang: str, other: str) -> frozenset[str]:
    """The stems by which names in `other` show another kind of the same group: the red of who asked for green."""
    groups = {group for group, _ in _kinds(lang).get(stem, ())}
    among = (stems for (group, _), stems in _stems(other).items() if group in groups)
    return frozenset().union(*among) - shown_as(stem, lang, other)


@lru_cache(maxsize=256)
def _places(place: str) -> re.Pattern[str]:
    """The words of every language for where a thing comes from, by one of them."""
    sheets = [locales.read(lang, "kinds").get(ORIGIN, {}) for lang in locales.languages()]
    idents = {
        ident for sheet in sheets for ident, said in sheet.items() if fold(place) in map(fold, locales.words(said))
    }
    words = {fold(word) for sheet in sheets for ident in idents for word in locales.words(sheet.get(ident))}
    spelled = sorted((re.escape(word) for word in words | {fold(place)}), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(spelled)})(?:n?e)?s?\b")


def comes_from(place: str, name: str) -> bool:
    """Whether a product's name says that it comes from `place`: "Saumon fumé de Norvège" for "Norway"."""
    return _places(place).search(fold(name)) is not None


def said_alone(text: str, lang: str) -> str | None:
    """The stem of a text that is nothing but one word that tells a kind ("yellow"); None of any other."""
    words = read_name(text, lang).words
    return words[0] if len(words) == 1 and tells(words[0], lang) else None
