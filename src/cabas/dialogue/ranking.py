"""How well a product answers a query: a few features of both, and one weight for each (`ranking.yaml`).

A `Card` is what ranking needs to know of a product, made once when it is indexed; a `Sought` is the same for a query.
No commission, margin or payment is among the features: they are not on the card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from operator import mul

import msgspec
import yaml

from cabas.dialogue.classify import above, family_is_nonfood, is_nonfood, names_of, packaging, path_families
from cabas.dialogue.labels import labels
from cabas.dialogue.names import read_name
from cabas.domain.catalog import Product

FEATURES = ("text", "cover", "head", "first", "exact", "family", "plain", "called", "near", "kin", "leaf", "brand",
            "label", "size", "pack", "order", "extra", "popularity", "alien", "excluded")  # fmt: skip


class Card(msgspec.Struct, array_like=True, gc=False):
    """A product as ranking sees it. `words` are the stems of its name; the first `head` of them say what it is.

    `families` is its family and the wider ones, `kin` those its category path speaks of; `leaf` and `path` are the
    stems of the path's last part and of the others. `extra` has a bit for every word that is
    no name of the family, no label and no pack. `content` is in base units of `dimension` (0 and "": not known).
    """

    words: tuple[str, ...]
    head: int
    families: tuple[str, ...]
    kin: tuple[str, ...]
    leaf: tuple[str, ...]
    path: tuple[str, ...]
    brand: tuple[str, ...]
    labels: tuple[str, ...]
    sizes: tuple[str, ...]
    extra: int
    popularity: int
    nonfood: bool
    content: float
    dimension: str
    pieces: int


_Places = Mapping[str, Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Term:
    """One word sought: the stems that stand for it with their quality (0-1), and how much it says (`weight`). `told`
    says that another language than the catalog's tells one kind from another with it ("grated").
    """

    stems: Mapping[str, float]
    weight: float = 1.0
    named: bool = False
    label: bool = False
    told: bool = False

    @property
    def sure(self) -> float:
        """What it is worth when the product is of the family it names: a little less than the word itself."""
        return 0.95 * max(self.stems.values(), default=1.0)


@dataclass(frozen=True, slots=True)
class Sought:
    """A query made ready: its terms in order, the families and labels asked for, what must not be there.

    Each of `labels` is a set of which one will do. `places` maps every stem to the terms it stands for, with its
    quality; `stems` are those; `total` sums the weights; `worth` has (weight, sure, named, label) of every term.
    """

    terms: tuple[Term, ...]
    families: frozenset[str] = frozenset()
    wider: frozenset[str] = frozenset()
    labels: tuple[frozenset[str], ...] = ()
    sizes: frozenset[str] = frozenset()
    excluded: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    food: bool | None = None
    amount: tuple[float, str] | None = None
    places: _Places = field(init=False)
    stems: frozenset[str] = field(init=False)
    total: float = field(init=False)
    worth: tuple[tuple[float, float, bool, bool], ...] = field(init=False)

    def __post_init__(self) -> None:
        places: dict[str, list[tuple[int, float]]] = {}
        for index, term in enumerate(self.terms):
            for stem, quality in term.stems.items():
                places.setdefault(stem, []).append((index, quality))
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "stems", frozenset(places))
        object.__setattr__(self, "total", sum(term.weight for term in self.terms))
        worth = tuple((term.weight, term.sure, term.named, term.label) for term in self.terms)
        object.__setattr__(self, "worth", worth)


@cache
def weights() -> tuple[float, ...]:
    """The weight of every feature, in the order of `FEATURES`; `bench/ranking.py` trains and checks them."""
    text = (files("cabas.dialogue") / "ranking.yaml").read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    return tuple(float(loaded[name]) for name in FEATURES)


@cache
def _plain_words(family: str, lang: str) -> frozenset[str]:
    """Words that add nothing to a family: of its names and those of the wider families."""
    names = names_of(lang)
    return frozenset(stem for one in above(family) for name in names.names[one] for stem in name)


@cache
def _label_words(lang: str) -> frozenset[str]:
    names = (name for label in labels().values() for name in label.names.get(lang, ()))
    return frozenset(stem for name in names for stem in read_name(name, lang).words)


@cache
def _skipped(lang: str) -> frozenset[str]:
    return packaging(lang) | _label_words(lang)


_Words = tuple[str, ...]


@lru_cache(maxsize=8192)
def _path(category: _Words, lang: str) -> tuple[_Words, _Words, _Words]:
    """Families a category path speaks of, with the wider ones; the stems of its last part; those of the others."""
    kin = dict.fromkeys(one for family, _ in path_families(category, lang) for one in above(family))
    parts = [read_name(part, lang).words for part in category]
    rest = dict.fromkeys(stem for part in parts[:-1] for stem in part)
    return tuple(kin), parts[-1] if parts else (), tuple(rest)


def card(product: Product) -> Card:
    """The card of a product."""
    lang = product.lang
    name = read_name(product.name, lang)
    brand = read_name(product.brand, lang).words if product.brand else ()
    families = above(product.family) if product.family else ()
    kin, leaf, path = _path(product.category, lang)
    skipped = _skipped(lang)
    plain = _plain_words(product.family, lang) if product.family else frozenset(name.words[:1])
    stops = [at for at in (*name.tied, *name.breaks, name.flavor) if at > 0]
    return Card(
        words=name.words,
        head=min(stops, default=len(name.words)),
        families=families,
        kin=tuple(one for one in kin if one not in families),
        leaf=leaf,
        path=path,
        brand=brand,
        labels=tuple(sorted(product.labels)),
        sizes=name.sizes,
        extra=sum(
            1 << index
            for index, word in enumerate(name.words)
            if word not in plain and word not in skipped and word not in brand
        ),
        popularity=product.popularity,
        nonfood=is_nonfood(product.category, lang) or bool(product.family and family_is_nonfood(product.family)),
        content=float(product.content.base) if product.content else 0.0,
        dimension=product.content.dimension if product.content else "",
        pieces=product.pieces,
    )


def features(sought: Sought, card: Card) -> tuple[float, ...]:
    """The features of a product for a query, in the order of `FEATURES`, each between 0 and 1."""
    count, at = len(sought.terms), sought.places
    best, place = [0.0] * count, [-1] * count
    matched = 0
    for index, word in enumerate(card.words):
        if word in at:
            matched |= 1 << index
            for term, quality in at[word]:
                if quality > best[term]:
                    best[term], place[term] = quality, index
    head, first, in_order, before = 0.0, 0.0, 0, -9
    for quality, index in zip(best, place, strict=True) if matched else ():
        if index < 0:
            continue
        if index < card.head and quality > head:
            head = quality
        if index == 0:
            first = quality
        in_order += 0 < index - before <= 2
        before = index
    extra = (card.extra & ~matched).bit_count()
    stems = sought.stems
    leaf = 0 if stems.isdisjoint(card.leaf) else _lift(best, card.leaf, at, 0.75)
    if not stems.isdisjoint(card.path):
        _lift(best, card.path, at, 0.5)
    if not stems.isdisjoint(card.brand):
        _lift(best, card.brand, at, 0.95)
    of_family = not sought.families.isdisjoint(card.families)
    labels = 0
    for meant in sought.labels:
        labels += not meant.isdisjoint(card.labels)
    met = 0.0
    for (weight, sure, named, label), quality in zip(sought.worth, best, strict=True):
        known = quality < sure and ((named and of_family) or (label and labels))
        met += weight * (sure if known else quality)
    text = met / sought.total if sought.total else 0.0
    words, hits = len(card.words), matched.bit_count()
    return (
        text,
        text * hits / words if words else 0.0,
        head,
        first,
        1.0 if hits == words and text > 0.97 else 0.0,
        1.0 if of_family else 0.0,
        1.0 - extra / words if of_family and words else 0.0,
        1.0 if of_family and not card.extra & 1 else 0.0,
        1.0 if not of_family and not sought.wider.isdisjoint(card.families) else 0.0,
        1.0 if not of_family and not sought.families.isdisjoint(card.kin) else 0.0,
        2 * leaf / (count + len(card.leaf)) if leaf else 0.0,
        1.0 if card.brand and stems.issuperset(card.brand) else 0.0,
        labels / len(sought.labels) if labels else 0.0,
        len(sought.sizes.intersection(card.sizes)) / len(sought.sizes) if sought.sizes else 0.0,
        _pack(sought.amount, card) if sought.amount else 0.0,
        in_order / (count - 1) if count > 1 else 0.0,
        min(extra, 3) / 3,
        card.popularity / 1000,
        1.0 if sought.food is not None and sought.food == card.nonfood else 0.0,
        1.0 if sought.excluded and _excluded(sought, card) else 0.0,
    )


def _lift(
    best: list[float], words: tuple[str, ...], at: Mapping[str, Sequence[tuple[int, float]]], least: float
) -> int:
    """Raise the terms that `words` hold to `least` x quality; returns how many of the words are sought."""
    found = 0
    for word in words:
        if word in at:
            found += 1
            for term, quality in at[word]:
                if quality * least > best[term]:
                    best[term] = quality * least
    return found


def _pack(amount: tuple[float, str], card: Card) -> float:
    """1 when one pack is what was asked for, less when several of them are."""
    asked, dimension = amount
    held = float(card.pieces) if dimension == "count" else card.content
    if held <= 0 or dimension not in ("count", card.dimension):
        return 0.0
    if abs(held - asked) <= asked / 20:
        return 1.0
    return 0.3 if held < asked and asked % held < held / 20 else 0.0


def _excluded(sought: Sought, card: Card) -> bool:
    return any(all(word in card.words or word in card.brand for word in phrase) for phrase in sought.excluded)


def score(sought: Sought, card: Card) -> float:
    """The linear model: the sum of weight x feature."""
    return float(sum(map(mul, weights(), features(sought, card))))
