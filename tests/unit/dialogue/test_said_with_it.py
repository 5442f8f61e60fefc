"""What is said with a thing: how much, whose brand, where from, what must not be in it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from cabas.dialogue import nouns
from cabas.dialogue.annotate import Annotator
from cabas.dialogue.fits import begins, fits
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.pick import Picked, Shelf, pick
from cabas.dialogue.query import query_of
from cabas.dialogue.recipe_needs import family_of_food
from cabas.domain.cart import Amount, Want
from cabas.domain.catalog import Offer, Product
from cabas.kernel.money import Money


def product(name: str, *aisles: str, brand: str = "") -> Product:
    return Annotator("fr").product(sku=name, name=name, brand=brand, category=aisles)


def want(words: str, *tags: str, amount: Amount | None = None) -> Want:
    return Want(words, "fr", amount, family_of_food(words, "fr"), constraints=tags)


def chosen(wish: Want, prices: dict[str, int], *aisles: str) -> Picked:
    offers = {name: Offer(name, "lille", Money(cents), 50) for name, cents in prices.items()}
    hits = [(product(name, *aisles), 1.0) for name in prices]
    return pick(wish, hits, Shelf(offers, labels_by_word(), date(2026, 11, 23)))


def test_five_kilos_are_no_twenty_five_small_packs() -> None:
    wish = want("riz", amount=Amount(Fraction(5), "kg"))
    found = chosen(wish, {"Riz 200 g": 150, "Riz 1 kg": 200}).choice
    assert found is not None
    assert (found.product.name, found.quantity) == ("Riz 1 kg", 5)


def test_the_cheapest_is_one_of_usual_size() -> None:
    found = chosen(want("beurre doux", "le moins cher"), {"Beurre doux 15 g": 40, "Beurre doux 250 g": 210}).choice
    assert found is not None
    assert found.product.name == "Beurre doux 250 g"


def test_a_size_that_is_not_there_takes_the_nearest() -> None:
    found = chosen(want("riz", "size:5kg"), {"Riz 250 g": 190, "Riz 2 kg": 420})
    assert found.choice is not None
    assert (found.choice.product.name, found.broken) == ("Riz 2 kg", ("size:5kg",))


@pytest.mark.parametrize(
    ("words", "tags", "name", "called"),
    [
        ("basilic surgelé", ("surgelé",), "Basilic ciselé surgelé", True),
        ("levure fraîche", (), "Levure chimique", False),
        ("pâtes sans gluten", ("sans gluten",), "Pâte feuilletée sans gluten", False),
        ("riz micro-ondable", (), "Riz cantonais micro-ondable", False),
    ],
)
def test_what_is_filed_elsewhere_is_called_so_word_for_word(
    words: str, tags: tuple[str, ...], name: str, *, called: bool
) -> None:
    assert begins(want(words, *tags), product(name)) is called


def test_a_brand_of_numbers_is_one_of_its_own() -> None:
    wish = Want("1664", "fr", brand="1664")
    assert fits(wish, product("Bière blonde 1664", brand="1664")) is True
    assert fits(wish, product("Bière blonde", brand="Meteor")) is False


def test_places_are_searched_by_all_their_words() -> None:
    assert query_of(want("miel", "origin:Espagne")).words.split() == ["miel", "espagnol", "espagne"]


@pytest.mark.parametrize(
    ("tag", "lang", "told"),
    [
        ("origin:Espagne", "fr", "origine Espagne"),
        ("pack_of:6", "fr", "lot de 6"),
        ("fat:5%", "fr", "5% de matière grasse"),
        ("origin:Spain", "en", "from Spain"),
        ("sans gluten", "fr", "sans gluten"),
    ],
)
def test_constraints_are_told_as_one_says_them(tag: str, lang: str, told: str) -> None:
    assert nouns.told(tag, lang) == told
