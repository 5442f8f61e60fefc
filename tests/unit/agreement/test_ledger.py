"""From order and agreement to postings: they balance, they say who owes what, a reversal undoes them."""

from hypothesis import given
from hypothesis import strategies as st

from cabas.agreement.agreement import Agreement, correction, postings
from cabas.domain.ledger import balances, reverse
from cabas.domain.order import Order
from cabas.domain.receipt import receipt, taxed
from support.orders import agreement, line, order

COMMISSION = '[commission]\n[[commission.rates]]\npercent = 4.5\nchannels = ["voice"]\n'
DELIVERED = '[fulfillment_split]\ndelivers = "platform"\nmethods = ["delivery"]\n'


def moved(made: Agreement, placed: Order) -> dict[str, int]:
    return {account: amount for (account, _), amount in balances(postings(made, placed)).items() if amount}


def test_the_retailer_sells() -> None:
    # 10.55 at 5.5 % is 10.00 + 0.55; 2.40 + 4.80 of fee at 20 % is 6.00 + 1.20.
    placed = order(line(1055), line(240, "Animaux", vat=2000), fee=480)
    assert moved(agreement(), placed) == {
        "shopper:payment": -1775,
        "retailer:sales": 1600,
        "retailer:vat:550": 55,
        "retailer:vat:2000": 120,
    }


def test_the_platform_bills_and_earns() -> None:
    placed = order(line(1055), fee=480, seller="platform")
    assert moved(agreement(COMMISSION, seller="platform"), placed) == {
        "platform:google:receivable": -1535,
        "retailer:sales": 1400,
        "retailer:vat:550": 55,
        "retailer:vat:2000": 80,
        "retailer:commission": -45,
        "platform:google:payable": 45,
    }


def test_the_platform_delivers_and_keeps_the_fee() -> None:
    placed = order(line(1055), fee=480, delivered_by="platform")
    assert moved(agreement(fulfills=DELIVERED), placed) == {
        "shopper:payment": -1535,
        "retailer:sales": 1000,
        "retailer:vat:550": 55,
        "platform:google:payable": 480,
    }


parties = st.sampled_from(["retailer", "platform"])


@st.composite
def sales(draw: st.DrawFn) -> tuple[Agreement, Order]:
    """An agreement and an order placed under it."""
    seller, deliverer = draw(parties), draw(parties)
    points = draw(st.integers(0, 10_000))
    commission = f"[commission]\n[[commission.rates]]\npercent = {points / 100:.2f}\n"
    methods = f'[fulfillment_split]\ndelivers = "{deliverer}"\nmethods = ["delivery"]\n'
    made = agreement(commission if draw(st.booleans()) else "", seller=seller, fulfills=methods)
    rates = st.sampled_from([0, 210, 550, 1000, 2000])
    lines = draw(
        st.lists(st.builds(lambda cents, vat: line(cents, vat=vat), st.integers(0, 99_999), rates), max_size=9)
    )
    placed = order(*lines, fee=draw(st.integers(0, 1500)), seller=seller, delivered_by=deliverer)
    return made, placed


@given(sales())
def test_any_sale_balances_to_the_cent(sale: tuple[Agreement, Order]) -> None:
    made, placed = sale
    posted = postings(made, placed)
    found = {account: amount for (account, _), amount in balances(posted).items()}
    assert sum(found.values()) == 0
    assert all(posting.amount.amount > 0 for posting in posted)
    assert {posting.term for posting in posted} <= {"merchant_of_record", "commission", "fulfillment_split"}
    bills = placed.merchant_of_record == "platform"
    paid = found.get("platform:google:receivable" if bills else "shopper:payment", 0)
    assert paid == -placed.total.amount
    if bills:
        assert found.get("shopper:payment", 0) == 0
    earned = placed.total if placed.delivered_by == "retailer" else placed.goods
    sold = sum(amount for account, amount in found.items() if account.startswith(("retailer:sales", "retailer:vat")))
    assert sold == earned.amount
    for vat in taxed(placed):
        assert found.get(f"retailer:vat:{vat.rate}", 0) == vat.vat.amount


@given(sales())
def test_a_reversal_restores_every_balance(sale: tuple[Agreement, Order]) -> None:
    made, placed = sale
    posted = postings(made, placed)
    assert set(balances((*posted, *reverse(posted))).values()) <= {0}


@given(sales(), sales())
def test_a_correction_leaves_what_the_right_order_would_have_posted(
    sale: tuple[Agreement, Order], other: tuple[Agreement, Order]
) -> None:
    made, placed = sale
    posted = (*postings(made, placed), *correction(made, placed, other[1]))
    left = {account: amount for account, amount in balances(posted).items() if amount}
    right = {account: amount for account, amount in balances(postings(made, other[1])).items() if amount}
    assert left == right


@given(sales())
def test_the_receipt_adds_up_to_the_ledger(sale: tuple[Agreement, Order]) -> None:
    _, placed = sale
    printed = receipt(placed, "Halle Nation", "1 place de la Nation", {"retailer": "Halle", "platform": "Google"})
    assert sum(one.price.amount for one in printed.lines) == printed.goods.amount
    assert printed.total == printed.goods + printed.fee
    for vat in printed.vat:
        assert vat.net + vat.vat == vat.gross
    covered = printed.total if placed.delivered_by == "retailer" else printed.goods
    assert sum(vat.gross.amount for vat in printed.vat) == covered.amount
