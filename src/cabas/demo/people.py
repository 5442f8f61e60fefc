"""The demo's shoppers, and half a year of what they bought: habits that come back, and whims that do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from cabas.demo import chance
from cabas.demo.data import data
from cabas.demo.stores import RETAILER_ID
from cabas.dialogue.families import sheets
from cabas.domain.catalog import Product, SoldBy
from cabas.domain.customer import Shopper
from cabas.domain.insight import Purchase
from cabas.kernel.ids import gtin_check_digit
from cabas.kernel.text import fold
from cabas.usecases.ports import Store, TillLine

SHOPPERS, WEEKS = 50, 26
_PERSONAL = 0.7
_SKIPPED = 0.08
# Receipts have a few lines that are no habit, drawn from this many of the store's best sellers.
_WHIMS = 400
# A quantity from here on is grams, for goods billed by weight.
_GRAMS_FROM = 50
_EARLY_DAYS = 3


@dataclass(frozen=True, slots=True)
class Person:
    """A shopper and what they usually buy."""

    shopper: Shopper
    habits: tuple[tuple[str, int, int], ...]
    prefers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Range:
    """What a store sells, for choosing: by family and the wider ones, best sellers first, and whims."""

    by_family: Mapping[str, Sequence[Product]]
    whims: Sequence[Product]

    @classmethod
    def of(cls, products: Iterable[Product]) -> Range:
        """Those products in order."""
        by_family: dict[str, list[Product]] = {}
        whims: list[Product] = []
        for product in sorted(products, key=lambda product: (-product.popularity, product.sku)):
            for family in _above(product.family):
                by_family.setdefault(family, []).append(product)
            if product.minimum_age == 0 and len(whims) < _WHIMS:
                whims.append(product)
        return cls(by_family, whims)


def people(stores: Sequence[Store]) -> tuple[Person, ...]:
    """The `SHOPPERS` shoppers, the known ones first. Those under 18 have habits of children."""
    known = [_known(record) for record in data("people")["known"]]
    names = list(data("people")["first_names"])[: SHOPPERS - len(known)]
    return (*known, *(_drawn(str(name), stores) for name in names))


def _known(record: Mapping[str, Any]) -> Person:
    shopper = Shopper(
        id=record["id"],
        retailer_id=RETAILER_ID,
        name=record["name"],
        locale=record["locale"],
        store_id=record["store"],
        loyalty_card=_card(record["id"]),
        birth_date=record["born"],
        personal=True,
        email=f"{record['id']}@example.org",
    )
    habits = tuple((family, days, quantity) for family, days, quantity in record["habits"])
    return Person(shopper, habits, record.get("prefers", {}))


def _drawn(name: str, stores: Sequence[Store]) -> Person:
    identifier = fold(name)
    born = date(1945, 1, 1) + timedelta(days=chance.between(0, 60 * 365, "born", identifier))
    shopper = Shopper(
        id=identifier,
        retailer_id=RETAILER_ID,
        name=f"{name} {chance.pick(data('people')['last_names'], 'last name', identifier)}",
        locale="fr-FR",
        store_id=chance.pick(stores, "store", identifier).id,
        loyalty_card=_card(identifier),
        birth_date=born,
        personal=chance.share("personal", identifier) < _PERSONAL,
        email=f"{identifier}@example.org",
    )
    habits = tuple(
        (family, days, quantity)
        for family, days, quantity, percent in data("people")["common"]
        if chance.share("habit", identifier, family) * 100 < percent
    )
    return Person(shopper, habits, {})


def _card(identifier: str) -> str:
    """A loyalty card number: an in-store EAN-13 that starts with 29."""
    body = f"29{chance.number('card', identifier) % 10**10:010d}"
    return body + gtin_check_digit(body)


def receipts(person: Person, store: Store, range_: Range, start: date) -> Iterator[TillLine]:
    """The receipts of `WEEKS` weeks before `start`, one a week, oldest first. `range_` is what the store sells."""
    shopper, whims = person.shopper, range_.whims
    mine = _own_products(person, range_)
    last: dict[str, date] = {}
    for week in range(WEEKS, 0, -1):
        at = _visit(shopper.id, store, start, week)
        bought = [(mine[family], quantity) for family, quantity in _due(person, mine, last, at.date(), week)]
        draws = range(chance.between(1, 4, "whims", shopper.id, week))
        bought.extend((chance.pick(whims, "whim", shopper.id, week, draw), 1) for draw in draws)
        receipt = f"{shopper.id}-{at:%Y%m%d}"
        for line, (product, quantity) in enumerate(bought, start=1):
            yield TillLine(shopper.id, receipt, line, _purchase(product, quantity, at), store.id)


def _visit(identifier: str, store: Store, start: date, week: int) -> datetime:
    """When the shopper came in that week: always the same weekday, at about the same hour."""
    monday = start - timedelta(days=start.weekday() + 7 * week)
    day = monday + timedelta(days=chance.between(0, 5, "weekday", identifier))
    hour = chance.between(9, 18, "hour", identifier)
    return datetime.combine(
        day, time(hour, chance.between(0, 59, "minute", identifier, week)), ZoneInfo(store.timezone)
    )


def _due(
    person: Person, mine: Mapping[str, Product], last: dict[str, date], day: date, week: int
) -> Iterator[tuple[str, int]]:
    for family, days, quantity in person.habits:
        if family not in mine:
            continue
        since = (day - last[family]).days if family in last else days
        due = since >= days - _EARLY_DAYS
        if due and chance.share("skipped", person.shopper.id, family, week) >= _SKIPPED:
            last[family] = day
            yield family, quantity


def _own_products(person: Person, range_: Range) -> dict[str, Product]:
    """The product of each habit: what `prefers` names, else one of the family's better sellers, always the same."""
    chosen: dict[str, Product] = {}
    for family, _, quantity in person.habits:
        options = range_.by_family.get(family, ())
        wanted = fold(person.prefers.get(family, ""))
        options = [product for product in options if wanted in fold(product.name)] or options
        if quantity >= _GRAMS_FROM:
            options = [product for product in options if product.sold_by is SoldBy.WEIGHT] or options
        if options:
            # The best seller is the likeliest of the first five: shoppers differ, but not evenly.
            luck = chance.share("choice", person.shopper.id, family) ** 2
            chosen[family] = options[0] if wanted else options[int(luck * min(5, len(options)))]
    return chosen


@cache
def _above(family: str | None) -> tuple[str, ...]:
    result: list[str] = []
    while family is not None:
        result.append(family)
        family = sheets()[family].get("parent")
    return tuple(result)


def _purchase(product: Product, quantity: int, at: datetime) -> Purchase:
    if product.sold_by is SoldBy.WEIGHT:
        amount = quantity if quantity >= _GRAMS_FROM else 500
    else:
        amount = quantity if quantity < _GRAMS_FROM else 1
    return Purchase(at, product.sku, product.name, product.family, product.brand, amount)
