"""Shopping by protocol over the demo retailer: what a platform may see, fill, order and pay; and what it may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cabas.demo.retailer import DemoRetailer
from cabas.domain.catalog import SoldBy
from cabas.domain.payment import Payment, PaymentStatus
from cabas.domain.session import Address, Buyer, SessionStatus
from cabas.kernel.clock import FixedClock
from cabas.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from cabas.kernel.money import Money
from cabas.storage.memory import Memory
from cabas.usecases.shop.catalog import CatalogAsk, find, look_up
from cabas.usecases.shop.complete import Pay, complete
from cabas.usecases.shop.orders import get_order
from cabas.usecases.shop.pay import AT_HANDOVER, PLATFORM, NoPayments
from cabas.usecases.shop.ports import PaymentAsk, PaymentDeclined, PaymentHandler
from cabas.usecases.shop.sessions import cancel_session, change_session, get_session, open_session
from cabas.usecases.shop.view import ItemAsk, SessionAsk, SessionView
from cabas.usecases.shop.visit import Caller, Shopfront, enter, nearest
from cabas.usecases.talk.desk import Desk
from support.talking import NOW

pytestmark = pytest.mark.anyio
HASH = "a" * 64


class Purse:
    """A payment service that declines the credential "broke" and remembers what it let go."""

    def __init__(self) -> None:
        self.asked: list[PaymentAsk] = []
        self.voided: list[str] = []
        self.captured: list[tuple[str, Money, str]] = []

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        return (PaymentHandler("purse", "test.purse", "1"),)

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        self.asked.append(ask)
        if ask.credential == "broke":
            raise PaymentDeclined("There is nothing in it.")
        return Payment("purse", PaymentStatus.AUTHORIZED, ask.upper, f"auth-{len(self.asked)}")

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        self.captured.append((payment.reference, amount, key))
        return replace(payment, status=PaymentStatus.CAPTURED)

    async def void(self, retailer_id: str, payment: Payment) -> None:
        self.voided.append(payment.reference)


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def front(desk: tuple[Desk, Memory], purse: Purse) -> Shopfront:
    return Shopfront(desk[0], purse)


@pytest.fixture
def memory(desk: tuple[Desk, Memory]) -> Memory:
    return desk[1]


def caller(platform: str = "assistant", **changes: Any) -> Caller:
    scopes = frozenset({"shop"}) if "shopper_id" in changes else frozenset[str]()
    return replace(Caller("halle", platform, "ucp", locale="en-US", scopes=scopes), **changes)


@pytest.fixture
def skus(demo: DemoRetailer) -> dict[str, str]:
    """One product of each kind that the tests need."""
    here = demo.offers[min(demo.offers)]
    held = {sku for sku, offer in here.items() if offer.available > 3000}

    def first(**wanted: object) -> str:
        return next(
            one.sku
            for one in demo.products
            if one.sku in here
            and (one.sold_by is SoldBy.EACH or one.sku in held)
            and all(getattr(one, name) == value for name, value in wanted.items())
        )

    return {
        "milk": first(family="semi_skimmed_milk", sold_by=SoldBy.EACH),
        "wine": first(minimum_age=18),
        "weighed": first(sold_by=SoldBy.WEIGHT, minimum_age=0),
    }


def codes(view: SessionView) -> list[str]:
    return [one.code for one in view.notices if one.kind == "error"]


async def ready(front: Shopfront, skus: dict[str, str], who: Caller | None = None, **ask: Any) -> SessionView:
    """A checkout session with two milks and the first pickup slot."""
    who = who or caller()
    view = await open_session(front, who, "checkout", SessionAsk(items=[ItemAsk(skus["milk"], 2)], **ask))
    slot = next(one for one in view.slots if one.method.value == "pickup")
    return await change_session(front, who, view.id, SessionAsk(slot_id=slot.id))


async def test_a_session_says_what_is_missing_until_nothing_is(front: Shopfront, skus: dict[str, str]) -> None:
    view = await open_session(front, caller(), "checkout", SessionAsk())
    assert codes(view) == ["empty", "slot_needed"]
    view = await change_session(front, caller(), view.id, SessionAsk(items=[ItemAsk(skus["milk"], 2)]))
    assert codes(view) == ["slot_needed"]
    assert [notice.text for notice in view.notices] == ["A slot is still to be chosen."]
    slot = next(one for one in view.slots if one.method.value == "delivery")
    view = await change_session(front, caller(), view.id, SessionAsk(slot_id=slot.id))
    assert codes(view) == ["address_needed"]
    far = Address(postcode="99999", country="FR")
    view = await change_session(front, caller(), view.id, SessionAsk(destination=far))
    assert codes(view) == ["address_not_served"]
    near = Address(postcode=view.store.delivers_to[0].ljust(5, "1"), country="FR")
    view = await change_session(front, caller(), view.id, SessionAsk(destination=near))
    assert view.ready
    line = view.lines[0]
    assert line.price is not None
    assert (view.totals.subtotal, view.totals.total) == (line.price, line.price + slot.fee)
    assert view.totals.items - view.totals.discount == view.totals.subtotal


async def test_completing_places_one_order_however_often_it_is_sent(
    front: Shopfront, memory: Memory, skus: dict[str, str], purse: Purse
) -> None:
    view = await ready(front, skus, buyer=Buyer("Ada", "Martin"))
    pay = Pay("pay_at_handover")
    done = await complete(front, caller(), view.id, pay, key="k" * 22, request_hash=HASH)
    assert done.order is not None
    assert (done.session.status, done.order.platform, done.order.total) == (
        SessionStatus.COMPLETED, "assistant", view.totals.total,
    )  # fmt: skip
    assert await memory.orders.payments("halle", done.order.id) == (
        Payment("pay_at_handover", PaymentStatus.DUE, view.totals.total),
    )
    again = await complete(front, caller(), view.id, pay, key="k" * 22, request_hash=HASH)
    assert again.order == done.order
    assert len(memory.rows.orders) == 1
    assert [line.quantity for line in (await get_session(front, caller(), view.id)).lines] == [2]
    with pytest.raises(Conflict) as over:
        await complete(front, caller(), view.id, pay, key="other-key-of-22-chars.", request_hash=HASH)
    assert over.value.code == "session_completed"
    with pytest.raises(Conflict):
        await change_session(front, caller(), view.id, SessionAsk(note="too late"))
    with pytest.raises(Conflict):
        await cancel_session(front, caller(), view.id)
    assert len(memory.rows.orders) == 1
    assert purse.asked == []


async def test_a_declined_payment_orders_nothing_and_a_lost_race_gives_it_back(
    front: Shopfront, memory: Memory, skus: dict[str, str], purse: Purse
) -> None:
    view = await ready(front, skus)
    refused = await complete(front, caller(), view.id, Pay("purse", "broke"), key="k" * 22, request_hash=HASH)
    assert codes(refused) == ["payment_declined"]
    assert (memory.rows.orders, purse.voided) == ({}, [])
    for bad, code in ((Pay("gold"), "payment_unknown"), (Pay(), "payment_needed"), (Pay("purse"), "payment_needed")):
        tried = await complete(front, caller(), view.id, bad, key="k" * 22, request_hash=HASH)
        assert codes(tried) == [code]
    slot = view.talk.cart.slot
    assert slot is not None
    rows = memory.rows.slots
    key = next(one for one in rows if one[2] == slot.slot_id)

    class Thief(Purse):
        """While the payment is authorized, somebody takes the last place."""

        async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
            rows[key] = replace(rows[key], taken=rows[key].capacity)
            return await super().authorize(retailer_id, ask)

    thief = Thief()
    lost = await complete(
        Shopfront(front.desk, thief), caller(), view.id, Pay("purse", "ok"), key="k" * 22, request_hash=HASH
    )
    assert codes(lost) == ["slot_closed"]
    assert (memory.rows.orders, thief.voided) == ({}, ["auth-1"])


async def test_what_the_agreement_does_not_grant_stays_out(front: Shopfront, skus: dict[str, str]) -> None:
    asked = [ItemAsk(skus["wine"], 1), ItemAsk("no-such-product", 1)]
    view = await open_session(front, caller(), "cart", SessionAsk(items=asked))
    assert codes(view) == ["excluded", "item_not_found"]
    assert (view.totals.total.amount, view.talk.cart.bought) == (0, ())
    visit = await enter(front, caller())
    assert set(await look_up(visit, [skus["wine"], skus["milk"]])) == {skus["milk"]}
    page = await find(visit, CatalogAsk("red wine"), limit=50)
    assert not [one for one in page.listings if one.product.minimum_age]


async def test_the_house_sells_wine_to_adults_only(front: Shopfront, skus: dict[str, str]) -> None:
    house = caller("house")
    view = await open_session(front, house, "checkout", SessionAsk(items=[ItemAsk(skus["wine"], 1)]))
    assert codes(view) == ["slot_needed", "age_to_confirm"]
    slot = next(one for one in view.slots if one.method.value == "pickup")
    view = await change_session(front, house, view.id, SessionAsk(slot_id=slot.id, adult=True))
    assert view.ready
    assert view.minimum_age == 18
    done = await complete(front, house, view.id, Pay("pay_at_handover"), key="k" * 22, request_hash=HASH)
    assert done.order is not None


async def test_who_sells_decides_who_is_paid(front: Shopfront, skus: dict[str, str], memory: Memory) -> None:
    google = caller("google")
    view = await ready(front, skus, google)
    assert view.handlers == (PLATFORM,)
    done = await complete(front, google, view.id, Pay(credential="gpay-1"), key="k" * 22, request_hash=HASH)
    assert done.order is not None
    assert done.order.merchant_of_record == "platform"
    assert await memory.orders.payments("halle", done.order.id) == (
        Payment("platform_collected", PaymentStatus.COLLECTED, done.order.total, "gpay-1"),
    )
    without = Shopfront(front.desk, NoPayments())
    assert (await get_session(without, caller(), (await ready(without, skus)).id)).handlers == (AT_HANDOVER,)


async def test_what_is_weighed_is_authorized_for_more(front: Shopfront, skus: dict[str, str], purse: Purse) -> None:
    view = await ready(front, skus)
    asked = SessionAsk(items=[ItemAsk(skus["milk"], 2), ItemAsk(skus["weighed"], 1000)])
    view = await change_session(front, caller(), view.id, asked)
    assert view.ready, codes(view)
    weighed = view.lines[1].price
    assert weighed is not None
    done = await complete(front, caller(), view.id, Pay("purse", "ok"), key="k" * 22, request_hash=HASH)
    assert done.order is not None
    assert [ask.upper.amount for ask in purse.asked] == [view.totals.total.amount + round(weighed.amount * 0.15 + 1e-9)]


async def test_a_session_belongs_to_one_platform_and_one_shopper(front: Shopfront, skus: dict[str, str]) -> None:
    mine = caller(shopper_id="camille")
    view = await ready(front, skus, mine)
    for stranger in (caller("google"), caller(), caller(shopper_id="sam")):
        for attempt in (
            get_session(front, stranger, view.id),
            change_session(front, stranger, view.id, SessionAsk(items=[])),
            cancel_session(front, stranger, view.id),
            complete(front, stranger, view.id, Pay("pay_at_handover"), key="k" * 22, request_hash=HASH),
        ):
            with pytest.raises(NotFound) as missing:
                await attempt
            assert missing.value.code == "session_not_found"
    assert (await get_session(front, mine, view.id)).lines == view.lines
    done = await complete(front, mine, view.id, Pay("pay_at_handover"), key="k" * 22, request_hash=HASH)
    assert done.order is not None
    assert (await get_order(front, mine, done.order.number)).order == done.order
    for stranger in (caller("google"), caller(shopper_id="sam")):
        with pytest.raises(NotFound):
            await get_order(front, stranger, done.order.id)


async def test_canceling_lets_the_slot_go(front: Shopfront, memory: Memory, skus: dict[str, str]) -> None:
    view = await ready(front, skus)
    assert len(memory.rows.holds) == 1
    gone = await cancel_session(front, caller(), view.id)
    assert (gone.session.status, gone.talk.cart.slot, memory.rows.holds) == (SessionStatus.CANCELED, None, {})
    with pytest.raises(Conflict):
        await change_session(front, caller(), view.id, SessionAsk(items=[]))


async def test_a_session_waits_six_hours(front: Shopfront, skus: dict[str, str]) -> None:
    view = await ready(front, skus)
    later = Shopfront(replace(front.desk, clock=FixedClock(view.session.expires_at)), front.payments)
    with pytest.raises(NotFound) as gone:
        await get_session(later, caller(), view.id)
    assert gone.value.code == "session_expired"


async def test_a_cart_becomes_a_checkout(front: Shopfront, skus: dict[str, str]) -> None:
    asked = SessionAsk(items=[ItemAsk(skus["milk"], 3)], buyer=Buyer("Ada"))
    cart = await open_session(front, caller(), "cart", asked)
    assert cart.ready
    view = await open_session(front, caller(), "checkout", SessionAsk(), source=cart.id)
    assert ([line.quantity for line in view.lines], view.session.buyer) == ([3], Buyer("Ada"))
    assert view.id != cart.id


async def test_lines_keep_their_ids_and_too_much_is_said(front: Shopfront, skus: dict[str, str]) -> None:
    milk, other = skus["milk"], skus["weighed"]
    view = await open_session(front, caller(), "cart", SessionAsk(items=[ItemAsk(milk, 1), ItemAsk(other, 500)]))
    assert [line.id for line in view.lines] == ["1", "2"]
    view = await change_session(front, caller(), view.id, SessionAsk(items=[ItemAsk(other, 500), ItemAsk(milk, 501)]))
    assert [line.id for line in view.lines] == ["2", "1"]
    assert codes(view) == ["too_many"]
    with pytest.raises(InvalidInput):
        await change_session(front, caller(), view.id, SessionAsk(items=[ItemAsk(milk, 10**9)]))
    assert [line.quantity for line in (await get_session(front, caller(), view.id)).lines] == [500, 501]


async def test_a_page_of_the_catalog_is_bounded(front: Shopfront) -> None:
    visit = await enter(front, caller())
    page = await find(visit, CatalogAsk("milk"), limit=5)
    assert (len(page.listings), page.more) == (5, True)
    second = await find(visit, CatalogAsk("milk"), start=5, limit=5)
    assert not {one.product.sku for one in page.listings} & {one.product.sku for one in second.listings}
    for words, start, limit in (("", 0, 5), ("milk", 0, 51), ("milk", 200, 5), ("milk" * 60, 0, 5)):
        with pytest.raises(InvalidInput):
            await find(visit, CatalogAsk(words), start=start, limit=limit)
    dear = await find(visit, CatalogAsk("milk", price_min=100, price_max=200), limit=50)
    assert {100 <= one.price.amount <= 200 for one in dear.listings} == {True}


async def test_nobody_comes_in_without_an_agreement(front: Shopfront) -> None:
    with pytest.raises(NotAllowed) as closed:
        await enter(front, caller("stranger"))
    assert closed.value.code == "no_agreement"


async def test_the_store_for_a_postcode(front: Shopfront) -> None:
    stores = await front.desk.shop.stores("halle")
    for store in stores:
        assert nearest(stores, store.postcode, None) == store
    assert nearest(stores, "", stores[-1].id) == stores[-1]
    assert nearest(stores, "99999", None) == stores[0]
    assert NOW.tzinfo is not None


READS, MANAGES = frozenset({"dev.ucp.shopping.order:read"}), frozenset({"dev.ucp.shopping.checkout:manage"})


@pytest.mark.parametrize("shopper", ["camille", None])
async def test_a_token_is_good_for_its_scopes_alone(
    front: Shopfront, memory: Memory, skus: dict[str, str], shopper: str | None
) -> None:
    """With a shopper or, a partner's own back end, without one."""
    all_of_it = caller(shopper_id=shopper, scopes=frozenset({"shop"}))
    view = await ready(front, skus, all_of_it)
    done = await complete(front, all_of_it, view.id, Pay("pay_at_handover"), key="k" * 22, request_hash=HASH)
    assert done.order is not None
    begun = await ready(front, skus, all_of_it)
    before = repr(memory.rows)
    reads, manages = replace(all_of_it, scopes=READS), replace(all_of_it, scopes=MANAGES)
    nothing = replace(all_of_it, scopes=frozenset({"openid"}))
    for attempt in (
        open_session(front, reads, "cart", SessionAsk()),
        get_session(front, reads, begun.id),
        change_session(front, reads, begun.id, SessionAsk(items=[])),
        cancel_session(front, reads, begun.id),
        complete(front, reads, begun.id, Pay("pay_at_handover"), key="l" * 22, request_hash=HASH),
        get_order(front, manages, done.order.id),
        enter(front, nothing),
    ):
        with pytest.raises(NotAllowed) as refused:
            await attempt
        assert refused.value.code == "insufficient_scope"
    assert repr(memory.rows) == before
    assert (await get_session(front, manages, begun.id)).id == begun.id
    assert (await get_order(front, reads, done.order.id)).order == done.order
