"""The shop that evaluations are played in: one catalog, one store, everything in stock, slots all day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cabas.agreement.book import book
from cabas.dialogue.lexicon import Lexicon
from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Habit, Shopper
from cabas.domain.discount import Discount
from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.errors import Unavailable
from cabas.kernel.money import Money
from cabas.storage.search import TantivySearch
from cabas.usecases.ports import Shop, Store
from cabas.usecases.talk.findings import Findings

EVAL_RETAILER = "eval"
PLENTY = 1_000_000
HOUSE_BOOK = book(
    {
        "house.toml": """
id = "eval-house"
retailer = "eval"
platform = "house"
starts = 2000-01-01
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["everything"]
[fulfillment_split]
prepares = "retailer"
delivers = "retailer"
methods = ["pickup", "delivery"]
[data_sharing]
owner = "retailer"
"""
    }
)


class NoPages:
    """Evaluations read no page from the network."""

    async def fetch(self, url: str) -> str:
        """Always raises `Unavailable`."""
        raise Unavailable(f"{url} is not read in an evaluation.")


@dataclass(frozen=True, slots=True)
class EvalShop:
    """A catalog with its search and words. `prices` are estimates where the catalog has none, `findings` is what all
    cases remember.
    """

    products: Sequence[Product]
    search: TantivySearch
    lexicons: Mapping[str, Lexicon]
    prices: Mapping[str, Money]
    pages: NoPages = field(default_factory=NoPages)
    findings: Findings = field(default_factory=Findings)

    def lexicon_of(self, retailer_id: str, lang: str) -> Lexicon:
        """The words for shoppers who speak `lang`."""
        return self.lexicons[lang]

    def over(self, shop: Shop, habits: tuple[Habit, ...], extra: Mapping[str, Product]) -> CaseShop:
        """The store of one case."""
        return CaseShop(self, shop, habits, extra)


@dataclass(frozen=True, slots=True)
class CaseShop:
    """A `Shop`: stores, slots and shoppers of `shop`, offers of everything, the habits of the case."""

    whole: EvalShop
    shop: Shop
    usual: tuple[Habit, ...]
    extra: Mapping[str, Product]

    async def store(self, retailer_id: str, store_id: str) -> Store:
        """As the shop underneath."""
        return await self.shop.store(retailer_id, store_id)

    async def stores(self, retailer_id: str) -> list[Store]:
        """As the shop underneath."""
        return await self.shop.stores(retailer_id)

    async def offers(
        self, retailer_id: str, store_id: str, skus: Sequence[str], *, day: date | None = None
    ) -> dict[str, Offer]:
        """Everything is in stock."""
        return {sku: Offer(sku, store_id, self.whole.prices.get(sku), PLENTY) for sku in skus}

    async def slots(
        self,
        retailer_id: str,
        store_id: str,
        start: datetime,
        end: datetime,
        method: Method | None = None,
        *,
        now: datetime | None = None,
        holder: str = "",
    ) -> list[Slot]:
        """As the shop underneath."""
        return await self.shop.slots(retailer_id, store_id, start, end, method, now=now, holder=holder)

    async def hold(
        self, retailer_id: str, store_id: str, slot_id: str, holder: str, *, now: datetime, until: datetime
    ) -> bool:
        """As the shop underneath."""
        return await self.shop.hold(retailer_id, store_id, slot_id, holder, now=now, until=until)

    async def drop_holds(self, retailer_id: str, store_id: str, holder: str, *, now: datetime) -> None:
        """As the shop underneath."""
        await self.shop.drop_holds(retailer_id, store_id, holder, now=now)

    async def discounts(self, retailer_id: str, codes: Sequence[str], holder: str = "") -> dict[str, Discount]:
        """As the shop underneath."""
        return await self.shop.discounts(retailer_id, codes, holder)

    async def shopper(self, retailer_id: str, shopper_id: str) -> Shopper:
        """As the shop underneath."""
        return await self.shop.shopper(retailer_id, shopper_id)

    async def habits(self, retailer_id: str, shopper_id: str, now: datetime) -> tuple[Habit, ...]:
        """What the case says."""
        return self.usual


def slots_from(now: datetime, store: Store) -> list[Slot]:
    """Half-hour pickup and one-hour delivery slots from 7 to 22 o'clock for two weeks, open until they start."""
    slots = []
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for method, minutes in ((Method.PICKUP, 30), (Method.DELIVERY, 60)):
        for day in range(15):
            start = midnight + timedelta(days=day, hours=7)
            while start < midnight + timedelta(days=day, hours=22):
                end = start + timedelta(minutes=minutes)
                name = f"{method}-{start:%Y%m%d%H%M}"
                slots.append(Slot(name, store.id, method, start, end, start, 100, 0, Money(0)))
                start = end
    return slots
