"""The cart read again: today's products, prices and stock instead of what the cart remembers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.term import Decision, Sell
from cabas.domain.cart import QUANTITY_MAX, Cart, Conversation, LineItem
from cabas.domain.catalog import Offer, Product, SoldBy
from cabas.domain.discount import Applied
from cabas.domain.fulfillment import Slot
from cabas.domain.order import OrderLine
from cabas.domain.pricing import deposit_of, line_total, price_today
from cabas.kernel.money import Money, total
from cabas.usecases.checkout.command import Alternative, PriceChange, Refusal, Shortage
from cabas.usecases.ports import Search, Shop

GRAMS = 1000
ALTERNATIVES_MAX = 3


@dataclass(frozen=True, slots=True)
class Basket:
    """The lines to buy, with the products and offers of their SKUs as they are now.

    `wanted` maps a SKU to the pieces or grams of all its lines: splitting a line gets nobody around a limit.
    """

    conversation: Conversation
    day: date
    lines: tuple[LineItem, ...]
    products: Mapping[str, Product]
    offers: Mapping[str, Offer]
    wanted: Mapping[str, int]

    @property
    def minimum_age(self) -> int:
        """The highest minimum age of its products; 0 when there is none."""
        return max((product.minimum_age for product in self.products.values()), default=0)

    @property
    def goods(self) -> Money:
        """What the lines that can be bought cost today, VAT included."""
        prices = [self.price(line) for line in self.lines]
        return total((price for price in prices if price is not None), self.conversation.cart.currency)

    def price(self, line: LineItem) -> Money | None:
        """What the line costs today; None when it cannot be bought."""
        product, offer = self.products.get(line.sku or ""), self.offers.get(line.sku or "")
        return line_total(product, offer, line.quantity, self.day) if product and offer else None

    def deposit(self, line: LineItem) -> Money | None:
        """The deposit on the line today; None without any."""
        product = self.products.get(line.sku or "")
        return deposit_of(product, line.quantity, self.conversation.cart.currency) if product else None

    def sell(self, line: LineItem, channel: str) -> Sell:
        """The question whether the line may be sold."""
        product = self.products[line.sku or ""]
        pieces = 1 if product.sold_by is SoldBy.WEIGHT else self.wanted[product.sku]
        return Sell(self.day, channel, product.category, product.minimum_age, pieces, line.name)


async def read_again(conversation: Conversation, day: date, shop: Shop, search: Search) -> Basket:
    """The basket of a conversation, from the catalog and the store's offers."""
    lines = tuple(line for line in conversation.cart.bought if line.quantity > 0)
    skus = sorted({line.sku for line in lines if line.sku})
    products = search.get(skus)
    offers = await shop.offers(conversation.retailer_id, conversation.store_id, skus, day=day)
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.sku or ""] += line.quantity
    return Basket(conversation, day, lines, products, offers, wanted)


def too_many(basket: Basket) -> tuple[Refusal, ...]:
    """Lines above what anybody buys (`QUANTITY_MAX` pieces or kilograms)."""
    return tuple(
        Refusal(
            _law("too_many", f"{most} au plus de {line.name}.", f"At most {most} of {line.name}."), line.id, line.name
        )
        for line in basket.lines
        if basket.wanted[line.sku or ""] > (most := QUANTITY_MAX * (GRAMS if line.sold_by == SoldBy.WEIGHT else 1))
    )


def under_age(basket: Basket, age: int) -> tuple[Refusal, ...]:
    """The lines a shopper of that age may not buy."""
    return tuple(
        Refusal(
            _law(
                "under_age",
                f"{line.name} est interdit à la vente aux moins de {limit} ans.",
                f"{line.name} is not for sale to people under {limit}.",
            ),
            line.id,
            line.name,
        )
        for line in basket.lines
        if (limit := basket.products[line.sku or ""].minimum_age) > age
    )


def _law(code: str, fr: str, en: str) -> Decision:
    return Decision(False, code, "law", {"fr": fr, "en": en})


