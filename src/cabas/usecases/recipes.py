"""From a recipe to a basket: for each thing it needs the product of one store that fits, and how many packs of it.

Pure but for the search, which reads an index. Prices and stock come in as offers; without them the least waste wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache

from cabas.dialogue import locales
from cabas.dialogue.classify import above, below, is_of, names_of
from cabas.dialogue.families import sheets
from cabas.dialogue.fits import another_form, besides, called
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.names import read_name
from cabas.dialogue.oddity import altered
from cabas.dialogue.query import parse
from cabas.dialogue.recipe_needs import family_of_food, needs_of_page
from cabas.dialogue.recipe_page import RecipePage, read_page
from cabas.dialogue.weights import usual_of
from cabas.domain.cart import Want
from cabas.domain.catalog import Offer, Product
from cabas.domain.packs import NATURAL, Candidate, Choice, weigh
from cabas.domain.recipe import Need, together
from cabas.usecases.ports import Hit, Query, RecipePages, Search

HITS, ALTERNATIVES_MAX = 30, 6
# What would do for a need is remembered for so many of them: dishes are asked for again.
NEEDS_KEPT = 1_024
# A family with more kinds than this (cheese, pasta) is no answer to a kind nobody knows.
WIDE = 12
# Of a family with more kinds than this (vegetables, cheese), the plain food is no answer to one of its kinds.
KINDS_MAX = 40
# Products whose relevance is below this share of the best one's are another thing.
NEAR = 0.75
# What counts between products that are equally right: relevance and popularity from 0 to 1, waste in packs too many;
# what was weighed or counted is rarely sold by the liter.
WEIGHTS = {
    "relevance": 4.0,
    "popularity": 0.4,
    "waste": -0.02,
    "cost": -0.25,
    "unknown": -2.0,
    "kin": 0.6,
    "called": 0.5,
    "besides": -0.4,
    "poured": -0.5,
    "mixed": -0.15,
}
# Signs that a name tells of two things.
_MIXED = frozenset("/+&")


@dataclass(frozen=True, slots=True)
class BasketLine:
    """What was found for a need. `choice` is None when the store has nothing that fits. An unticked line is proposed
    ("you surely have salt"), not bought. `substitute` says that it is not what the recipe names.
    """

    need: Need
    choice: Choice | None = None
    ticked: bool = True
    substitute: bool = False
    alternatives: tuple[str, ...] = ()

    @property
    def product(self) -> Product | None:
        """The product chosen."""
        return self.choice.product if self.choice else None


async def read_recipe(
    pages: RecipePages, url: str, servings: int | None = None, factor: Fraction | None = None
) -> tuple[RecipePage, tuple[Need, ...]]:
    """The recipe at `url` and what it needs for that many people. Raises what `RecipePages.fetch` raises."""
    page = read_page(await pages.fetch(url))
    return page, needs_of_page(page, servings, factor)


def basket_for(
    needs: Iterable[Need],
    search: Search,
    offers: Mapping[str, Offer] | None = None,
    *,
    day: date | None = None,
    shop_lang: str = "fr",
) -> list[BasketLine]:
    """A line for every need, in order; needs served by the same product share one. `offers` (by SKU) are the store's:
    what it does not sell is not chosen.

    `shop_lang` is the language the catalog is written in.
    """
    lines: list[BasketLine] = []
    for need in needs:
        line = line_for(need, search, offers, day=day, shop_lang=shop_lang)
        index = next((at for at, other in enumerate(lines) if _is_same(line, other)), None)
        if index is None:
            lines.append(line)
        else:
            lines[index] = _joined(lines[index], line, offers, day)
    return lines


def _is_same(line: BasketLine, other: BasketLine) -> bool:
    known = line.product is not None and other.product is not None
    return known and line.product == other.product and line.ticked == other.ticked


def _joined(line: BasketLine, other: BasketLine, offers: Mapping[str, Offer] | None, day: date | None) -> BasketLine:
    """One line for two needs that the same product serves: "onion", and "spring onions" where there are none."""
    need = together(line.need, other.need)
    chosen = _ranked(need, [Hit(line.product, 1.0)] if line.product else [], offers, day)
    return replace(line, need=need, choice=chosen[0] if chosen else line.choice)


def line_for(
    need: Need,
    search: Search,
    offers: Mapping[str, Offer] | None = None,
    *,
    day: date | None = None,
    shop_lang: str = "fr",
) -> BasketLine:
    """The product for one need: what it names, else what the recipe offers instead or the plain wider food, flagged
    as a substitute ("tomatoes" where there are no plum tomatoes).

    Where the store has none of them, `alternatives` are the nearest kin: for the shopper to choose, not for a machine.
    """
    ticked = not (need.pantry or need.optional)
    wider = _wider(need)
    for place, one in enumerate(wanted(need)):
        hits = fitting(one, search, offers, shop_lang)
        if one in wider:
            hits = [hit for hit in hits if hit.product.family == one.family]
        ranked = _ranked(one, hits, offers, day)
        if ranked:
            more = tuple(choice.product.sku for choice in ranked[1 : ALTERNATIVES_MAX + 1])
            return BasketLine(need, ranked[0], ticked, place > 0, more)
    kin = [hit for one in wider for hit in fitting(one, search, offers, shop_lang)]
    return BasketLine(need, ticked=ticked, alternatives=tuple(hit.product.sku for hit in kin[:ALTERNATIVES_MAX]))


@lru_cache(maxsize=NEEDS_KEPT)
def wanted(need: Need) -> tuple[Need, ...]:
    """What would do for a need, best first: what it names, what the recipe offers instead, what a clerk would, and the
    plain wider food.
    """
    others = (replace(need, words=words, family=family_of_food(words, need.lang)) for words in need.alternatives)
    clerk = sheets().get(need.family or "", {}).get("instead") or ()
    instead = (replace(need, words=_first_name(family, need), family=str(family)) for family in clerk)
    wider = (one for one in _wider(need) if one.family and _answers_for_kinds(one.family))
    return (need, *others, *instead, *wider)


def _first_name(family: str, need: Need) -> str:
    return locales.words(sheets()[family].get(need.lang))[0]


@lru_cache(maxsize=NEEDS_KEPT)
def _wider(need: Need) -> tuple[Need, ...]:
    return tuple(replace(need, family=family) for family in (above(need.family)[1:2] if need.family else ()))


def _answers_for_kinds(family: str) -> bool:
    """Whether the plain food will do for a kind of it: tomatoes for plum tomatoes, but no pork for minced pork."""
    return not is_of(family, "raw") and len(below(family)) <= KINDS_MAX


@dataclass(frozen=True, slots=True)
class Remembered:
    """A search that is asked once for each food: first for the offers, then for the choice."""

    search: Search
    foods: dict[tuple[Need, str], list[Hit]] = field(default_factory=dict)

    def right(self, need: Need, shop_lang: str) -> list[Hit]:
        """What is found for a need and is the food needed."""
        key = (need, shop_lang)
        found = self.foods.get(key)
        if found is None:
            found = self.foods[key] = _right(need, self.search, shop_lang)
        return found

    def find(self, query: Query, limit: int = 20) -> Sequence[Hit]:
        """As the search underneath."""
        return self.search.find(query, limit)

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        """As the search underneath."""
        return self.search.get(skus)

    def knows(self, words: str) -> bool:
        """As the search underneath."""
        return self.search.knows(words)

    def brands(self) -> Mapping[str, int]:
        """As the search underneath."""
        return self.search.brands()


def fitting(need: Need, search: Search, offers: Mapping[str, Offer] | None = None, shop_lang: str = "fr") -> list[Hit]:
    """The hits that are the food needed: of its family or one below, or, where nobody knows the family, so called."""
    right = search.right(need, shop_lang) if isinstance(search, Remembered) else _right(need, search, shop_lang)
    if offers is not None:
        right = [hit for hit in right if hit.product.sku in offers]
    best = max((hit.score for hit in right), default=0.0)
    return [hit for hit in right if hit.score >= best * NEAR]


def _right(need: Need, search: Search, shop_lang: str) -> list[Hit]:
    return [hit for hit in search.find(_query(need, shop_lang), HITS) if is_for(need, hit.product)]


def is_for(need: Need, product: Product) -> bool:
    """Whether `product` is the food needed."""
    if need.family:
        if product.family not in _kinds(need.family) or another_form(need.words, need.lang, need.family, product):
            return False
        return _is_called(product, _unmet(need))
    words = frozenset(read_name(need.words, need.lang).words)
    return bool(words) and _is_called(product, words)


@cache
def _kinds(family: str) -> frozenset[str]:
    return frozenset(below(family))


@lru_cache(maxsize=NEEDS_KEPT)
def _unmet(need: Need) -> frozenset[str]:
    """The words a product must show because the family alone says too little: "fontina" of "fontina cheese"."""
    family = need.family or ""
    if len(below(family)) <= WIDE:
        return frozenset()
    sheet = sheets()[family]
    names = {word for name in locales.words(sheet.get(need.lang)) for word in read_name(name, need.lang).words}
    words = read_name(need.words, need.lang)
    known = names_of(need.lang).known
    return frozenset(word for word in words.words if word not in names and word not in known)


def _query(need: Need, shop_lang: str) -> Query:
    """What to search for. A food said in another language than the shop's is called as the shop calls its family."""
    family = lexicon().family(need.family) if need.family else None
    read = parse(need.words, need.lang)
    if family is not None and need.lang != shop_lang and family.names.get(shop_lang):
        name = family.names[shop_lang][0]
        return Query(name, shop_lang, (family.id,), labels=read.labels, named=name)
    if family is None:
        return Query(need.words, need.lang, read.families, labels=read.labels, excluded=read.excluded, named=read.named)
    named = read.named if read.families[:1] == (family.id,) else ""
    return Query(need.words, need.lang, (family.id,), labels=read.labels, excluded=read.excluded, named=named)


