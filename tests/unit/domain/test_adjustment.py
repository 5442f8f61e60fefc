"""What picking changes of an order: never more than was agreed to, and always to the cent."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.adjustment import as_picked, changes, handed_over, picked, reserved, substituted
from cabas.domain.order import TRANSITIONS, Order, OrderDiscount, OrderStatus, next_status
from cabas.domain.receipt import receipt
from cabas.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from cabas.kernel.money import Money, total
from support.orders import at, line, order

NOW = at("2019-01-02", "11:00")
EVENTS = st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=30)


def an_order(*quantities: int, weighed: bool = False) -> Order:
    lines = [line(113 * one, sku=f"p{number}", quantity=one) for number, one in enumerate(quantities, 1)]
    sold_by = "weight" if weighed else "each"
    return order(*(replace(one, line=number, sold_by=sold_by) for number, one in enumerate(lines, 1)), fee=490)


@given(EVENTS)
def test_an_order_ends_once_and_never_goes_back(events: list[str]) -> None:
    status, seen = OrderStatus.PLACED, [OrderStatus.PLACED]
    for event in events:
        if status in TRANSITIONS[event]:
            seen.append(status := next_status(status, event))
        else:
            with pytest.raises(Conflict, match="It can:"):
                next_status(status, event)
    rank = list(OrderStatus).index
    assert [rank(one) for one in seen] == sorted(rank(one) for one in seen)
    if seen[-1] in (OrderStatus.COMPLETED, OrderStatus.CANCELED):
        assert seen.count(seen[-1]) == 1
        assert not any(status in moves for moves in TRANSITIONS.values())
    assert not (OrderStatus.CANCELED in seen and OrderStatus.READY in seen)


@given(st.data(), st.lists(st.integers(1, 3000), min_size=1, max_size=5), st.booleans())
def test_what_is_charged_is_the_sum_of_what_was_found(data: st.DataObject, asked: list[int], weighed: bool) -> None:
    sold = an_order(*asked, weighed=weighed)
    now = sold
    for _ in range(data.draw(st.integers(0, 6))):
        number = data.draw(st.integers(1, len(asked)))
        quantity = data.draw(st.integers(0, 4000))
        try:
            if data.draw(st.booleans()):
                one = picked(now, number, quantity, NOW)
            else:
                one = substituted(now, number, "other", "Autre", quantity, Money(quantity * 7), NOW)
        except InvalidInput:
            continue
        now = replace(now, adjustments=(*now.adjustments, one))
    final = as_picked(now)
    assert final.goods == total(one.price for one in final.lines)
    assert final.total == final.goods + sold.fee
    assert final.total - sold.total == total(one.amount for one in changes(now))
    for before, after in zip(sold.lines, final.lines, strict=True):
        most = Fraction(115, 100) if weighed else 1
        assert after.price <= before.price.times(most)
        assert after.quantity <= before.quantity * most or after.sku == "other"
    kept = reserved(now)
    assert all(kept[sku] >= quantity for sku, quantity in handed_over(now).items()) or weighed
    assert (now.lines, now.goods, now.total) == (sold.lines, sold.goods, sold.total)


def test_a_weight_is_charged_by_its_share() -> None:
    sold = an_order(1000, weighed=True)
    now = replace(sold, adjustments=(picked(sold, 1, 950, NOW),))
    assert (as_picked(now).goods, now.adjustments[0].kind) == (Money(113_000 * 950 // 1000), "weight")
    assert picked(sold, 1, 1150, NOW).quantity == 1150
    with pytest.raises(InvalidInput, match="0 to 1150"):
        picked(sold, 1, 1151, NOW)


def test_a_substitute_costs_no_more_than_what_was_ordered() -> None:
    sold = an_order(2)
    assert substituted(sold, 1, "other", "Autre", 2, Money(999), NOW).price == Money(226)
    assert substituted(sold, 1, "other", "Autre", 2, Money(100), NOW).price == Money(100)
    for sku, quantity in (("p1", 1), ("other", 0)):
        with pytest.raises(InvalidInput):
            substituted(sold, 1, sku, "Autre", quantity, Money(1), NOW)


def test_who_wants_nothing_instead_gets_nothing_instead() -> None:
    sold = an_order(2)
    asked = replace(sold, lines=(replace(sold.lines[0], substitution="none"),))
    with pytest.raises(NotAllowed):
        substituted(asked, 1, "other", "Autre", 1, Money(1), NOW)
    assert picked(asked, 1, 0, NOW).price == Money(0)
    for policy in ("closest", "ask"):
        told = replace(sold, lines=(replace(sold.lines[0], substitution=policy),))
        assert substituted(told, 1, "other", "Autre", 1, Money(1), NOW).sku == "other"


def test_what_is_not_there_cannot_be_picked() -> None:
    with pytest.raises(NotFound, match="no line 3"):
        picked(an_order(1, 1), 3, 1, NOW)
    with pytest.raises(InvalidInput):
        picked(an_order(2), 1, 3, NOW)


def test_discounts_shrink_with_what_they_came_off() -> None:
    sold = an_order(2, 2)
    lines = tuple(replace(one, price=Money(200), discount=Money(26)) for one in sold.lines)
    codes = (
        OrderDiscount("A", "a", Money(39), Money(0)), OrderDiscount("B", "b", Money(13 + 100), Money(100)),
    )  # fmt: skip
    sold = replace(sold, lines=lines, goods=Money(400), total=Money(890), discounts=codes)
    now = replace(sold, adjustments=(picked(sold, 1, 1, NOW), picked(sold, 2, 0, NOW)))
    final = as_picked(now)
    assert (final.goods, final.total) == (Money(100), Money(590))
    assert [(one.code, one.amount, one.fee) for one in final.discounts] == [
        ("A", Money(10), Money(0)), ("B", Money(103), Money(100)),
    ]  # fmt: skip
    kept = receipt(final, "Halle", "Paris", {"retailer": "Halle", "platform": "Google"})
    off = total(one.amount - one.fee for one in final.discounts)
    assert kept.goods == total(one.price for one in kept.lines) - off
    assert as_picked(sold) is sold
