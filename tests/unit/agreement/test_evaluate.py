"""The whole agreement: parties and days first, denials over grants, silence as a no; many agreements side by side."""

from datetime import date
from pathlib import Path

import pytest

from cabas.agreement import terms
from cabas.agreement.agreement import Request, evaluate, kinds, parse
from cabas.agreement.book import AgreementBook, book, conflicts
from cabas.agreement.explain import explain
from cabas.agreement.problems import BadAgreement
from cabas.agreement.term import Place, Sell, Who
from cabas.kernel.money import Money
from support.orders import AGREEMENTS, FULFILLS, HEAD, SELLS, agreement, at, example, line, order, sold_by

DAY = date(2019, 1, 2)
MILK = Sell(DAY, "voice", ("Crèmerie",), about="Lait")


def codes(made, *questions, retailer: str = "halle", platform: str = "google") -> list[str]:
    return [decision.code for decision in evaluate(made, Request(retailer, platform, questions)).denials]


def dated(identifier: str, platform: str, starts: str, ends: str = "", exclusive: bool = False):
    head = f'id = "{identifier}"\nretailer = "halle"\nplatform = "{platform}"\nstarts = {starts}\n'
    head += f"ends = {ends}\n" if ends else ""
    head += "exclusive = true\n" if exclusive else ""
    return parse("\n".join((head, sold_by("retailer"), SELLS, FULFILLS)), f"{identifier}.toml")


def test_an_agreement_is_for_its_parties_and_its_days() -> None:
    made = dated("one", "google", "2019-01-01", "2019-12-31")
    assert codes(made, MILK) == []
    assert codes(made, MILK, platform="amazon") == ["other_parties"]
    assert codes(made, MILK, retailer="other") == ["other_parties"]
    assert codes(made, Sell(date(2018, 12, 31), "voice", ("Crèmerie",))) == ["not_started"]
    assert codes(made, Sell(date(2019, 12, 31), "voice", ("Crèmerie",))) == []
    assert codes(made, Sell(date(2020, 1, 1), "voice", ("Crèmerie",))) == ["ended"]
    # Even what silence allows is denied outside the agreement.
    assert codes(made, Place(date(2020, 1, 1), "voice", Money(100), 1, linked=True)) == ["ended"]


def test_a_denial_wins_and_each_is_told_once() -> None:
    made = agreement('[channels]\nallowed = ["app"]\n')
    verdict = evaluate(made, Request("halle", "google", (MILK, MILK)))
    assert not verdict.allowed
    assert [(one.term, one.code) for one in verdict.decisions] == [("channels", "channel_not_allowed")]


def test_the_verdict_is_question_by_question() -> None:
    bread = Sell(date(2017, 1, 1), "voice", ("Boulangerie",))
    verdict = evaluate(agreement(), Request("halle", "google", (MILK, bread)))
    assert [answer.allowed for answer in verdict.answers] == [True, False]
    assert [answer.question for answer in verdict.answers] == [MILK, bread]
    assert evaluate(agreement(), Request("halle", "google", ())).allowed


def test_the_retailer_does_what_nobody_else_was_given() -> None:
    assert evaluate(agreement(), Request("halle", "google", (Who(DAY, "owns_data"),))).who("owns_data") == "retailer"


def test_names_are_filled_in_and_a_product_s_braces_are_left_alone() -> None:
    sells = '[assortment]\n[[assortment.sells]]\ngoods = ["non-food"]\n'
    made = agreement(sells=sells)
    odd = Sell(DAY, "voice", ("Crèmerie",), about="Lait {0} {x}")
    (denied,) = evaluate(made, Request("halle", "google", (odd,))).denials
    assert denied.sentence("en") == "Lait {0} {x} is not part of the agreement with google."
    assert denied.sentence("de") == denied.sentence("en")


