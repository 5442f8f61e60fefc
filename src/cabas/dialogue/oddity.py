"""How odd a product is as an answer to a plain wish: decaf for "café", 15 g of butter, smoked salmon for "saumon".

It is what was asked for, so it is taken where there is nothing plainer. Pure, and quick: hits are scored by it.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.annotate import labels_in
from cabas.dialogue.classify import below, is_of
from cabas.dialogue.families import pack_size, sheets
from cabas.dialogue.fits import forms
from cabas.dialogue.labels import labels, labels_by_word
from cabas.dialogue.names import read_name
from cabas.domain.cart import Want
from cabas.domain.catalog import Product, Storage
from cabas.kernel.quantity import Quantity
from cabas.kernel.text import fold

# What each oddity counts beside the other weights of `pick`; a family of its own is a merit.
OWN, FORM, LABEL, SIZE, STRANGE = 0.3, -0.6, -0.8, -0.7, -0.7
# A pack is of an odd size when it holds less than this share of the smallest usual one, or more than so many of the
# largest.
LEAST, MOST = Fraction(1, 3), 3
# Kinds of labels that make a food another one; where it comes from and how it was grown do not.
ALTERING = ("diet",)
ALTERING_TOO = frozenset({"wholemeal"})
PLAIN = frozenset({"vegetarian", "pasteurized", "high_fiber", "full_fat", "kosher"})


def oddity(want: Want, product: Product) -> float:
    """What to add to a product's value for how plain an answer it is; more is plainer."""
    value = OWN if want.family is not None and product.family == want.family else 0.0
    value += altered(want, product)
    value += STRANGE if _is_no_produce(want.family or "", product) else 0.0
    if want.amount is None and not any(tag.startswith(("size:", "pack_of:")) for tag in want.constraints):
        value += SIZE if _is_odd_size(product) else 0.0
    return value


def altered(want: Want, product: Product) -> float:
    """The part of it that is about what the product is made to be: smoked, decaffeinated, light."""
    value = FORM if want.family is not None and _is_formed(want, product) else 0.0
    return value + (LABEL if _unasked(want, product) else 0.0)


def _is_no_produce(family: str, product: Product) -> bool:
    """Whether something else than fresh food was likely meant by its maker, though its name says no more than that: it
    is filed in an aisle where nothing is fresh, or nowhere.
    """
    if not family or not is_of(family, "fresh") or product.storage is Storage.FROZEN:
        return False
    return not product.category or product.category[0] not in locales.words(
        locales.read(product.lang, "forms").get("fresh")
    )


def _is_formed(want: Want, product: Product) -> bool:
    """Whether the name shows a word of another form ("fumé") that nobody asked for, though a kind of it has it."""
    shown = forms(want.family or "", product.lang).intersection(read_name(product.name, product.lang).words)
    return bool(shown) and not shown.issubset(read_name(want.words, want.lang).words)


def _unasked(want: Want, product: Product) -> bool:
    """Whether it is made without, or with less or more of something, and nobody asked for that."""
    odd = product.labels & _altering()
    if not odd:
        return False
    asked = {label.id for tag in want.constraints if (label := labels_by_word().get(fold(tag))) is not None}
    return not odd.issubset(asked | labels_in(want.words, want.lang) | labels_of(want.family or "", want.lang))


@lru_cache(maxsize=1)
def _altering() -> frozenset[str]:
    found = {label.id for label in labels().values() if label.kind in ALTERING}
    return frozenset(found | ALTERING_TOO) - PLAIN


@lru_cache(maxsize=4096)
def labels_of(family: str, lang: str) -> frozenset[str]:
    """The labels that names of the family say themselves: "pain complet", "bière sans alcool"."""
    names = sheets().get(family, {}).get(lang) or ()
    return frozenset(label for name in names for label in labels_in(str(name), lang))


def _is_odd_size(product: Product) -> bool:
    """Whether a pack is far from what its family comes in."""
    usual = _usual_sizes(product.family or "")
    content = product.content
    same = [size for size in usual if content is not None and size.dimension == content.dimension]
    if content is None or not same:
        return False
    return content.base < LEAST * min(size.base for size in same) or content.base > MOST * max(
        size.base for size in same
    )


@lru_cache(maxsize=4096)
def _usual_sizes(family: str) -> tuple[Quantity, ...]:
    """What the packs of a family hold, as its sheet says, or those of its kinds; raw produce is sold in any size."""
    if not family or is_of(family, "fresh"):
        return ()
    packs = sheets().get(family, {}).get("packs") or [
        pack for kind in below(family) for pack in sheets().get(kind, {}).get("packs") or ()
    ]
    sizes = (pack_size(str(pack)) for pack in packs)
    return tuple(one.times(units) for units, one in sizes if one is not None)
