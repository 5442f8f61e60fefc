"""What was said of which kind is meant, and a product does not show: the white of a peach, the Chablis of a wine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from cabas.dialogue import locales
from cabas.dialogue.classify import below, names_of
from cabas.dialogue.families import sheets
from cabas.dialogue.fits import besides, kin_of, own_words, plain_words, shown_by, unshown_words
from cabas.dialogue.kinds import rivals, shown_as, tells
from cabas.dialogue.names import light, read_name
from cabas.dialogue.sight import words_of
from cabas.dialogue.tokens import Token, spell, tokenize
from cabas.dialogue.translated import called_alone, names_elsewhere, translated
from cabas.domain.cart import Want
from cabas.domain.catalog import Product

# Names of places that begin with so many letters alike are one name in two languages.
ALIKE = 4


def undone(want: Want, product: Product) -> tuple[str, ...]:
    """The words of `want` that tell which kind was meant and that `product` does not show, as they were said: a clerk
    owns up to it. So do names of places and grapes, as the family writes them with a capital, and other foods
    ("chocolate" of a pudding).
    """
    family, lang, sold_in = want.family, want.lang, product.lang
    if family is None or lang == sold_in:
        return _untold(want, product)
    name, shown = read_name(want.words, lang), shown_by(product)
    own = own_words(product.family) if product.family else frozenset()
    proper = _proper_words(family, sold_in)
    left = [pair for pair in zip(name.raw, name.words, strict=True) if pair[1] not in shown]
    left = [pair for pair in left if pair[1] not in own or pair[1] in proper]
    if left and not besides(want.words, lang, family, product):
        left = [pair for pair in left if pair[1] not in plain_words(lang)]
    if not left:
        return ()
    proper |= _proper_words(family, lang) - _from_somewhere(lang)
    whole = name.words in names_of(lang).names.get(family, ())
    kin = kin_of(product.family or family)
    missed = []
    for raw, word in left:
        named = called_alone(lang).get(word, ())
        tell = tells(word, lang) or (bool(named) and kin.isdisjoint(named))
        if tell and (whole or not tells(word, lang)):
            tell = _sets_apart(word, lang, family, sold_in)
        if (word in proper and not _alike(word, shown)) or (tell and not translated(word, lang, product, shown)):
            missed.append(raw)
    return tuple(missed)


def _untold(want: Want, product: Product) -> tuple[str, ...]:
    """The same words as they were said, for the shopper to hear: "rouge" of "porto rouge". None where nothing that was
    said is shown: the product is called by another name then. What it is for ("pour la friture") is none of them, and
    neither is a word for the thing itself ("shampoing").
    """
    if want.family is None or not (lacked := unshown_words(want.words, want.lang, want.family, product)):
        return ()
    words, tokens = words_of(want.lang), tokenize(want.words)
    end = next((at for at in range(1, len(tokens)) if words.at("purpose", tokens, at)), len(tokens))
    stems, shown = [light(token.folded) for token in tokens[:end]], shown_by(product)
    if not any(stem in shown for stem in stems):
        return ()
    head = not kin_of(want.family).isdisjoint(called_alone(want.lang).get(stems[0], ()))
    told = [stem in lacked and not (head and stem == stems[0]) for stem in stems]
    starts = [at for at, one in enumerate(told) if one and not (at and told[at - 1])]
    return tuple(_stretch(tokens, told, at) for at in starts)


def _stretch(tokens: Sequence[Token], told: Sequence[bool], start: int) -> str:
    """The words from `start` on that are told, with a number before them ("12 mois")."""
    end = next((at for at in range(start, len(told)) if not told[at]), len(told))
    return spell(tokens[start - (start > 0 and tokens[start - 1].kind == "number") : end])


@lru_cache(maxsize=8192)
def _sets_apart(word: str, lang: str, family: str, sold_in: str) -> bool:
    """Whether names of a family in the language of the products tell the same as `word`: "pêche blanche" for "white";
    none tells of the icing of icing sugar.
    """
    names = [frozenset(name) for one in below(family) for name in names_of(sold_in).names.get(one, ())]
    said = {(stem,) for stem in shown_as(word, lang, sold_in)} | {*names_elsewhere(word, lang, sold_in)}
    return any(name.issuperset(one) for one in said for name in names)


def rival(words: str, lang: str, product: Product) -> int:
    """How many words of a product's name tell another kind than the one asked for: the red beside the green."""
    asked = [word for word in read_name(words, lang).words if tells(word, lang)]
    if not asked:
        return 0
    shown = frozenset(read_name(product.name, product.lang).words) - own_words(product.family or "")
    others = [rivals(word, lang, product.lang) for word in asked]
    met = frozenset().union(*(shown_as(word, lang, product.lang) for word in asked))
    return len(shown.intersection(*others) - met) if others else 0


@cache
def _from_somewhere(lang: str) -> frozenset[str]:
    """The stems of the words for what comes from somewhere, that a language may write with a capital: "Greek"."""
    said = locales.read(lang, "words").get("origins", {}).values()
    return frozenset(stem for names in said for word in locales.words(names) for stem in read_name(word, lang).words)


def _alike(word: str, shown: frozenset[str]) -> bool:
    """Whether one of the words shown begins as this one does: "Parme" for "Parma"."""
    return any(one[:ALIKE] == word[:ALIKE] for one in shown if len(one) >= ALIKE)


@cache
def _proper_words(family: str, lang: str) -> frozenset[str]:
    """The stems of the words that names of a family, and of those below it, write with a capital: "Chablis"."""
    return frozenset(
        stem
        for one in below(family)
        for name in locales.words(sheets().get(one, {}).get(lang))
        for word in name.replace("'", " ").split()
        if word[:1].isupper() and not word.isupper()
        for stem in read_name(word, lang).words
    )
