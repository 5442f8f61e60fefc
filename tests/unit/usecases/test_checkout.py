"""Checking out: what is allowed is placed once; what is not says why and changes nothing."""

from dataclasses import replace
from datetime import UTC, timedelta

import msgspec
import pytest

from cabas.domain.cart import Conversation
from cabas.domain.ledger import balances
from cabas.domain.order import OrderStatus
from cabas.domain.receipt import VatLine, text
from cabas.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from cabas.kernel.money import Money
from cabas.usecases.checkout import Alternative, PriceChange, Shortage, Status
from support.orders import SHARING, agreement, at
from support.shop import Shop, run, slot


@pytest.fixture
def shop() -> Shop:
    return Shop((agreement(SHARING),))


def refused(shop: Shop, talk: Conversation, **changes):
    """The result of a checkout that must change nothing."""
    before = shop.snapshot()
    result = shop.checkout(shop.command(talk, **changes))
    assert shop.snapshot() == before
    assert result.status is not Status.PLACED
    return result


def test_an_order_is_placed_with_everything_that_follows(shop: Shop) -> None:
    talk = shop.talk(("milk", 6), ("apples", 1500), ("soap", 1))
    result = shop.checkout(shop.command(talk))
    order = result.order
    assert result.status is Status.PLACED
    assert (order.goods, order.fee, order.total) == (Money(1259), Money(490), Money(1749))
    assert [(line.sku, line.quantity, line.price.amount, line.sold_by) for line in order.lines] == [
        ("milk", 6, 630, "each"), ("apples", 1500, 449, "weight"), ("soap", 1, 180, "each"),
    ]  # fmt: skip
    assert (order.status, order.platform, order.agreement_id, order.channel) == (
        OrderStatus.PLACED, "google", "test", "voice"
    )  # fmt: skip
    assert (order.merchant_of_record, order.delivered_by, order.method) == ("retailer", "retailer", "delivery")
    assert order.placed_at == shop.now
    assert len(order.number) == 11
    assert (shop.free("milk"), shop.free("apples")) == (14, 3500)
    assert shop.memory.rows.slots["halle", "s1", "noon"].taken == 1
    assert run(shop.memory.orders.get("halle", order.number)) == order
    posted = run(shop.memory.orders.postings("halle", order.id))
    assert balances(posted) == {
        ("shopper:payment", "EUR"): -1749,
        ("retailer:sales", "EUR"): 1023 + 558,
        ("retailer:vat:550", "EUR"): 56,
        ("retailer:vat:2000", "EUR"): 112,
    }


def test_the_conversation_is_stored_with_the_order(shop: Shop) -> None:
    talk = shop.talk(("milk", 1))
    result = shop.checkout(shop.command(talk, remember=lambda after, order: replace(after, topic=order.number)))
    stored = run(shop.memory.conversations.load("halle", talk.id))
    assert stored == result.conversation
    assert (stored.cart.lines, stored.order_id, stored.topic) == ((), result.order.id, result.order.number)


def test_the_receipt_has_the_mentions_of_the_law(shop: Shop) -> None:
    receipt = shop.checkout(shop.command(shop.talk(("milk", 6), ("apples", 1500), ("soap", 1)))).receipt
    assert receipt.vat == (
        VatLine(550, Money(1023), Money(56), Money(1079)),
        VatLine(2000, Money(558), Money(112), Money(670)),
    )
    assert text(receipt, "fr", 40) == (
        "Halle Nation\n"
        "1 place de la Nation, 75012 Paris\n"
        "Vendu par halle\n"
        f"Ticket n° {receipt.number} du 02/01/2019 à 10:00\n"
        "----------------------------------------\n"
        "Lait demi-écrémé 1 l\n"
        "  6 x 1,05 €                      6,30 €\n"
        "Pommes\n"
        "  1,5 kg x 2,99 €                 4,49 €\n"
        "Savon\n"
        "  1 x 1,80 €                      1,80 €\n"
        "----------------------------------------\n"
        "Articles                         12,59 €\n"
        "Livraison ou préparation (halle)  4,90 €\n"
        "TOTAL TTC                        17,49 €\n"
        "TVA 5,5 % sur 10,23 € HT          0,56 €\n"
        "TVA 20 % sur 5,58 € HT            1,12 €\n"
    )


