"""What the world is told of an order: that it was placed, and what the platform may see of the receipt."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from cabas.domain.customer import Shopper
from cabas.domain.order import Order
from cabas.domain.receipt import Receipt

PLACED, SHARED = "order.placed", "receipt.shared"
Event = tuple[str, Mapping[str, object]]


def events(
    order: Order,
    receipt: Receipt,
    shopper: Shopper | None,
    seen: frozenset[str],
    *,
    age_check: bool,
    pairwise_key: bytes,
) -> tuple[Event, ...]:
    """`order.placed` says nothing about a person; `receipt.shared` holds the fields in `seen`, and no other."""
    placed: Mapping[str, object] = {
        "order_id": order.id,
        "number": order.number,
        "retailer_id": order.retailer_id,
        "store_id": order.store_id,
        "platform": order.platform,
        "agreement_id": order.agreement_id,
        "channel": order.channel,
        "status": str(order.status),
        "placed_at": order.placed_at.isoformat(),
        "method": order.method,
        "total": order.total.amount,
        "currency": order.total.currency,
        "delivered_by": order.delivered_by,
        "age_check": age_check,
    }
    shared = {name: value for name, value in shareable(order, receipt, shopper, pairwise_key).items() if name in seen}
    if not shared:
        return ((PLACED, placed),)
    envelope = {"order_id": order.id, "platform": order.platform, "agreement_id": order.agreement_id, "fields": shared}
    return ((PLACED, placed), (SHARED, envelope))


def shareable(order: Order, receipt: Receipt, shopper: Shopper | None, pairwise_key: bytes) -> dict[str, object]:
    """Everything of a receipt that could be shared, by field (`agreement.fields`). Amounts are in minor units."""
    fields: dict[str, object] = {
        "order": {"number": order.number, "id": order.id, "status": str(order.status)},
        "store": {"id": order.store_id, "name": receipt.store_name, "address": receipt.store_address},
        "slot": {
            "method": order.method,
            "starts_at": order.slot_starts_at.isoformat(),
            "ends_at": order.slot_ends_at.isoformat(),
        },
        "total": {
            "goods": order.goods.amount,
            "fee": order.fee.amount,
            "total": order.total.amount,
            "currency": order.total.currency,
            **({"deposits": order.deposits.amount} if order.deposits else {}),
            **({"discount": sum(one.amount.amount for one in order.discounts)} if order.discounts else {}),
        },
        "vat": [{"rate": vat.rate, "net": vat.net.amount, "vat": vat.vat.amount} for vat in receipt.vat],
        "lines": [
            {"label": line.label, "quantity": line.quantity, "sold_by": line.sold_by, "price": line.price.amount}
            | ({"discount": line.discount.amount} if line.discount else {})
            | ({"deposit": line.deposit.amount} if line.deposit else {})
            for line in receipt.lines
        ],
    }
    if shopper is not None:
        fields["name"] = shopper.name
        if pairwise_key:
            fields["shopper"] = pairwise_id(pairwise_key, order.platform, shopper)
        if shopper.loyalty_card:
            fields["loyalty_card"] = shopper.loyalty_card
    return fields


def pairwise_id(key: bytes, platform: str, shopper: Shopper) -> str:
    """An id of the shopper for one platform only, so that two platforms cannot put their records together.

    `key` is the retailer's secret: without it nobody can compute or guess the id.
    """
    named = f"{platform}\n{shopper.retailer_id}\n{shopper.id}"
    return hmac.digest(key, named.encode(), "sha256").hex()[:32]
