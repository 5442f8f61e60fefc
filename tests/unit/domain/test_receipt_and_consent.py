"""Receipts with the mentions of the law; consents that hold from when to when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cabas.domain.consent import Grant, purposes
from cabas.domain.receipt import VatLine, receipt, taxed, text
from cabas.kernel.money import Money
from support.orders import at, line, order

NAMES = {"retailer": "Halle & Compagnie", "platform": "Google"}


def test_vat_is_rounded_once_per_rate_and_adds_up() -> None:
    placed = order(line(33), line(33), line(33), line(99, vat=2000), fee=480)
    assert taxed(placed) == (
        VatLine(550, Money(94), Money(5), Money(99)),
        VatLine(2000, Money(482), Money(97), Money(579)),
    )


def test_the_platform_s_fee_is_no_sale_of_the_retailer() -> None:
    placed = order(line(1055), fee=480, delivered_by="platform")
    printed = receipt(placed, "Halle Nation", "", NAMES)
    assert printed.vat == (VatLine(550, Money(1000), Money(55), Money(1055)),)
    assert (printed.fee_by, printed.total) == ("Google", Money(1535))


def test_a_receipt_in_english_names_who_sells_and_the_age() -> None:
    placed = order(line(690, "Vins", vat=2000, age=18, quantity=1), seller="platform", method="pickup")
    assert text(receipt(placed, "Halle Nation", "", NAMES), "en", 44) == (
        "Halle Nation\n"
        "Sold by Google\n"
        "Receipt no. ABCDE-12345 of 2019-01-02, 10:00\n"
        "--------------------------------------------\n"
        "Vins\n"
        "  1 x 6.90 €                          6.90 €\n"
        "--------------------------------------------\n"
        "Goods                                 6.90 €\n"
        "TOTAL incl. VAT                       6.90 €\n"
        "VAT 20% on 5.75 € net                 1.15 €\n"
        "Not for sale to people under 18: proof of age will be asked for.\n"
    )


def test_long_labels_are_cut_not_the_prices() -> None:
    placed = order(line(690, "Un très long nom de produit qui ne tient pas sur la largeur d'un ticket de caisse"))
    rows = text(receipt(placed, "Halle", "", NAMES), "fr", 40).splitlines()
    assert max(len(row) for row in rows[3:]) == 40
    assert "Un très long nom de produit qui ne tient" in rows


def test_a_consent_holds_from_when_it_was_given_until_it_ends_or_is_taken_back() -> None:
    now = at("2019-01-02")
    grant = Grant("camille", "google", "receipts", granted_at=now)
    assert grant.holds(now)
    assert not grant.holds(now - timedelta(seconds=1))
    assert not replace(grant, until=now).holds(now)
    assert replace(grant, until=now + timedelta(days=1)).holds(now)
    assert not replace(grant, withdrawn_at=now).holds(now)


@pytest.mark.parametrize(
    ("platform", "expected"), [("google", {"receipts"}), ("amazon", {"contact"}), ("other", set())]
)
def test_purposes_are_per_platform(platform: str, expected: set[str]) -> None:
    now = at("2019-01-02")
    grants = [
        Grant("camille", "google", "receipts", now),
        Grant("camille", "google", "marketing", now, withdrawn_at=now),
        Grant("camille", "amazon", "contact", now),
    ]
    assert purposes(grants, platform, now) == expected