def test_the_same_request_twice_places_one_order(shop: Shop) -> None:
    talk = shop.talk(("milk", 6))
    first = shop.checkout(shop.command(talk))
    # Stock, slot and cart have moved on meanwhile; the answer is the first one all the same.
    shop.stock("milk", 0)
    before = shop.snapshot()
    again = shop.checkout(shop.command(replace(talk, cart=replace(talk.cart, lines=()))))
    assert shop.snapshot() == before
    assert (again.status, again.replayed, first.replayed) == (Status.PLACED, True, False)
    assert (again.answer, again.order, again.receipt) == (first.answer, first.order, first.receipt)
    assert msgspec.json.decode(first.answer)["order"]["id"] == first.order.id


def test_a_key_is_bound_to_its_request(shop: Shop) -> None:
    talk = shop.talk(("milk", 6))
    shop.checkout(shop.command(talk, key="k"))
    before = shop.snapshot()
    with pytest.raises(Conflict) as raised:
        shop.checkout(shop.command(talk, key="k", request_hash="another"))
    assert raised.value.code == "idempotency_mismatch"
    with pytest.raises(InvalidInput):
        shop.checkout(shop.command(talk, key="\n"))
    assert shop.snapshot() == before


@pytest.mark.parametrize(
    ("platform", "caller", "code"),
    [
        ("amazon", "amazon", "no_agreement"),
        ("google", "amazon", "other_platform"),
        ("amazon", "google", "other_platform"),
    ],
)
def test_who_may_not_order_changes_nothing(shop: Shop, platform: str, caller: str, code: str) -> None:
    talk = shop.talk(("milk", 1), platform=platform)
    before = shop.snapshot()
    with pytest.raises(NotAllowed) as raised:
        shop.checkout(shop.command(talk, platform=caller))
    assert raised.value.code == code
    assert shop.snapshot() == before


def test_another_retailer_s_agreement_is_of_no_use(shop: Shop) -> None:
    talk = replace(shop.talk(("milk", 1)), retailer_id="other")
    before = shop.snapshot()
    with pytest.raises(NotFound):
        shop.checkout(shop.command(talk))
    assert shop.snapshot() == before


def test_an_agreement_that_is_not_live_says_when(shop: Shop) -> None:
    shop.now = at("2017-12-31", "23:59")
    (refusal,) = refused(shop, shop.talk(("milk", 1))).refusals
    assert (refusal.decision.code, refusal.line_id) == ("not_started", "")
    assert refusal.decision.sentence("fr") == "L'accord avec google commence le 1er janvier 2018."


def test_the_day_is_the_store_s(shop: Shop) -> None:
    # 23:30 in UTC is the next day in Paris.
    shop.now = at("2018-01-01", "00:30").astimezone(UTC)
    shop.add_slots(slot("later", at("2018-01-01", "12:00")))
    assert shop.checkout(shop.command(shop.talk(("milk", 1), slot_id="later"))).status is Status.PLACED


def test_lines_the_agreement_does_not_sell_are_named() -> None:
    shop = Shop((agreement(sells='[assortment]\n[[assortment.sells]]\ngoods = ["fresh"]\n'),))
    result = refused(shop, shop.talk(("milk", 1), ("soap", 1), ("pasta", 1)))
    assert result.status is Status.DENIED
    assert [(one.line_id, one.name, one.decision.code) for one in result.refusals] == [
        ("2", "Savon", "not_in_assortment"), ("3", "Pâtes 500 g", "not_in_assortment"),
    ]  # fmt: skip


def test_the_category_is_the_catalog_s_not_the_cart_s() -> None:
    shop = Shop((agreement(sells='[assortment]\n[[assortment.sells]]\ngoods = ["fresh"]\n'),))
    talk = shop.talk(("soap", 1))
    forged = talk.cart.put(replace(talk.cart.line("1"), category=("Crèmerie",), minimum_age=0))
    assert refused(shop, replace(talk, cart=forged)).status is Status.DENIED


