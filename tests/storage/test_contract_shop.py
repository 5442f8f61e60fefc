"""Conversations, prices, slots, shoppers, habits and consents: the same in memory and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from cabas.domain.cart import Amount, Cart, Conversation, LineItem, Pending, SlotChoice, Want
from cabas.domain.catalog import Offer, Product, Promotion
from cabas.domain.consent import Grant
from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Method
from cabas.domain.insight import Purchase
from cabas.kernel.errors import Conflict, InvalidInput, NotFound
from cabas.kernel.money import Money
from cabas.storage.consent_record import Said
from cabas.usecases.ports import StockLevel, TillLine
from support.house import NOW, PARIS, STORE, House, a_command, a_slot, a_store, an_order

pytestmark = pytest.mark.anyio


def a_talk(retailer_id: str) -> Conversation:
    """A conversation with everything in it, its earlier carts sharing lines with the present one."""
    want = Want("lait demi-écrémé", "fr", Amount(Fraction(3, 2), "l"), "milk_semi", "Lactel", ("organic", "size:1.5l"))
    line = LineItem(
        "", want, sku="m1", name="Lait « bio »", quantity=2, unit_price=Money(119), price=Money(238), vat_rate=550,
        category=("Crèmerie",), allergens=("milk",), why=("usual",), alternatives=("m2", "m3"),
    )  # fmt: skip
    first = Cart().add(line)
    second = first.add(LineItem("", Want("sel", "fr"), ticked=False, recipe="crêpes"))
    slot = SlotChoice("noon", "pickup", NOW.isoformat(), NOW.isoformat(), Money(0))
    return Conversation(
        "c1", retailer_id, STORE, "web", "camille", "fr-FR", cart=replace(second, method="pickup", slot=slot),
        focus=("2", "1"), pending=Pending("slot", ("1",), ("noon", "evening")), past=(second, first, Cart()),
        misses=1, turns=4, said=(("shopper", "du lait"), ("cabas", "Voilà ☕.")),
    )  # fmt: skip


async def test_a_conversation_comes_back_as_it_was_one_version_on(anywhere: House) -> None:
    talk = a_talk(anywhere.retailer_id)
    assert await anywhere.conversations.load(anywhere.retailer_id, "c1") is None
    stored = await anywhere.conversations.save(talk)
    assert stored == replace(talk, version=1)
    assert await anywhere.conversations.load(anywhere.retailer_id, "c1") == stored
    assert await anywhere.conversations.load("stranger", "c1") is None


async def test_two_turns_at_once_are_refused(anywhere: House) -> None:
    talk = a_talk(anywhere.retailer_id)
    first = await anywhere.conversations.save(talk)
    second = await anywhere.conversations.save(replace(first, turns=5))
    for late in (talk, replace(first, turns=6)):
        with pytest.raises(Conflict) as caught:
            await anywhere.conversations.save(late)
        assert caught.value.code == "conversation_conflict"
    assert await anywhere.conversations.load(anywhere.retailer_id, "c1") == second


async def test_a_conversation_may_go_on_to_another_store(anywhere: House) -> None:
    first = await anywhere.conversations.save(a_talk(anywhere.retailer_id))
    moved = await anywhere.conversations.save(replace(first, store_id="nantes"))
    assert await anywhere.conversations.load(anywhere.retailer_id, "c1") == moved
    with pytest.raises(Conflict):
        await anywhere.conversations.save(first)
    again = await anywhere.conversations.save(moved)
    assert again.version == 3


async def test_stores_are_found_by_name_or_listed(anywhere: House) -> None:
    rid = anywhere.retailer_id
    with pytest.raises(NotFound, match="load some"):
        await anywhere.shop.store(rid, "nantes")
    lyon, angers = a_store(rid), replace(a_store(rid, "angers"), name="Halle d'Angers", methods=("pickup",))
    await anywhere.fill.stores(rid, [lyon, angers])
    assert await anywhere.shop.stores(rid) == [angers, lyon]
    assert await anywhere.shop.store(rid, "lyon") == lyon
    with pytest.raises(NotFound, match="angers, lyon"):
        await anywhere.shop.store(rid, "nantes")
    assert await anywhere.shop.stores("stranger") == []


async def test_a_store_may_have_its_own_price(anywhere: House) -> None:
    rid = anywhere.retailer_id
    await anywhere.open({"pasta": 5})
    await anywhere.fill.offers(
        rid,
        [
            Offer("pasta", STORE, Money(95), 0),
            Offer("rice", "", None, 0),
            Offer("salt", "nantes", Money(50), 0),
        ],
    )
    offers = await anywhere.shop.offers(rid, STORE, ["pasta", "rice", "salt", "nothing", "pasta"])
    assert offers == {"pasta": Offer("pasta", STORE, Money(95), 5), "rice": Offer("rice", STORE, None, 0)}
    assert await anywhere.shop.offers(rid, "nantes", ["pasta"]) == {"pasta": Offer("pasta", "nantes", Money(100), 0)}
    assert await anywhere.shop.offers(rid, STORE, []) == {}
    assert await anywhere.shop.offers("stranger", STORE, ["pasta"]) == {}


async def test_the_promotion_of_the_day_is_given_else_the_next_else_the_last(anywhere: House) -> None:
    rid = anywhere.retailer_id
    await anywhere.open({"pasta": 5})
    cuts = [
        Promotion("percent", 500, 1, date(2026, 1, 1), date(2026, 1, 31), {"fr": "Janvier"}),
        Promotion("percent", 1000, 1, date(2026, 3, 1), date(2026, 3, 31), {"fr": "Mars"}),
        Promotion("multibuy", 10_000, 2, date(2026, 3, 10), date(2026, 3, 20), {"fr": "Deux pour un"}),
        Promotion("percent", 2000, 1, date(2026, 6, 1), None, {"fr": "Été"}),
    ]
    await anywhere.fill.offers(rid, [Offer("pasta", "", Money(100), 0, cut) for cut in cuts])

    async def on(*day: int) -> str:
        offers = await anywhere.shop.offers(rid, STORE, ["pasta"], day=date(*day))
        return str(offers["pasta"].promotion.label["fr"])

    assert await on(2025, 12, 31) == "Janvier"
    assert await on(2026, 1, 31) == "Janvier"
    assert await on(2026, 2, 15) == "Mars"
    assert await on(2026, 3, 5) == "Mars"
    assert await on(2026, 3, 15) == "Deux pour un"
    assert await on(2026, 4, 1) == "Été"
    assert await on(2027, 4, 1) == "Été"
    await anywhere.fill.offers(rid, [Offer("pasta", STORE, Money(100), 0, Promotion("price", 80))])
    assert (await anywhere.shop.offers(rid, STORE, ["pasta"]))["pasta"].promotion == Promotion("price", 80)


async def test_the_last_promotion_that_ended_is_given_when_none_follows(anywhere: House) -> None:
    await anywhere.open({"pasta": 5})
    old = Promotion("percent", 500, 1, date(2025, 1, 1), date(2025, 1, 31))
    older = Promotion("percent", 400, 1, date(2024, 1, 1), date(2024, 1, 31))
    await anywhere.fill.offers(anywhere.retailer_id, [Offer("pasta", "", Money(100), 0, cut) for cut in (older, old)])
    offers = await anywhere.shop.offers(anywhere.retailer_id, STORE, ["pasta"], day=date(2026, 1, 1))
    assert offers["pasta"].promotion == old


async def test_slots_come_in_order_in_the_stores_time(anywhere: House) -> None:
    rid = anywhere.retailer_id
    await anywhere.fill.stores(rid, [a_store(rid)])
    late, early = a_slot("late", 5, 18, method=Method.DELIVERY), a_slot("early", 5, 10)
    await anywhere.fill.slots(rid, [late, replace(early, starts_at=early.starts_at.astimezone(UTC))])
    found = await anywhere.shop.slots(rid, STORE, NOW, NOW + timedelta(days=1))
    assert found == [early, late]
    assert [str(slot.starts_at.tzinfo) for slot in found] == ["Europe/Paris"] * 2
    assert await anywhere.shop.slots(rid, STORE, NOW, NOW + timedelta(days=1), Method.DELIVERY) == [late]
    assert await anywhere.shop.slots(rid, STORE, early.starts_at, late.starts_at) == [early]
    assert await anywhere.shop.slots("stranger", STORE, NOW, NOW + timedelta(days=1)) == []


async def test_filling_again_keeps_what_orders_took(anywhere: House) -> None:
    await anywhere.open({"pasta": 5}, places=3)
    await anywhere.orders.place(a_command(an_order(anywhere.retailer_id, "o1", {"pasta": 2})))
    await anywhere.fill.stock(anywhere.retailer_id, [StockLevel(STORE, "pasta", 10)])
    await anywhere.fill.slots(anywhere.retailer_id, [a_slot(capacity=7)])
    assert await anywhere.left("pasta") == {"pasta": 8}
    (slot,) = await anywhere.shop.slots(anywhere.retailer_id, STORE, NOW, NOW + timedelta(days=1))
    assert (slot.capacity, slot.taken) == (7, 1)


async def test_habits_come_from_receipts_and_orders(anywhere: House) -> None:
    rid = anywhere.retailer_id
    await anywhere.open({"pasta": 50})
    camille = Shopper("camille", rid, "Camille", "fr-FR", STORE, "card-1", date(1990, 2, 28), personal=True)
    await anywhere.fill.shoppers(rid, [camille])
    assert await anywhere.shop.shopper(rid, "camille") == camille
    with pytest.raises(NotFound):
        await anywhere.shop.shopper("stranger", "camille")
    await anywhere.fill.products(rid, [Product("pasta", {"fr": "Coquillettes"}, brand="Panzani")])

    def bought(days: int, sku: str, brand: str) -> Purchase:
        return Purchase(NOW - timedelta(days=days), sku, f"Product {sku}", "pasta", brand, 2)

    old = [
        TillLine("camille", "r1", 1, bought(20, "pasta", "Panzani")),
        TillLine("camille", "r2", 1, bought(900, "soap", "")),
    ]
    await anywhere.fill.purchases(rid, [*old, *old])
    await anywhere.orders.place(
        a_command(an_order(rid, "o1", {"pasta": 3}, shopper_id="camille", placed_at=NOW - timedelta(days=10)))
    )
    canceled = an_order(rid, "o2", {"pasta": 30}, shopper_id="camille", placed_at=NOW - timedelta(days=1))
    await anywhere.orders.place(a_command(canceled))
    await anywhere.orders.move(rid, "o2", "cancel", NOW)

    (habit,) = await anywhere.shop.habits(rid, "camille", NOW)
    assert (habit.sku, habit.brand, habit.family) == ("pasta", "Panzani", "pasta")
    assert (habit.times, habit.quantity, habit.every_days, habit.last_days_ago) == (2, 3, 10.0, 10.0)
    assert await anywhere.shop.habits(rid, "nobody", NOW) == ()
    assert await anywhere.shop.habits("stranger", "camille", NOW) == ()


async def test_consent_is_a_record_that_is_added_to(anywhere: House) -> None:
    rid, monday = anywhere.retailer_id, datetime(2026, 11, 23, 9, tzinfo=PARIS)

    async def say(number: int, platform: str, granted: bool, until: datetime | None = None) -> datetime:
        at = monday + timedelta(days=number)
        await anywhere.consents.record(
            rid, Said(f"s{number}", "camille", platform, "receipts", granted, at, "v1", "account page", until)
        )
        return at

    given, taken_back = await say(0, "alexa", True), await say(2, "alexa", False)
    await say(1, "google", True, until=monday + timedelta(days=3))
    assert await anywhere.consents.purposes(rid, "camille", "alexa", given) == {"receipts"}
    assert await anywhere.consents.purposes(rid, "camille", "alexa", taken_back) == frozenset()
    assert await anywhere.consents.purposes(rid, "camille", "google", taken_back) == {"receipts"}
    assert await anywhere.consents.purposes(rid, "camille", "google", monday + timedelta(days=3)) == frozenset()
    assert await anywhere.consents.purposes("stranger", "camille", "alexa", given) == frozenset()
    assert (await anywhere.consents.grants(rid, "camille"))[0] == Grant(
        "camille", "alexa", "receipts", given, withdrawn_at=taken_back
    )
    again = await say(4, "alexa", True)
    assert await anywhere.consents.purposes(rid, "camille", "alexa", again) == {"receipts"}
    with pytest.raises(InvalidInput, match="receipts"):
        await anywhere.consents.record(rid, Said("s9", "camille", "alexa", "spying", True, again, "v1", "page"))
