"""Names found in text: plurals, accents, hyphens, small words; brands of a store; words misheard or misspelled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cabas.dialogue.lexicon import FAMILY, lexicon
from cabas.dialogue.sounds import sound
from cabas.dialogue.tokens import TEXT_MAX, TOKENS_MAX, spell, stem, tokenize
from cabas.dialogue.understand import Hearing, understand

FR, EN = lexicon(["Moulin Vert", "Brin & Brun"], lang="fr"), lexicon(["Moulin Vert", "Brin & Brun"], lang="en")


def families(text: str, lang: str) -> list[str]:
    return [match.id for match in {"fr": FR, "en": EN}[lang].covering(tokenize(text)) if match.kind == FAMILY]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("courgettes", "fr", ["courgette"]),
        ("des COURGETTE", "fr", ["courgette"]),
        ("jus de pomme", "fr", ["apple_juice"]),
        ("jus pomme", "fr", ["apple_juice"]),
        ("lait demi ecreme", "fr", ["semi_skimmed_milk"]),
        ("lait demi-écrémé", "fr", ["semi_skimmed_milk"]),
        ("zucchinis", "en", ["courgette"]),
        ("strawberries", "en", ["strawberry"]),
        ("sweet corn", "en", ["sweetcorn"]),
    ],
)
def test_forms_of_a_name_do_not_matter(text: str, lang: str, expected: list[str]) -> None:
    assert families(text, lang) == expected


def test_accents_decide_between_names_that_fold_alike() -> None:
    assert families("du pâté", "fr") == ["pate"]
    assert families("des pâtes", "fr") == ["pasta"]


def test_a_french_store_understands_english_words() -> None:
    assert [match.id for match in FR.covering(tokenize("zucchini")) if match.kind == FAMILY] == ["courgette"]


def test_brands_belong_to_the_store_that_sells_them() -> None:
    kinds = [(match.kind, match.id) for match in FR.covering(tokenize("moulin vert"))]
    assert kinds == [("brand", "Moulin Vert")]
    assert [match.id for match in FR.covering(tokenize("Brin and Brun")) if match.kind == "brand"] == []
    assert [match.id for match in EN.covering(tokenize("Brin and Brun")) if match.kind == "brand"] == ["Brin & Brun"]
    assert lexicon().covering(tokenize("moulin vert")) == [] or "brand" not in [
        match.kind for match in lexicon().covering(tokenize("moulin vert"))
    ]


@pytest.mark.parametrize(
    ("name", "lang", "family"),
    [
        ("Chips saveur poulet rôti 120 g", "fr", "crisps"),
        ("Jus de pomme brut 1 L", "fr", "apple_juice"),
        ("Organic Whole Milk 1 gal", "en", "whole_milk"),
        ("Gala Apples", "en", "gala_apple"),
        ("Turbo quelque chose", "fr", None),
    ],
)
def test_the_family_of_a_product_name(name: str, lang: str, family: str | None) -> None:
    found = lexicon(lang=lang).family_of(name, lang)
    assert found == family or (found is not None and family in lexicon(lang=lang).above(found))


def test_families_know_who_is_above_and_below() -> None:
    assert "semi_skimmed_milk" in FR.below("milk")
    assert FR.above("semi_skimmed_milk")[:2] == ("semi_skimmed_milk", "milk")
    assert FR.family("no_such_thing") is None
    assert FR.mentions("du lait demi-écrémé", "milk")
    assert not FR.mentions("du beurre", "milk")


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("thon", "ton", "fr"),
        ("sans", "cent", "fr"),
        ("yaourt", "yaourth", "fr"),
        ("flour", "flower", "en"),
        ("leek", "leak", "en"),
    ],
)
def test_words_that_sound_alike(one: str, other: str, lang: str) -> None:
    assert sound(one, lang) == sound(other, lang)


@pytest.mark.parametrize(
    ("said", "lang", "words"),
    [
        ("deux boîtes de ton", "fr", "thon"),
        ("un kilo de courjettes", "fr", "courgettes"),
        ("de la mozarela", "fr", "mozzarella"),
        ("three bags of broccolli", "en", "broccoli"),
        ("a bunch of time", "en", "thyme"),
    ],
)
def test_misheard_and_misspelled_food_is_put_right(said: str, lang: str, words: str) -> None:
    (act,) = understand(said, hearing(lang)).acts
    assert (act.kind, [want.words for want in act.wants]) == ("add", [words])


@pytest.mark.parametrize(("said", "lang"), [("mets ton panier à jour", "fr"), ("what time is it", "en")])
def test_words_that_mean_something_else_are_left_alone(said: str, lang: str) -> None:
    assert [want.words for act in understand(said, hearing(lang)).acts for want in act.wants] == []


def hearing(lang: str) -> Hearing:
    return Hearing(lang, datetime(2026, 11, 24, 10, tzinfo=UTC), {"fr": FR, "en": EN}[lang])


def test_tokens_keep_their_place_and_what_joined_them() -> None:
    text = "Mets-moi 1,5 l d’eau"
    tokens = tokenize(text)
    assert [token.folded for token in tokens] == ["mets", "moi", "1,5", "l", "d", "eau"]
    assert [token.lead for token in tokens] == [" ", "-", " ", " ", " ", "'"]
    assert [text[token.start : token.end] for token in tokens] == ["Mets", "moi", "1,5", "l", "d", "eau"]
    assert spell(tokens[4:]) == "d'eau"
    assert [token.kind for token in tokenize("19h30, www.example.org")] == ["number", "word", "number", "mark", "url"]


def test_tokens_are_bounded() -> None:
    assert len(tokenize("a " * TEXT_MAX)) == TOKENS_MAX
    assert tokenize("\u202e\u0000") == ()


@pytest.mark.parametrize(
    ("forms", "lang"),
    [
        ("fraîche fraîches frais", "fr"),
        ("râpé râpée râpés", "fr"),
        ("gâteau gâteaux", "fr"),
        ("berry berries", "en"),
        ("tomato tomatoes", "en"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: str, lang: str) -> None:
    assert len({stem(token.folded, lang) for token in tokenize(forms)}) == 1


def test_different_foods_do_not_share_a_stem() -> None:
    words = "fraise frais sauce saucisse saucisson poire poireau lait laitue orange orangina navet navette".split()
    assert len({stem(word, "fr") for word in words}) == len(words)
