"""A scripted grocer in memory: enough of the talk use cases to drive a surface without a database.

It knows a dozen products by name and a handful of sentences. What it does is fixed, so tests state exact prices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from cabas.domain.cart import Cart, LineItem, Pending, SlotChoice, Want
from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.order import Order, OrderLine, OrderStatus
from cabas.domain.receipt import receipt
from cabas.kernel.clock import FixedClock
from cabas.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from cabas.kernel.money import Money
from cabas.kernel.text import fold
from cabas.usecases.ports import Store
from cabas.usecases.talk.view import Alternative, PlacedOrder, Reply, View

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=PARIS)

_PORT = Store("nantes", "demo", "L'Épicerie du Port", "Europe/Paris", "44000", "Nantes", "3 quai de la Fosse")
STORES = (
    Store("lyon", "demo", "L'Épicerie des Halles", "Europe/Paris", "69003", "Lyon", "102 cours Lafayette"),
    replace(_PORT, methods=("pickup",)),
)
SHOPPERS = (Shopper("camille", "demo", "Camille", personal=True), Shopper("noor", "demo", "Noor", locale="en-GB"))


@dataclass(frozen=True, slots=True)
class Good:
    """One product of the script."""

    sku: str
    fr: str
    en: str
    cents: int
    brand: str = ""
    content: str = ""
    per_unit: str = ""
    category: Sequence[str] = ()
    why: Sequence[str] = ()
    was: int = 0
    weight: bool = False
    age: int = 0
    vat: int = 550
    allergens: Sequence[str] = ()
    family: str = ""
    available: bool = True


_SHEET = yaml.safe_load((Path(__file__).parent / "goods.yaml").read_text("utf-8"))
GOODS = tuple(Good(sku, **fields) for sku, fields in _SHEET.items())
BY_SKU = {good.sku: good for good in GOODS}
QUICHE = ("pastry-1", "bacon-1", "egg-1", "cream-1")


@dataclass
class Talk:
    """One conversation."""

    id: str
    locale: str
    store: Store
    shopper: Shopper | None
    cart: Cart = field(default_factory=Cart)
    past: list[Cart] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    pending: Pending | None = None
    order: PlacedOrder | None = None
    diet: tuple[str, ...] = ()

    @property
    def lang(self) -> str:
        return self.locale.partition("-")[0]


class FakeShop:
    """The script. `calls` lists what was asked of it, for tests to count."""

    clock = FixedClock(NOW)

    def __init__(self) -> None:
        self.talks: dict[str, Talk] = {}
        self.calls: list[tuple[str, ...]] = []
        self.placed: dict[str, PlacedOrder] = {}
        self.closed = False
        self.ask_next = False

    async def stores(self) -> tuple[Store, ...]:
        return STORES

    async def shoppers(self) -> tuple[Shopper, ...]:
        return SHOPPERS

    async def open(self, locale: str, store_id: str | None, shopper_id: str | None, channel: str) -> View:
        self.calls.append(("open", locale, store_id or "", shopper_id or ""))
        store = next((one for one in STORES if one.id == (store_id or "lyon")), None)
        if store is None:
            raise NotFound(f"There is no store {store_id}.", remedy="The stores are lyon and nantes.")
        shopper = next((one for one in SHOPPERS if one.id == shopper_id), None)
        talk = Talk(f"talk-{len(self.talks) + 1}", locale, store, shopper)
        self.talks[talk.id] = talk
        text = {"fr": "Bonjour ! Dites-moi ce qu'il vous faut.", "en": "Hello! Tell me what you need."}[talk.lang]
        notice = {"fr": "Je suis l'assistant automatique de", "en": "I am the automated assistant of"}[talk.lang]
        return self._answer(talk, text, notice=f"{notice} {store.name}.")

    async def view(self, conversation_id: str) -> View:
        talk = self._talk(conversation_id)
        text = next((said for who, said in reversed(talk.said) if who == "cabas"), "")
        return self._view(talk, Reply(text, text, self._chips(talk)))

    async def say(self, conversation_id: str, text: str, channel: str) -> View:
        talk = self._talk(conversation_id)
        self.calls.append(("say", text, channel))
        talk.said.append(("shopper", text))
        plain = fold(text)
        if talk.pending and plain in ("oui", "yes"):
            return await self.tap(conversation_id, "confirm", None, f"spoken-{conversation_id}")
        if "quiche" in plain:
            return self._quiche(talk)
        before = talk.cart
        added = [self._add(talk, good, amount) for good, amount in self._heard(plain)]
        if not added:
            talk.cart = talk.cart.add(LineItem("", Want(text[:40], talk.lang)))
            added = [talk.cart.lines[-1]]
        talk.past.append(before)
        names = ", ".join(line.name or line.want.words for line in added)
        return self._answer(talk, {"fr": f"J'ajoute {names}.", "en": f"Adding {names}."}[talk.lang])

    async def tap(self, conversation_id: str, action: str, line_id: str | None, value: str | None) -> View:
        talk = self._talk(conversation_id)
        self.calls.append(("tap", action, line_id or "", value or ""))
        if self.closed:
            raise Unavailable("The database does not answer.", remedy="Try again later.")
        before = len(talk.said)
        view: View = getattr(self, f"_{action}")(talk, line_id or "", value or "")
        if len(talk.said) > before and talk.pending is None and view.order is None:
            talk.said[-1] = ("note", talk.said[-1][1])
        return replace(view, history=tuple(talk.said))

    async def slots(self, conversation_id: str, method: str | None, day: date | None) -> list[Slot]:
        self._talk(conversation_id)
        found = []
        for ahead in range(1, 8):
            start = NOW.replace(hour=10, minute=0) + timedelta(days=ahead)
            for number, hour in enumerate((10, 12, 17, 18, 19)):
                kind = Method(method or "pickup")
                at = start.replace(hour=hour)
                fee = Money(0 if kind is Method.PICKUP else 490)
                taken = 5 if number == 2 else 1
                found.append(
                    Slot(f"{kind}-{ahead}-{hour}", "lyon", kind, at, at + timedelta(hours=1), at, 5, taken, fee)
                )
        return [slot for slot in found if day is None or slot.starts_at.date() == day]

    async def alternatives(self, conversation_id: str, line_id: str) -> list[Alternative]:
        talk = self._talk(conversation_id)
        line = talk.cart.line(line_id)
        mine = BY_SKU.get(line.sku or "")
        return [
            Alternative(good.sku, self._name(good, talk.lang), good.brand or None, good.content,
                        f"{good.cents / 100:.2f} €".replace(".", ","), good.per_unit, tuple(good.why))
            for good in GOODS
            if mine and good.sku != mine.sku and good.category == mine.category
        ]  # fmt: skip

    # --- What the script does.
    def _talk(self, conversation_id: str) -> Talk:
        if conversation_id not in self.talks:
            raise NotFound("This conversation is over.", remedy="Start a new one.", code="conversation_not_found")
        return self.talks[conversation_id]

    def _heard(self, plain: str) -> Iterable[tuple[Good, int]]:
        numbers = {"deux": 2, "two": 2, "trois": 3, "three": 3, "six": 6}
        amount = 0
        for word in re.findall(r"[a-z]+|\d+", plain):
            if word in numbers or word.isdigit():
                amount = numbers.get(word) or int(word)
                continue
            for good in GOODS:
                if word in good.family.split() and (good.sku.endswith("-1")):
                    yield good, 1 if good.family.startswith("oeuf") else amount or 1
                    amount = 0

    def _name(self, good: Good, lang: str) -> str:
        return good.fr if lang == "fr" else good.en

    def _line(self, good: Good, quantity: int, lang: str) -> LineItem:
        price = good.cents * quantity // 1000 if good.weight else good.cents * quantity
        full = (good.was or good.cents) * quantity // (1000 if good.weight else 1)
        name = self._name(good, lang)
        return LineItem(
            id="",
            want=Want(name, lang),
            sku=good.sku,
            name=name,
            brand=good.brand or None,
            quantity=quantity,
            sold_by="weight" if good.weight else "each",
            unit_price=Money(good.cents),
            price=Money(price),
            full_price=Money(full),
            vat_rate=good.vat,
            category=tuple(good.category),
            allergens=tuple(good.allergens),
            minimum_age=good.age,
            content=good.content,
            per_unit=good.per_unit,
            available=good.available,
            why=tuple(good.why),
            alternatives=tuple(o.sku for o in GOODS if o.category == good.category and o is not good),
        )

    def _add(self, talk: Talk, good: Good, amount: int) -> LineItem:
        talk.cart = talk.cart.add(self._line(good, amount * 1000 if good.weight else amount, talk.lang))
        return talk.cart.lines[-1]

    def _quiche(self, talk: Talk) -> View:
        talk.past.append(talk.cart)
        dish = {"fr": "Quiche lorraine, 6 parts", "en": "Quiche lorraine, serves 6"}[talk.lang]
        for sku in QUICHE:
            talk.cart = talk.cart.add(replace(self._line(BY_SKU[sku], 1, talk.lang), recipe=dish))
        salt = replace(self._line(BY_SKU["salt-1"], 1, talk.lang), recipe=dish, ticked=False)
        talk.cart = talk.cart.add(salt)
        text = {"fr": "Pour une quiche lorraine (6 parts), j'ajoute 4 produits. Vous avez sûrement déjà du sel ?",
                "en": "For a quiche lorraine (serves 6), adding 4 products. You surely have salt?"}  # fmt: skip
        return self._answer(talk, text[talk.lang])

    def _change(self, talk: Talk, cart: Cart, fr: str, en: str) -> View:
        talk.past.append(talk.cart)
        talk.cart, talk.pending = cart, None
        return self._answer(talk, fr if talk.lang == "fr" else en)

    def _quantity(self, talk: Talk, line_id: str, value: str) -> View:
        line = talk.cart.line(line_id)
        if int(value) > 500 and line.sold_by == "each":
            raise InvalidInput("500 is the most of one thing.", remedy="Choose a smaller number.")
        if not int(value):
            return self._remove(talk, line_id, "")
        fresh = replace(self._line(BY_SKU[line.sku or ""], int(value), talk.lang), id=line.id, recipe=line.recipe)
        return self._change(
            talk, talk.cart.put(fresh), f"Quantité changée : {line.name}.", f"Quantity changed: {line.name}."
        )

    def _remove(self, talk: Talk, line_id: str, value: str) -> View:
        name = talk.cart.line(line_id).name
        return self._change(talk, talk.cart.remove([line_id]), f"J'enlève {name}.", f"Removing {name}.")

    def _swap(self, talk: Talk, line_id: str, value: str) -> View:
        line = talk.cart.line(line_id)
        fresh = replace(self._line(BY_SKU[value], line.quantity, talk.lang), id=line.id, recipe=line.recipe)
        return self._change(talk, talk.cart.put(fresh), f"À la place : {fresh.name}.", f"Instead: {fresh.name}.")

    def _tick(self, talk: Talk, line_id: str, value: str) -> View:
        line = replace(talk.cart.line(line_id), ticked=True)
        return self._change(talk, talk.cart.put(line), f"J'ajoute {line.name}.", f"Adding {line.name}.")

    def _slot(self, talk: Talk, line_id: str, value: str) -> View:
        method, ahead, hour = value.split("-")
        start = (NOW + timedelta(days=int(ahead))).replace(hour=int(hour), minute=0)
        end = start + timedelta(hours=1)
        fee = Money(0 if method == "pickup" else 490)
        choice = SlotChoice(value, method, start.isoformat(), end.isoformat(), fee)
        return self._change(talk, replace(talk.cart, slot=choice, method=method), "C'est noté.", "Noted.")

    def _lift(self, talk: Talk, line_id: str, value: str) -> View:
        talk.diet = ()
        return self._answer(talk, {"fr": "D'accord.", "en": "All right."}[talk.lang])

    def _undo(self, talk: Talk, line_id: str, value: str) -> View:
        if talk.past:
            talk.cart = talk.past.pop()
        text = {"fr": "C'est annulé.", "en": "Undone."}[talk.lang]
        return self._view(talk, Reply(text, text))

    def _checkout(self, talk: Talk, line_id: str, value: str) -> View:
        if talk.cart.slot is None:
            talk.pending = Pending("slot")
            return self._answer(
                talk, {"fr": "Quand voulez-vous vos courses ?", "en": "When do you want it?"}[talk.lang]
            )
        talk.pending = Pending("checkout")
        return self._answer(
            talk, {"fr": "Je relis votre commande. Je la passe ?", "en": "Shall I place it?"}[talk.lang]
        )

    def _cancel(self, talk: Talk, line_id: str, value: str) -> View:
        talk.pending = None
        return self._answer(
            talk, {"fr": "D'accord, je ne passe pas la commande.", "en": "Fine, not placed."}[talk.lang]
        )

    def _confirm(self, talk: Talk, line_id: str, value: str) -> View:
        if value in self.placed:
            talk.order = self.placed[value]
        elif talk.pending is None or talk.cart.slot is None:
            raise Conflict("There is nothing to confirm.", remedy="Check out first.")
        else:
            talk.order = self.placed[value] = self._place(talk)
        talk.cart, talk.pending = Cart(), None
        number = talk.order.number
        return self._answer(
            talk, {"fr": f"Votre commande {number} est passée.", "en": f"Order {number} is placed."}[talk.lang]
        )

    def _place(self, talk: Talk) -> PlacedOrder:
        cart, slot = talk.cart, talk.cart.slot
        assert slot is not None
        lines = tuple(
            OrderLine(number, line.sku or "", line.name, line.quantity, line.sold_by, line.unit_price or Money(0),
                      line.price or Money(0), line.vat_rate, minimum_age=line.minimum_age)
            for number, line in enumerate(cart.bought, 1)
        )  # fmt: skip
        order = Order(
            "o-1", "7K2PD-99XQ4", "demo", talk.store.id, None, "web", "a", "web", NOW, OrderStatus.PLACED, lines,
            slot.method, slot.slot_id, datetime.fromisoformat(slot.starts_at), datetime.fromisoformat(slot.ends_at),
            slot.fee, cart.goods, cart.total, "retailer", "retailer",
        )  # fmt: skip
        names = {"retailer": talk.store.name, "platform": "Cabas"}
        return PlacedOrder(order.number, order.id, receipt(order, talk.store.name, talk.store.address, names))

    def _language(self, talk: Talk, line_id: str, value: str) -> View:
        talk.locale = value
        return self._view(talk, Reply("", ""))

    def _chips(self, talk: Talk) -> tuple[str, ...]:
        if talk.pending:
            return {"fr": ("Oui", "Non"), "en": ("Yes", "No")}[talk.lang]
        if talk.cart.lines:
            return {"fr": ("Le moins cher", "Je valide"), "en": ("The cheapest", "Check out")}[talk.lang]
        return ()

    def _answer(self, talk: Talk, text: str, notice: str | None = None) -> View:
        talk.said.append(("cabas", text))
        return self._view(talk, Reply(text, text, self._chips(talk), notice))

    def _view(self, talk: Talk, reply: Reply) -> View:
        name = talk.shopper.name if talk.shopper else None
        return View(
            conversation_id=talk.id,
            lang=talk.lang,
            store=talk.store,
            reply=reply,
            cart=talk.cart,
            shopper_name=name,
            asked=talk.pending is not None or self.ask_next,
            pending=talk.pending,
            order=talk.order,
            history=tuple(talk.said),
            diet=talk.diet,
        )
