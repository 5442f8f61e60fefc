"""A small shop in memory for the use cases: a dozen products with plain prices, one store, slots, three shoppers."""

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from cabas.agreement.agreement import Agreement
from cabas.agreement.book import AgreementBook
from cabas.domain.cart import Cart, Conversation, LineItem, SlotChoice, Want
from cabas.domain.catalog import Offer, Product, SoldBy
from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.pricing import line_total, price_today
from cabas.kernel.clock import FixedClock
from cabas.kernel.ids import fingerprint, uuid7
from cabas.kernel.money import Money
from cabas.storage.memory import Memory
from cabas.usecases.checkout import Checkout, CheckoutResult, checkout
from cabas.usecases.ports import Hit, Query, StockLevel, Store
from support.orders import PARIS, at

T = TypeVar("T")

STORE = Store("s1", "halle", "Halle Nation", "Europe/Paris", "75012", "Paris", "1 place de la Nation")
# sku: name, category path, cents (per pack or per kilogram), VAT in basis points, minimum age, sold by weight
GOODS = {
    "milk": ("Lait demi-écrémé 1 l", ("Crèmerie", "Laits"), 105, 550, 0, False),
    "milk2": ("Lait entier 1 l", ("Crèmerie", "Laits"), 125, 550, 0, False),
    "bread": ("Pain de campagne", ("Boulangerie", "Pains"), 240, 550, 0, False),
    "apples": ("Pommes", ("Fruits et légumes", "Fruits"), 299, 550, 0, True),
    "pasta": ("Pâtes 500 g", ("Épicerie salée", "Pâtes"), 95, 550, 0, False),
    "soap": ("Savon", ("Hygiène et beauté", "Savons"), 180, 2000, 0, False),
    "wine": ("Vin rouge 75 cl", ("Boissons alcoolisées", "Vins"), 690, 2000, 18, False),
}


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a use case. Nothing in memory waits, so no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("A port in memory waited for something.")


def products() -> dict[str, Product]:
    return {
        sku: Product(sku, {"fr": name}, category=category, vat_rate=vat, minimum_age=age,
                     sold_by=SoldBy.WEIGHT if weighed else SoldBy.EACH)
        for sku, (name, category, _, vat, age, weighed) in GOODS.items()
    }  # fmt: skip


@dataclass(frozen=True)
class Shelves:
    """`Search` over the goods: only what the checkout needs."""

    known: dict[str, Product] = field(default_factory=products)

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        return []

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        return {sku: self.known[sku] for sku in skus if sku in self.known}

    def knows(self, words: str) -> bool:
        return False


def slot(identifier: str, starts: datetime, minutes: int = 60, method: str = "delivery", **changes: Any) -> Slot:
    """A slot that closes a quarter of an hour before it starts, with two places, for 4.90."""
    usual: dict[str, Any] = {"cutoff": starts - timedelta(minutes=15), "capacity": 2, "taken": 0, "fee": Money(490)}
    ends = starts + timedelta(minutes=minutes)
    return Slot(identifier, STORE.id, Method(method), starts, ends, **(usual | changes))


