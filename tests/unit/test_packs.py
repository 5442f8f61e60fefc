"""Packs: enough, cheapest, and never a pack too many."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.cart import Amount
from cabas.domain.catalog import Offer, Product, Promotion, SoldBy
from cabas.domain.packs import STEP, Ask, Candidate, How, ask_of, choose, packs_for
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity

G, KG, ML, L = "GRM", "KGM", "MLT", "LTR"


def product(sku="p", content=None, pieces=1, sold_by=SoldBy.EACH):
    return Product(sku, {"fr": sku}, content=content, pieces=pieces, sold_by=sold_by)


def offered(item, cents, available=1000, promotion=None):
    return Candidate(item, Offer(item.sku, "s", Money(cents), available, promotion))


EGGS_12 = product("eggs", Quantity(12), 12)
YOGURTS = product("yogurts", Quantity(500, G), 4)
WATER = product("water", Quantity(9000, ML), 6)
ONIONS = product("onions", Quantity(1, KG))
CUCUMBER = product("cucumber", Quantity(320, G))
POTATOES = product("potatoes", Quantity(170, G), sold_by=SoldBy.WEIGHT)


@pytest.mark.parametrize(
    ("item", "need", "piece", "packs"),
    [
        (EGGS_12, Quantity(6), None, 1),
        (EGGS_12, Quantity(13), None, 2),
        (EGGS_12, Quantity(440, G), Quantity(55, G), 1),
        (YOGURTS, Quantity(12), Quantity(125, G), 3),
        (YOGURTS, Quantity(600, G), None, 2),
        (ONIONS, Quantity(2), Quantity(120, G), 1),
        (ONIONS, Quantity(10), Quantity(120, G), 2),
        (ONIONS, Quantity(2), None, 2),
        (CUCUMBER, Quantity(2), Quantity(350, G), 2),
        (product(content=Quantity(1, L)), Quantity(250, ML), None, 1),
        (product(content=Quantity(1, L)), Quantity(12, L, 1), None, 2),
        (product(content=Quantity(1000, G)), Quantity(1001, G), None, 2),
        (product(content=Quantity(500, G)), Quantity(500, ML), None, 1),
        (product(), Quantity(3), None, 3),
        (product(), Quantity(800, G), None, 1),
        (product(), None, None, 1),
        (product(content=Quantity(30, "MTR")), Quantity(200, G), None, 1),
    ],
)
def test_packs_for_amounts(item, need, piece, packs):
    assert packs_for(item, need, piece) == packs


@pytest.mark.parametrize(
    ("amount", "constraints", "item", "packs"),
    [
        (Amount(Fraction(2), "pack"), ("pack_of:6",), WATER, 2),
        (Amount(Fraction(2), "pack"), ("pack_of:6",), product(content=Quantity(1500, ML)), 12),
        (Amount(Fraction(2), "pack"), (), WATER, 2),
        (Amount(Fraction(3), "bottle"), (), WATER, 1),
        (Amount(Fraction(3), "bottle"), (), product(content=Quantity(1500, ML)), 3),
        (Amount(Fraction(2), "can"), (), EGGS_12, 2),
        (Amount(Fraction(1), "dozen"), (), product("six", Quantity(6)), 2),
        (Amount(Fraction(4), "slice"), (), product("ham", Quantity(180, G), 4), 1),
        (Amount(Fraction(8), "slice"), (), product("cheese", Quantity(200, G)), 2),
        (Amount(Fraction(3, 2), "kg"), (), product(content=Quantity(500, G)), 3),
        (Amount(Fraction(1), "bunch"), (), product("radish"), 1),
        (None, (), WATER, 1),
    ],
)
def test_packs_for_what_people_say(amount, constraints, item, packs):
    assert packs_for(item, ask_of(amount, constraints)) == packs


def test_weighed_goods_are_taken_to_the_step_of_the_scale():
    assert packs_for(POTATOES, Quantity(1, KG)) == 1000
    assert packs_for(POTATOES, Quantity(1001, G)) == 1005
    assert packs_for(POTATOES, Quantity(3)) == 510
    assert packs_for(POTATOES, None) == 170
    assert packs_for(product("ham", sold_by=SoldBy.WEIGHT), ask_of(Amount(Fraction(4), "slice"))) == 120
    assert packs_for(product("beans", sold_by=SoldBy.WEIGHT), None) == 500


def test_what_was_converted_by_a_usual_weight_may_be_missed_by_a_twentieth():
    bag = product(content=Quantity(1, KG))
    assert packs_for(bag, Quantity(6), Quantity(175, G)) == 1  # 1050 g: 950 g is the least that will do
    assert packs_for(bag, Quantity(1050, G)) == 2
    assert packs_for(bag, Quantity(1050, G), tolerance=Fraction(1, 20)) == 1
    assert packs_for(bag, Ask((Quantity(9), Quantity(1450, G)))) == 2


def test_the_cheapest_total_wins_then_the_least_waste_then_the_fewest_packs():
    small, big = product("small", Quantity(500, G)), product("big", Quantity(1, KG))
    need = Quantity(15, KG, 1)
    found = choose(need, [offered(small, 100), offered(big, 140)])
    assert (found.product.sku, found.quantity, found.cost) == ("big", 2, Money(280))
    found = choose(need, [offered(big, 150), offered(small, 100)])
    assert (found.product.sku, found.quantity, found.covers) == ("small", 3, Fraction(1))
    found = choose(Quantity(1, KG), [offered(small, 100), offered(big, 200)])
    assert (found.product.sku, found.quantity) == ("big", 1)


def test_stock_price_and_unknown_content():
    small, big, blank = product("small", Quantity(500, G)), product("big", Quantity(1, KG)), product("blank")
    need = Quantity(2, KG)
    assert choose(need, [offered(small, 1, 3), offered(big, 500)]).product.sku == "big"
    short = choose(need, [offered(small, 1, 3), offered(big, 500, 1)])
    assert (short.product.sku, short.quantity, short.enough, short.covers) == ("small", 3, False, Fraction(3, 4))
    assert choose(need, [offered(small, 1, 0)]) is None
    assert choose(need, []) is None
    assert choose(need, [offered(blank, 1), offered(big, 500)]).product.sku == "big"
    assert choose(need, [Candidate(small), offered(big, 500)]).product.sku == "big"
    assert choose(None, [offered(big, 500), offered(blank, 1)]).product.sku == "blank"


def test_promotions_count_on_their_day():
    item = product("soda", Quantity(1, L))
    two_for_one = Promotion("multibuy", 10_000, 2, starts=date(2026, 11, 1), ends=date(2026, 11, 30))
    offers = [offered(item, 100, promotion=two_for_one), offered(product("other", Quantity(1, L)), 60)]
    assert choose(Quantity(2, L), offers, day=date(2026, 11, 22)).cost == Money(100)
    assert choose(Quantity(2, L), offers, day=date(2026, 12, 1)).cost == Money(120)


contents = st.one_of(
    st.none(),
    st.builds(Quantity, st.integers(1, 5000), st.sampled_from([G, ML])),
    st.builds(Quantity, st.integers(1, 30)),
)
products = st.builds(product, st.just("p"), contents, st.integers(1, 12))
needs = st.builds(Quantity, st.integers(1, 20_000), st.sampled_from([G, ML, "C62"]))
pieces = st.none() | st.builds(Quantity, st.integers(5, 3000), st.just(G))


@given(products, needs, pieces)
def test_it_covers_and_one_pack_less_would_not(item, need, piece):
    packs = packs_for(item, need, piece, Fraction(0))
    assert packs >= 1
    if item.content is not None and item.content.dimension == need.dimension:
        assert packs * item.content.base >= need.base
        assert (packs - 1) * item.content.base < need.base


@given(products, needs, pieces)
def test_more_is_never_fewer_packs(item, need, piece):
    assert packs_for(item, need.times(2), piece) >= packs_for(item, need, piece)


@given(st.integers(1, 20_000))
def test_weighed_goods_cover_within_a_step(grams):
    got = packs_for(product(sold_by=SoldBy.WEIGHT), Quantity(grams, G))
    assert grams <= got < grams + STEP


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 900), st.integers(0, 40)), min_size=1, max_size=6),
    st.integers(1, 9000),
)
def test_the_choice_is_the_cheapest_single_that_covers(shelf, grams):
    candidates = [
        offered(product(str(i), Quantity(content, G)), cents, available)
        for i, (content, cents, available) in enumerate(shelf)
    ]
    found = choose(Quantity(grams, G), candidates)
    able = [-(-grams // content) * cents for content, cents, stock in shelf if -(-grams // content) <= stock]
    if able:
        assert found.enough
        assert found.cost == Money(min(able))
        assert found.covers >= 1
    elif any(stock for _, _, stock in shelf):
        assert not found.enough
        assert found.quantity == next(stock for i, (_, _, stock) in enumerate(shelf) if str(i) == found.product.sku)
    else:
        assert found is None


def test_asking_for_packs_of_six_prefers_nothing_by_itself():
    singles = offered(product("single", Quantity(330, ML)), 50)
    six = offered(product("six", Quantity(1980, ML), 6), 270)
    found = choose(Ask((Quantity(2),), How.PACKS, 6), [singles, six])
    assert (found.product.sku, found.quantity) == ("six", 2)
