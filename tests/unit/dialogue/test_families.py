"""Every family sheet can be used as it stands, whoever wrote it."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest
import yaml

from cabas.dialogue import locales
from cabas.dialogue.families import ALLERGENS, pack_size, sheets
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.kernel.quantity import EACH, Quantity
from cabas.kernel.text import fold

LANGUAGES = ("fr", "en")
KEYS = {
    "category", "vat", "storage", "sold_by", "fr", "en", "gender", "parent", "packs", "price", "brands", "labels",
    "allergens", "popularity", "piece", "age", "staple", "not", "instead", "variants", "least_percent",
}  # fmt: skip
VAT_RATES = (210, 550, 1000, 2000)
PRICE = re.compile(r"(\d+(?:\.\d{1,2})?)-(\d+(?:\.\d{1,2})?)")
# Asked for, and answered, but never sold.
NEVER_SOLD = {"tap_water"}
SHEETS = sheets()


def wrong(check) -> list[str]:
    """The ids of the families for which `check` is false."""
    return [family for family, sheet in SHEETS.items() if not check(sheet)]


def test_there_are_families_for_a_whole_store():
    assert len(SHEETS) > 900


def test_every_file_holds_a_category_and_families():
    for path in sorted(files("cabas.dialogue.families").iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".yaml"):
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
            assert set(document) <= {"category", "defaults", "families"}, path.name
            assert document["families"], path.name


def test_only_known_keys_are_used():
    assert wrong(lambda sheet: set(sheet) <= KEYS | set(locales.languages())) == []


def test_ids_are_snake_case():
    assert [family for family in SHEETS if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", family)] == []


def test_every_family_is_named_and_shelved_in_both_languages():
    for lang in LANGUAGES:
        assert wrong(lambda sheet, lang=lang: bool(sheet[lang]) and all(_is_name(name) for name in sheet[lang])) == []
        assert wrong(lambda sheet, lang=lang: all(sheet["category"][lang])) == []
    assert wrong(lambda sheet: len(sheet["category"]["fr"]) == len(sheet["category"]["en"])) == []


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name == name.strip() and len(fold(name)) > 1


def test_parents_exist_and_never_go_round():
    assert wrong(lambda sheet: sheet.get("parent") is None or sheet["parent"] in SHEETS) == []
    for family in SHEETS:
        seen = [family]
        while (parent := SHEETS[seen[-1]].get("parent")) is not None:
            assert parent not in seen, f"{family} is its own ancestor"
            seen.append(parent)


def test_what_is_offered_instead_is_another_family():
    assert wrong(lambda sheet: set(sheet.get("instead", ())) <= set(SHEETS)) == []
    assert [family for family, sheet in SHEETS.items() if family in sheet.get("instead", ())] == []


def test_a_family_without_a_price_is_a_wider_word_with_children():
    parents = {sheet.get("parent") for sheet in SHEETS.values()}
    priced = {family for family, sheet in SHEETS.items() if sheet.get("price")}
    assert [family for family in SHEETS if family not in priced and SHEETS[family].get("packs")] == []
    assert {family for family in SHEETS if family not in priced and family not in parents} <= NEVER_SOLD


def test_goods_sold_each_have_packs():
    assert wrong(lambda sheet: not sheet.get("price") or sheet["sold_by"] == "weight" or bool(sheet.get("packs"))) == []


def test_prices_are_a_range_of_euros():
    for family, sheet in SHEETS.items():
        if "price" in sheet:
            found = PRICE.fullmatch(str(sheet["price"]))
            assert found is not None, family
            low, high = Money.parse(found[1]), Money.parse(found[2])
            assert Money(0) < low <= high, family


def test_packs_and_pieces_can_be_read():
    for family, sheet in SHEETS.items():
        for pack in sheet.get("packs", ()):
            units, one = pack_size(pack)
            assert units >= 1, family
            assert one.base > 0, family
        if "piece" in sheet:
            units, one = pack_size(sheet["piece"])
            assert units == 1, family
            assert one.dimension in ("mass", "volume"), family


def test_allergens_labels_and_choices_are_known():
    assert wrong(lambda sheet: set(sheet.get("allergens", ())) <= ALLERGENS) == []
    assert wrong(lambda sheet: all(re.fullmatch(r"[a-z]+(_[a-z]+)*", label) for label in sheet.get("labels", ()))) == []
    assert wrong(lambda sheet: sheet.get("gender", "m") in ("m", "f")) == []
    assert wrong(lambda sheet: sheet["storage"] in ("ambient", "chilled", "frozen")) == []
    assert wrong(lambda sheet: sheet["sold_by"] in ("each", "weight")) == []
    assert wrong(lambda sheet: sheet["vat"] in VAT_RATES) == []
    assert wrong(lambda sheet: sheet.get("age", 0) in (0, 18)) == []


def test_popularity_runs_from_0_to_100():
    assert wrong(lambda sheet: isinstance(sheet.get("popularity"), int) and 0 <= sheet["popularity"] <= 100) == []


def test_variants_are_words_in_both_languages():
    for family, sheet in SHEETS.items():
        for variant in sheet.get("variants", ()):
            assert set(variant) == set(LANGUAGES), family
            assert all(_is_name(str(word)) for word in variant.values()), family


def test_no_two_families_have_the_same_first_name():
    for lang in LANGUAGES:
        counted = Counter(fold(sheet[lang][0]) for sheet in SHEETS.values())
        assert [name for name, times in counted.items() if times > 1] == []


def test_a_lookalike_is_not_one_of_the_family_s_own_names():
    def own(sheet) -> set[str]:
        return {fold(name) for lang in LANGUAGES for name in sheet[lang]}

    assert wrong(lambda sheet: not own(sheet) & {fold(name) for name in sheet.get("not", ())}) == []


@pytest.mark.parametrize(
    ("text", "units", "one"),
    [
        ("1 l", 1, Quantity(1, "LTR")),
        ("6x1.5 l", 6, Quantity(15, "LTR", 1)),
        ("4x125 g", 4, Quantity(125, "GRM")),
        ("0,75 l", 1, Quantity(75, "LTR", 2)),
        ("12 pieces", 12, Quantity(1, EACH)),
        ("2x12 rolls", 24, Quantity(1, EACH)),
    ],
)
def test_a_pack_is_read(text, units, one):
    assert pack_size(text) == (units, one)


@pytest.mark.parametrize("text", ["", "a dozen", "g", "1.5 pieces", "1 l x 6 x 2"])
def test_what_is_no_pack_is_refused(text):
    with pytest.raises(InvalidInput):
        pack_size(text)