def missing(basket: Basket, left: Mapping[str, int] | None = None) -> tuple[Shortage, ...]:
    """The lines whose SKU is not there, or not in that quantity. `left` overrides what the offers say."""
    found = []
    for line in basket.lines:
        sku = line.sku or ""
        asked = basket.wanted[sku]
        if left is not None and sku not in left:
            continue
        offer = basket.offers.get(sku)
        there = left[sku] if left is not None else (offer.available if offer else 0)
        if basket.price(line) is None or there < asked:
            found.append(Shortage(line.id, sku, line.name, asked, max(there, 0) if basket.price(line) else 0))
    return tuple(found)


async def with_alternatives(
    shortages: tuple[Shortage, ...], basket: Basket, agreement: Agreement, channel: str, shop: Shop, search: Search
) -> tuple[Shortage, ...]:
    """The shortages with what could be bought instead: in stock, priced, allowed, not in the cart already."""
    by_line = {line.id: line for line in basket.lines}
    others = {sku for one in shortages for sku in by_line[one.line_id].alternatives} - set(basket.wanted)
    talk = basket.conversation
    products = search.get(sorted(others))
    offers = await shop.offers(talk.retailer_id, talk.store_id, sorted(others), day=basket.day) if others else {}
    usable: dict[str, Alternative] = {}
    for sku, offer in offers.items():
        product, price = products.get(sku), price_today(offer, basket.day)
        if product is None or price is None or offer.available <= 0:
            continue
        question = Sell(basket.day, channel, product.category, product.minimum_age)
        if evaluate(agreement, Request(talk.retailer_id, talk.platform, (question,))).allowed:
            usable[sku] = Alternative(sku, product.name_in(talk.lang), price, offer.available)
    return tuple(
        replace(
            one,
            alternatives=tuple(usable[sku] for sku in by_line[one.line_id].alternatives if sku in usable)[
                :ALTERNATIVES_MAX
            ],
        )
        for one in shortages
    )


def repriced(basket: Basket, slot: Slot) -> tuple[Cart, tuple[PriceChange, ...]]:
    """The cart at today's prices, and what changed since it was read out."""
    cart, changes = basket.conversation.cart, []
    for line in basket.lines:
        each = price_today(basket.offers[line.sku or ""], basket.day)
        fresh = replace(line, price=basket.price(line), unit_price=each, deposit=basket.deposit(line))
        was, now = line.cost, fresh.cost
        if now is not None and was is not None and now != was:
            changes.append(PriceChange(line.id, line.name, was, now))
        cart = cart.put(fresh)
    if cart.slot is not None and cart.slot.fee != slot.fee:
        changes.append(PriceChange("", "", cart.slot.fee, slot.fee))
        cart = replace(cart, slot=replace(cart.slot, fee=slot.fee))
    return cart, tuple(changes)


def order_lines(basket: Basket, applied: Sequence[Applied] = ()) -> tuple[OrderLine, ...]:
    """The lines as sold, less what codes take off. Call it when `missing` found nothing."""
    off: dict[str, Money] = {}
    for line_id, share in (share for one in applied for share in one.shares):
        off[line_id] = off[line_id] + share if line_id in off else share
    return tuple(_order_line(index, line, basket, off) for index, line in enumerate(basket.lines, start=1))


def _order_line(index: int, line: LineItem, basket: Basket, off: Mapping[str, Money]) -> OrderLine:
    product, offer = basket.products[line.sku or ""], basket.offers[line.sku or ""]
    zero, discount = Money.zero(basket.conversation.cart.currency), off.get(line.id)
    price, unit_price = basket.price(line) or zero, price_today(offer, basket.day)
    return OrderLine(
        line=index,
        sku=product.sku,
        name=product.name_in(basket.conversation.lang),
        quantity=line.quantity,
        sold_by=str(product.sold_by),
        unit_price=unit_price or zero,
        price=price - discount if discount is not None else price,
        vat_rate=product.vat_rate,
        category=product.category,
        family=product.family,
        minimum_age=product.minimum_age,
        allergens=tuple(sorted(product.allergens)),
        discount=discount,
        substitution=line.substitution,
        deposit=basket.deposit(line),
    )


def goods(lines: tuple[OrderLine, ...], currency: str) -> Money:
    """What the lines cost, VAT included."""
    return total((line.price for line in lines), currency)
