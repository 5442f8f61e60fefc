"""What is shared by everything shown: amounts, units, words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cabas.dialogue.notices import sentence
from cabas.domain.catalog import Product, SoldBy
from cabas.kernel.money import Money
from cabas.usecases.ports import Store

# Goods by weight are counted in thousandths of a kilogram.
KILOGRAM = {"unit": "KGM", "scale": 3, "display_text": "kg", "increment": 1}


def price(amount: Money) -> dict[str, Any]:
    """An amount with its currency."""
    return {"amount": amount.amount, "currency": amount.currency}


def weighed(product: Product | None) -> bool:
    """Whether its quantities are grams."""
    return product is not None and product.sold_by is SoldBy.WEIGHT


def comparator(product: Product, amount: Money) -> dict[str, Any] | None:
    """The price of a kilogram or litre of what is in a pack; None for what is sold by weight, or holds neither."""
    content = product.content
    if weighed(product) or content is None or content.dimension not in ("mass", "volume"):
        return None
    grams = content.base
    if not grams or grams.denominator != 1:
        return None
    unit, said = ("KGM", "kg") if content.dimension == "mass" else ("LTR", "l")
    return {
        "amount": amount.times(Fraction(1000) / grams).amount,
        "currency": amount.currency,
        "measure": {"value": int(grams), "unit": unit, "scale": 3, "display_text": said},
        "reference": {"value": 1, "unit": unit, "scale": 0, "display_text": said},
    }


def address(store: Store) -> dict[str, str]:
    """A store's address."""
    parts = {
        "street_address": store.address,
        "address_locality": store.city,
        "postal_code": store.postcode,
        "address_country": "FR" if store.timezone == "Europe/Paris" else "",
    }
    return {name: value for name, value in parts.items() if value}


def deposit_total(deposits: Money, lang: str) -> list[dict[str, Any]]:
    """The deposits on bottles, as a fee: whoever knows no deposits adds up to the total all the same."""
    said = sentence("total_deposits", lang)
    return [{"type": "fee", "display_text": said, "amount": deposits.amount}] if deposits else []


def vat_lines(vat: dict[int, Money], total: Money, lang: str, deposits: Money) -> list[dict[str, Any]]:
    """The total taken apart into what is net, the VAT by rate (basis points), and deposits; they sum up to it."""
    lines, rest = [], total - deposits
    for rate, amount in sorted(vat.items()):
        if amount:
            said = sentence("vat_of", lang, rate=f"{rate / 100:g}")
            lines.append({"display_text": said, "amount": amount.amount})
            rest = rest - amount
    if not lines:
        return []
    more = [{"display_text": sentence("total_deposits", lang), "amount": deposits.amount}] if deposits else []
    return [{"display_text": sentence("net", lang), "amount": rest.amount}, *lines, *more]
