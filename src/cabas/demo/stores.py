"""The four stores of the demo: what each has on its shelves, at which price, and what is on promotion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cabas.demo import chance
from cabas.demo.assortment import Article, shelf_price
from cabas.domain.catalog import Offer, Promotion, SoldBy
from cabas.kernel.money import Money
from cabas.usecases.ports import Store

RETAILER_ID, RETAILER_NAME = "halle", "Halle & Compagnie"
ZONE = "Europe/Paris"
_WEEK, _SATURDAY, _SUNDAY = range(5), 5, 6
# An article this popular, and the first one of each family people ask for, is in every store.
_ALWAYS, _ASKED_FOR = 700, 200
# The first article of families everybody buys is never sold out.
_ESSENTIAL = 850
_SOLD_OUT, _LAST = 0.03, 0.10


@dataclass(frozen=True, slots=True)
class Shelves:
    """How a store differs: the share of the range it carries, what some of its prices are multiplied by, how much
    it keeps of each thing compared with the largest store, and whether couriers ride within the hour.
    """

    carries: float
    dearer: float
    depth: float
    express: bool = False


def _hours(week: str, saturday: str, sunday: str = "") -> Mapping[int, tuple[tuple[str, str], ...]]:
    def pair(text: str) -> tuple[tuple[str, str], ...]:
        opens, _, closes = text.partition("-")
        return ((opens, closes),) if text else ()

    days = {**dict.fromkeys(_WEEK, pair(week)), _SATURDAY: pair(saturday), _SUNDAY: pair(sunday)}
    return {day: pairs for day, pairs in days.items() if pairs}


STORES: tuple[tuple[Store, Shelves], ...] = (
    (
        Store(
            "lille-centre", RETAILER_ID, "Halle & Compagnie Lille Centre", ZONE, "59000", "Lille",
            "27 rue du Marché-aux-Laines", delivers_to=("59000", "59800", "59130", "59110"),
            hours=_hours("08:30-20:30", "08:30-20:30", "09:00-12:30"),
        ),
        Shelves(carries=0.85, dearer=1.00, depth=0.7),
    ),
    (
        Store(
            "lyon-croix-rousse", RETAILER_ID, "Halle & Compagnie Lyon Croix-Rousse", ZONE, "69004", "Lyon",
            "8 place des Canuts-Réunis", delivers_to=("69001", "69004"),
            hours=_hours("08:00-21:00", "08:00-21:00", "08:30-13:00"),
        ),
        Shelves(carries=0.35, dearer=1.05, depth=0.3),
    ),
    (
        Store(
            "nantes-erdre", RETAILER_ID, "Halle & Compagnie Nantes Erdre", ZONE, "44300", "Nantes",
            "140 route de la Beaujoire-Vieille", delivers_to=("44000", "44100", "44200", "44300", "44240"),
            hours=_hours("08:30-21:00", "08:30-21:30", "09:00-12:45"),
        ),
        Shelves(carries=1.00, dearer=0.98, depth=1.0),
    ),
    (
        Store(
            "toulouse-lardenne", RETAILER_ID, "Halle & Compagnie Toulouse Lardenne", ZONE, "31300", "Toulouse",
            "61 avenue des Capitouls-de-Lardenne", delivers_to=("31300", "31100", "31000"),
            hours=_hours("08:30-20:00", "08:30-20:00"),
        ),
        Shelves(carries=0.75, dearer=1.00, depth=0.6, express=True),
    ),
)  # fmt: skip


def offers(store: Store, shelves: Shelves, articles: Sequence[Article], start: date) -> Iterator[Offer]:
    """What `store` sells, with prices, promotions around `start` and what can be sold of each."""
    for article in articles:
        product = article.product
        carried, level, luck, depth = chance.shares("shelf", store.id, product.sku)
        leads = article.rank == 0 and product.popularity >= _ASKED_FOR
        if leads or product.popularity >= _ALWAYS or carried < shelves.carries:
            # Two products in five follow the store's own level, the others cost the same everywhere.
            price = shelf_price(article.price * shelves.dearer) if level < 2 / 5 else article.price
            available = _available(shelves, article, luck, depth)
            deal = promotion(article, price, start) if article.promoted else None
            yield Offer(product.sku, store.id, Money(price), available, deal)


def _available(shelves: Shelves, article: Article, luck: float, depth: float) -> int:
    """Pieces, or grams for what is billed by weight. Three in a hundred are sold out, seven more nearly."""
    product = article.product
    unit = 1000 if product.sold_by is SoldBy.WEIGHT else 1
    if luck < _LAST and not (article.rank == 0 and product.popularity >= _ESSENTIAL):
        return 0 if luck < _SOLD_OUT else unit * (1 + int(3 * depth))
    return unit * (8 + int(depth * shelves.depth * (24 + product.popularity / 8)))


def promotion(article: Article, price: int, start: date) -> Promotion:
    """The promotion of an article in the weeks around `start`: the same kind in every store, two weeks from a Monday.

    Cuts stay within a third of the price: French law allows 34 % for food.
    """
    product = article.product
    monday = start - timedelta(days=start.weekday() + 7 * chance.between(0, 1, "since", product.sku))
    kinds = (
        ("percent", "percent", "price")
        if product.sold_by is SoldBy.WEIGHT
        else ("percent", "price", "multibuy", "third")
    )
    kind = chance.pick(kinds, "kind", product.sku)
    ends = monday + timedelta(days=13)
    if kind == "percent":
        cut = chance.pick((10, 15, 20, 25, 30), "cut", product.sku)
        label = {"fr": f"-{cut} %", "en": f"{cut}% off"}
        return Promotion("percent", cut * 100, 1, monday, ends, label)
    if kind == "price":
        return Promotion(
            "price", shelf_price(price * 0.8), 1, monday, ends, {"fr": "Prix en baisse", "en": "Price cut"}
        )
    if kind == "third":
        label = {"fr": "2 achetés, le 3e offert", "en": "Buy 2, get the 3rd free"}
        return Promotion("multibuy", 10_000, 3, monday, ends, label)
    cut = chance.pick((50, 60), "cut", product.sku)
    label = {"fr": f"Le 2e à -{cut} %", "en": f"{cut}% off the 2nd"}
    return Promotion("multibuy", cut * 100, 2, monday, ends, label)
