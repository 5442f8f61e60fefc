"""Product names read like those on a shelf, in both languages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from cabas.demo.assortment import articles
from cabas.demo.wording import Wording, english, french, pack_words, plural_en, plural_fr, words
from cabas.dialogue.families import sheets

NAMES = {(article.product.family, article.product.names["fr"]): article.product.names["en"] for article in articles()}


@pytest.mark.parametrize(
    ("family", "french", "english"),
    [
        ("semi_skimmed_milk", "Lait demi-écrémé 6 x 1 l", "Semi-skimmed milk 6 x 1 l"),
        ("semi_skimmed_milk", "Lait demi-écrémé bio 1 l", "Organic semi-skimmed milk 1 l"),
        ("free_range_egg", "Œufs plein air x 12", "Free-range eggs x 12"),
        ("cooked_ham", "Jambon blanc 4 tranches", "Cooked ham 4 slices"),
        ("gala_apple", "Pommes Gala en vrac", "Loose Gala apples"),
        ("banana", "Bananes bio en vrac", "Loose organic bananas"),
        ("plain_yogurt", "Yaourts nature 4 x 125 g", "Plain yogurts 4 x 125 g"),
        ("shortcrust_pastry", "Pâte brisée 230 g", "Shortcrust pastry 230 g"),
        ("beef_fillet", "Filet de bœuf à la coupe", "Beef fillet, cut to order"),
        ("baguette", "Baguette", "Baguette"),
        ("petits_suisses", "Petits-suisses 12 x 60 g", "Petit suisses 12 x 60 g"),
    ],
)
def test_a_name_is_put_together(family, french, english):
    assert NAMES[family, french] == english


@pytest.mark.parametrize(
    ("pack", "french", "english"),
    [
        ("6x1.5 l", "6 x 1,5 l", "6 x 1.5 l"),
        ("250 g", "250 g", "250 g"),
        ("1 piece", "", ""),
        ("12 pieces", "x 12", "x 12"),
        ("4 slices", "4 tranches", "4 slices"),
        ("6 rolls", "6 rouleaux", "6 rolls"),
        ("", "", ""),
    ],
)
def test_a_pack_is_printed(pack, french, english):
    assert (pack_words(pack, "fr"), pack_words(pack, "en")) == (french, english)


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("pomme verte", "pommes vertes"),
        ("yaourt à la grecque", "yaourts à la grecque"),
        ("pain au chocolat", "pains au chocolat"),
        ("œuf plein air", "œufs plein air"),
        ("pomme Gala", "pommes Gala"),
        ("chou-fleur", "choux-fleurs"),
        ("steak végétal", "steaks végétaux"),
        ("noix", "noix"),
    ],
)
def test_french_plurals(one, several):
    assert plural_fr(one) == several


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("tomato", "tomatoes"),
        ("berry", "berries"),
        ("peach", "peaches"),
        ("leg of lamb", "legs of lamb"),
        ("free-range egg", "free-range eggs"),
        ("turkey", "turkeys"),
        ("oats", "oats"),
    ],
)
def test_english_plurals(one, several):
    assert plural_en(one) == several


def test_names_are_tidy():
    for (family, name_fr), name_en in NAMES.items():
        for name in (name_fr, name_en):
            assert name == " ".join(name.split()), family
            assert not name[0].islower(), name
            assert len(name) <= 80, name
            assert not re.search(r"\b(\w{4,})\s+\1\b", name, re.IGNORECASE), name


def test_names_do_not_hold_a_brand():
    brands = {article.product.brand for article in articles()} - {None}
    assert [name for _, name in NAMES if any(brand in name for brand in brands)] == []


def test_two_products_of_one_brand_never_share_a_name():
    counted = Counter((article.product.brand, article.product.name) for article in articles())
    assert [key for key, times in counted.items() if times > 1] == []


def test_every_word_list_names_known_things():
    assert set(words()["names"]) <= set(sheets())
    assert set(words()["mass"]) <= set(sheets())
    assert set(words()["skip"]) <= set(sheets())
    departments = {sheet["category"]["en"][0] for sheet in sheets().values()}
    assert set(words()["several"]) | set(words()["trays"]) <= departments


def test_every_word_that_counts_has_a_wording():
    counted = {re.sub(r"[\d.,x ]", "", str(pack)) for sheet in sheets().values() for pack in sheet.get("packs", ())}
    assert counted - set("mg g kg ml cl dl l cm m piece pieces".split()) <= set(words()["counted"])


def test_a_label_unknown_here_is_written_as_the_dialogue_tags_it():
    sheet = {"fr": ["tisane"], "en": ["herbal tea"], "gender": "f", "category": {"fr": ["Thés"], "en": ["Teas"]}}
    wording = Wording("tisane", "50 g", label="no_pork")
    assert french(sheet, wording, plural=False) == "Tisane sans porc 50 g"
    assert english(sheet, wording, plural=False) == "No pork herbal tea 50 g"


def test_labels_agree_with_the_noun():
    sheet = {"fr": ["crème"], "en": ["cream"], "gender": "f", "category": {"fr": ["Crèmerie"], "en": ["Dairy"]}}
    assert french(sheet, Wording("cream", "20 cl", label="light"), plural=False) == "Crème allégée 20 cl"
    assert french(sheet, Wording("cream", "20 cl", label="light"), plural=True) == "Crèmes allégées 20 cl"
