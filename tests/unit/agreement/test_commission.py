"""What the platform earns: which rate counts, exact to the cent, within its bounds."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.agreement.agreement import Agreement, Request, evaluate, postings
from cabas.agreement.term import Earn, Sell, Show
from cabas.agreement.terms.commission import Commission
from cabas.domain.ledger import Posting
from cabas.domain.order import Order
from cabas.domain.pricing import vat_inside
from cabas.kernel.money import Money
from support.orders import agreement, at, line, order


def term(text: str) -> Commission:
    found = agreement(f"[commission]\n{text}").find(Commission)
    assert found is not None
    return found


def due(text: str, placed: Order) -> list[int]:
    """The commission of an order by rate, in cents."""
    return [part.amount.amount for part in term(text).parts(placed)]


VOICE = '[[commission.rates]]\npercent = 4.5\nchannels = ["voice"]\n'


def test_a_share_of_the_goods_without_vat() -> None:
    # 20.00 at 5.5 % VAT is 18.96 net; 4.5 % of it is 85.32 cents, and the fraction stays with the retailer.
    assert due(VOICE, order(line(2000))) == [85]
    assert due('remainder = "platform"\n' + VOICE, order(line(2000))) == [86]


def test_a_share_of_the_goods_with_vat() -> None:
    assert due('base = "incl_vat"\n' + VOICE, order(line(2000))) == [90]


def test_vat_is_taken_out_once_per_rate() -> None:
    lines = [line(33), line(33), line(33), line(99, vat=2000)]
    net = 99 - vat_inside(Money(99), 550).amount + 99 - vat_inside(Money(99), 2000).amount
    assert due("[[commission.rates]]\npercent = 100\n", order(*lines)) == [net] == [176]


def test_the_delivery_fee_earns_nothing() -> None:
    assert due('base = "incl_vat"\n' + VOICE, order(line(2000), fee=990)) == [90]


def test_only_the_channel_named() -> None:
    assert due(VOICE, order(line(2000), channel="web")) == []


def test_a_rate_that_names_the_channel_comes_first_then_the_most_precise_goods() -> None:
    rates = (
        'base = "incl_vat"\n'
        "[[commission.rates]]\npercent = 1\n"
        '[[commission.rates]]\npercent = 2\ngoods = ["food"]\n'
        '[[commission.rates]]\npercent = 3\ngoods = ["Crèmerie"]\n'
        '[[commission.rates]]\npercent = 4\ngoods = ["Crèmerie > Laits"]\n'
        '[[commission.rates]]\npercent = 5\nchannels = ["store"]\n'
        '[[commission.rates]]\npercent = 9\ngoods = ["age-restricted"]\n'
    )

    def one(*category: str, channel: str = "voice", age: int = 0) -> int:
        (part,) = term(rates).parts(order(line(10000, *category, age=age), channel=channel))
        return part.amount.amount

    assert one("Animaux") == 100
    assert one("Boissons") == 200
    assert one("CREMERIE", "Beurres") == 300
    assert one("Crèmerie", "Laits", "Laits demi-écrémés") == 400
    assert one("Crèmerie", "Laits", channel="store") == 500
    assert one("Boissons", age=18) == 900


def test_rates_are_dated_in_the_store_s_own_days() -> None:
    rates = (
        "[[commission.rates]]\npercent = 2\nuntil = 2018-12-31\n[[commission.rates]]\npercent = 4\nfrom = 2019-01-01\n"
    )
    text = 'base = "incl_vat"\n' + rates
    assert due(text, order(line(1000), placed=at("2018-12-31", "23:59"))) == [20]
    assert due(text, order(line(1000), placed=at("2019-01-01", "00:00"))) == [40]


def test_minimum_and_maximum_are_per_order_and_never_above_the_goods() -> None:
    bounds = 'base = "incl_vat"\nminimum = 0.50\nmaximum = 3.00\n' + VOICE
    assert due(bounds, order(line(200))) == [50]
    assert due(bounds, order(line(5000))) == [225]
    assert due(bounds, order(line(50000))) == [300]
    assert due(bounds, order(line(20))) == [20]
    assert due(bounds, order(line(200), channel="web")) == []


def test_the_parts_add_up_to_the_order_s_commission() -> None:
    rates = (
        'base = "incl_vat"\nmaximum = 1.00\n[[commission.rates]]\npercent = 10\n'
        '[[commission.rates]]\npercent = 10\ngoods = ["Crèmerie"]\n'
        '[[commission.rates]]\npercent = 10\ngoods = ["Bébé"]\n'
    )
    assert due(rates, order(line(1000, "Animaux"), line(1000, "Crèmerie"), line(1000, "Bébé"))) == [34, 33, 33]


def test_it_is_posted_by_rate() -> None:
    made = agreement(f"[commission]\n{VOICE}", seller="platform")
    (posted,) = [one for one in postings(made, order(line(2000), seller="platform")) if one.term == "commission"]
    assert posted == Posting(
        "retailer:commission", "platform:google:payable", Money(85), "commission", "4.5% of 18.96 EUR excl. VAT"
    )


def test_it_says_what_it_is() -> None:
    made = agreement(f"[commission]\n{VOICE}")
    ((answer,),) = [evaluate(made, Request("halle", "google", (Earn(order(line(2000))),))).answers]
    (decision,) = answer.decisions
    assert (decision.code, decision.value) == ("commission_due", "85")
    assert decision.sentence("fr") == "Commission de google : 4,5 % de 18,96 € HT, soit 0,85 €."
    assert decision.sentence("en") == "Commission of google: 4.5% of €18.96 excl. VAT, that is €0.85."


CATEGORIES = ("Crèmerie", "Animaux", "Boissons", "Bébé", "Vins, bières et spiritueux")
orders = st.builds(
    lambda lines, channel, fee: order(*lines, channel=channel, fee=fee),
    st.lists(
        st.builds(
            lambda cents, category, vat: line(cents, category, vat=vat),
            st.integers(1, 50_000),
            st.sampled_from(CATEGORIES),
            st.sampled_from([210, 550, 1000, 2000]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["voice", "web"]),
    st.integers(0, 1500),
)


@st.composite
def commissions(draw: st.DrawFn) -> tuple[Agreement, Commission]:
    """Agreements with any base, remainder, bounds and rates that do not overlap."""
    low = draw(st.none() | st.integers(0, 500))
    high = draw(st.none() | st.integers(500, 2000))
    groups = draw(st.lists(st.sampled_from(["everything", "fresh", "non-food", "alcohol"]), unique=True, min_size=1))
    percents = [draw(st.integers(0, 10_000)) for _ in groups]
    rows = [
        f'[[commission.rates]]\npercent = {points / 100:.2f}\ngoods = ["{group}"]\n'
        for group, points in zip(groups, percents, strict=True)
    ]
    text = f'[commission]\nbase = "{draw(st.sampled_from(["excl_vat", "incl_vat"]))}"\n'
    text += f'remainder = "{draw(st.sampled_from(["retailer", "platform"]))}"\n'
    text += "" if low is None else f"minimum = {low / 100:.2f}\n"
    text += "" if high is None else f"maximum = {high / 100:.2f}\n"
    made = agreement(text, *rows)
    found = made.find(Commission)
    assert found is not None
    return made, found


@given(commissions(), orders)
def test_any_commission_is_exact_and_bounded(made: tuple[Agreement, Commission], placed: Order) -> None:
    whole, commission = made
    parts = commission.parts(placed)
    paid = sum(part.amount.amount for part in parts)
    base = sum(part.base.amount for part in parts)
    assert 0 <= paid <= base <= placed.goods.amount
    assert all(part.amount.amount >= 0 for part in parts)
    exact = sum(Fraction(part.base.amount * part.rate.basis_points, 10_000) for part in parts)
    low = commission.minimum.amount if commission.minimum and parts else 0
    high = commission.maximum.amount if commission.maximum else base
    if low < exact < high:
        # Rounded by less than a cent, to the side the agreement names.
        off = paid - exact
        assert (0 <= off < 1) if commission.remainder == "platform" else (-1 < off <= 0)
    else:
        assert paid == min(max(int(exact) + (commission.remainder == "platform" and exact % 1 > 0), low), high, base)
    posted = sum(one.amount.amount for one in postings(whole, placed) if one.term == "commission")
    assert posted == paid


@pytest.mark.parametrize("channel", ["voice", "web"])
def test_what_may_be_sold_does_not_depend_on_the_commission(channel: str) -> None:
    """Ranking asks what may be sold; it must not be able to learn what that earns."""
    asked = tuple(
        question
        for category in CATEGORIES
        for question in (
            Sell(date(2019, 1, 2), channel, (category,)),
            Show(date(2019, 1, 2), "shopping", (category,)),
        )
    )
    request = Request("halle", "google", asked)
    rich = agreement("[commission]\n[[commission.rates]]\npercent = 50\n")
    assert evaluate(rich, request) == evaluate(agreement(), request)


def test_nobody_outside_the_agreements_knows_the_commission() -> None:
    """Not search, not dialogue, not a use case: the term is found by scanning, never imported by name."""
    source = Path(__file__).parent.parent.parent.parent / "src" / "cabas"
    knowing = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "agreement" not in path.relative_to(source).parts and "terms.commission" in path.read_text(encoding="utf-8")
    ]
    assert knowing == []
