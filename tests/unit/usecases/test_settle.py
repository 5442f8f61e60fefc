"""Statements: what is owed for a period, to the cent, whoever bills; paying one clears the accounts."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.agreement.agreement import Agreement, correction, postings
from cabas.domain.ledger import Posting, balances, reverse
from cabas.domain.order import Order
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.settle import Entry, Payment, settlement_postings, statement
from support.orders import agreement, at, line, order

COMMISSION = '[commission]\nbase = "incl_vat"\n[[commission.rates]]\npercent = 10\n'
DELIVERED = '[fulfillment_split]\ndelivers = "platform"\nmethods = ["delivery"]\n'
JANUARY = date(2019, 1, 15)


def entry(made: Agreement, placed: Order) -> Entry:
    return Entry(placed, placed.placed_at.date(), postings(made, placed))


def sale(number: str, cents: int, placed: datetime | None = None, **changes) -> Order:
    return replace(order(line(cents), placed=placed, **changes), number=number)


def test_the_platform_pays_what_it_collected_less_what_it_earned() -> None:
    made = agreement(COMMISSION, '[settlement]\nperiod = "month"\npayment_days = 30\n', seller="platform")
    entries = [
        entry(made, sale("A", 1055, fee=480, seller="platform")),
        entry(made, sale("B", 2110, seller="platform")),
    ]
    found = statement(made, entries, JANUARY)
    assert (found.starts, found.ends, found.due_on) == (date(2019, 1, 1), date(2019, 1, 31), date(2019, 3, 2))
    assert found.orders == 2
    assert (found.sold, found.collected) == (Money(3645), Money(3645))
    assert found.owed == {"commission": Money(105 + 211)}
    assert found.net == Money(3645 - 316)
    assert found.payments == (Payment("platform", Money(3329)),)
    assert [(one.order_number, one.collected, one.owed) for one in found.lines] == [
        ("A", Money(1535), {"commission": Money(105)}), ("B", Money(2110), {"commission": Money(211)}),
    ]  # fmt: skip


def test_the_retailer_pays_commission_and_fees_when_it_bills() -> None:
    made = agreement(COMMISSION, fulfills=DELIVERED)
    found = statement(made, [entry(made, sale("A", 1055, fee=480, delivered_by="platform"))], JANUARY)
    assert (found.sold, found.collected, found.net) == (Money(1055), Money(0), Money(-585))
    assert found.owed == {"commission": Money(105), "fulfillment_split": Money(480)}
    assert found.payments == (Payment("retailer", Money(585)),)


def test_without_netting_each_pays_in_full() -> None:
    made = agreement(COMMISSION, "[settlement]\nnetting = false\n", seller="platform")
    found = statement(made, [entry(made, sale("A", 1055, seller="platform"))], JANUARY)
    assert found.payments == (Payment("platform", Money(1055)), Payment("retailer", Money(105)))
    note = "test 2019-01-01 to 2019-01-31"
    assert settlement_postings(found) == (
        Posting("retailer:bank", "platform:google:receivable", Money(1055), "settlement", note),
        Posting("platform:google:payable", "retailer:bank", Money(105), "settlement", note),
    )


def test_other_days_and_other_agreements_are_left_out() -> None:
    made = agreement(COMMISSION)
    inside = [at("2019-01-01", "00:00"), at("2019-01-31", "23:59")]
    outside = [at("2018-12-31", "23:59"), at("2019-02-01", "00:00")]
    entries = [entry(made, sale(f"in{when.day}", 1000, when)) for when in inside]
    entries += [entry(made, sale(f"out{when.day}", 1000, when)) for when in outside]
    entries += [entry(made, replace(sale("other", 1000), agreement_id="other"))]
    entries += [entry(made, replace(sale("another", 1000), retailer_id="another"))]
    assert [one.order_number for one in statement(made, entries, JANUARY).lines] == ["in1", "in31"]
    assert statement(made, [], JANUARY).payments == ()


def test_a_cancellation_and_a_correction_count_on_their_own_day() -> None:
    made = agreement(COMMISSION, seller="platform")
    placed = sale("A", 1055, at("2019-01-31"), seller="platform")
    short = replace(placed, lines=placed.lines[:1], goods=Money(600), total=Money(600))
    short = replace(short, lines=(replace(placed.lines[0], price=Money(600)),))
    corrected = Entry(placed, date(2019, 2, 1), correction(made, placed, short))
    canceled = Entry(placed, date(2019, 2, 2), reverse(postings(made, short)))
    entries = [entry(made, placed), corrected, canceled]
    assert statement(made, entries, JANUARY).net == Money(950)
    february = statement(made, entries, date(2019, 2, 28))
    assert [one.collected for one in february.lines] == [Money(-455), Money(-600)]
    assert (february.orders, february.net, february.payments) == (1, Money(-950), (Payment("retailer", Money(950)),))


def test_another_currency_is_refused() -> None:
    made = agreement(COMMISSION)
    odd = replace(order(line(1000)), agreement_id="test")
    posting = Posting("a", "b", Money(1, "USD"), "x")
    with pytest.raises(InvalidInput, match="is not in EUR"):
        statement(made, [Entry(odd, JANUARY, (posting,))], JANUARY)


parties = st.sampled_from(["retailer", "platform"])


@given(
    seller=parties,
    deliverer=parties,
    netting=st.booleans(),
    orders=st.lists(
        st.tuples(st.integers(1, 99_999), st.integers(0, 900), st.integers(-20, 20), st.booleans()), max_size=8
    ),
)
def test_paying_a_statement_clears_the_accounts(seller, deliverer, netting, orders) -> None:
    made = agreement(
        COMMISSION, f"[settlement]\nnetting = {str(netting).lower()}\n", seller=seller,
        fulfills=f'[fulfillment_split]\ndelivers = "{deliverer}"\nmethods = ["delivery"]\n',
    )  # fmt: skip
    entries = []
    for index, (cents, fee, days, canceled) in enumerate(orders):
        when = at("2019-01-15") + timedelta(days=days)
        placed = sale(str(index), cents, when, fee=fee, seller=seller, delivered_by=deliverer)
        entries.append(entry(made, placed))
        if canceled:
            entries.append(Entry(placed, date(2019, 1, 31), reverse(postings(made, placed))))
    found = statement(made, entries, JANUARY)
    paid = settlement_postings(found)
    posted = [posting for one in entries if one.day.month == 1 and one.day.year == 2019 for posting in one.postings]
    left = balances((*posted, *paid))
    assert left.get(("platform:google:receivable", "EUR"), 0) == 0
    assert left.get(("platform:google:payable", "EUR"), 0) == 0
    # The bank is an asset: what came in is debited, below zero.
    assert left.get(("retailer:bank", "EUR"), 0) == -found.net.amount
    signs = {"platform": 1, "retailer": -1}
    assert sum(one.amount.amount * signs[one.payer] for one in found.payments) == found.net.amount
    assert set(balances((*paid, *reverse(paid))).values()) <= {0}
