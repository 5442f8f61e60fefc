"""What each term decides, and that its own example is good."""

from dataclasses import replace
from datetime import date, timedelta
from textwrap import dedent

import pytest

from cabas.agreement.agreement import Agreement, Request, check, evaluate, kinds, postings
from cabas.agreement.goods import goods, known_names, standard_groups
from cabas.agreement.term import Decision, Fulfill, Place, Question, See, Sell, Show, Who
from cabas.agreement.terms.settlement import Settlement
from cabas.dialogue.families import sheets
from cabas.domain.ledger import Posting
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.kernel.text import fold
from support.orders import FULFILLS, HEAD, SELLS, agreement, at, line, order

DAY = date(2019, 1, 2)


def ask(made: Agreement, question: Question) -> Decision:
    """The one decision about a question."""
    (answer,) = evaluate(made, Request("halle", "google", (question,))).answers
    (decision,) = answer.decisions
    return decision


@pytest.mark.parametrize("name", sorted(kinds()))
def test_the_example_of_each_term_is_good(name: str) -> None:
    doc = __import__(kinds()[name].__module__, fromlist=["x"]).__doc__
    example = dedent("\n".join(row for row in doc.splitlines() if row.startswith("    ")))
    assert example.startswith(f"[{name}]")
    tables = {"assortment": SELLS, "fulfillment_split": FULFILLS}
    kept = {key: "" if key == name else table for key, table in tables.items()}
    if name == "merchant_of_record":
        assert check(f"{HEAD}\n{example}\n{SELLS}\n{FULFILLS}") == []
    else:
        made = agreement(example, sells=kept["assortment"], fulfills=kept["fulfillment_split"])
        assert made.find(kinds()[name]) is not None


ASSORTMENT = """
[assortment]
[[assortment.sells]]
goods = ["non-food"]
from = 2018-12-01
[[assortment.sells]]
goods = ["food"]
from = 2019-01-01
until = 2020-12-31
[[assortment.sells]]
goods = ["Vins, bières et spiritueux"]
channels = ["app"]
[[assortment.excludes]]
goods = ["Boissons > Sodas"]
"""


@pytest.mark.parametrize(
    ("day", "category", "channel", "allowed", "code"),
    [
        (date(2018, 11, 30), ("Animaux",), "voice", False, "not_yet"),
        (date(2018, 12, 1), ("Animaux",), "voice", True, "in_assortment"),
        (date(2018, 12, 31), ("Crèmerie", "Laits"), "voice", False, "not_yet"),
        (date(2019, 1, 1), ("Crèmerie", "Laits"), "voice", True, "in_assortment"),
        (date(2019, 1, 1), ("Dairy", "Milk"), "voice", True, "in_assortment"),
        (date(2020, 12, 31), ("Crèmerie", "Laits"), "voice", True, "in_assortment"),
        (date(2021, 1, 1), ("Crèmerie", "Laits"), "voice", False, "no_longer"),
        (DAY, ("Vins, bières et spiritueux", "Vins"), "voice", False, "not_on_channel"),
        (DAY, ("Vins, bières et spiritueux", "Vins"), "app", True, "in_assortment"),
        (DAY, ("Boissons", "Sodas", "Colas"), "voice", False, "excluded"),
        (DAY, ("Boissons", "Eaux"), "voice", True, "in_assortment"),
        (DAY, ("Jardin",), "voice", False, "not_in_assortment"),
        (DAY, (), "voice", False, "not_in_assortment"),
    ],
)
def test_assortment(day: date, category: tuple[str, ...], channel: str, allowed: bool, code: str) -> None:
    decision = ask(agreement(sells=ASSORTMENT), Sell(day, channel, category))
    assert (decision.allowed, decision.code, decision.term) == (allowed, code, "assortment")


def test_assortment_says_when_in_both_languages() -> None:
    decision = ask(agreement(sells=ASSORTMENT), Sell(date(2018, 12, 24), "voice", ("Crèmerie",), about="Lait entier"))
    assert decision.sentence("fr") == "Lait entier sera vendu par google à partir du 1er janvier 2019."
    assert decision.sentence("en") == "Lait entier will be sold through google from 1 January 2019."


