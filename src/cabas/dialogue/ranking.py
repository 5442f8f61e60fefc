"""How well a product answers a query: a few features of both, and one weight for each (`ranking.yaml`).

A `Card` is what ranking needs to know of a product, made once when it is indexed; a `Sought` is the same for a query.
No commission, margin or payment is among the features: they are not on the card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec
import yaml

from cabas.dialogue.classify import above, family_is_nonfood, is_nonfood, names_of, packaging, path_families
from cabas.dialogue.labels import labels
from cabas.dialogue.names import read_name
from cabas.domain.catalog import Product

FEATURES = ("text", "cover", "head", "first", "exact", "family", "near", "kin", "leaf", "brand", "label", "size",
            "order", "extra", "popularity", "alien", "excluded")  # fmt: skip


class Card(msgspec.Struct, array_like=True, gc=False):
    """A product as ranking sees it. `words` are the stems of its name; the first `head` of them say what it is.

    `families` is its family and the wider ones, `kin` those its category path speaks of; `leaf` and `path` are the
    stems of the path's last part and of the others. `extra` counts words that are no name of the family, label or pack.
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
    lacks: tuple[str, ...]
    extra: int
    popularity: int
    nonfood: bool
    product: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Term:
    """One word sought: the stems that stand for it with their quality (0-1), and how much it says (`weight`)."""

    stems: Mapping[str, float]
    weight: float = 1.0
    named: bool = False
    label: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """A query made ready: its terms in order (`stems` are all of theirs), the families and labels asked for."""

    terms: tuple[Term, ...]
    families: frozenset[str] = frozenset()
    wider: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    excluded: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    food: bool | None = None


@cache
def weights() -> Mapping[str, float]:
    """The weight of every feature. `make ranking` trains them, `bench/ranking.py --check` says what they reach."""
    text = (files("cabas.dialogue") / "ranking.yaml").read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    return {name: float(loaded[name]) for name in FEATURES}


@cache
def _plain_words(family: str, lang: str) -> frozenset[str]:
    """Words that add nothing to a family: of its names and those of the wider families."""
    names = names_of(lang)
    return frozenset(stem for one in above(family) for name in names.names[one] for stem in name)


@cache
def _label_words(lang: str) -> frozenset[str]:
    names = (name for label in labels().values() for name in label.names.get(lang, ()))
    return frozenset(stem for name in names for stem in read_name(name, lang).words)


def card(product: Product, payload: bytes) -> Card:
    """The card of a product; `payload` is what the index gives back for it."""
    lang = product.lang
    name = read_name(product.name, lang)
    brand = read_name(product.brand, lang).words if product.brand else ()
    families = above(product.family) if product.family else ()
    kin = dict.fromkeys(one for family, _ in path_families(product.category, lang) for one in above(family))
    parts = [read_name(part, lang).words for part in product.category]
    skipped = packaging(lang) | _label_words(lang)
    plain = _plain_words(product.family, lang) if product.family else frozenset(name.words[:1])
    stops = [at for at in (*name.tied, *name.breaks, name.flavor) if at > 0]
    return Card(
        words=name.words,
        head=min(stops, default=len(name.words)),
        families=families,
        kin=tuple(one for one in kin if one not in families),
        leaf=parts[-1] if parts else (),
        path=tuple(dict.fromkeys(stem for part in parts[:-1] for stem in part)),
        brand=brand,
        labels=tuple(sorted(product.labels)),
        sizes=name.sizes,
        lacks=tuple(name.lacks),
        extra=sum(1 for word in name.words if word not in plain and word not in skipped and word not in brand),
        popularity=product.popularity,
        nonfood=is_nonfood(product.category, lang) or bool(product.family and family_is_nonfood(product.family)),
        product=msgspec.Raw(payload),
    )


def features(sought: Sought, card: Card) -> dict[str, float]:
    """The features of a product for a query, each between 0 and 1 (`excluded` and `alien` are 0 or 1)."""
    words, total, met = card.words, 0.0, 0.0
    of_family = not sought.families.isdisjoint(card.families)
    matched: set[int] = set()
    places: list[int] = []
    head = first = 0.0
    leaf = 0
    for term in sought.terms:
        total += term.weight
        best, place = 0.0, -1
        for index, word in enumerate(words):
            quality = term.stems.get(word, 0.0)
            if quality > 0:
                matched.add(index)
                if quality > best:
                    best, place = quality, index
        if place >= 0:
            places.append(place)
            if place < card.head:
                head = max(head, best)
            if place == 0:
                first = best
        if any(word in term.stems for word in card.leaf):
            leaf += 1
            best = max(best, 0.75)
        elif best < 0.5 and any(word in term.stems for word in card.path):
            best = 0.5
        if (best < 0.95 and any(word in term.stems for word in card.brand)) or (
            best < 0.95 and ((term.named and of_family) or (term.label and not sought.labels.isdisjoint(card.labels)))
        ):
            best = 0.95
        met += term.weight * best
    count = len(sought.terms)
    text = met / total if total else 0.0
    in_order = sum(1 for one, two in pairwise(places) if 0 < two - one <= 2)
    covered = len(matched) / len(words) if words else 0.0
    return {
        "text": text,
        "cover": covered * text,
        "head": head,
        "first": first,
        "exact": 1.0 if len(matched) == len(words) and text > 0.97 else 0.0,
        "family": 1.0 if of_family else 0.0,
        "near": 1.0 if not of_family and not sought.wider.isdisjoint(card.families) else 0.0,
        "kin": 1.0 if not of_family and not sought.families.isdisjoint(card.kin) else 0.0,
        "leaf": 2 * leaf / (count + len(card.leaf)) if leaf else 0.0,
        "brand": 1.0 if card.brand and sought.stems.issuperset(card.brand) else 0.0,
        "label": len(sought.labels.intersection(card.labels)) / len(sought.labels) if sought.labels else 0.0,
        "size": len(sought.sizes.intersection(card.sizes)) / len(sought.sizes) if sought.sizes else 0.0,
        "order": in_order / (count - 1) if count > 1 else 0.0,
        "extra": min(max(card.extra - len(matched), 0) if not of_family else card.extra, 3) / 3,
        "popularity": card.popularity / 1000,
        "alien": 1.0 if sought.food is not None and sought.food == card.nonfood else 0.0,
        "excluded": 1.0 if _excluded(sought, card) else 0.0,
    }


def _excluded(sought: Sought, card: Card) -> bool:
    return any(
        all((word in card.words and word not in card.lacks) or word in card.brand for word in phrase)
        for phrase in sought.excluded
    )


def score(sought: Sought, card: Card) -> float:
    """The linear model: the sum of weight x feature."""
    found, weight = features(sought, card), weights()
    return sum(weight[name] * found[name] for name in FEATURES)
