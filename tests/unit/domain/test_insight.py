"""Habits: what purchases still count, in whatever order they come, and when they are strong enough to speak."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.insight import HALF_LIFE_DAYS, STRONG_COUNT, STRONG_SHARE, Purchase, decayed, habits, usual

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ages = st.floats(0, 700, allow_nan=False)


def bought(sku: str, days: float, quantity: int = 1, family: str = "milk") -> Purchase:
    return Purchase(NOW - timedelta(days=days), sku, f"Product {sku}", family, "Vallon", quantity)


purchases = st.lists(
    st.builds(bought, st.sampled_from("abc"), st.integers(0, 700).map(float), st.integers(1, 9)), max_size=25
)


def test_half_after_the_half_life() -> None:
    assert decayed(0) == 1.0
    assert decayed(HALF_LIFE_DAYS) == 0.5
    assert decayed(2 * HALF_LIFE_DAYS) == 0.25
    assert decayed(-3) == 1.0


@given(st.lists(ages, min_size=2, max_size=20))
def test_older_never_counts_more(some: list[float]) -> None:
    counts = [decayed(age) for age in sorted(some)]
    assert all(newer >= older for newer, older in pairwise(counts))
    assert all(0 < count <= 1 for count in counts)


@given(purchases, st.data())
def test_the_order_of_receipts_does_not_matter(some: list[Purchase], data: st.DataObject) -> None:
    assert habits(data.draw(st.permutations(some)), NOW) == habits(some, NOW)


@given(purchases, st.integers(1, 400))
def test_waiting_weakens_every_habit_and_keeps_their_order(some: list[Purchase], days: int) -> None:
    today, later = habits(some, NOW), habits(some, NOW + timedelta(days=days))
    then = {habit.sku: habit for habit in later}
    for habit in today:
        assert then[habit.sku].weight == pytest.approx(habit.weight * decayed(days))
        assert then[habit.sku].weight < habit.weight
        assert then[habit.sku].times == habit.times


@given(purchases, st.integers(1, 9))
def test_a_receipt_more_strengthens_its_own_and_no_other(some: list[Purchase], quantity: int) -> None:
    before = {habit.sku: habit.weight for habit in habits(some, NOW)}
    newer = Purchase(NOW + timedelta(seconds=1), "a", "Product a", "milk", "Vallon", quantity)
    after = {habit.sku: habit.weight for habit in habits([*some, newer], NOW)}
    assert after.pop("a") == pytest.approx(before.pop("a", 0.0) + 1)
    assert after == before


def test_two_lines_of_one_receipt_are_one_purchase() -> None:
    (habit,) = habits([bought("a", 10, 2), bought("a", 10, 3)], NOW)
    assert (habit.times, habit.quantity, habit.last_days_ago) == (1, 5, 10.0)


def often(sku: str, times: int, days: float = 7, family: str = "milk") -> list[Purchase]:
    return [bought(sku, days * (one + 1), family=family) for one in range(times)]


def test_once_is_no_habit() -> None:
    assert usual(habits(often("a", 1), NOW), {"milk"}) is None


def test_twice_lately_is() -> None:
    found = usual(habits(often("a", 2), NOW), {"milk"})
    assert found is not None
    assert (found.sku, found.times) == ("a", 2)
    assert usual(habits(often("a", 2, days=90), NOW), {"milk"}) is None  # half a year ago


def test_what_is_bought_half_of_the_time_is_no_habit() -> None:
    assert usual(habits([*often("a", 6), *often("b", 5)], NOW), {"milk"}) is None
    found = usual(habits([*often("a", 8), *often("b", 3)], NOW), {"milk"})
    assert found is not None
    assert found.sku == "a"


def test_only_what_the_word_names_counts() -> None:
    known = habits([*often("a", 6), *often("b", 9, family="bread")], NOW)
    assert usual(known, {"butter"}) is None
    found = usual(known, {"milk", "whole_milk"})
    assert found is not None
    assert found.sku == "a"
    by_sku = usual(known, (), {"b"})
    assert by_sku is not None
    assert by_sku.sku == "b"
    assert usual((), {"milk"}) is None


@given(purchases)
def test_the_rule_is_the_rule(some: list[Purchase]) -> None:
    known = habits(some, NOW)
    found = usual(known, {"milk"})
    total = sum(habit.weight for habit in known)
    strong = [one for one in known if one.weight >= STRONG_COUNT and one.weight >= STRONG_SHARE * total - 1e-9]
    assert (found is None) == (not strong)
    if found is not None:
        assert found == strong[0]
        assert len(strong) == 1
