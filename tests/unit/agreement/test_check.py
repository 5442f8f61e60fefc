"""What is wrong with an agreement file is said by line and column, with a way to mend it."""

import pytest

from cabas.agreement.agreement import check, parse
from cabas.agreement.problems import BadAgreement, Problem
from support.orders import AGREEMENTS

GOOD = """\
id = "halle-google"
retailer = "halle"
platform = "google"
starts = 2018-06-11
ends = 2023-06-10
[merchant_of_record]
seller = "platform"
[assortment]
[[assortment.sells]]
goods = ["food"]
from = 2019-01-01
[fulfillment_split]
methods = ["pickup"]
[commission]
[[commission.rates]]
percent = 4.5
channels = ["voice"]
[data_sharing]
[[data_sharing.shares]]
fields = ["total"]
"""


def problems(old: str, new: str) -> list[tuple[int, int, str, str, str]]:
    """What is wrong once `old` is replaced by `new` in a good file."""
    assert old in GOOD
    found = check(GOOD.replace(old, new, 1), "google.toml")
    return [(one.line, one.column, one.path, one.message, one.remedy) for one in found]


def test_the_good_file_is_good() -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize("path", sorted(AGREEMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_examples_are_good(path) -> None:
    assert check(path.read_text(encoding="utf-8"), path.name) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "path", "message", "remedy"),
    [
        ('retailer = "halle"', "retailer = ", 2, 12, "", "This is not TOML: Invalid value.", "See https://toml.io/en/v1.0.0."),
        ('seller = "platform"', 'seller = "platfrom"', 7, 1, "merchant_of_record.seller",
         '"platfrom" is not known here.', 'Did you mean "platform"?'),
        ('seller = "platform"', "seller = 3", 7, 1, "merchant_of_record.seller",
         "This must be a text, not a whole number.", 'Write it like "halle".'),
        ("[commission]\n", "[comission]\nx = 1\n[commission]\n", 14, 1, "comission",
         'There is no term or key "comission".', 'Did you mean "commission"?'),
        ("percent = 4.5", "percent = 104", 16, 1, "commission.rates[1].percent",
         "A percentage of 104 is out of range.", "Use 0 to 100."),
        ("percent = 4.5", "percent = 4.505", 16, 1, "commission.rates[1].percent",
         "4.505 is finer than a basis point.", "Use at most two decimals."),
        ("percent = 4.5", 'percent = "4,5"', 16, 1, "commission.rates[1].percent",
         "This must be a percentage, not a text.", "Write it like 4.5, no quotes."),
        ("percent = 4.5", "precent = 4.5", 16, 1, "commission.rates[1].precent",
         'There is no key "precent" here.', 'Did you mean "percent"?'),
        ("from = 2019-01-01", 'from = "2019-01-01"', 11, 1, "assortment.sells[1].from",
         "This must be a date, not a text.", "Write it like 2019-01-01, no quotes."),
        ("from = 2019-01-01", "from = 2019-01-01\nuntil = 2018-12-31", 12, 1, "assortment.sells[1].until",
         "It ends on 2018-12-31, before it starts.", "Use 2019-01-01 or later."),
        ("from = 2019-01-01", "from = 2024-01-01", 11, 1, "assortment.sells[1].from",
         "It starts on 2024-01-01, after the agreement ends on 2023-06-10.",
         "Take the row out, or let the agreement last longer."),
        ("ends = 2023-06-10", "ends = 2017-01-01", 5, 1, "ends",
         "The agreement ends on 2017-01-01, before it starts on 2018-06-11.", "Use a later day, or leave it out."),
        ('goods = ["food"]', 'goods = ["Crèmerie", "fod"]', 10, 22, "assortment.sells[1].goods[2]",
         '"fod" is neither a group of goods nor a department.', 'Did you mean "food"?'),
        ('methods = ["pickup"]', 'methods = ["pickup", "pickup"]', 13, 22, "fulfillment_split.methods[2]",
         '"pickup" stands here twice.', "Take one of them out."),
        ('methods = ["pickup"]', "methods = []", 13, 1, "fulfillment_split.methods",
         "This list is empty.", "Use some of: pickup, delivery."),
        ('fields = ["total"]', 'fields = ["total", "lines"]', 20, 20, "data_sharing.shares[1].fields[2]",
         '"lines" says something about a person and needs their consent.',
         "Add a purpose: receipts, personal_results, personal_service, loyalty, contact, marketing, learning."),
        ('id = "halle-google"', 'id = "Halle Google"', 1, 1, "id", "This cannot be an id.",
         "Use small letters, digits and dashes."),
        ("[commission]\n[[commission.rates]]\n", "[commission]\nmaximum = 2.505\n[[commission.rates]]\n", 15, 1,
         "commission.maximum", "'2.505' is finer than a cent.", "Round it to the minor unit."),
        ("[commission]\n", "[commission]\nminimum = 3\nmaximum = 2\n", 15, 1, "commission.minimum",
         "The minimum is above the maximum.", "Use 2.00 EUR at most."),
        ("[assortment]\n[[assortment.sells]]\n", "[[assortment]]\n", 8, 1, "assortment",
         "This must be a table, not a list.", "Write [assortment] and keys below it."),
    ],
)  # fmt: skip
def test_each_mistake_is_said_where_it_is(old, new, line, column, path, message, remedy) -> None:
    found = problems(old, new)
    if old.startswith("[assortment]"):
        # The row's keys are those of the table then: only the first problem is of the array.
        found = found[:1]
    assert found == [(line, column, path, message, remedy)]