def test_a_channel_that_is_not_allowed_is_said_once() -> None:
    shop = Shop((agreement('[channels]\nallowed = ["app"]\n'),))
    result = refused(shop, shop.talk(("milk", 1), ("soap", 1)))
    assert [(one.line_id, one.decision.code) for one in result.refusals] == [("", "channel_not_allowed")]


def test_an_empty_cart(shop: Shop) -> None:
    assert refused(shop, shop.talk()).status is Status.EMPTY
    talk = shop.talk(("milk", 1))
    unticked = talk.cart.put(replace(talk.cart.line("1"), ticked=False))
    assert refused(shop, replace(talk, cart=unticked)).status is Status.EMPTY


def test_more_than_anybody_buys(shop: Shop) -> None:
    shop.stock("milk", 9999)
    assert [one.decision.code for one in refused(shop, shop.talk(("milk", 501))).refusals] == ["too_many"]
    assert shop.checkout(shop.command(shop.talk(("milk", 500)))).status is Status.PLACED


def test_what_sold_out_is_named_with_what_is_left_and_instead(shop: Shop) -> None:
    shop.stock("milk", 2)
    talk = shop.talk(("milk", 2), ("milk", 1), ("bread", 1), alternatives=("pasta", "gone", "milk2", "bread"))
    shop.stock("pasta", 0)
    result = refused(shop, talk)
    instead = (Alternative("milk2", "Lait entier 1 l", Money(125), 20),)
    assert result.status is Status.SOLD_OUT
    assert result.shortages == (
        Shortage("1", "milk", "Lait demi-écrémé 1 l", 3, 2, instead),
        Shortage("2", "milk", "Lait demi-écrémé 1 l", 3, 2, instead),
    )


def test_alternatives_are_only_what_the_agreement_sells() -> None:
    shop = Shop((agreement(sells='[assortment]\n[[assortment.sells]]\ngoods = ["fresh"]\n'),))
    talk = shop.talk(("milk", 30), alternatives=("pasta", "bread"))
    (shortage,) = refused(shop, talk).shortages
    assert [other.sku for other in shortage.alternatives] == ["bread"]


def test_a_product_the_catalog_or_the_store_lost_is_a_shortage(shop: Shop) -> None:
    talk = shop.talk(("milk", 1), ("bread", 1))
    del shop.search.known["milk"]
    del shop.memory.rows.prices["halle", "", "bread"]
    assert [(one.sku, one.left) for one in refused(shop, talk).shortages] == [("milk", 0), ("bread", 0)]


def test_a_higher_price_is_asked_about_a_lower_one_only_told(shop: Shop) -> None:
    talk = shop.talk(("milk", 2), ("bread", 1))
    shop.price("milk", 115)
    dearer = refused(shop, talk)
    assert dearer.status is Status.PRICES_CHANGED
    assert dearer.changes == (PriceChange("1", "Lait demi-écrémé 1 l", Money(210), Money(230)),)
    assert dearer.cart.total == Money(230 + 240 + 490)
    shop.price("milk", 100)
    cheaper = shop.checkout(shop.command(talk))
    assert (cheaper.status, cheaper.order.total) == (Status.PLACED, Money(200 + 240 + 490))
    assert cheaper.changes == (PriceChange("1", "Lait demi-écrémé 1 l", Money(210), Money(200)),)


def test_the_cart_of_a_price_change_can_be_ordered(shop: Shop) -> None:
    talk = shop.talk(("milk", 2))
    shop.price("milk", 115)
    confirmed = replace(talk, cart=refused(shop, talk).cart)
    assert shop.checkout(shop.command(confirmed)).order.total == Money(230 + 490)


def test_a_forged_price_is_not_believed(shop: Shop) -> None:
    talk = shop.talk(("milk", 2))
    forged = talk.cart.put(replace(talk.cart.line("1"), price=Money(1), unit_price=Money(1)))
    result = refused(shop, replace(talk, cart=forged))
    assert result.changes == (PriceChange("1", "Lait demi-écrémé 1 l", Money(1), Money(210)),)


