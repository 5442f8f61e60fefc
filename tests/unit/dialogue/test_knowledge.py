"""Words a retailer taught: they come first, packs only add, "never" takes away, and nothing taught costs nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cabas.dialogue.knowledge import Knowledge, Taught, Word
from cabas.dialogue.lexicon import Lexicon, lexicon
from cabas.dialogue.tokens import tokenize
from cabas.domain.cart import Want
from cabas.domain.catalog import Product


def taught(*words: Word, lang: str = "fr") -> Lexicon:
    return lexicon(knowledge=Knowledge(1, words), lang=lang)


def families(words: Lexicon, text: str) -> list[str]:
    return [match.id for match in words.covering(tokenize(text)) if match.kind == "family"]


def test_without_knowledge_the_lexicon_is_the_shared_one() -> None:
    assert lexicon(lang="fr") is lexicon(knowledge=Knowledge(7), lang="fr")
    assert Taught.of(Knowledge(7), "fr") is None


def test_a_word_of_the_retailers_own() -> None:
    own = taught(Word("schmurtz", "fr", "courgette"))
    assert families(lexicon(lang="fr"), "des schmurtz") == []
    assert families(own, "des schmurtz") == ["courgette"]
    assert own.knows_word("schmurtz")
    assert not own.knows_word("schmurtz", "en")


def test_own_words_come_before_shared_ones_and_packs_after_them() -> None:
    assert families(lexicon(lang="fr"), "des carottes") == ["carrot"]
    assert families(taught(Word("carottes", "fr", "parsnip")), "des carottes") == ["parsnip"]
    assert families(taught(Word("carottes", "fr", "parsnip", own=False)), "des carottes") == ["carrot"]
    assert families(taught(Word("schmurtz", "fr", "parsnip", own=False)), "du schmurtz") == ["parsnip"]


def test_own_words_come_before_the_most_popular_family() -> None:
    popular = max(lexicon(lang="fr").families.items(), key=lambda one: int(one[1].get("popularity", 0)))
    name = popular[1]["fr"][0]
    assert families(taught(Word(name, "fr", "parsnip")), name) == ["parsnip"]


def test_words_may_mean_two_things() -> None:
    both = taught(Word("schmurtz", "fr", "parsnip"), Word("schmurtz", "fr", "courgette"))
    assert {match.id for match in both.at(tokenize("schmurtz"), 0)} == {"parsnip", "courgette"}


def test_a_longer_shared_name_is_not_cut_by_a_taught_word() -> None:
    own = taught(Word("jus", "fr", "courgette"))
    assert families(own, "jus de pomme") == families(lexicon(lang="fr"), "jus de pomme") == ["apple_juice"]


def test_never_takes_a_meaning_away() -> None:
    corrected = taught(Word("carottes", "fr", "carrot", never=True))
    assert families(corrected, "des carottes") == []
    assert families(corrected, "des carottes râpées") == families(lexicon(lang="fr"), "des carottes râpées")


def test_words_of_another_language_count_a_little_less() -> None:
    own = taught(Word("schmurtz", "en", "courgette"), Word("schmurtz", "fr", "parsnip"), lang="fr")
    assert families(own, "schmurtz") == ["parsnip"]
    assert families(taught(Word("schmurtz", "en", "courgette"), lang="fr"), "schmurtz") == ["courgette"]


def test_words_that_mean_a_product() -> None:
    own = taught(Word("baguette magique", "fr", None, "B-1"))
    assert own.taught is not None
    assert own.taught.product("la baguette magique") == "B-1"
    assert own.taught.product("baguette") is None
    knows = own.taught.grounded(lambda words: words == "pain")
    assert [knows(words) for words in ("baguette magique", "pain", "brioche")] == [True, True, False]


def test_words_that_never_mean_a_product_or_a_family() -> None:
    own = taught(Word("filet", "fr", None, "N-1", never=True), Word("filet", "fr", "cheese", never=True))
    assert own.taught is not None
    net = Product("N-1", {"fr": "Filet à linge"})
    goat = Product("G-1", {"fr": "Bûche"}, family="goat_cheese")
    wish = Want("filet", "fr")
    assert own.taught.refuses(wish, net)
    assert own.taught.refuses(wish, goat)  # a kind of cheese
    assert not own.taught.refuses(wish, replace(net, sku="N-2"))
    assert not own.taught.refuses(Want("filet de bar", "fr"), net)


@pytest.mark.parametrize(
    ("words", "family", "plain"),
    [
        ("schmurtz", "courgette", "courgette"),
        ("petits schmurtz", "courgette", "petits courgette"),
        ("schmurtz", "parsnip", "schmurtz"),
        ("schmurtz", None, "schmurtz"),
    ],
)
def test_taught_words_said_as_the_shop_says_them(words: str, family: str | None, plain: str) -> None:
    own = taught(Word("schmurtz", "fr", "courgette"))
    assert own.taught is not None
    assert own.taught.plain(words, family) == plain


def test_whole_words_that_mean_a_family() -> None:
    own = taught(Word("schmurtz", "fr", "courgette"))
    assert own.taught is not None
    assert own.taught.family("schmurtz") == "courgette"
    assert own.taught.family("schmurtz vert") is None


def test_a_family_nobody_knows_anymore_says_nothing() -> None:
    assert families(taught(Word("schmurtz", "fr", "gone_family")), "des schmurtz") == []
