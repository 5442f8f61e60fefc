"""What a wish must not be: the words of a tag like "pas fumé", "sans pépins", "not smoked"."""

from __future__ import annotations

from functools import cache, lru_cache

from cabas.dialogue import locales
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.names import read_name
from cabas.dialogue.sight import words_of
from cabas.dialogue.translated import translated
from cabas.domain.catalog import Product
from cabas.kernel.text import fold


@lru_cache(maxsize=4096)
def refused(tag: str, lang: str) -> str:
    """The words a tag refuses; empty when it is a label, which knows more than its words, or refuses nothing."""
    if ":" in tag or fold(tag) in labels_by_word():
        return ""
    words = words_of(lang)
    for template in (words.negated, words.free_of):
        before, _, after = template.partition("{}")
        if len(tag) > len(before) + len(after) and tag.startswith(before) and tag.endswith(after):
            return tag[len(before) : len(tag) - len(after)]
    return ""


def shows(product: Product, words: str, lang: str) -> bool:
    """Whether a product's name shows all of `words`, in its own language as well, and not as what is not inside ("sans
    pépins", "non fumé").
    """
    label = labels_by_word().get(fold(words))
    if label is not None and (label.id in product.labels or label.claimed_by(product.name)):
        return True
    stems = read_name(words, lang).words
    shown = read_name(product.name, product.lang).words
    held = {word for at, word in enumerate(shown) if at == 0 or shown[at - 1] not in _denials()}
    return bool(stems) and all(stem in held or translated(stem, lang, product, held) for stem in stems)


@cache
def _denials() -> frozenset[str]:
    """Words that take back the one after them, in every language."""
    said = (locales.read(lang, "search").get("denials") for lang in locales.languages())
    return frozenset(fold(word) for words in said for word in locales.words(words))
