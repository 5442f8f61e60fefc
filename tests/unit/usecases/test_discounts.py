"""Codes at the till: VAT, commission, receipt and ledger are of what was paid; uses are counted with the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from cabas.domain.discount import Discount
from cabas.domain.ledger import balances
from cabas.domain.order import OrderDiscount
from cabas.domain.receipt import text
from cabas.domain.session import Buyer, Session
from cabas.kernel.money import Money
from cabas.usecases.checkout import Status
from cabas.usecases.discounts import given, holder_of, read_codes
from cabas.usecases.shop.view import totals_of
from support.orders import agreement
from support.shop import Shop, run

COMMISSION = """
[commission]
base = "incl_vat"
[[commission.rates]]
percent = 10
"""
TEN = Discount("TEN", "Ten off", "percent", 1000)


@pytest.fixture
def shop() -> Shop:
    return Shop((agreement(COMMISSION),))


def with_codes(
    shop: Shop, *rules: Discount, items: tuple[tuple[str, int], ...] = (("milk", 2), ("soap", 1)), **who: Any
):
    """A conversation that gave the codes of those rules, read as they are now."""
    run(shop.memory.discounts.keep("halle", rules))
    talk = shop.talk(*items, **who)
    cart = replace(talk.cart, codes=tuple(one.code for one in rules))
    cart, denied = run(read_codes(shop.memory.shop, talk, cart, shop.now.date(), secret=b"s", own_fee=True))
    return run(shop.memory.conversations.save(replace(talk, cart=cart))), denied


def test_what_was_paid_is_what_is_taxed_booked_and_shared(shop: Shop) -> None:
    talk, denied = with_codes(shop, TEN)
    result = shop.checkout(shop.command(talk))
    order, receipt = result.order, result.receipt
    assert denied == ()
    assert [(one.sku, one.price, one.discount) for one in order.lines] == [
        ("milk", Money(189), Money(21)), ("soap", Money(162), Money(18)),
    ]  # fmt: skip
    assert (order.goods, order.fee, order.total) == (Money(351), Money(490), Money(841))
    assert order.discounts == (OrderDiscount("TEN", "Ten off", Money(39), Money(0)),)
    assert [(one.rate, one.gross, one.vat) for one in receipt.vat] == [
        (550, Money(189), Money(10)), (2000, Money(652), Money(109)),
    ]  # fmt: skip
    assert "Ten off                                  -0,39 €" in text(receipt, "fr")
    assert [line.price for line in receipt.lines] == [Money(210), Money(180)]
    postings = run(shop.memory.orders.postings("halle", order.id))
    assert sum(balances(postings).values()) == 0
    assert balances(postings)["platform:google:payable", "EUR"] == 35  # 10 % of 3.51
    assert balances(postings)["shopper:payment", "EUR"] == -841
    assert run(shop.memory.shop.discounts("halle", ["TEN"]))["TEN"].used == 1


def test_a_code_of_one_use_is_used_once_and_comes_back_when_the_order_is_canceled(shop: Shop) -> None:
    one = replace(TEN, uses=1)
    first, _ = with_codes(shop, one)
    second, denied = with_codes(shop, one)
    assert denied == ()
    order = shop.checkout(shop.command(first)).order
    before = shop.snapshot()
    late = shop.checkout(shop.command(second))
    assert shop.snapshot() == before
    assert late.status is Status.PRICES_CHANGED
    assert (second.cart.total, late.cart.total) == (Money(841), Money(880))
    run(shop.memory.orders.move("halle", order.id, "cancel", shop.now))
    assert shop.checkout(shop.command(second)).order.total == Money(841)


def test_uses_are_counted_by_shopper(shop: Shop) -> None:
    each = replace(TEN, uses_each=1)
    talk, _ = with_codes(shop, each, shopper="camille")
    assert shop.checkout(shop.command(talk)).order.discounts[0].holder == "camille"
    _, denied = with_codes(shop, each, shopper="camille")
    assert [one.reason for one in denied] == ["code_used"]
    _, denied = with_codes(shop, each, shopper="lou")
    assert denied == ()
    _, denied = with_codes(shop, each, shopper=None)
    assert [one.reason for one in denied] == ["code_sign_in"]


def test_a_guest_is_known_by_a_mark_of_the_mail_address(shop: Shop) -> None:
    talk, now = shop.talk(("milk", 1), shopper=None), shop.now
    guest = replace(talk, session=Session("checkout", now, now + timedelta(hours=1), buyer=Buyer(email=" Eve@X.fr ")))
    same = replace(talk, session=Session("checkout", now, now + timedelta(hours=1), buyer=Buyer(email="eve@x.fr")))
    mark = holder_of(guest, b"secret")
    assert mark == holder_of(same, b"secret")
    assert mark != holder_of(guest, b"another")
    assert mark.startswith("mail:")
    assert "eve" not in mark
    assert holder_of(guest, b"") == holder_of(talk, b"secret") == ""


def test_codes_that_do_not_count_say_why_in_the_words_given(shop: Shop) -> None:
    run(shop.memory.discounts.keep("halle", [
        replace(TEN, code="OLD", ends=date(2018, 12, 31)), replace(TEN, code="RICH", minimum=10_000),
        replace(TEN, code="AUTO", automatic=True, minimum=10_000),
    ]))  # fmt: skip
    talk = shop.talk(("milk", 2))
    cart = replace(talk.cart, codes=given(["old", "Nobody", "rich", "OLD "]))
    cart, denied = run(read_codes(shop.memory.shop, talk, cart, shop.now.date(), secret=b"", own_fee=True))
    assert cart.codes == ("old", "Nobody", "rich")
    assert [(one.code, one.reason) for one in denied] == [
        ("old", "code_expired"), ("Nobody", "code_unknown"), ("rich", "code_minimum"),
    ]  # fmt: skip
    assert cart.total == talk.cart.total


def test_a_fee_that_is_not_the_retailers_is_not_given_away(shop: Shop) -> None:
    free = Discount("FREE", "", "fee", 10_000)
    run(shop.memory.discounts.keep("halle", [free]))
    talk = shop.talk(("milk", 2))
    cart = replace(talk.cart, codes=("FREE",))
    read = (shop.memory.shop, talk, cart, shop.now.date())
    ours, denied = run(read_codes(*read, secret=b"", own_fee=True))
    assert (ours.total, denied) == (Money(210), ())
    theirs, denied = run(read_codes(*read, secret=b"", own_fee=False))
    assert (theirs.total, [one.reason for one in denied]) == (Money(700), ["code_elsewhere"])


def test_what_is_stored_with_an_order_reads_back(shop: Shop) -> None:
    talk, _ = with_codes(shop, TEN, Discount("FREE", "", "fee", 5000))
    result = shop.checkout(shop.command(talk, key="again"))
    assert (result.order.fee, result.order.total) == (Money(245), Money(596))
    assert shop.checkout(shop.command(talk, key="again")).order == result.order
    assert msgspec.json.decode(result.answer)["order"]["discounts"][1]["fee"] == {"amount": 245, "currency": "EUR"}


@pytest.mark.parametrize(
    "codes",
    [("TEN",), ("TEN", "SOAP"), ("SOAP", "TEN", "FREE"), ("FREE",), ()],
)
def test_the_totals_of_a_session_are_those_of_its_receipt(shop: Shop, codes: tuple[str, ...]) -> None:
    soap = Discount("SOAP", "", "amount", 77, skus=("soap",))
    rules = {"TEN": TEN, "SOAP": soap, "FREE": Discount("FREE", "", "fee", 3333)}
    items = (("milk", 7), ("soap", 3), ("apples", 1234))
    talk, _ = with_codes(shop, *(rules[code] for code in codes), items=items)
    said = totals_of(talk)
    placed = shop.checkout(shop.command(talk))
    assert said.total == placed.order.total
    assert said.subtotal - said.order_discount + said.fee == said.total
    assert said.items - said.discount == said.subtotal
    assert dict(said.vat) == {one.rate: one.vat for one in placed.receipt.vat}
