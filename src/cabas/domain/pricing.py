"""What a line costs: promotion applied, VAT inside. Everything is exact; nothing here knows who earns what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from cabas.domain.catalog import Offer, Product, Promotion, SoldBy
from cabas.kernel.money import Money, round_half_up

BASIS = 10_000


def line_total(product: Product, offer: Offer, quantity: int, day: date) -> Money | None:
    """Price of `quantity` units (pieces, or grams when sold by weight), VAT included; None without a price."""
    if offer.price is None:
        return None
    promotion = offer.promotion if offer.promotion and offer.promotion.runs_on(day) else None
    if product.sold_by is SoldBy.WEIGHT:
        return _cut(offer.price, promotion).times(Fraction(quantity, 1000))
    if promotion is not None and promotion.kind == "multibuy":
        cut = offer.price.times(Fraction(promotion.value, BASIS)).times(quantity // promotion.every)
        return offer.price.times(quantity) - cut
    return _cut(offer.price, promotion).times(quantity)


def _cut(price: Money, promotion: Promotion | None) -> Money:
    if promotion is None:
        return price
    if promotion.kind == "price":
        return min(price, Money(promotion.value, price.currency))
    if promotion.kind == "percent":
        return price.times(Fraction(BASIS - promotion.value, BASIS))
    return price


def price_today(offer: Offer, day: date) -> Money | None:
    """The price of one unit today (one pack, or one kilogram), after a promotion that touches single units."""
    if offer.price is None:
        return None
    return _cut(offer.price, offer.promotion if offer.promotion and offer.promotion.runs_on(day) else None)


def deposit_of(product: Product, quantity: int, currency: str) -> Money | None:
    """The deposit on `quantity` packs; None for goods without one. What is weighed comes without bottles."""
    if not product.deposit or product.sold_by is SoldBy.WEIGHT:
        return None
    return Money(product.deposit * quantity, currency)


def vat_inside(amount: Money, rate: int) -> Money:
    """The VAT contained in a VAT-inclusive `amount` at `rate` basis points, rounded half up."""
    return Money(round_half_up(Fraction(amount.amount * rate, BASIS + rate)), amount.currency)


def vat_by_rate(lines: Iterable[tuple[Money, int]]) -> dict[int, Money]:
    """Total VAT per rate (basis points), computed on the sum of each rate as French receipts do."""
    sums: dict[int, Money] = {}
    for amount, rate in lines:
        sums[rate] = sums[rate] + amount if rate in sums else amount
    return {rate: vat_inside(amount, rate) for rate, amount in sorted(sums.items())}
