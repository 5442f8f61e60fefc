"""What a word of one language is called in another: "ginger" is shown by "gingembre"."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache

from cabas.dialogue.classify import names_of
from cabas.dialogue.kinds import shown_as
from cabas.domain.catalog import Product


def translated(word: str, lang: str, product: Product, shown: AbstractSet[str]) -> bool:
    """Whether the product shows in its language what the word tells, or the name of a family that it names."""
    if not shown.isdisjoint(shown_as(word, lang, product.lang)):
        return True
    if lang == product.lang:
        return False
    return any(shown >= set(name) for name in names_elsewhere(word, lang, product.lang))


@lru_cache(maxsize=8192)
def names_elsewhere(word: str, lang: str, other: str) -> tuple[tuple[str, ...], ...]:
    """The names, as stems of the language `other`, of the families that a word names by itself in `lang`."""
    families = called_alone(lang).get(word, ())
    return tuple(name for family in families for name in names_of(other).names.get(family, ()))


@cache
def called_alone(lang: str) -> Mapping[str, tuple[str, ...]]:
    """The words that name a family by themselves, with the families they name."""
    found: dict[str, list[str]] = {}
    for family, names in names_of(lang).names.items():
        for word in {name[0] for name in names if len(name) == 1}:
            found.setdefault(word, []).append(family)
    return {word: tuple(families) for word, families in found.items()}
