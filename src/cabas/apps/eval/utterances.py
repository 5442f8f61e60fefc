"""Spoken orders: every case is a conversation of its own, over one catalog, in memory.

The answers are in the format of the set's README. Cart and history of a case are seeded with products of the examples'
names that only this case has.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from cabas.apps.eval.shop import EVAL_RETAILER, HOUSE_BOOK, EvalShop, slots_from
from cabas.apps.warm import warm
from cabas.dialogue import locales
from cabas.dialogue.annotate import Annotator
from cabas.domain.cart import Amount, Cart, Conversation, LineItem, SlotChoice, Want
from cabas.domain.catalog import Product
from cabas.domain.customer import Habit, Shopper
from cabas.domain.fulfillment import SlotAsk
from cabas.kernel.clock import FixedClock
from cabas.kernel.money import Money
from cabas.storage.memory import Memory
from cabas.usecases.ports import Hit, Query, Search, Store
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.turn import say
from cabas.usecases.talk.view import View

DEFAULT_NOW = "2026-11-24T10:00:00+01:00"
WARM_UP_TURNS = 20


@dataclass(frozen=True, slots=True)
class Seeded:
    """A search with a few products more, that one case's cart and history hold."""

    search: Search
    extra: Mapping[str, Product]

    def find(self, query: Query, limit: int = 20) -> Sequence[Hit]:
        """As the search underneath."""
        return self.search.find(query, limit)

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        """Products by SKU, those of the case included."""
        wanted = list(skus)
        found = self.search.get(sku for sku in wanted if sku not in self.extra)
        return found | {sku: self.extra[sku] for sku in wanted if sku in self.extra}

    def knows(self, words: str) -> bool:
        """As the search underneath."""
        return self.search.knows(words)

    def brands(self) -> Mapping[str, int]:
        """As the search underneath."""
        return self.search.brands()


@dataclass(slots=True)
class Case:
    """One case being played."""

    data: Mapping[str, Any]
    shop: EvalShop
    extra: dict[str, Product] = field(default_factory=dict)

    def product(self, like: Mapping[str, Any]) -> Product:
        """The product a line of the case's cart or history is seeded with."""
        name = str(like.get("example_name") or like["food"])
        lang = str(self.data["lang"])
        words = self.shop.lexicon_of(EVAL_RETAILER, lang)
        family = words.family_of(name) or words.family_of(str(like["food"]))
        sku = f"seed-{len(self.extra)}"
        made = replace(Annotator(lang).product(sku=sku, name=name, brand=str(like.get("brand") or "")), family=family)
        self.extra[sku] = made
        return made


async def run(cases: Sequence[Mapping[str, Any]], shop: EvalShop) -> list[dict[str, Any]]:
    """The answers, in the order of the cases, as a server gives them that was made ready and has had a few turns."""
    for case in cases[:1]:
        desk, _ = await open_case(case, shop)
        warm(desk, EVAL_RETAILER)
    for case in cases[:WARM_UP_TURNS]:
        await _play(case, shop)
    return [await _play(case, shop) for case in cases]


async def _play(data: Mapping[str, Any], shop: EvalShop) -> dict[str, Any]:
    desk, talk = await open_case(data, shop)
    before = talk.cart
    acts: list[str] = []
    latency: list[float] = []
    view: View | None = None
    asked_slot = SlotAsk()
    recipe: dict[str, Any] | None = None
    restricted: list[str] = []
    about: dict[str, Any] | None = None
    for text in data["turns"]:
        start = time.perf_counter()
        view = await say(desk, EVAL_RETAILER, talk.id, text, channel="voice")
        latency.append(round((time.perf_counter() - start) * 1000, 3))
        acts += view.acts
        restricted += view.restricted
        for act in view.understood:
            asked_slot = act.slot or asked_slot
            if act.recipe is not None:
                recipe = {"dish": act.recipe.words, "servings": act.recipe.servings}
        if view.about is not None:
            about = {"food": view.about.want.words, "product_name": view.about.name if view.about.sku else None}
    assert view is not None  # noqa: S101 (a case has a turn)
    return {
        "id": data["id"],
        "acts": acts,
        "lines": list(_differences(before, view.cart)),
        "slot": _slot(view.cart, asked_slot),
        "recipe": recipe,
        "about": about,
        "restricted": restricted,
        "asked": view.asked,
        "latency_ms": latency,
    }


