from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.cart import LINES_MAX, Cart, LineItem, SlotChoice, Want
from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Method, Slot, SlotAsk, matching
from cabas.domain.insight import Purchase, habits
from cabas.domain.ledger import Posting, balances
from cabas.domain.order import TRANSITIONS, OrderStatus, next_status
from cabas.kernel.errors import Conflict, InvalidInput
from cabas.kernel.money import Money

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def line(words: str, cents: int = 100, **changes: object) -> LineItem:
    item = LineItem(id="", want=Want(words, "fr"), sku=words, name=words, quantity=1, price=Money(cents))
    return replace(item, **changes)  # type: ignore[arg-type]


def test_a_cart_numbers_its_lines_and_never_reuses_a_number() -> None:
    cart = Cart().add(line("lait")).add(line("beurre")).remove(["2"]).add(line("pain"))
    assert [(item.id, item.name) for item in cart.lines] == [("1", "lait"), ("3", "pain")]
    with pytest.raises(InvalidInput):
        cart.line("2")


def test_only_what_is_bought_is_counted() -> None:
    cart = Cart().add(line("lait", 120)).add(line("sel", 90, ticked=False)).add(line("?", 50, sku=None))
    cart = replace(cart.add(line("pain", 110)), slot=SlotChoice("s", "delivery", "", "", Money(400)))
    assert (cart.goods, cart.total) == (Money(230), Money(630))
    assert [item.name for item in cart.bought] == ["lait", "pain"]


def test_a_cart_is_bounded() -> None:
    cart = Cart(lines=tuple(line(str(n), id=str(n)) for n in range(LINES_MAX)))
    with pytest.raises(InvalidInput):
        cart.add(line("one more"))


@given(st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=12))
def test_an_order_moves_by_the_table_alone(events: list[str]) -> None:
    status = OrderStatus.PLACED
    for event in events:
        allowed = TRANSITIONS[event].get(status)
        if allowed is None:
            with pytest.raises(Conflict):
                next_status(status, event)
        else:
            status = next_status(status, event)
            assert status is allowed


def test_a_finished_order_stays_finished() -> None:
    for event in TRANSITIONS:
        for final in (OrderStatus.COMPLETED, OrderStatus.CANCELED):
            with pytest.raises(Conflict):
                next_status(final, event)


def slot(hour: int, method: Method = Method.PICKUP, *, days: int = 1, taken: int = 0) -> Slot:
    start = (NOW + timedelta(days=days)).replace(hour=hour)
    name = f"{method}-{days}-{hour}"
    return Slot(
        name, "lille", method, start, start + timedelta(hours=1), start - timedelta(hours=2), 5, taken, Money(0)
    )


TOMORROW = (NOW + timedelta(days=1)).date()


@pytest.mark.parametrize(
    ("ask", "found"),
    [
        (SlotAsk(), ["pickup-1-8", "pickup-1-18", "delivery-1-18", "pickup-2-8"]),
        (SlotAsk(method=Method.DELIVERY), ["delivery-1-18"]),
        (SlotAsk(day=TOMORROW, before=time(19)), ["pickup-1-8", "pickup-1-18", "delivery-1-18"]),
        (SlotAsk(day=TOMORROW, before=time(18, 59)), ["pickup-1-8"]),
        (SlotAsk(after=time(12)), ["pickup-1-18", "delivery-1-18"]),
        (SlotAsk(method=Method.PICKUP, at=time(8, 30)), ["pickup-1-8", "pickup-2-8"]),
        (SlotAsk(day=TOMORROW, at=time(19)), []),
    ],
)
def test_slots_that_meet_what_was_asked(ask: SlotAsk, found: list[str]) -> None:
    slots = [slot(18, Method.DELIVERY), slot(8, days=2), slot(18), slot(8), slot(9, taken=5)]
    assert sorted(one.id for one in matching(slots, ask, NOW)) == sorted(found)
    assert [one.starts_at for one in matching(slots, ask, NOW)] == sorted(
        one.starts_at for one in matching(slots, ask, NOW)
    )


def test_a_slot_closes_at_its_cutoff() -> None:
    soon = slot(8)
    assert soon.open_at(soon.cutoff)
    assert not soon.open_at(soon.cutoff + timedelta(seconds=1))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(0, 10**9)), max_size=20))
def test_postings_always_sum_to_zero_and_reversals_undo_them(moves: list[tuple[str, str, int]]) -> None:
    postings = [Posting(f"x:{a}", f"y:{b}", Money(cents), "test") for a, b, cents in moves]
    assert sum(balances(postings).values()) == 0
    both = [*postings, *(posting.reversed() for posting in postings)]
    assert set(balances(both).values()) <= {0}


def test_a_posting_is_positive_and_goes_somewhere() -> None:
    with pytest.raises(InvalidInput):
        Posting("a", "b", Money(-1), "test")
    with pytest.raises(InvalidInput):
        Posting("a", "a", Money(1), "test")


def test_habits_count_recent_purchases_most() -> None:
    def bought(days: int, sku: str, quantity: int = 1) -> Purchase:
        return Purchase(NOW - timedelta(days=days), sku, sku, None, None, quantity)

    found = habits(
        [bought(60, "tea"), bought(120, "tea"), bought(20, "milk", 2), bought(6, "milk", 3), bought(13, "milk")], NOW
    )
    milk, tea = found
    assert (milk.sku, milk.times, milk.every_days, milk.quantity, milk.overdue) == ("milk", 3, 7.0, 3, False)
    assert tea.weight == pytest.approx(0.75)
    assert tea.overdue is False  # last bought 60 days ago, every 60 days
    assert habits([bought(61, "tea"), bought(120, "tea")], NOW)[0].overdue


@pytest.mark.parametrize(("born", "age"), [(date(2008, 11, 22), 18), (date(2008, 11, 23), 17), (None, None)])
def test_age_in_full_years(born: date | None, age: int | None) -> None:
    assert Shopper("1", "halle", "Ana", birth_date=born).age_on(NOW.date()) == age