def test_a_dearer_slot_is_asked_about(shop: Shop) -> None:
    talk = shop.talk(("milk", 1))
    shop.add_slots(slot("noon", shop.now + timedelta(hours=2), fee=Money(590)))
    assert refused(shop, talk).changes == (PriceChange("", "", Money(490), Money(590)),)


def test_without_a_slot_the_next_ones_are_offered(shop: Shop) -> None:
    result = refused(shop, shop.talk(("milk", 1), slot_id=None))
    assert (result.status, [one.id for one in result.slots]) == (Status.SLOT_NEEDED, ["noon", "drive", "evening"])


@pytest.mark.parametrize("trouble", ["closed", "full", "gone"])
def test_a_slot_that_cannot_be_had_any_more(shop: Shop, trouble: str) -> None:
    talk = shop.talk(("milk", 1))
    if trouble == "closed":
        shop.now += timedelta(hours=1, minutes=46)
    elif trouble == "full":
        shop.add_slots(slot("noon", shop.now + timedelta(hours=2), capacity=0))
    else:
        del shop.memory.rows.slots["halle", "s1", "noon"]
    result = refused(shop, talk)
    assert (result.status, [one.id for one in result.slots]) == (Status.SLOT_CLOSED, ["evening"])


def test_a_method_the_agreement_does_not_offer() -> None:
    shop = Shop((agreement(fulfills='[fulfillment_split]\nmethods = ["pickup"]\n'),))
    result = refused(shop, shop.talk(("milk", 1)))
    assert (result.status, [one.decision.code for one in result.refusals]) == (Status.DENIED, ["method_not_offered"])
    assert [one.id for one in result.slots] == ["drive"]


def test_a_held_place_is_the_conversation_s(shop: Shop) -> None:
    shop.add_slots(slot("noon", shop.now + timedelta(hours=2), capacity=1))
    mine, other = shop.talk(("milk", 1)), shop.talk(("bread", 1))
    until = shop.now + timedelta(minutes=10)
    assert run(shop.memory.shop.hold("halle", "s1", "noon", mine.id, now=shop.now, until=until))
    assert refused(shop, other).status is Status.SLOT_CLOSED
    assert shop.checkout(shop.command(mine)).status is Status.PLACED


@pytest.mark.parametrize(
    ("shopper", "adult", "status", "age_check"),
    [
        ("camille", False, Status.PLACED, False),
        ("lou", True, Status.DENIED, False),
        ("sacha", False, Status.AGE_TO_CONFIRM, False),
        ("sacha", True, Status.PLACED, True),
        (None, False, Status.AGE_TO_CONFIRM, False),
        (None, True, Status.PLACED, True),
    ],
)
def test_age(shop: Shop, shopper: str | None, adult: bool, status: Status, age_check: bool) -> None:
    talk = shop.talk(("wine", 1), ("milk", 1), shopper=shopper)
    if status is not Status.PLACED:
        result = refused(shop, talk, adult=adult)
        assert result.status is status
        assert [(one.name, one.decision.code) for one in result.refusals] == (
            [("Vin rouge 75 cl", "under_age")] if status is Status.DENIED else []
        )
        return
    result = shop.checkout(shop.command(talk, adult=adult))
    assert (result.status, result.age_check, result.minimum_age) == (status, age_check, 18)
    assert shop.events(result.order.id)["order.placed"]["age_check"] is age_check


def test_a_limit_counts_all_lines_of_a_product() -> None:
    shop = Shop((agreement("[limits]\npieces_maximum = 6\n"),))
    result = refused(shop, shop.talk(("milk", 4), ("milk", 3), ("bread", 6)))
    assert [(one.line_id, one.decision.code) for one in result.refusals] == [
        ("1", "too_many_pieces"), ("2", "too_many_pieces"),
    ]  # fmt: skip


def test_limits_are_held_against_today_s_prices() -> None:
    shop = Shop((agreement("[limits]\norder_minimum = 2.10\n"),))
    talk = shop.talk(("milk", 2))
    shop.price("milk", 100)
    assert [one.decision.code for one in refused(shop, talk).refusals] == ["order_too_small"]
