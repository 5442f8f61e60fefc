from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.catalog import Offer, Product, Promotion, SoldBy, unit_price
from cabas.domain.pricing import line_total, price_today, vat_by_rate, vat_inside
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity

DAY = date(2026, 11, 22)
MILK = Product("1", {"fr": "Lait"}, content=Quantity(1, "LTR"))
CARROTS = Product("2", {"fr": "Carottes"}, sold_by=SoldBy.WEIGHT)


def offer(cents: int, promotion: Promotion | None = None) -> Offer:
    return Offer("1", "lille", Money(cents), 100, promotion)


@pytest.mark.parametrize(
    ("promotion", "quantity", "cents"),
    [
        (None, 3, 300),
        (Promotion("percent", 2500), 3, 225),
        (Promotion("price", 80), 3, 240),
        (Promotion("price", 120), 3, 300),
        (Promotion("multibuy", 10_000, every=2), 5, 300),
        (Promotion("multibuy", 5_000, every=2), 2, 150),
        (Promotion("percent", 2500, starts=date(2026, 11, 23)), 3, 300),
        (Promotion("percent", 2500, ends=date(2026, 11, 21)), 3, 300),
        (Promotion("percent", 2500, starts=DAY, ends=DAY), 1, 75),
    ],
)
def test_what_a_line_costs(promotion: Promotion | None, quantity: int, cents: int) -> None:
    assert line_total(MILK, offer(100, promotion), quantity, DAY) == Money(cents)


def test_weighed_goods_cost_by_the_gram() -> None:
    assert line_total(CARROTS, offer(199), 750, DAY) == Money(149)
    assert line_total(CARROTS, offer(200, Promotion("percent", 5000)), 500, DAY) == Money(50)


def test_no_price_is_not_a_price_of_nothing() -> None:
    assert line_total(MILK, Offer("1", "lille", None, 5), 1, DAY) is None
    assert price_today(Offer("1", "lille", None, 5), DAY) is None


@given(st.integers(0, 10**7), st.sampled_from([0, 210, 550, 1000, 2000]))
def test_the_vat_inside_is_within_half_a_cent(cents: int, rate: int) -> None:
    vat = vat_inside(Money(cents), rate).amount
    assert abs(vat - Fraction(cents * rate, 10_000 + rate)) <= Fraction(1, 2)


def test_vat_is_rounded_once_per_rate() -> None:
    lines = [(Money(33), 550)] * 3 + [(Money(120), 2000)]
    assert vat_by_rate(lines) == {550: Money(5), 2000: Money(20)}


def test_unit_prices() -> None:
    assert unit_price(Money(105), MILK) == (Money(105), "LTR")
    assert unit_price(Money(120), Product("3", {"fr": "Riz"}, content=Quantity(500, "GRM"))) == (Money(240), "KGM")
    assert unit_price(Money(240), Product("4", {"fr": "Œufs"}, content=Quantity(12), pieces=12)) == (Money(20), "C62")
    assert unit_price(Money(199), CARROTS) == (Money(199), "KGM")
    assert unit_price(Money(199), Product("5", {"fr": "?"})) is None
