"""Labels and restricted goods: the sheets can be used as they stand, and tell what they should of product names."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from cabas.dialogue.families import ALLERGENS, sheets
from cabas.dialogue.labels import Label, labels, labels_by_word, restricted
from cabas.kernel.text import fold

LANGUAGES = ("fr", "en")
KINDS = {"diet", "quality", "process", "price", "packaging", "origin"}


def test_every_label_has_a_tag_in_both_languages_and_a_known_kind():
    for label in labels().values():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", label.id)
        assert label.kind in KINDS, label.id
        assert label.allergens <= ALLERGENS, label.id
        for lang in LANGUAGES:
            assert label.tag(lang) == label.names[lang][0], label.id


def test_no_name_stands_for_two_labels():
    for lang in LANGUAGES:
        names = Counter(fold(name) for label in labels().values() for name in label.names[lang])
        assert [name for name, times in names.items() if times > 1] == []
    owners = {(fold(name), label.id) for label in labels().values() for names in label.names.values() for name in names}
    assert len({name for name, _ in owners}) == len(owners)


def test_the_labels_of_the_families_exist():
    used = {label for sheet in sheets().values() for label in sheet.get("labels", ())}
    assert used - set(labels()) == set()


def test_what_is_allowed_would_be_excluded_otherwise():
    idle = []
    for label in labels().values():
        bare = Label(label.id, label.names, label.kind, label.allergens, label.excludes)
        assert not [name for name in label.allows if label.contradicted_by(name)], label.id
        if label.allows and not any(bare.contradicted_by(name) for name in label.allows):
            idle.append(label.id)
    assert idle == []


@pytest.mark.parametrize(
    ("lang", "label_id", "tag"),
    [
        ("fr", "organic", "bio"),
        ("en", "organic", "organic"),
        ("fr", "no_added_sugar", "sans sucres ajoutés"),
        ("en", "no_added_sugar", "no added sugar"),
        ("fr", "kosher", "casher"),
        ("en", "unscented", "unscented"),
        ("fr", "store_brand", "marque distributeur"),
        ("fr", "cheapest", "le moins cher"),
    ],
)
def test_tags(lang: str, label_id: str, tag: str):
    assert labels()[label_id].tag(lang) == tag


@pytest.mark.parametrize(
    ("said", "label_id"),
    [
        ("intolérante au lactose", "lactose_free"),
        ("allergique aux cacahuètes", "peanut_free"),
        ("tree nut allergy", "nut_free"),
        ("végétalienne", "vegan"),
        ("free-range", "free_range"),
        ("désossée", "boneless"),
        ("MDD", "store_brand"),
        ("wholegrain", "wholemeal"),
    ],
)
def test_other_ways_to_say_it(said: str, label_id: str):
    assert labels_by_word()[fold(said)].id == label_id


@pytest.mark.parametrize(
    ("label_id", "name", "contradicted"),
    [
        ("no_pork", "Lardons fumés nature", True),
        ("no_pork", "Jambons de Bayonne", True),
        ("no_pork", "Jambon de dinde fumé", False),
        ("no_pork", "Saucisses de volaille et porc", True),
        ("no_pork", "Porcelaine à déguster", False),
        ("peanut_free", "Biscuits soufflés à la cacahuète", True),
        ("nut_free", "Noix de coco râpée", False),
        ("nut_free", "Noix de Grenoble", True),
        ("nut_free", "Donuts au sucre", False),
        ("dairy_free", "Beurre de cacahuète", False),
        ("dairy_free", "Crème fraîche épaisse", True),
        ("gluten_free", "Farine de blé noir", False),
        ("gluten_free", "Farine de blé T55", True),
        ("egg_free", "Œufs en chocolat", False),
        ("egg_free", "Gros œufs frais", True),
        ("vegan", "Yaourt au soja nature", False),
        ("vegan", "Miel de lavande", True),
        ("no_palm_oil", "Pâte à tartiner sans huile de palme", False),
        ("no_palm_oil", "sucre, huile de palme, noisettes", True),
        ("organic", "anything at all", False),
    ],
)
def test_contradictions(label_id: str, name: str, contradicted: bool):
    assert labels()[label_id].contradicted_by(name) is contradicted


def test_a_name_claims_a_label_by_whole_words():
    assert labels()["organic"].claimed_by("Lait entier BIO 1 l")
    assert not labels()["organic"].claimed_by("Biotope")
    assert labels()["lactose_free"].claimed_by("Lait demi-écrémé délactosé")
    assert labels()["unsweetened"].claimed_by("Cacao non sucré")
    assert labels()["pasteurized"].claimed_by("Brie au lait pasteurisé")
    assert not labels()["pasteurized"].claimed_by("Brie non pasteurisé")
    assert not labels()["light"].claimed_by("Crème Délight")


def test_restrictions_are_an_age_or_a_refusal():
    for one in restricted().values():
        assert one.kind in ("age", "refused"), one.id
        assert (one.minimum_age >= 18) is (one.kind == "age"), one.id
        assert bool(one.families) is (one.kind == "age"), one.id
        assert all(one.names[lang] for lang in LANGUAGES), one.id
    assert restricted()["alcohol"].minimum_age == 18


def test_every_family_with_an_age_is_of_one_restricted_class():
    def classes(family: str | None) -> list[str]:
        found = []
        while family is not None:
            found += [one.id for one in restricted().values() if family in one.families]
            family = sheets()[family].get("parent")
        return found

    for family, sheet in sheets().items():
        if sheet.get("age"):
            assert len(classes(family)) == 1, family
    assert {family for one in restricted().values() for family in one.families} <= set(sheets())
    assert classes("champagne") == ["alcohol"]
    assert classes("kitchen_knife") == ["knife"]


def test_restricted_words_are_no_names_of_goods_that_are_sold():
    sold = {fold(name) for sheet in sheets().values() for lang in LANGUAGES for name in sheet[lang]}
    refused = {
        fold(name)
        for one in restricted().values()
        if one.kind == "refused"
        for names in one.names.values()
        for name in names
    }
    assert sold & refused == set()
    assert {"doliprane", "paracetamol", "cigarettes"} <= refused
