"""Words searched for, taken apart; words misspelled or misheard; the ranking of what is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.query import Query, complete, parse, query_of
from cabas.dialogue.ranking import FEATURES, Card, Sought, Term, card, features, score, weights
from cabas.dialogue.spelling import JOINED_MAX, Speller
from cabas.domain.cart import Want
from cabas.kernel.quantity import Quantity


@pytest.mark.parametrize(
    ("text", "lang", "family", "words"),
    [
        ("trois litres de jus d'orange", "fr", "orange_juice", "jus d'orange"),
        ("half a kilo of carrots", "en", "carrot", "carrots"),
        ("camambert", "fr", "camembert", "camambert"),
        ("courjettes", "fr", "courgette", "courjettes"),
        ("chick peas", "en", None, "chick peas"),
    ],
)
def test_a_query_names_a_family(text: str, lang: str, family: str | None, words: str) -> None:
    query = parse(text, lang)
    assert query.words == words
    if family is not None:
        assert query.families == (family,)


def test_the_amount_is_kept_aside() -> None:
    query = parse("deux kilos de carottes", "fr")
    assert query.amount == Quantity.of(2, "KGM")
    assert "2kg" in query.sizes
    assert parse("carottes", "fr").amount is None


def test_what_is_refused_is_no_word_to_look_for() -> None:
    query = parse("soupe mais pas de poireaux", "fr")
    assert query.words == "soupe"
    assert {"de poireaux", "poireaux"} & set(query.excluded)


def test_a_refused_family_means_all_its_members_in_every_language() -> None:
    excluded = set(parse("yogurt but no fruit", "en").excluded)
    assert {"frambois", "raspberri", "frais", "strawberri"} <= excluded


def test_what_must_be_lacking_stays_a_word() -> None:
    query = parse("taboulé sans coriandre", "fr")
    assert query.words == "taboulé sans coriandre"
    assert "coriandre" in query.excluded


def test_labels_are_no_refusals() -> None:
    query = parse("biscuits sans sucre", "fr")
    assert query.labels == ("sugar_free",)
    assert query.excluded == ()


def test_frequent_words_of_the_catalog_are_not_respelled() -> None:
    assert parse("camambert", "fr", lambda word: 50).families == ()


def test_a_wish_is_searched_as_it_was_understood() -> None:
    want = Want("lait", "fr", family="semi_skimmed_milk", brand="Clos Vert", constraints=("bio", "not_brand:Zorglub"))
    query = query_of(want)
    assert query.families == ("semi_skimmed_milk",)
    assert (query.brand, query.labels, query.excluded) == ("Clos Vert", ("organic",), ("Zorglub",))
    assert query.named == "lait"


def test_completing_a_complete_query_changes_nothing() -> None:
    query = complete(Query("confiture de fraises", "fr"))
    assert complete(query) == query


@given(st.text(max_size=120), st.sampled_from(["fr", "en"]))
def test_any_text_can_be_asked(text: str, lang: str) -> None:
    query = parse(text, lang)
    assert query.lang == lang


WORDS = sorted(
    ["camembert", "carotte", "carottes", "epinard", "epinards", "fraise", "fraises", "vin", "pain", "haricot"]
)


def test_near_words_are_misspelled_or_sound_alike() -> None:
    speller = Speller(WORDS, "fr")
    assert dict(speller.near("camenbert"))["camembert"] > 0.7
    assert next(word for word, _ in speller.near("karotte")).startswith("carotte")
    assert speller.near("zorglub") == ()
    assert "fraise" not in dict(speller.near("fraise"))


def test_words_heard_apart_are_joined() -> None:
    speller = Speller(WORDS, "fr")
    assert (0, 2) in {
        (start, end) for start, end, word in speller.joined(["epi", "nards"]) if word.startswith("epinard")
    }
    assert all(end - start <= JOINED_MAX for start, end, _ in speller.joined(["a", "b", "c", "d", "e"]))


def test_a_speller_is_the_same_when_read_from_a_file() -> None:
    speller = Speller(WORDS, "fr")
    again = Speller(WORDS, "fr", speller.tables())
    for word in ("camenbert", "karotte", "fraize", "ven"):
        assert again.near(word) == speller.near(word)


def a_card(name: str, **told: object) -> Card:
    product = Annotator("fr").product(sku="1", name=name, **told)  # type: ignore[arg-type]
    return card(product)


def sought(*stems: str, **told: object) -> Sought:
    return Sought(tuple(Term({stem: 1.0}) for stem in stems), **told)  # type: ignore[arg-type]


def found(wanted: Sought, held: Card) -> dict[str, float]:
    return dict(zip(FEATURES, features(wanted, held), strict=True))


def test_the_very_name_has_every_text_feature() -> None:
    seen = found(sought("confitur", "frais"), a_card("Confiture de fraises"))
    assert (seen["text"], seen["cover"], seen["head"], seen["first"], seen["exact"], seen["order"]) == (
        1,
        1,
        1,
        1,
        1,
        1,
    )


def test_a_flavor_is_no_head() -> None:
    seen = found(sought("poulet"), a_card("Chips au poulet"))
    assert (seen["text"], seen["head"], seen["first"]) == (1, 0, 0)


def test_the_family_stands_for_its_words() -> None:
    wanted = replace(sought("patat"), terms=(Term({"patat": 1.0}, named=True),), families=frozenset({"potato"}))
    assert found(wanted, a_card("Pommes de terre"))["text"] == 0.95
    assert found(wanted, a_card("Carottes"))["text"] == 0.0


def test_a_guessed_word_is_never_worth_more_by_its_family_than_by_itself() -> None:
    wanted = Sought((Term({"farin": 0.8}, named=True),), families=frozenset({"flour"}))
    assert found(wanted, a_card("Farine"))["text"] == 0.8


def test_excluded_words_and_alien_departments_cost_most() -> None:
    wanted = sought("yaourt", excluded=frozenset({("frais",)}), food=True)
    plain, berries = a_card("Yaourt nature"), a_card("Yaourt aux fraises")
    cream = a_card("Yaourt corporel", category=("Hygiène et beauté",))
    assert score(wanted, plain) > score(wanted, cream)
    assert score(wanted, plain) - score(wanted, berries) > 5
    assert found(wanted, cream)["alien"] == 1


def test_packs_of_the_amount_asked_for_are_better() -> None:
    wanted = sought("farin", amount=(1000.0, "mass"))
    assert found(wanted, a_card("Farine 1 kg"))["pack"] == 1
    assert found(wanted, a_card("Farine 500 g"))["pack"] == 0.3
    assert found(wanted, a_card("Farine 750 g"))["pack"] == 0
    assert found(wanted, a_card("Farine"))["pack"] == 0


def test_no_commission_is_among_the_features() -> None:
    assert len(weights()) == len(FEATURES)
    assert not {name for name in FEATURES if name in ("commission", "margin", "fee", "sponsored")}


@given(st.text(max_size=80), st.lists(st.text("abcdefghij", min_size=2, max_size=6), max_size=5))
def test_features_lie_between_0_and_1(name: str, stems: list[str]) -> None:
    held = a_card(name or "x")
    assert all(0.0 <= value <= 1.0 for value in features(sought(*stems), held))
