"""What a platform is told of an order, and what stays with the retailer."""

from datetime import timedelta

import pytest

from cabas.agreement.agreement import parse
from cabas.storage.consent_record import Said
from support.orders import FULFILLS, HEAD, SELLS, SHARING, agreement, sold_by
from support.shop import Shop, run, slot


@pytest.fixture
def shop() -> Shop:
    return Shop((agreement(SHARING),))


def test_what_the_platform_is_told_without_consent(shop: Shop) -> None:
    order = shop.checkout(shop.command(shop.talk(("milk", 6)))).order
    told = shop.events(order.id)
    assert set(told) == {"order.placed", "receipt.shared"}
    assert told["order.placed"] == {
        "order_id": order.id, "number": order.number, "retailer_id": "halle", "store_id": "s1", "platform": "google",
        "agreement_id": "test", "channel": "voice", "status": "placed", "placed_at": "2019-01-02T10:00:00+01:00",
        "method": "delivery", "total": 1120, "currency": "EUR", "delivered_by": "retailer", "age_check": False,
    }  # fmt: skip
    assert told["receipt.shared"]["fields"] == {
        "order": {"number": order.number, "id": order.id, "status": "placed"},
        "total": {"goods": 630, "fee": 490, "total": 1120, "currency": "EUR"},
    }


def test_what_the_platform_is_told_with_consent(shop: Shop) -> None:
    for index, (purpose, platform) in enumerate([("receipts", "google"), ("marketing", "google")]):
        said = Said(str(index), "camille", platform, purpose, granted=True, at=shop.now, text_version="1", surface="t")
        run(shop.memory.consents.record("halle", said))
    order = shop.checkout(shop.command(shop.talk(("milk", 6)))).order
    fields = shop.events(order.id)["receipt.shared"]["fields"]
    assert set(fields) == {"order", "total", "lines", "shopper", "loyalty_card"}
    assert fields["lines"] == [{"label": "Lait demi-écrémé 1 l", "quantity": 6, "sold_by": "each", "price": 630}]
    assert "camille" not in str(fields)


def test_consent_for_one_platform_is_none_for_another() -> None:
    shop = Shop((agreement(SHARING),))
    said = Said("1", "camille", "amazon", "receipts", granted=True, at=shop.now, text_version="1", surface="t")
    run(shop.memory.consents.record("halle", said))
    order = shop.checkout(shop.command(shop.talk(("milk", 6)))).order
    assert set(shop.events(order.id)["receipt.shared"]["fields"]) == {"order", "total"}


def test_nothing_is_told_of_the_receipt_when_nothing_is_shared() -> None:
    shop = Shop((agreement(),))
    order = shop.checkout(shop.command(shop.talk(("milk", 6)))).order
    assert set(shop.events(order.id)) == {"order.placed"}


def shared_id(shop: Shop, platform: str, shopper: str) -> str | None:
    said = Said(f"{platform}{shopper}", shopper, platform, "receipts", granted=True, at=shop.now, text_version="1",
                surface="t")  # fmt: skip
    run(shop.memory.consents.record("halle", said))
    order = shop.checkout(shop.command(shop.talk(("milk", 1), platform=platform, shopper=shopper))).order
    return shop.events(order.id)["receipt.shared"]["fields"].get("shopper")


def test_a_shopper_has_another_id_for_each_platform() -> None:
    other = parse("\n".join((HEAD.replace("google", "amazon"), sold_by("retailer"), SELLS, FULFILLS, SHARING)))
    shop = Shop((agreement(SHARING), other))
    shop.add_slots(slot("noon", shop.now + timedelta(hours=2), capacity=9))
    ids = [
        shared_id(shop, "google", "camille"),
        shared_id(shop, "amazon", "camille"),
        shared_id(shop, "google", "sacha"),
    ]
    assert len(set(ids)) == 3
    assert {len(one) for one in ids} == {32}
    assert shared_id(shop, "google", "camille") == ids[0]
    shop.pairwise_key = b"another secret"
    assert shared_id(shop, "google", "camille") != ids[0]
    shop.pairwise_key = b""
    assert shared_id(shop, "google", "camille") is None
