"""The fields a platform may be shown, and whether they say something about a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """`personal` fields need the shopper's consent to a purpose; `receipt` fields travel with an order."""

    doc: str
    personal: bool
    receipt: bool = True


FIELDS = {
    "order": Field("number, id and status of an order placed through the platform", personal=False),
    "store": Field("which store", personal=False),
    "slot": Field("pickup or delivery, and when", personal=False),
    "total": Field("goods, fee and total", personal=False),
    "vat": Field("VAT by rate", personal=False),
    "lines": Field("what was bought: labels, quantities and prices", personal=True),
    "loyalty_card": Field("the number of the loyalty card", personal=True),
    "shopper": Field("an opaque id of the shopper, another one for each platform", personal=True),
    "name": Field("the shopper's name", personal=True),
    "past_purchases": Field("what the shopper bought before, in stores and online", personal=True, receipt=False),
    "stock": Field("how much of each product each store can sell", personal=False, receipt=False),
    "demand": Field("how much of each product was sold, by store and day", personal=False, receipt=False),
}