def test_terms_are_found_by_scanning_their_folder() -> None:
    files = {path.stem for path in Path(terms.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(kinds()) == files
    assert all(term.name in files for term in agreement().terms)


def test_the_book_finds_the_agreement_of_the_day() -> None:
    first = dated("first", "google", "2018-01-01", "2018-12-31")
    second = dated("second", "google", "2019-02-01")
    found = AgreementBook((second, first, dated("other", "amazon", "2018-01-01")))

    def on(day: date | None) -> str:
        made = found.find("halle", "google", day)
        return made.id if made else ""

    assert on(date(2018, 6, 1)) == "first"
    assert on(date(2019, 1, 1)) == "first"  # the nearer one, so that the refusal says when it ended
    assert on(date(2019, 1, 31)) == "second"
    assert on(date(2030, 1, 1)) == "second"
    assert on(None) == "second"
    assert found.find("halle", "nobody", DAY) is None
    assert found.find("other", "google", DAY) is None
    assert [one.id for one in found.of_retailer("halle")] == ["first", "other", "second"]


def test_what_cannot_stand_side_by_side() -> None:
    def messages(**agreements) -> list[str]:
        return [one.message for one in conflicts({f"{name}.toml": made for name, made in agreements.items()})]

    first = dated("first", "google", "2018-01-01", "2018-12-31")
    assert messages(a=first, b=dated("second", "google", "2019-01-01")) == []
    assert messages(a=first, b=dated("second", "google", "2018-12-31")) == [
        "first and second are both with google on the same days."
    ]
    assert messages(a=first, b=dated("first", "amazon", "2020-01-01")) == ['The id "first" is used twice.']
    alone = dated("alone", "amazon", "2018-06-01", exclusive=True)
    assert messages(a=first, b=alone) == ["alone is exclusive, and first is live on the same days."]
    assert messages(a=dated("own", "house", "2018-01-01"), b=alone) == []
    assert messages(a=first, b=dated("alone", "amazon", "2019-06-01", exclusive=True)) == []


def test_an_agreement_is_held_against_the_others_before_it_joins_them() -> None:
    standing = AgreementBook((dated("first", "google", "2018-01-01"), dated("other", "amazon", "2018-01-01")))
    assert standing.joined(dated("first", "google", "2018-06-01"), "new.toml") == []
    (problem,) = standing.joined(dated("second", "google", "2018-06-01"), "new.toml")
    assert (problem.filename, problem.path) == ("new.toml", "starts")
    assert standing.joined(dated("third", "alibaba", "2018-06-01"), "new.toml") == []


def test_the_examples_stand_side_by_side() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in AGREEMENTS.glob("*.toml")}
    assert {made.platform for made in book(texts).agreements} == {
        "house", "google", "google-express", "amazon", "alibaba", "assistant"
    }  # fmt: skip


def test_a_book_tells_every_problem_of_every_file() -> None:
    good = "\n".join((HEAD, sold_by("retailer"), SELLS, FULFILLS))
    with pytest.raises(BadAgreement) as raised:
        book({"a.toml": good, "b.toml": good, "c.toml": good.replace("everything", "evrything"), "d.toml": "x"})
    assert [(one.filename, one.path) for one in raised.value.problems] == [
        ("c.toml", "assortment.sells[1].goods[1]"), ("d.toml", ""), ("b.toml", "id"), ("b.toml", "starts"),
    ]  # fmt: skip


def test_explain_says_which_term_decided_what() -> None:
    placed = order(line(2000), line(450, "Animaux", vat=2000), fee=490, seller="platform", placed=at("2019-01-02"))
    assert explain(placed, example("carrefour-google"), "en", frozenset({"receipts"})) == [
        "Google sells and bills. (merchant_of_record)",
        "Halle & Compagnie prepares the order. (fulfillment_split)",
        "Halle & Compagnie delivers the order. (fulfillment_split)",
        "The customer's data belong to Halle & Compagnie. (data_sharing)",
        '"food and fresh" is sold through Google since 1 January 2019. (assortment)',
        '"non-food" is sold through Google since 1 December 2018. (assortment)',
        "Through Google, delivery is offered. (fulfillment_split)",
        "Commission of Google: 4.5% of €3.75 excl. VAT and 3% of €18.96 excl. VAT, that is €0.73. (commission)",
        'Google sees "order". (data_sharing)',
        'Google sees "store". (data_sharing)',
        'Google sees "slot". (data_sharing)',
        'Google sees "total". (data_sharing)',
        'Google sees "vat". (data_sharing)',
        'Google sees "lines" with the shopper\'s consent. (data_sharing)',
        'Google does not see "loyalty_card": the agreement does not provide for it. (data_sharing)',
        'Google sees "shopper" with the shopper\'s consent. (data_sharing)',
        'Google does not see "name": the agreement does not provide for it. (data_sharing)',
    ]
    french = explain(placed, example("carrefour-google"), "fr")
    assert french[0] == "C'est Google qui vend et facture. (merchant_of_record)"
    assert "Google ne voit pas « lines » : le client n'a pas donné son accord (receipts). (data_sharing)" in french