@dataclass
class Shop:
    """The shop at a moment, and what can be done in it."""

    agreements: tuple[Agreement, ...]
    now: datetime = field(default_factory=lambda: at("2019-01-02"))
    memory: Memory = field(default_factory=Memory)
    search: Shelves = field(default_factory=Shelves)
    ids: Any = field(default_factory=lambda: count(1))
    pairwise_key: bytes = b"a secret of the retailer"

    def __post_init__(self) -> None:
        run(self._fill())

    async def _fill(self) -> None:
        fill = self.memory.fill
        await fill.retailer("halle", "Halle & Compagnie")
        await fill.stores("halle", [STORE])
        await fill.products("halle", self.search.known.values())
        await fill.offers("halle", [Offer(sku, "", Money(row[2]), 0) for sku, row in GOODS.items()])
        await fill.stock("halle", [StockLevel("s1", sku, 5000 if row[5] else 20) for sku, row in GOODS.items()])
        self.add_slots(
            slot("noon", self.now + timedelta(hours=2)),
            slot("evening", self.now + timedelta(hours=8)),
            slot("drive", self.now + timedelta(hours=3), method="pickup", fee=Money(0)),
        )
        await fill.shoppers(
            "halle",
            [
                Shopper("camille", "halle", "Camille", loyalty_card="2980001", birth_date=date(1980, 5, 17)),
                Shopper("lou", "halle", "Lou", birth_date=date(2003, 5, 17)),
                Shopper("sacha", "halle", "Sacha"),
            ],
        )

    def add_slots(self, *slots: Slot) -> None:
        run(self.memory.fill.slots("halle", slots))

    def stock(self, sku: str, on_hand: int) -> None:
        run(self.memory.fill.stock("halle", [StockLevel("s1", sku, on_hand)]))

    def price(self, sku: str, cents: int) -> None:
        run(self.memory.fill.offers("halle", [Offer(sku, "", Money(cents), 0)]))

    def free(self, sku: str) -> int:
        return run(self.memory.shop.offers("halle", "s1", [sku]))[sku].available

    def talk(
        self,
        *items: tuple[str, int],
        slot_id: str | None = "noon",
        platform: str = "google",
        shopper: str | None = "camille",
        alternatives: tuple[str, ...] = (),
    ) -> Conversation:
        """A conversation whose cart holds those SKUs (pieces or grams) at today's prices, and that slot."""
        cart = Cart()
        offers = run(self.memory.shop.offers("halle", "s1", [sku for sku, _ in items], day=self.now.date()))
        day = self.now.date()
        for sku, quantity in items:
            product, offer = self.search.known[sku], offers[sku]
            item = LineItem(
                "", Want(product.name, "fr"), sku, product.name, quantity=quantity, sold_by=product.sold_by,
                unit_price=price_today(offer, day), price=line_total(product, offer, quantity, day),
                vat_rate=product.vat_rate, category=product.category, minimum_age=product.minimum_age,
                alternatives=alternatives,
            )  # fmt: skip
            cart = cart.add(item)
        chosen = self.memory.rows.slots.get(("halle", "s1", slot_id or ""))
        if chosen is not None:
            choice = SlotChoice(
                chosen.id, chosen.method, chosen.starts_at.isoformat(), chosen.ends_at.isoformat(), chosen.fee
            )
            cart = replace(cart, slot=choice, method=str(chosen.method))
        talk = Conversation(f"s1.{next(self.ids)}", "halle", "s1", platform, shopper, "fr-FR", cart)
        return run(self.memory.conversations.save(talk))

    def command(self, talk: Conversation, *, channel: str = "voice", key: str = "", **changes: Any) -> Checkout:
        usual: dict[str, Any] = {"platform": talk.platform, "request_hash": fingerprint(b"confirm")}
        return Checkout(talk, channel=channel, key=key or f"key-{talk.id}", **(usual | changes))

    def checkout(self, command: Checkout) -> CheckoutResult:
        return run(
            checkout(
                command,
                shop=self.memory.shop,
                search=self.search,
                orders=self.memory.orders,
                agreements=AgreementBook(self.agreements),
                consents=self.memory.consents,
                clock=FixedClock(self.now),
                new_id=lambda: uuid7(self.now, next(self.ids)),
                pairwise_key=self.pairwise_key,
            )
        )

    def snapshot(self) -> str:
        """Everything that is stored, to show that nothing changed."""
        return repr(self.memory.rows)

    def events(self, order_id: str) -> dict[str, dict[str, Any]]:
        return {event.topic: dict(event.payload) for event in self.memory.rows.outbox["halle", order_id]}


__all__ = ["GOODS", "PARIS", "STORE", "Shelves", "Shop", "products", "run", "slot"]