def test_age_restricted_goods_can_be_excluded_whatever_their_department() -> None:
    sells = SELLS + '[[assortment.excludes]]\ngoods = ["age-restricted"]\n'
    assert ask(agreement(sells=sells), Sell(DAY, "voice", ("Épicerie salée",), minimum_age=18)).code == "excluded"
    assert ask(agreement(sells=sells), Sell(DAY, "voice", ("Épicerie salée",))).allowed


def test_channels() -> None:
    made = agreement('[channels]\nallowed = ["voice", "app"]\n')
    assert ask(made, Sell(DAY, "app", ("Crèmerie",))).allowed
    denied = ask(made, Sell(DAY, "web", ("Crèmerie",)))
    assert (denied.allowed, denied.code, denied.term) == (False, "channel_not_allowed", "channels")
    assert denied.sentence("fr") == "On ne commande pas par google de cette façon ; il y a la voix et l'application."
    assert not ask(made, Place(DAY, "web", Money(1000), 1, linked=True)).allowed


def test_placements() -> None:
    made = agreement('[placements]\nplaces = ["shopping", "video"]\nfrom = 2019-01-01\n')
    assert ask(made, Show(DAY, "video", ("Crèmerie",))).allowed
    assert ask(made, Show(DAY, "map", ("Crèmerie",))).code == "place_not_allowed"
    assert ask(made, Show(date(2018, 12, 31), "video", ("Crèmerie",))).code == "place_not_allowed"


def test_account_link() -> None:
    made = agreement("[account_link]\nrequired_to_order = true\n")
    denied = ask(made, Place(DAY, "voice", Money(1000), 1, linked=False))
    assert (denied.code, denied.sentence("en")) == (
        "link_required", "To order through google, link your halle account first."
    )  # fmt: skip
    linked = evaluate(made, Request("halle", "google", (Place(DAY, "voice", Money(1000), 1, linked=True),)))
    assert (linked.allowed, linked.decisions) == (True, ())


@pytest.mark.parametrize(
    ("cents", "lines", "day", "codes"),
    [
        (1499, 1, DAY, ["order_too_small"]),
        (1500, 60, DAY, []),
        (30000, 1, DAY, []),
        (30001, 61, DAY, ["order_too_large", "too_many_lines"]),
        (10001, 1, date(2019, 11, 11), ["order_too_large"]),
        (10001, 1, date(2019, 11, 12), []),
    ],
)
def test_limits_of_an_order(cents: int, lines: int, day: date, codes: list[str]) -> None:
    made = agreement(
        "[limits]\norder_minimum = 15.00\norder_maximum = 300\nlines_maximum = 60\npieces_maximum = 12\n"
        "[[limits.days]]\nfrom = 2019-11-11\nuntil = 2019-11-11\norder_maximum = 100.00\npieces_maximum = 6\n"
    )
    verdict = evaluate(made, Request("halle", "google", (Place(day, "voice", Money(cents), lines, linked=True),)))
    # One thing at a time: the first limit that is broken.
    assert [decision.code for decision in verdict.denials] == codes[:1]


def test_limits_of_a_line() -> None:
    made = agreement("[limits]\npieces_maximum = 12\n[[limits.days]]\nfrom = 2019-11-11\npieces_maximum = 6\n")
    assert ask(made, Sell(DAY, "voice", ("Crèmerie",), pieces=12)).allowed
    assert ask(made, Sell(DAY, "voice", ("Crèmerie",), pieces=13)).code == "too_many_pieces"
    assert ask(made, Sell(date(2019, 11, 11), "voice", ("Crèmerie",), pieces=7)).code == "too_many_pieces"


SHARING = """
[data_sharing]
[[data_sharing.shares]]
fields = ["total"]
[[data_sharing.shares]]
fields = ["lines"]
purpose = "receipts"
from = 2019-01-02
"""


@pytest.mark.parametrize(
    ("field", "purposes", "day", "code"),
    [
        ("total", frozenset(), DAY, "shared"),
        ("lines", frozenset({"receipts", "marketing"}), DAY, "shared"),
        ("lines", frozenset({"marketing"}), DAY, "consent_missing"),
        ("lines", frozenset({"receipts"}), date(2019, 1, 1), "field_not_shared"),
        ("name", frozenset({"receipts"}), DAY, "field_not_shared"),
    ],
)
def test_data_sharing(field: str, purposes: frozenset[str], day: date, code: str) -> None:
    decision = ask(agreement(SHARING), See(day, field, purposes))
    assert (decision.code, decision.allowed) == (code, code == "shared")


