"""Deposits on bottles: beside the price, never discounted, no VAT, nobody earns on them, paid back to the cent."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cabas.agreement.agreement import postings
from cabas.domain.adjustment import as_picked, changes, picked, substituted
from cabas.domain.cart import Cart, LineItem, SlotChoice, Want
from cabas.domain.catalog import Product, SoldBy
from cabas.domain.discount import Discount
from cabas.domain.ledger import balances
from cabas.domain.order import Order, OrderLine
from cabas.domain.payment import upper_amount
from cabas.domain.pricing import deposit_of
from cabas.domain.receipt import receipt, taxed, text
from cabas.kernel.money import Money, total
from support.orders import agreement, at, line, order

NOW = at("2019-01-02", "11:00")
COMMISSION = "[commission]\n[[commission.rates]]\npercent = 7.5\n"
amounts = st.integers(1, 5000)
held = st.one_of(st.none(), st.integers(1, 500))
bought = st.lists(st.tuples(amounts, held, st.booleans()), min_size=1, max_size=6)
codes = st.lists(
    st.one_of(
        st.builds(Discount, st.just("SHARE"), st.just(""), st.just("percent"), st.integers(1, 10_000)),
        st.builds(Discount, st.just("OFF"), st.just(""), st.just("amount"), st.integers(1, 20_000)),
        st.builds(Discount, st.just("FEE"), st.just(""), st.just("fee"), st.integers(1, 10_000)),
    ),
    max_size=3,
)


def a_cart(lines: list[tuple[int, int | None, bool]], discounts: list[Discount], fee: int) -> Cart:
    cart = Cart(slot=SlotChoice("s", "delivery", "", "", Money(fee)), discounts=tuple(discounts))
    for cents, deposit, ticked in lines:
        item = LineItem("", Want("x", "fr"), "x", "x", quantity=1, price=Money(cents), ticked=ticked)
        cart = cart.add(replace(item, deposit=Money(deposit) if deposit else None))
    return cart


@given(bought, codes, st.integers(0, 900))
def test_a_total_is_goods_less_discounts_with_deposits_and_fee(
    lines: list[tuple[int, int | None, bool]], discounts: list[Discount], fee: int
) -> None:
    cart = a_cart(lines, discounts, fee)
    off = total(one.amount for one in cart.taken_off[0])
    assert cart.total == cart.goods - off + cart.deposits + Money(fee)
    assert cart.deposits.amount == sum(deposit or 0 for _, deposit, ticked in lines if ticked)
    bare = a_cart([(cents, None, ticked) for cents, _, ticked in lines], discounts, fee)
    assert cart.taken_off == bare.taken_off
    assert (cart.goods, cart.total) == (bare.goods, bare.total + cart.deposits)
    assert off.amount <= cart.goods.amount + fee


def an_order(lines: list[tuple[int, int, int | None]], **changes: object) -> Order:
    """An order of (quantity, cents each, deposit each)."""
    made: list[OrderLine] = []
    for number, (quantity, cents, deposit) in enumerate(lines, 1):
        one = line(cents * quantity, sku=f"p{number}", quantity=quantity)
        paid_back = Money(deposit * quantity) if deposit else None
        made.append(replace(one, line=number, deposit=paid_back))
    sold = order(*made, fee=490, **changes)  # type: ignore[arg-type]
    return replace(sold, total=sold.total + sold.deposits)


sold_lines = st.lists(st.tuples(st.integers(1, 24), st.integers(0, 900), held), min_size=1, max_size=4)


@given(st.data(), sold_lines)
def test_what_is_not_handed_over_has_its_deposit_paid_back(
    data: st.DataObject, lines: list[tuple[int, int, int | None]]
) -> None:
    sold = an_order(lines)
    now = sold
    for _ in range(data.draw(st.integers(0, 5))):
        number = data.draw(st.integers(1, len(lines)))
        if data.draw(st.booleans()):
            quantity = data.draw(st.integers(0, lines[number - 1][0]))
            one = picked(now, number, quantity, NOW)
            assert (one.deposit or Money(0)) == Money((lines[number - 1][2] or 0) * quantity)
        else:
            quantity, deposit = data.draw(st.integers(1, 24)), data.draw(held)
            price = Money(data.draw(st.integers(0, 30_000)))
            given_back = Money(deposit) if deposit else None
            one = substituted(now, number, "other", "Autre", quantity, price, NOW, given_back)
            assert one.price.amount >= 0
            assert one.price <= min(price, sold.lines[number - 1].price)
        assert one.cost <= sold.lines[number - 1].cost
        now = replace(now, adjustments=(*now.adjustments, one))
    final = as_picked(now)
    assert final.total == final.goods + final.deposits + sold.fee
    assert final.total <= upper_amount(sold.total, ())
    assert final.total - sold.total == total(one.amount for one in changes(now))


@given(sold_lines, st.sampled_from(["retailer", "platform"]))
def test_nobody_earns_on_deposits_and_they_are_no_sale(lines: list[tuple[int, int, int | None]], seller: str) -> None:
    signed = agreement(COMMISSION, seller=seller)
    sold = an_order(lines, seller=seller)
    bare = an_order([(quantity, cents, None) for quantity, cents, _ in lines], seller=seller)
    assert taxed(sold) == taxed(bare)
    moved, plain = balances(postings(signed, sold)), balances(postings(signed, bare))
    assert sum(moved.values()) == 0
    kept = moved.pop(("retailer:deposits", "EUR"), 0)
    assert kept == sold.deposits.amount
    payer = ("platform:google:receivable" if seller == "platform" else "shopper:payment", "EUR")
    assert moved.pop(payer) == plain.pop(payer) - kept
    assert moved == plain


def test_a_receipt_tells_deposits_beside_goods_and_vat() -> None:
    made = receipt(an_order([(6, 100, 25)]), "Halle", "Paris", {"retailer": "Halle", "platform": "G"})
    assert (made.goods, made.deposits, made.fee, made.total) == (Money(600), Money(150), Money(490), Money(1240))
    assert sum(one.gross.amount for one in made.vat) == 600 + 490
    assert "Consignes (hors TVA)                      1,50 €\n" in text(made, "fr")
    assert "Deposits (no VAT)                         1.50 €\n" in text(made, "en")
    assert "Deposits" not in text(
        receipt(an_order([(1, 100, None)]), "H", "P", {"retailer": "H", "platform": "G"}), "en"
    )


def test_what_is_weighed_comes_without_bottles() -> None:
    product = Product("x", {"fr": "x"}, deposit=25)
    assert deposit_of(product, 6, "EUR") == Money(150)
    assert deposit_of(product, 6, "CHF") == Money(150, "CHF")
    assert deposit_of(replace(product, sold_by=SoldBy.WEIGHT), 600, "EUR") is None
    assert deposit_of(replace(product, deposit=0), 6, "EUR") is None
