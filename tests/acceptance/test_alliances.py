"""The four alliances, each played from what may be shown to what is paid, on the agreement files of the repository."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from cabas.agreement.agreement import Agreement, Request, evaluate, postings
from cabas.agreement.term import See, Sell, Show
from cabas.domain.ledger import balances
from cabas.domain.order import Order
from cabas.kernel.errors import NotAllowed
from cabas.kernel.money import Money
from cabas.storage.consent_record import Said
from cabas.usecases.checkout import CheckoutResult, Status
from cabas.usecases.settle import Entry, Payment, settlement_postings, statement
from support.orders import at, example
from support.shop import Shop, run, slot

EXAMPLES = {
    "google": example("carrefour-google"),
    "google-express": example("walmart-google"),
    "amazon": example("monoprix-amazon"),
    "alibaba": example("auchan-alibaba"),
    "house": example("house"),
}
MILK, SOAP, PASTA, WINE = ("Crèmerie", "Laits"), ("Hygiène et beauté",), ("Épicerie salée",), ("Boissons alcoolisées",)


def shop_on(now: datetime) -> Shop:
    """The shop with every agreement live beside the others."""
    shop = Shop(tuple(EXAMPLES.values()), now)
    shop.add_slots(
        slot("express", now + timedelta(minutes=30), minutes=30, cutoff=now + timedelta(minutes=20), fee=Money(790))
    )
    return shop


def agrees(shop: Shop, shopper: str, platform: str, *purposes: str) -> None:
    for purpose in purposes:
        said = Said(f"{platform}-{purpose}", shopper, platform, purpose, granted=True, at=shop.now, text_version="1",
                    surface="test")  # fmt: skip
        run(shop.memory.consents.record("halle", said))


def denied(shop: Shop, result: CheckoutResult, before: str) -> list[str]:
    assert shop.snapshot() == before
    assert (result.status, result.order) == (Status.DENIED, None)
    return [refusal.decision.code for refusal in result.refusals]


def ledger(shop: Shop, order: Order) -> dict[str, int]:
    posted = run(shop.memory.orders.postings("halle", order.id))
    return {account: amount for (account, _), amount in balances(posted).items() if amount}


def settled(shop: Shop, made: Agreement, order: Order):
    entry = Entry(order, order.placed_at.date(), run(shop.memory.orders.postings("halle", order.id)))
    found = statement(made, [entry], order.placed_at.date())
    left = balances((*entry.postings, *settlement_postings(found)))
    assert {left.get((f"platform:{order.platform}:{side}", "EUR"), 0) for side in ("receivable", "payable")} == {0}
    return found


def test_carrefour_and_google_food_waits_for_2019() -> None:
    shop = shop_on(at("2018-12-31", "18:00"))
    talk, before = shop.talk(("milk", 2), ("soap", 1)), shop.snapshot()
    result = shop.checkout(shop.command(talk))
    assert denied(shop, result, before) == ["not_yet"]
    (refusal,) = result.refusals
    assert (refusal.line_id, refusal.decision.term) == ("1", "assortment")
    assert refusal.decision.sentence("fr") == (
        "Lait demi-écrémé 1 l sera vendu par Google à partir du 1er janvier 2019."
    )
    assert shop.checkout(shop.command(shop.talk(("soap", 1)))).status is Status.PLACED
    shop.now = at("2019-01-01", "08:00")
    shop.add_slots(slot("new-year", at("2019-01-01", "12:00")))
    assert shop.checkout(shop.command(shop.talk(("milk", 2), slot_id="new-year"))).status is Status.PLACED


def test_carrefour_and_google_a_voice_order_from_shelf_to_settlement() -> None:
    shop, made = shop_on(at("2019-01-02")), EXAMPLES["google"]
    shown = evaluate(made, Request("halle", "google", (Show(date(2019, 1, 2), "video", MILK),)))
    assert shown.allowed
    agrees(shop, "camille", "google", "receipts")
    order = shop.checkout(shop.command(shop.talk(("milk", 10), ("pasta", 10)))).order
    assert (order.agreement_id, order.merchant_of_record, order.delivered_by) == (
        "halle-google",
        "platform",
        "retailer",
    )
    # Goods 10.50 + 9.50, 18.96 net of 5.5 %; by voice 3 % of the fresh 9.95 and 4.5 % of the other 9.00: 0.70.
    assert ledger(shop, order) == {
        "platform:google:receivable": -2490,
        "retailer:sales": 1896 + 408,
        "retailer:vat:550": 104,
        "retailer:vat:2000": 82,
        "retailer:commission": -70,
        "platform:google:payable": 70,
    }
    told = shop.events(order.id)["receipt.shared"]
    assert (told["platform"], told["agreement_id"]) == ("google", "halle-google")
    assert set(told["fields"]) == {"order", "store", "slot", "total", "vat", "lines", "shopper"}
    assert [one["label"] for one in told["fields"]["lines"]] == ["Lait demi-écrémé 1 l", "Pâtes 500 g"]
    found = settled(shop, made, order)
    assert (found.starts, found.ends, found.due_on) == (date(2019, 1, 1), date(2019, 1, 31), date(2019, 3, 2))
    assert (found.owed, found.net) == ({"commission": Money(70)}, Money(2420))
    assert found.payments == (Payment("platform", Money(2420)),)


def test_carrefour_and_google_the_web_earns_nothing_and_the_receipt_needs_consent() -> None:
    shop = shop_on(at("2019-01-02"))
    order = shop.checkout(shop.command(shop.talk(("milk", 10)), channel="web")).order
    assert "retailer:commission" not in ledger(shop, order)
    assert set(shop.events(order.id)["receipt.shared"]["fields"]) == {"order", "store", "slot", "total", "vat"}


def test_carrefour_and_google_no_alcohol() -> None:
    shop = shop_on(at("2019-01-02"))
    talk, before = shop.talk(("wine", 1)), shop.snapshot()
    assert denied(shop, shop.checkout(shop.command(talk, adult=True)), before) == ["excluded"]


def test_monoprix_and_amazon_the_retailer_prepares_the_platform_delivers_within_the_hour() -> None:
    shop, made = shop_on(at("2019-01-02")), EXAMPLES["amazon"]
    agrees(shop, "camille", "amazon", "contact", "receipts")
    late, before = shop.talk(("milk", 15), platform="amazon", slot_id="noon"), shop.snapshot()
    result = shop.checkout(shop.command(late, channel="app"))
    assert denied(shop, result, before) == ["too_many_pieces"]
    late = shop.talk(("milk", 10), ("bread", 5), platform="amazon", slot_id="noon")
    before = shop.snapshot()
    result = shop.checkout(shop.command(late, channel="app"))
    assert denied(shop, result, before) == ["beyond_promise"]
    assert [one.id for one in result.slots] == ["express"]
    talk = shop.talk(("milk", 10), ("bread", 5), platform="amazon", slot_id="express")
    order = shop.checkout(shop.command(talk, channel="app")).order
    assert (order.merchant_of_record, order.delivered_by, order.fee) == ("retailer", "platform", Money(790))
    # 22.50 of fresh goods at 8 %, VAT included; the courier's fee is the platform's.
    assert ledger(shop, order) == {
        "shopper:payment": -(2250 + 790),
        "retailer:sales": 2133,
        "retailer:vat:550": 117,
        "retailer:commission": -180,
        "platform:amazon:payable": 180 + 790,
    }
    assert set(shop.events(order.id)["receipt.shared"]["fields"]) == {"order", "store", "slot", "total", "name"}
    found = settled(shop, made, order)
    assert (found.starts, found.ends) == (date(2018, 12, 31), date(2019, 1, 6))
    assert found.payments == (Payment("retailer", Money(970)),)


def test_monoprix_and_amazon_there_is_no_pickup_and_a_minimum() -> None:
    shop = shop_on(at("2019-01-02"))
    talk, before = shop.talk(("milk", 12), ("bread", 12), platform="amazon", slot_id="drive"), shop.snapshot()
    assert denied(shop, shop.checkout(shop.command(talk, channel="app")), before) == ["method_not_offered"]
    small, before = shop.talk(("milk", 1), platform="amazon", slot_id="express"), shop.snapshot()
    assert denied(shop, shop.checkout(shop.command(small, channel="app")), before) == ["order_too_small"]


def test_walmart_and_google_dry_goods_for_linked_accounts() -> None:
    shop, made = shop_on(at("2017-11-02")), EXAMPLES["google-express"]
    talk, before = shop.talk(("milk", 1), ("pasta", 10), platform="google-express"), shop.snapshot()
    assert denied(shop, shop.checkout(shop.command(talk)), before) == ["not_in_assortment"]
    guest, before = shop.talk(("pasta", 10), platform="google-express", shopper=None), shop.snapshot()
    assert denied(shop, shop.checkout(shop.command(guest)), before) == ["link_required"]
    mine = See(date(2017, 11, 2), "past_purchases", frozenset({"personal_results"}))
    assert evaluate(made, Request("halle", "google-express", (mine,))).allowed
    assert not evaluate(made, Request("halle", "google-express", (replace(mine, purposes=frozenset()),))).allowed
    order = shop.checkout(shop.command(shop.talk(("pasta", 10), ("soap", 2), platform="google-express"))).order
    # 9.00 + 3.00 net, 3.5 % by voice.
    assert ledger(shop, order)["retailer:commission"] == -42
    assert (order.merchant_of_record, order.delivered_by) == ("retailer", "retailer")
    assert settled(shop, made, order).payments == (Payment("retailer", Money(42)),)


def test_auchan_and_alibaba_stores_and_online_as_one() -> None:
    shop, made = shop_on(at("2018-11-11", "09:00")), EXAMPLES["alibaba"]
    crowd, before = shop.talk(("milk", 7), platform="alibaba", slot_id="drive"), shop.snapshot()
    assert denied(shop, shop.checkout(shop.command(crowd, channel="app")), before) == ["too_many_pieces"]
    known = tuple(See(date(2018, 11, 11), field) for field in ("stock", "demand"))
    assert evaluate(made, Request("halle", "alibaba", known)).allowed
    talk = shop.talk(("milk", 6), ("soap", 5), platform="alibaba", slot_id="drive")
    order = shop.checkout(shop.command(talk, channel="app")).order
    assert (order.method, order.merchant_of_record, order.delivered_by) == ("pickup", "platform", "retailer")
    # 3 % of 5.97 and 5 % of 7.50 net: 0.5541, and the platform gets the fraction of the cent.
    assert ledger(shop, order)["platform:alibaba:payable"] == 56
    found = settled(shop, made, order)
    assert (found.starts, found.due_on, found.net) == (date(2018, 11, 11), date(2018, 11, 13), Money(1530 - 56))


def test_auchan_and_alibaba_ordered_in_the_store_and_wine_never_by_voice() -> None:
    shop = shop_on(at("2018-11-12"))
    spoken, before = shop.talk(("wine", 1), platform="alibaba", slot_id="drive"), shop.snapshot()
    assert denied(shop, shop.checkout(shop.command(spoken, channel="voice")), before) == ["excluded"]
    order = shop.checkout(
        shop.command(shop.talk(("wine", 10), platform="alibaba", slot_id="drive"), channel="store")
    ).order
    # 1 % of 57.50 net.
    assert ledger(shop, order)["platform:alibaba:payable"] == 58


def test_the_house_sells_everything_and_owes_nobody() -> None:
    shop = shop_on(at("2019-01-02"))
    order = shop.checkout(shop.command(shop.talk(("wine", 1), ("milk", 1), platform="house"))).order
    assert (order.agreement_id, order.merchant_of_record, order.delivered_by) == ("halle-house", "retailer", "retailer")
    assert ledger(shop, order) == {
        "shopper:payment": -1285,
        "retailer:sales": 100 + 983,
        "retailer:vat:550": 5,
        "retailer:vat:2000": 197,
    }


@pytest.mark.parametrize("platform", EXAMPLES)
def test_each_agreement_is_enforced_on_its_own(platform: str) -> None:
    """All are live at once; no platform can use another's."""
    shop = shop_on(at("2019-01-02"))
    for other, made in EXAMPLES.items():
        verdict = evaluate(made, Request("halle", platform, (Sell(date(2019, 1, 2), "voice", PASTA),)))
        assert verdict.allowed is (other == platform)
        if other != platform:
            assert [one.code for one in verdict.denials] == ["other_parties"]
    method = "express" if platform == "amazon" else "drive" if platform == "alibaba" else "noon"
    talk = shop.talk(("pasta", 12), ("soap", 5), platform=platform, slot_id=method)
    order = shop.checkout(shop.command(talk, channel="voice")).order
    assert order.agreement_id == EXAMPLES[platform].id
    assert run(shop.memory.orders.postings("halle", order.id)) == postings(EXAMPLES[platform], order)
    accounts = {
        account for posting in postings(EXAMPLES[platform], order) for account in (posting.source, posting.destination)
    }
    assert not [one for one in accounts if one.startswith("platform:") and not one.startswith(f"platform:{platform}:")]


def test_a_stranger_is_refused_and_nothing_changes() -> None:
    shop = shop_on(at("2019-01-02"))
    talk = shop.talk(("pasta", 1), platform="stranger")
    before = shop.snapshot()
    with pytest.raises(NotAllowed, match="stranger has no agreement with halle"):
        shop.checkout(shop.command(talk))
    assert shop.snapshot() == before


def test_what_each_platform_may_sell_on_one_day() -> None:
    day = date(2019, 1, 2)
    found = {
        platform: [
            evaluate(made, Request("halle", platform, (Sell(day, "app", category, age),))).allowed
            for category, age in ((MILK, 0), (PASTA, 0), (SOAP, 0), (WINE, 18))
        ]
        for platform, made in EXAMPLES.items()
    }
    assert found == {
        "google": [True, True, True, False],
        "google-express": [False, True, True, False],
        "amazon": [True, True, True, True],
        "alibaba": [True, True, True, True],
        "house": [True, True, True, True],
    }