def _cart(case: Case) -> Cart:
    cart = Cart()
    for like in case.data.get("cart", ()):
        product = case.product(like)
        amount = Amount(Fraction(str(like["quantity"])), str(like["unit"]))
        want = Want(str(like["food"]), str(case.data["lang"]), amount, product.family)
        cart = cart.add(
            LineItem(
                id="",
                want=want,
                sku=product.sku,
                name=product.name,
                brand=product.brand,
                family=product.family,
                quantity=max(1, int(amount.value)),
                sold_by=product.sold_by.value,
                price=Money(100),
                unit_price=Money(100),
                category=product.category,
            )
        )
    slot = case.data.get("chosen_slot")
    if slot:
        day = slot.get("date") or str(case.data.get("now", DEFAULT_NOW))[:10]
        start = datetime.fromisoformat(f"{day}T{slot.get('at') or slot.get('after') or '10:00'}:00+01:00")
        method = str(slot.get("method", "pickup"))
        choice = SlotChoice("before", method, start.isoformat(), start.replace(minute=59).isoformat(), Money(0))
        cart = replace(cart, slot=choice, method=method)
    return cart


def _habit(case: Case, like: Mapping[str, Any]) -> Habit:
    product = case.product(like)
    every = float(like.get("every_days") or 7)
    return Habit(
        sku=product.sku,
        name=product.name,
        family=product.family,
        brand=product.brand,
        times=6,
        weight=30 / every,
        every_days=every,
        last_days_ago=float(like.get("last_days_ago") or every / 2),
        quantity=1,
    )


async def open_case(data: Mapping[str, Any], shop: EvalShop) -> tuple[Desk, Conversation]:
    """The desk and the stored conversation that a case begins with."""
    case = Case(data, shop)
    cart = _cart(case)
    habits = tuple(_habit(case, one) for one in data.get("history", ()))
    now = datetime.fromisoformat(str(data.get("now", DEFAULT_NOW)))
    memory = Memory()
    store = Store("store", EVAL_RETAILER, "Store", timezone=str(data.get("tz", "Europe/Paris")))
    await memory.fill.stores(EVAL_RETAILER, [store])
    await memory.fill.slots(EVAL_RETAILER, slots_from(now, store))
    shopper = Shopper("shopper", EVAL_RETAILER, "Camille", personal=True)
    await memory.fill.shoppers(EVAL_RETAILER, [shopper])
    seeded = Seeded(shop.search, case.extra)
    desk = Desk(
        conversations=memory.conversations,
        shop=shop.over(memory.shop, habits, case.extra),
        orders=memory.orders,
        agreements=HOUSE_BOOK,
        consents=memory.consents,
        pages=shop.pages,
        search=lambda _: seeded,
        lexicon=shop.lexicon_of,
        clock=FixedClock(now),
        new_id=lambda: "id",
        findings=shop.findings,
    )
    locale = str(data.get("locale") or locales.full(str(data["lang"])))
    talk = Conversation("talk", EVAL_RETAILER, store.id, "house", shopper.id, locale, cart)
    await memory.conversations.save(talk)
    return desk, talk


def _differences(before: Cart, after: Cart) -> Iterator[dict[str, Any]]:
    """The lines that differ from before, removed ones with quantity 0."""
    old, new = {line.id: line for line in before.lines}, {line.id: line for line in after.lines}
    for line_id, line in old.items():
        now = new.get(line_id)
        if now is None or now.sku != line.sku:
            yield _line(line, removed=True)
    for line_id, line in new.items():
        was = old.get(line_id)
        if was is None or was.sku != line.sku or was.want.amount != line.want.amount:
            yield _line(line)


def _line(line: LineItem, *, removed: bool = False) -> dict[str, Any]:
    amount = line.want.amount or Amount(Fraction(1))
    return {
        "food": line.want.words,
        "product_name": line.name if line.sku else None,
        "brand": line.brand if line.sku else line.want.brand,
        "quantity": 0 if removed else float(amount.value),
        "unit": amount.unit,
        "constraints": list(line.want.constraints),
        "from_recipe": line.recipe is not None,
    }


def _slot(cart: Cart, asked: SlotAsk) -> dict[str, Any] | None:
    slot: dict[str, Any] = {"earliest": asked.earliest}
    if asked.method is not None or cart.method:
        slot["method"] = asked.method.value if asked.method else cart.method
    if asked.day is not None:
        slot["date"] = asked.day.isoformat()
    for name in ("before", "after", "at"):
        bound = getattr(asked, name)
        if bound is not None:
            slot[name] = f"{bound:%H:%M}"
    if cart.slot is not None and cart.slot.slot_id != "before":
        start, end = datetime.fromisoformat(cart.slot.starts_at), datetime.fromisoformat(cart.slot.ends_at)
        slot |= {"method": cart.slot.method, "date": start.date().isoformat()}
        slot |= {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    return slot
