"""Whatever is ordered, in whatever order: nothing is sold twice, no key orders twice, the ledger balances."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from cabas.domain.ledger import balances
from cabas.usecases.checkout import Status
from support.orders import agreement
from support.shop import Shop, run, slot

SKUS = ("milk", "bread", "apples", "soap")
COMMISSION = '[commission]\nmaximum = 2.00\n[[commission.rates]]\npercent = 7.5\nchannels = ["voice"]\n'
carts = st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 12)), min_size=1, max_size=4)
turns = st.lists(
    st.tuples(
        carts, st.sampled_from(["voice", "web"]), st.sampled_from("abcdef"), st.sampled_from(["noon", "evening"])
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(turns, st.integers(0, 30), st.sampled_from(["retailer", "platform"]))
def test_nothing_is_sold_twice(asked, stock: int, seller: str) -> None:
    shop = Shop((agreement(COMMISSION, seller=seller),))
    for sku in SKUS:
        shop.stock(sku, stock)
    for index, one in enumerate(("noon", "evening")):
        shop.add_slots(slot(one, shop.memory.rows.slots["halle", "s1", one].starts_at, capacity=1 + index))
    placed: dict[str, str] = {}
    for items, channel, key, where in asked:
        talk = shop.talk(*items, slot_id=where)
        before = shop.snapshot()
        result = shop.checkout(shop.command(talk, channel=channel, key=key))
        if result.status is not Status.PLACED or result.replayed:
            assert shop.snapshot() == before
        if result.status is Status.PLACED:
            assert placed.setdefault(key, result.order.id) == result.order.id
            assert result.replayed is (before == shop.snapshot())
    rows = shop.memory.rows
    assert {order.id for order in rows.orders.values()} == set(placed.values())
    sold: Counter[str] = Counter()
    for order in rows.orders.values():
        for line in order.lines:
            sold[line.sku] += line.quantity
        posted = run(shop.memory.orders.postings("halle", order.id))
        assert sum(balances(posted).values()) == 0
        paid = "platform:google:receivable" if seller == "platform" else "shopper:payment"
        assert balances(posted)[paid, "EUR"] == -order.total.amount
    for sku in SKUS:
        assert rows.stock["halle", "s1", sku].reserved == sold[sku] <= stock
    assert all(one.taken <= one.capacity for one in rows.slots.values())
