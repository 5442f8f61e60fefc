"""What a product is worth as an answer to a wish, before anybody asks what it costs and whose habit it is.

Only the goods and the words count here, so it is the same in every store and for every shopper, today and tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import log2

from cabas.dialogue import locales
from cabas.dialogue.classify import is_of
from cabas.dialogue.families import sheets
from cabas.dialogue.fits import besides, called, plain_words, shown_by, unshown
from cabas.dialogue.kinds import comes_from, said_alone, shown_as
from cabas.dialogue.labels import Label, labels, labels_by_word
from cabas.dialogue.names import read_name
from cabas.dialogue.oddity import oddity
from cabas.dialogue.undone import rival, undone
from cabas.dialogue.usual_pack import assumed
from cabas.domain.cart import Want
from cabas.domain.catalog import Product, Storage
from cabas.kernel.money import Money
from cabas.kernel.quantity import SYMBOLS, Quantity
from cabas.kernel.text import fold

# Beside the relevance of a hit (0-1), its price and its pack: see `pick.WEIGHTS`.
WEIGHTS = {"popularity": 0.35, "broken": -4.0, "unsure": -1.0, "brand": 1.0, "frozen": -0.8, "called": 0.4,
           "besides": -0.3, "unshown": -0.8, "rival": -0.5, "off_size": -0.3}  # fmt: skip
# Constraints that only the price of the day can meet.
PRICED = ("max_price:", "price_around:")
# A pack so many doublings from the size asked for is of another size altogether.
FAR = 3.0
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")


@dataclass(frozen=True, slots=True)
class Merit:
    """`value` is the sum of what counts; `own` is what would be added for who does not buy it anyway (odd kinds, odd
    sizes, frozen). `broken` are the constraints it does not meet. `pack` is the product as it is reckoned with.
    """

    value: float
    own: float
    broken: tuple[str, ...]
    pack: Product


def merit(want: Want, product: Product) -> Merit:
    """What `product` is worth for `want`. Of the amount only counts whether one was said."""
    value = WEIGHTS["popularity"] * product.popularity / 1000
    broken: tuple[str, ...] = ()
    if want.constraints:
        labels = labels_by_word()
        told = (tag for tag in want.constraints if not tag.startswith(PRICED))
        met = {tag: meets(tag, product, None, labels, want.lang) for tag in told}
        broken = tuple(tag for tag, is_met in met.items() if is_met is False and not _says(product.family, tag))
        value += WEIGHTS["off_size"] * sum(_off(tag[5:], product) for tag in broken if tag.startswith("size:"))
        value += WEIGHTS["broken"] * len(broken) + WEIGHTS["unsure"] * sum(is_met is None for is_met in met.values())
    value += WEIGHTS["called"] if want.family and called(product, want.family) else 0
    value += WEIGHTS["besides"] * min(2, besides(want.words, want.lang, want.family, product, want.brand))
    value += WEIGHTS["unshown"] * min(2, unshown(want.words, want.lang, want.family, product))
    value += WEIGHTS["rival"] * min(2, rival(want.words, want.lang, product))
    if want.brand and product.brand and fold(want.brand) == fold(product.brand):
        value += WEIGHTS["brand"]
    own = (WEIGHTS["frozen"] if _needlessly_frozen(product, want) else 0.0) + oddity(want, product)
    return Merit(value, own, broken, assumed(product))


def _needlessly_frozen(product: Product, want: Want) -> bool:
    """Whether it is frozen or ready cooked though its family is not, and nobody asked for that."""
    frozen = product.storage is Storage.FROZEN or "frozen" in product.labels
    if not frozen:
        return False
    usual = sheets().get(want.family or product.family or "", {}).get("storage") == Storage.FROZEN
    return not usual and not any(_label_id(tag) == "frozen" for tag in want.constraints)


def _label_id(tag: str) -> str | None:
    label = labels_by_word().get(fold(tag))
    return label.id if label else None


def _says(family: str | None, tag: str) -> bool:
    """Whether the very name of a family says that its goods have a label: unsalted butter has no salt."""
    label = labels_by_word().get(fold(tag))
    if family is None or label is None:
        return False
    named = (locales.words(sheets().get(family, {}).get(lang))[:1] for lang in locales.languages())
    return any(label.claimed_by(name) for names in named for name in names)


def meets(tag: str, product: Product, price: Money | None, labels: Mapping[str, Label], lang: str = "") -> bool | None:
    """Whether `product` meets a constraint of a wish; None when it cannot be told (the shopper then hears so). `lang`
    is the language of the wish.
    """
    kind, colon, value = tag.partition(":")
    if colon:
        return _meets_value(kind, value, product, price)
    label = labels.get(fold(tag))
    if label is None and tag.endswith("%"):
        shown = _PERCENT.findall(product.name.replace(",", "."))
        return any(float(one) == float(tag[:-1]) for one in shown) if shown else None
    if label is None:
        return _shows(tag, product, lang)
    if label.kind == "price":
        return None
    if label.id == "store_brand":
        return product.own_brand
    if label.id in product.labels or label.claimed_by(product.name):
        return True
    if label.id == "fresh" and is_of(product.family or "", "fresh"):
        return product.storage is not Storage.FROZEN
    text = f"{product.name} {product.ingredients}"
    if label.allergens:
        if label.allergens & product.allergens or label.contradicted_by(text):
            return False
        if label.allergens & _usual_allergens(product.family):  # and it does not say it has none
            return None if product.ingredients else False
        return True
    if label.excludes:
        return not label.contradicted_by(f"{text} {_plain_name(product)}")
    return False


def claims(tag: str, product: Product) -> bool:
    """Whether a product says that it has a label; what only does not contradict it is no gluten-free pasta."""
    label = labels_by_word().get(fold(tag))
    return label is not None and (label.id in product.labels or label.claimed_by(product.name))


def _shows(tag: str, product: Product, lang: str) -> bool | None:
    """Whether a product shows what a few words say of it; None when it cannot be told."""
    if fold(tag) in fold(f"{product.name} {product.brand or ''}"):
        return True
    kind = said_alone(tag, lang) if lang else None
    if kind is None:
        return None
    shown = not shown_as(kind, lang, product.lang).isdisjoint(shown_by(product))
    if sizes := read_name(tag, lang).sizes:  # "24 months"
        return shown and frozenset(sizes).issubset(read_name(product.name, product.lang).sizes)
    if kind in plain_words(lang):
        if shown:
            return True
        return False if besides(tag, lang, product.family, product) else None
    return not undone(Want(tag, lang, family=product.family), product)


def _plain_name(product: Product) -> str:
    """What goods of its family are called first: "Haché 350 g" does not say that it is beef."""
    return next(iter(locales.words(sheets().get(product.family or "", {}).get(product.lang))), "")


@cache
def _usual_allergens(family: str | None) -> frozenset[str]:
    """The allergens that goods of a family hold as a rule, whatever a badly read list of ingredients does not show."""
    return frozenset(locales.words(sheets().get(family or "", {}).get("allergens")))


def _meets_value(kind: str, value: str, product: Product, price: Money | None) -> bool | None:
    if kind == "not_brand":
        return fold(value) not in fold(f"{product.brand or ''} {product.name}")
    if kind in ("max_price", "price_around"):
        if price is None:
            return None
        limit = Fraction(value)
        euros = Fraction(price.amount, 100)
        return euros <= limit if kind == "max_price" else abs(euros - limit) <= limit / 4
    if kind == "pack_of":
        return str(product.pieces) == value if product.pieces > 1 else None
    if kind == "size":
        return _meets_size(value, product)
    if kind in ("origine", "origin") and _comes_from(value, product):
        return True
    if kind in ("fat", "origine", "origin"):
        return re.search(rf"(?<![\d,.]){re.escape(_tight(value))}", _tight(product.name)) is not None
    return fold(value) in fold(product.name) or None


def _comes_from(place: str, product: Product) -> bool:
    """Whether a label of the product says that it comes from there."""
    said = (labels()[one] for one in product.labels if one in labels())
    return any(
        fold(place) in fold(name) for label in said if label.kind == "origin" for names in label.names.values()
        for name in names
    ) or comes_from(place, product.name)  # fmt: skip


def _tight(text: str) -> str:
    return fold(text).replace(" ", "")


def _off(value: str, product: Product) -> float:
    """How many times a pack would have to be doubled or halved to be of a size; at most `FAR`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", fold(value))
    unit = SYMBOLS.get(match[2]) if match else None
    asked = Quantity.of(Fraction(match[1]), unit) if match and unit else None
    if asked is None or product.content is None or asked.dimension != product.content.dimension or not asked.base:
        return FAR
    return min(FAR, abs(log2(product.content.base / asked.base)) if product.content.base else FAR)


def _meets_size(value: str, product: Product) -> bool | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", fold(value))
    unit = SYMBOLS.get(match[2]) if match else None
    if match is None or unit is None:
        return bool(re.search(rf"\b{re.escape(fold(value))}\b", fold(product.name))) or None
    if product.content is None:
        return None
    asked = Quantity.of(Fraction(match[1]), unit)
    one = product.content.times(Fraction(1, product.pieces))
    same = [held for held in (product.content, one) if held.dimension == asked.dimension]
    return any(abs(held.base - asked.base) <= asked.base / 20 for held in same) if same else None
