from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money, round_half_up, total

cents = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any)


@given(cents, weights)
def test_a_split_adds_up_and_is_fair_to_a_cent(amount: int, parts: list[int]) -> None:
    split = Money(amount).allocate(parts)
    assert sum(part.amount for part in split) == amount
    for part, weight in zip(split, parts, strict=True):
        assert abs(part.amount - Fraction(amount * weight, sum(parts))) < 1
        assert weight or not part.amount


def test_left_over_cents_go_to_the_first_parts() -> None:
    assert [part.amount for part in Money(100).allocate([1, 1, 1])] == [34, 33, 33]
    assert [part.amount for part in Money(-100).allocate([1, 1, 1])] == [-34, -33, -33]
    assert [part.amount for part in Money(5).allocate([0, 1])] == [0, 5]


@pytest.mark.parametrize("parts", [[], [0], [1, -1], [2, -1]])
def test_a_split_without_positive_weights_is_refused(parts: list[int]) -> None:
    with pytest.raises(InvalidInput):
        Money(1).allocate(parts)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("3.20", "EUR", 320), ("3,2", "EUR", 320), ("-1", "EUR", -100), ("120", "JPY", 120), ("1.234", "TND", 1234)],
)
def test_amounts_are_read_to_the_minor_unit(text: str, currency: str, amount: int) -> None:
    assert Money.parse(text, currency) == Money(amount, currency)


@pytest.mark.parametrize("text", ["", "three", "1.234", "NaN", "Infinity", "1e-3"])
def test_amounts_that_are_no_money_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Money.parse(text)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(InvalidInput):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(InvalidInput):
        _ = Money(1, "EUR") < Money(1, "USD")


@given(cents)
def test_printing_and_reading_agree(amount: int) -> None:
    number, currency = str(Money(amount)).split()
    assert Money.parse(number, currency) == Money(amount)


def test_halves_round_away_from_zero() -> None:
    assert [round_half_up(Fraction(n, 2)) for n in (1, 3, -1, -3)] == [1, 2, -1, -2]
    assert Money(199).times(Fraction(1, 2)) == Money(100)
    assert total([Money(1), Money(2)]) == Money(3)
    assert total([], "CHF") == Money(0, "CHF")
