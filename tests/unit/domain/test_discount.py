"""What codes take off: exact, split by what lines cost, never below zero; and when they do not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.cart import Cart, LineItem, SlotChoice, Want
from cabas.domain.discount import Denied, Discount, apply, checked, tidy, why_not
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money, total

DAY = date(2026, 11, 24)
ZERO = Money(0)


def line(ident: str, cents: int, family: str = "pasta", category: tuple[str, ...] = ("Épicerie", "Pâtes")) -> LineItem:
    return LineItem(ident, Want(ident, "fr"), f"sku-{ident}", price=Money(cents), family=family, category=category)


def percent(value: int, code: str = "TEN", **changes: object) -> Discount:
    return replace(Discount(code, "", "percent", value), **changes)  # type: ignore[arg-type]


def amount(value: int, code: str = "FIVE", **changes: object) -> Discount:
    return replace(Discount(code, "", "amount", value), **changes)  # type: ignore[arg-type]


def test_a_share_is_rounded_once_and_split_by_what_lines_cost() -> None:
    (applied,), denied = apply([percent(1000)], [line("1", 333), line("2", 333), line("3", 339)], ZERO)
    assert applied.amount == Money(101)  # 100.5, half up
    assert applied.shares == (("1", Money(34)), ("2", Money(33)), ("3", Money(34)))
    assert denied == ()


def test_codes_follow_one_another_each_off_what_is_left() -> None:
    applied, _ = apply([percent(1000, "A"), percent(2000, "B"), amount(500, "C")], [line("1", 3500)], ZERO)
    assert [(one.code, one.amount) for one in applied] == [("A", Money(350)), ("B", Money(630)), ("C", Money(500))]


def test_more_than_everything_takes_everything_and_a_code_after_it_nothing() -> None:
    applied, denied = apply([amount(5000), percent(1000)], [line("1", 400), line("2", 0)], ZERO)
    assert [(one.code, one.amount, one.shares) for one in applied] == [("FIVE", Money(400), (("1", Money(400)),))]
    assert denied == (Denied("TEN", "code_goods"),)


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        ({"families": ("milk",)}, {"2": 20}),
        ({"categories": ("epicerie > pates",)}, {"1": 10}),
        ({"categories": ("Crèmerie",)}, {"2": 20}),
        ({"categories": ("Crème",)}, {}),
        ({"skus": ("sku-3",), "families": ("milk",)}, {"2": 20, "3": 30}),
    ],
)
def test_a_code_may_be_for_some_goods_only(rule: dict[str, tuple[str, ...]], shares: dict[str, int]) -> None:
    lines = [line("1", 100), line("2", 200, "milk", ("Crèmerie", "Laits")), line("3", 300, "soap", ("Hygiène",))]
    applied, denied = apply([percent(1000, **rule)], lines, ZERO)
    assert {ident: share.amount for one in applied for ident, share in one.shares} == shares
    assert [one.reason for one in denied] == ([] if shares else ["code_goods"])


def test_the_minimum_is_of_all_goods_before_any_code() -> None:
    lines = [line("1", 600), line("2", 400, "milk")]
    (_, applied), _ = apply([amount(300, "A"), amount(100, "B", minimum=1000, families=("milk",))], lines, ZERO)
    assert applied.shares == (("2", Money(100)),)
    assert apply([amount(100, minimum=1001)], lines, ZERO) == (
        (),
        (Denied("FIVE", "code_minimum", Money(1001)),),
    )


def test_a_code_for_the_fee_leaves_goods_alone() -> None:
    free = Discount("FREE", "Free delivery", "fee", 10_000, minimum=1000)
    slot = SlotChoice("noon", "delivery", "", "", Money(490))
    cart = Cart(lines=(line("1", 1000),), slot=slot, discounts=(free,))
    ((applied,), _) = cart.taken_off
    assert (applied.fee, applied.goods, applied.shares) == (Money(490), ZERO, ())
    assert (cart.goods, cart.fee, cart.total) == (Money(1000), Money(490), Money(1000))
    assert replace(cart, lines=(line("1", 999),)).total == Money(1489)
    assert replace(cart, slot=None).total == Money(1000)


def test_another_currency_takes_nothing() -> None:
    assert apply([amount(100, currency="USD")], [line("1", 500)], ZERO) == ((), (Denied("FIVE", "code_goods"),))


RULES = st.builds(
    lambda kind, value, minimum, family: Discount(
        f"C{value}", "", kind, value, minimum=minimum, families=("milk",) if family else ()
    ),
    st.sampled_from(["percent", "amount", "fee"]), st.integers(1, 10_000), st.integers(0, 3_000), st.booleans(),
)  # fmt: skip
PRICES = st.lists(st.tuples(st.integers(0, 100_000), st.sampled_from(["milk", "pasta"])), max_size=12)


@given(st.lists(RULES, max_size=6), PRICES, st.integers(0, 2_000))
def test_nothing_ever_costs_less_than_nothing_and_every_cent_is_somewhere(
    rules: list[Discount], prices: list[tuple[int, str]], fee: int
) -> None:
    lines = [line(str(number), cents, family) for number, (cents, family) in enumerate(prices)]
    applied, denied = apply(rules, lines, Money(fee))
    for one in applied:
        assert one.amount == total([*(share for _, share in one.shares), one.fee])
        assert one.amount > ZERO or one.amount.amount > 0
    for item in lines:
        off = total(share for one in applied for ident, share in one.shares if ident == item.id)
        assert item.price is not None
        assert ZERO <= off <= item.price
    assert total(one.fee for one in applied) <= Money(fee)
    assert len(applied) + len(denied) <= len(rules)
    cart = Cart(lines=tuple(lines), slot=SlotChoice("s", "delivery", "", "", Money(fee)), discounts=tuple(rules))
    assert ZERO <= cart.total <= cart.goods + cart.fee


@pytest.mark.parametrize(
    ("rule", "holder", "reason"),
    [
        ({}, "", None),
        ({"starts": DAY, "ends": DAY}, "", None),
        ({"starts": date(2026, 11, 25)}, "", "code_early"),
        ({"ends": date(2026, 11, 23)}, "", "code_expired"),
        ({"platforms": ("google",)}, "", None),
        ({"platforms": ("amazon",)}, "", "code_elsewhere"),
        ({"uses": 2, "used": 1}, "", None),
        ({"uses": 2, "used": 2}, "", "code_used_up"),
        ({"uses_each": 1}, "", "code_sign_in"),
        ({"uses_each": 1}, "camille", None),
        ({"uses_each": 1, "used_by": 1}, "camille", "code_used"),
    ],
)
def test_why_a_code_does_not_count(rule: dict[str, object], holder: str, reason: str | None) -> None:
    assert why_not(percent(1000, **rule), DAY, "google", holder) == reason


def test_codes_are_tidied_as_people_say_them() -> None:
    assert [tidy(said) for said in ("bienvenue 10", " Welcome-10 ", "b i e n")] == ["BIENVENUE10", "WELCOME-10", "BIEN"]
    assert checked(percent(1000, " noël ".replace("ë", "e"))).code == "NOEL"


@pytest.mark.parametrize(
    "rule",
    [
        percent(1000, "!"), percent(1000, "A"), percent(0), percent(10_001), amount(0), amount(100, uses=0),
        amount(100, minimum=-1), amount(100, starts=DAY, ends=date(2026, 11, 23)), Discount("AB", "", "gift", 1),
    ],
)  # fmt: skip
def test_a_code_that_makes_no_sense_is_refused(rule: Discount) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(rule)
    assert refused.value.remedy