def _is_called(product: Product, said: frozenset[str]) -> bool:
    return frozenset(read_name(product.name, product.lang).words) >= said


def _ranked(need: Need, hits: Sequence[Hit], offers: Mapping[str, Offer] | None, day: date | None) -> list[Choice]:
    """The choices for a need, best first: the right thing, little waste, a low price."""
    piece, ask = usual_of(need.family).piece, need.ask
    drafts: list[tuple[Hit, Choice]] = []
    for hit in hits:
        offer = offers.get(hit.product.sku) if offers is not None else None
        choice = weigh(Candidate(hit.product, offer), ask, piece, day, NATURAL)
        if choice is not None:
            drafts.append((hit, choice))
    top = max((hit.score for hit, _ in drafts), default=0.0) or 1.0
    costs = [choice.cost.amount for _, choice in drafts if choice.cost and choice.cost.amount]
    cheapest = min(costs, default=0)

    wish = Want(need.words, need.lang, None, need.family)

    def value(draft: tuple[Hit, Choice]) -> float:
        hit, choice = draft
        points = WEIGHTS["relevance"] * hit.score / top + WEIGHTS["popularity"] * hit.product.popularity / 1000
        points += WEIGHTS["kin"] * (need.family is not None and hit.product.family == need.family)
        points += WEIGHTS["called"] * (need.family is not None and called(hit.product, need.family))
        points += altered(wish, hit.product)
        points += WEIGHTS["besides"] * min(2, besides(need.words, need.lang, need.family, hit.product))
        if choice.covers is not None:
            points += WEIGHTS["waste"] * min(3.0, max(0.0, float(choice.covers) - 1))
        elif need.same:
            points += WEIGHTS["unknown"]
        content = hit.product.content
        points += WEIGHTS["mixed"] * (not _MIXED.isdisjoint(hit.product.name))
        weighed = piece is not None or (need.same and need.same[0].dimension != "volume")
        if content is not None and content.dimension == "volume" and weighed:
            points += WEIGHTS["poured"]
        if choice.cost is not None and cheapest:
            points += WEIGHTS["cost"] * min(2.0, choice.cost.amount / cheapest - 1)
        return points + (0.0 if choice.enough else -2.0)

    return [choice for _, choice in sorted(drafts, key=lambda draft: (-value(draft), draft[0].product.sku))]
