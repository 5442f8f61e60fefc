"""Product names as words that can be compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.names import Phrasebook, ingredient_words, light, read_name


@pytest.mark.parametrize(
    "forms",
    [
        ("rapee", "rape", "rapees", "rapes"),
        ("blanche", "blancs", "blanc"),
        ("tomatoes", "tomato"),
        ("cherries", "cherry"),
        ("fraiche", "frais"),
        ("moelleuses", "moelleux"),
        ("animaux", "animal"),
        ("gateaux", "gateau"),
        ("seches", "sec"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({light(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("sauce", "saucisse"), ("andouille", "andouillette"), ("noix", "noisette")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert light(one) != light(other)


def test_a_name_is_read() -> None:
    name = read_name("Nuggets de poulet, sans gluten 4 x 250 g goût paprika", "fr")
    assert name.words == ("nugget", "poulet", "-gluten", "paprika")
    assert name.tied == {1, 3}
    assert name.breaks == (2,)
    assert name.flavor == 3
    assert name.sizes == ("4x250g",)
    assert name.raw == ("nuggets", "poulet", "-gluten", "paprika")


@pytest.mark.parametrize(
    ("text", "words", "sizes"),
    [
        ("Lait 1/2 écrémé", ("lait", "demi", "ecrem"), ()),
        ("Farine T65", ("farin", "t65"), ()),
        ("Yaourt 0 %", ("yaourt", "0%"), ()),
        ("Crème 30%", ("crem",), ("30%",)),
        ("Son d'avoine", ("son", "avoin"), ()),
        ("PACK 6X1L5", ("pack",), ("6x1l5",)),
        ("Œufs x12", ("oeuf",), ("x12",)),
        ("", (), ()),
    ],
)
def test_numbers_are_words_only_where_they_name(text: str, words: tuple[str, ...], sizes: tuple[str, ...]) -> None:
    name = read_name(text, "fr")
    assert (name.words, name.sizes) == (words, sizes)


def test_accents_tell_words_apart_where_any_are_written() -> None:
    assert read_name("Pâté de foie", "fr").acute == {0}
    assert read_name("Pâte à pain", "fr").acute == frozenset()
    assert read_name("PATE DE FOIE", "fr").acute is None


def test_what_is_lacking_never_meets_what_is_there() -> None:
    assert "sel" in read_name("Beurre au sel", "fr").words
    assert "sel" not in read_name("Beurre sans sel", "fr").words
    assert read_name("bread without salt", "en").words == ("bread", "-salt")


@given(st.text(max_size=500))
def test_any_text_can_be_read(text: str) -> None:
    name = read_name(text, "fr")
    assert len(name.words) == len(name.raw) <= 40
    assert all(0 <= place <= len(name.words) for place in (*name.tied, *name.breaks, name.flavor))


def test_the_longest_phrase_hides_those_inside_it() -> None:
    book = Phrasebook([("noix", "nuts"), ("noix de coco", "coconut"), ("lait", "milk")])
    assert book.within("Sucre, NOIX DE COCO râpée, laits") == {"coconut", "milk"}
    assert book.within("noix, noix de coco") == {"nuts", "coconut"}
    assert book.within("noisette") == set()


def test_ingredients_are_words_without_small_ones() -> None:
    assert ingredient_words("Farine de blé 70 %, œufs, farine de riz", "fr") == ["farin", "ble", "%", "oeuf", "riz"]