def test_nothing_is_shared_without_the_term() -> None:
    assert ask(agreement(), See(DAY, "total")).code == "not_granted"


def test_the_customer_s_data_belong_to_the_retailer() -> None:
    assert (
        ask(agreement(SHARING), Who(DAY, "owns_data")).sentence("fr") == "Les données du client appartiennent à halle."
    )


PREPARES = (
    '[fulfillment_split]\nprepares = "retailer"\ndelivers = "platform"\nmethods = ["delivery"]\nwithin_minutes = 60\n'
)


def test_who_prepares_and_who_delivers() -> None:
    made = agreement(fulfills=PREPARES)
    asked = (Who(DAY, "prepares", "delivery"), Who(DAY, "delivers", "delivery"), Who(DAY, "sells", "delivery"))
    verdict = evaluate(made, Request("halle", "google", asked))
    assert [verdict.who(question.does) for question in asked] == ["retailer", "platform", "retailer"]
    assert ask(made, Who(DAY, "delivers", "pickup")).value == "retailer"


def test_methods_and_the_promised_time() -> None:
    made, now = agreement(fulfills=PREPARES), at("2019-01-02")
    assert ask(made, Fulfill("pickup", now, now, now)).code == "method_not_offered"
    slot = Fulfill("delivery", now, now + timedelta(minutes=30), now + timedelta(minutes=60))
    assert ask(made, slot).code == "method_offered"
    late = replace(slot, ends_at=now + timedelta(minutes=61))
    assert ask(made, late).sentence("en") == "Through google, a delivery must be made within 60 minutes."


def test_the_fee_goes_to_whoever_delivers() -> None:
    made = agreement(fulfills=PREPARES)
    delivered = order(line(1055), fee=490, delivered_by="platform")
    fees = [one for one in postings(made, delivered) if one.term == "fulfillment_split"]
    assert fees == [
        Posting("shopper:payment", "platform:google:payable", Money(490), "fulfillment_split",
                "fee of the delivery the platform makes")
    ]  # fmt: skip
    assert [one.amount.amount for one in postings(made, delivered) if one.term == "merchant_of_record"] == [1000, 55]


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("day", date(2018, 11, 11), date(2018, 11, 11), date(2018, 11, 11)),
        ("week", date(2018, 11, 11), date(2018, 11, 5), date(2018, 11, 11)),
        ("week", date(2018, 12, 31), date(2018, 12, 31), date(2019, 1, 6)),
        ("month", date(2020, 2, 29), date(2020, 2, 1), date(2020, 2, 29)),
        ("month", date(2018, 12, 31), date(2018, 12, 1), date(2018, 12, 31)),
    ],
)
def test_settlement_periods(period: str, day: date, first: date, last: date) -> None:
    term = Settlement(period=period, payment_days=30)
    assert term.period_of(day) == (first, last)
    assert term.due_on(last) == last + timedelta(days=30)


def test_every_department_of_the_lexicon_is_known_to_the_groups() -> None:
    known = {fold(name) for name in known_names(standard_groups())}
    for sheet in sheets().values():
        category = sheet["category"]
        heads = [path[0] for path in category.values()] if isinstance(category, dict) else [category[0]]
        for head in heads:
            assert fold(head) in known, head


def test_food_and_non_food_share_nothing_and_alcohol_is_neither() -> None:
    groups = {name: goods([name], standard_groups()) for name in ("food", "non-food", "alcohol", "fresh", "grocery")}
    assert groups["food"].clash(groups["non-food"]) is None
    assert groups["food"].clash(groups["alcohol"]) is None
    assert groups["food"].match(("Crèmerie", "Laits")) == groups["fresh"].match(("cremerie",)) == 1
    assert groups["grocery"].match(("Crèmerie",)) is None
    assert groups["food"].match(("Bébé", "Repas de bébé")) == groups["non-food"].match(("Bébé", "Couches")) == 1
    assert groups["non-food"].match(("Bébé", "Repas de bébé")) is None
    with pytest.raises(InvalidInput, match="neither a group of goods nor a department"):
        goods(["foood"], standard_groups())
