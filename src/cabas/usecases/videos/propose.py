"""Which products belong under a video: the foods it speaks of, each with the product a store would sell for it.

Foods are found as in recipes and sentences: ingredient lines of the description, names of the lexicon in the title, the
chapters and the transcript. A food is worth more the closer it is to what the video is for; one that is only once
mentioned in passing is no proposal. What may not be shown under videos is none either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.term import Show
from cabas.dialogue import locales
from cabas.dialogue.dishes import dishes
from cabas.dialogue.ingredients import Ingredient, reader_of
from cabas.dialogue.language import guess
from cabas.dialogue.lexicon import DISH, FAMILY, Lexicon, Match, lexicon
from cabas.dialogue.recipe_needs import needs_of, needs_of_dish
from cabas.dialogue.tokens import Token, spell, tokenize
from cabas.domain.catalog import Offer, Product
from cabas.domain.recipe import Need
from cabas.usecases.ports import Hit, Query, Search
from cabas.usecases.recipes import fitting, line_for
from cabas.usecases.videos import VideoLink, link_code
from cabas.usecases.videos.read import Video

# What the first mention of a food is worth, by where it is; every further one in the same place is worth MORE.
WORTH = {"ingredients": 500, "title": 300, "chapter": 200, "dish": 200, "description": 120, "transcript": 80}
MORE, MORE_MAX = 40, 3
SCORE_MAX, SCORE_MIN, PROPOSALS_MAX = 1000, 150, 30
LANG = "fr"


@dataclass(slots=True)
class _Food:
    """A food a video speaks of: how, where first, and how often in each place."""

    need: Need
    words: str
    seconds: int | None = None
    places: dict[str, int] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """What it is worth."""
        worth = sum(WORTH[place] + MORE * min(MORE_MAX, count - 1) for place, count in self.places.items())
        return min(SCORE_MAX, worth)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Where it was met, the most telling place first."""
        return tuple(
            f"{place} x{count}" if count > 1 else place for place in WORTH if (count := self.places.get(place))
        )


@dataclass(frozen=True, slots=True)
class Counter:
    """Where products are looked up: one retailer's catalog and one store's offers on a day, under one agreement."""

    agreement: Agreement
    search: Search
    offers: Mapping[str, Offer]
    day: date

    def may_show(self, product: Product) -> bool:
        """Whether it may be shown under a video; nothing with a minimum age ever is."""
        asked = Show(self.day, "video", product.category, product.minimum_age)
        request = Request(self.agreement.retailer, self.agreement.platform, (asked,))
        return product.minimum_age == 0 and evaluate(self.agreement, request).allowed


def language(video: Video) -> str:
    """The language a video is in: as its file says, else as its words do."""
    if video.lang in locales.languages():
        return video.lang
    spoken = " ".join(one.text for one in video.transcript[:50])
    return guess(f"{video.title} {' '.join(video.description[:20])} {spoken}") or LANG


def candidates(video: Video, search: Search) -> list[str]:
    """The SKUs whose offers `proposals` will want to know."""
    found = (hit.product.sku for food in foods(video) for hit in fitting(food.need, search))
    return list(dict.fromkeys(found))


def proposals(video: Video, counter: Counter) -> list[VideoLink]:
    """The products for a video, the likeliest first. Pure: the same video gives the same links."""
    retailer, platform = counter.agreement.retailer, counter.agreement.platform
    found: dict[str, VideoLink] = {}
    for food in foods(video):
        if food.score < SCORE_MIN:
            continue
        product = _product(food.need, counter)
        if product is None:
            continue
        link = VideoLink(
            link_code(retailer, platform, video.id, product.sku), platform, video.id, video.title, product.sku,
            food.words[:100], food.seconds or 0, food.score, food.reasons,
        )  # fmt: skip
        known = found.get(product.sku)
        if known is None or known.score < link.score:
            found[product.sku] = link
    return sorted(found.values(), key=lambda one: (-one.score, one.seconds, one.sku))[:PROPOSALS_MAX]


def _product(need: Need, counter: Counter) -> Product | None:
    """The product a store would put in the basket for it, of those that may be shown and are for sale."""
    offered = {sku: offer for sku, offer in counter.offers.items() if offer.price is not None and offer.available > 0}
    shown = _Shown(counter)
    line = line_for(replace(need, pantry=False), shown, offered, day=counter.day)
    product = line.product
    return None if product is None or line.substitute or product.sku not in offered else product


@dataclass(frozen=True, slots=True)
class _Shown:
    """The search, without what may not be shown."""

    counter: Counter

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        """As `Search.find`."""
        return [hit for hit in self.counter.search.find(query, limit) if self.counter.may_show(hit.product)]

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        """As `Search.get`."""
        found = self.counter.search.get(skus)
        return {sku: product for sku, product in found.items() if self.counter.may_show(product)}

    def knows(self, words: str) -> bool:
        """As `Search.knows`."""
        return self.counter.search.knows(words)

    def brands(self) -> Mapping[str, int]:
        """As `Search.brands`."""
        return self.counter.search.brands()


def foods(video: Video) -> list[_Food]:
    """The foods a video speaks of, in the order it does."""
    lang = language(video)
    words, reader = lexicon(lang=lang), reader_of(lang)
    found: dict[str, _Food] = {}

    def met(lines: Iterable[Ingredient], place: str, seconds: int | None) -> None:
        for need in needs_of(lines):
            food = found.setdefault(need.family or need.words, _Food(need, need.words))
            food.places[place] = food.places.get(place, 0) + 1
            if seconds is not None and (food.seconds is None or seconds < food.seconds):
                food.seconds = seconds

    met(_named(video.title, words, lang), "title", None)
    for line in video.description:
        listed = reader.has_amount(line)
        lines = reader.parse(line) if listed else tuple(_named(line, words, lang))
        met(lines, "ingredients" if listed else "description", None)
    for place, told in (("chapter", video.chapters), ("transcript", video.transcript)):
        for one in told:
            met(_named(one.text, words, lang), place, one.seconds)
    if not any("ingredients" in food.places for food in found.values()):
        for need in _of_dishes(video.title, words, lang):
            food = found.setdefault(need.family or need.words, _Food(need, need.words))
            food.places["dish"] = 1
    return list(found.values())


def _of_dishes(title: str, words: Lexicon, lang: str) -> Iterator[Need]:
    """What the dishes of a title need: what a cook shows without writing it down."""
    tokens = tokenize(title)
    for match in words.covering(tokens, lang):
        for dish in _dishes_at(tokens, match, words, lang):
            yield from (need for need in needs_of_dish(dishes()[dish], lang=lang) if not need.pantry)


def _dishes_at(tokens: Sequence[Token], match: Match, words: Lexicon, lang: str) -> list[str]:
    """The dishes whose name stands at the place of a match: "crêpes" that are cooked are no pack of crêpes."""
    return [one.id for one in words.at(tokens, match.start, lang) if one.kind == DISH and one.end == match.end]


def _named(text: str, words: Lexicon, lang: str) -> Iterator[Ingredient]:
    """The foods named in a text, without amounts. Names of dishes are no foods, though they hold some."""
    tokens = tokenize(text)
    for match in words.covering(tokens, lang):
        if match.kind == FAMILY and match.lang in ("", lang) and not _dishes_at(tokens, match, words, lang):
            yield Ingredient(spell(tokens[match.start : match.end]), lang)