def test_a_missing_key_is_said_at_its_table() -> None:
    ((line, column, path, message, _),) = problems('seller = "platform"\n', "")
    assert (line, column, path, message) == (6, 1, "merchant_of_record", 'The key "seller" is missing.')


def test_a_missing_term_is_said_at_the_top() -> None:
    assert problems('[fulfillment_split]\nmethods = ["pickup"]\n', "") == [
        (1, 1, "", "The term [fulfillment_split] is missing.", "Add a table [fulfillment_split].")
    ]


def test_overlapping_rates_are_found_only_when_both_would_count() -> None:
    row = 'percent = 4.5\nchannels = ["voice"]\n'
    clash = row + '[[commission.rates]]\npercent = 3\nchannels = ["app", "voice"]\n'
    assert problems(row, clash) == [
        (18, 1, "commission.rates[2]", "This rate and the one in row 1 both count for everything, on the same days.",
         "Part their days, channels or goods.")
    ]  # fmt: skip
    assert problems(row, clash.replace('"app", "voice"', '"app"')) == []
    assert problems(row, clash + 'goods = ["fresh"]\n') == []
    assert problems(row, "until = 2018-12-31\n" + clash + "from = 2019-01-01\n") == []
    assert [one[3] for one in problems(row, "until = 2019-01-01\n" + clash + "from = 2019-01-01\n")] == [
        "This rate and the one in row 1 both count for everything, on the same days."
    ]


def test_groups_inside_one_another_clash_a_department_does_not() -> None:
    row = 'percent = 4.5\nchannels = ["voice"]\n'
    two = 'percent = 1\ngoods = ["food"]\n[[commission.rates]]\npercent = 2\ngoods = ["{goods}"]\n'
    (clash,) = problems(row, two.format(goods="fresh"))
    assert clash[3].startswith("This rate and the one in row 1 both count for ")
    assert problems(row, two.format(goods="Crèmerie")) == []
    assert problems(row, two.format(goods="non-food")) == []


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace('"platform"\n[ass', '"nobody"\n[ass').replace("4.5", "-1").replace('["food"]', '["foood"]')
    assert [(one.line, one.path) for one in check(text)] == [
        (7, "merchant_of_record.seller"),
        (10, "assortment.sells[1].goods[1]"),
        (16, "commission.rates[1].percent"),
    ]


def test_parse_raises_them_all() -> None:
    with pytest.raises(BadAgreement) as raised:
        parse(GOOD.replace("4.5", "101"), "google.toml")
    message = "A percentage of 101 is out of range."
    expected = Problem(16, 1, "commission.rates[1].percent", message, "Use 0 to 100.", "google.toml")
    assert raised.value.problems == (expected,)
    assert str(raised.value) == (
        "google.toml:16:1: commission.rates[1].percent: A percentage of 101 is out of range. Use 0 to 100."
    )


def test_a_retailer_names_its_own_departments() -> None:
    own = '[goods]\nwine = ["Cave > Vins"]\nalcohol = ["wine", "Cave > Bières"]\n[assortment]\n'
    assert problems("[assortment]\n", own) == []
    assert problems("[assortment]\n", '[goods]\nwine = "Cave"\n[assortment]\n') == [
        (9, 1, "goods.wine", "A group is a list of departments.", 'Write it like ["Vins"].')
    ]
    ring = '[goods]\none = ["two"]\ntwo = ["one"]\n[assortment]\n'
    assert {one[3] for one in problems("[assortment]\n", ring)} == {
        'The group "one" holds itself.', 'The group "two" holds itself.'
    }  # fmt: skip
