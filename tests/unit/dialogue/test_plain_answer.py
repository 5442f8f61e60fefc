"""The plainest of the products that are what was asked for; never what was refused; remarks are no part of a name."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from cabas.dialogue import nouns
from cabas.dialogue.annotate import Annotator
from cabas.dialogue.fits import fits
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.looser import looser
from cabas.dialogue.merit import meets
from cabas.dialogue.oddity import oddity
from cabas.dialogue.pick import Shelf, pick
from cabas.dialogue.recipe_needs import family_of_food
from cabas.dialogue.refusals import refused, shows
from cabas.dialogue.usual_pack import assumed
from cabas.domain.cart import Amount, Want
from cabas.domain.catalog import Product
from cabas.kernel.quantity import Quantity

SHELF = Shelf({}, labels_by_word(), date(2026, 11, 22))


def product(name: str, aisle: str) -> Product:
    return Annotator("fr").product(sku=name, name=name, category=(aisle,))


def chosen(words: str, names: dict[str, str], *tags: str, amount: Amount | None = None) -> str | None:
    want = Want(words, "fr", amount, family_of_food(words, "fr"), None, tags)
    hits = [(one, 1.0) for one in (product(name, aisle) for name, aisle in names.items()) if fits(want, one)]
    choice = pick(want, hits, SHELF).choice
    return choice.product.name if choice is not None else None


@pytest.mark.parametrize(
    ("words", "odd", "plain", "aisle"),
    [
        ("saumon", "Saumon fumé 4 tranches", "Saumon pavés 300 g", "Poissons"),
        ("chips", "Chips allégées 150 g", "Chips 150 g", "Chips"),
        ("beurre", "Beurre doux 15 g", "Beurre doux 250 g", "Beurres"),
        ("confiture de fraises", "Confiture de fraises allégée 320 g", "Confiture de fraises 370 g", "Confitures"),
        ("pâtes", "Pâtes complètes 500 g", "Pâtes coquillettes 500 g", "Pâtes"),
    ],
)
def test_the_plain_one_is_taken_and_the_odd_one_where_there_is_no_other(
    words: str, odd: str, plain: str, aisle: str
) -> None:
    assert chosen(words, {odd: aisle, plain: aisle}) == plain
    assert chosen(words, {plain: aisle, odd: aisle}) == plain
    assert chosen(words, {odd: aisle}) == odd


def test_what_is_asked_for_is_not_odd() -> None:
    names = {"Chips allégées 150 g": "Chips", "Chips 150 g": "Chips"}
    assert chosen("chips", names, "allégé") == "Chips allégées 150 g"
    portion = product("Beurre doux 15 g", "Beurres")
    plain = Want("beurre", "fr", None, "butter")
    counted = Want("beurre", "fr", Amount(Fraction(15), "g"), "butter")
    assert oddity(counted, portion) == 0
    assert oddity(plain, portion) < 0


def test_juice_is_no_fruit() -> None:
    names = {"Citron pressé 25 cl": "Fruits", "Citrons jaunes 500 g": "Fruits"}
    assert chosen("citrons", names) == "Citrons jaunes 500 g"
    assert chosen("citrons", {"Citron pressé 25 cl": "Fruits"}) is None


def test_a_pouch_is_no_apple_and_peaches_are_a_peach() -> None:
    names = {"Pomme nature": "Fruits", "Pommes Gala 1 kg": "Fruits"}
    assert chosen("pommes", names) == "Pommes Gala 1 kg"
    peach = product("Pêches jaunes 1 kg", "Fruits")
    assert fits(Want("peaches", "en", None, "peach"), peach)


def test_eggs_without_a_number_are_a_box_of_them() -> None:
    eggs = product("Œufs frais", "Œufs")
    assert assumed(eggs).content == Quantity(6)
    assert assumed(product("Œufs frais x10", "Œufs")).content == Quantity(10)
    assert assumed(product("Beurre doux", "Beurres")).content is None
    choice = pick(Want("œufs", "fr", Amount(Fraction(8)), "egg"), [(eggs, 1.0)], SHELF).choice
    assert choice is not None
    assert (choice.product, choice.quantity) == (eggs, 2)


def test_what_is_refused_is_not_taken_even_where_nothing_else_is() -> None:
    names = {"Tofu fumé 200 g": "Alternatives végétales", "Tofu nature 200 g": "Alternatives végétales"}
    assert chosen("tofu", names, "pas fumé") == "Tofu nature 200 g"
    assert chosen("tofu", {"Tofu fumé 200 g": "Alternatives végétales"}, "pas fumé") is None


@pytest.mark.parametrize(
    ("tag", "lang", "words"),
    [
        ("pas fumé", "fr", "fumé"),
        ("sans queue", "fr", "queue"),
        ("not smoked", "en", "smoked"),
        ("sans gluten", "fr", ""),
        ("not_brand:Vallon", "fr", ""),
        ("bio", "fr", ""),
    ],
)
def test_what_a_tag_refuses(tag: str, lang: str, words: str) -> None:
    assert refused(tag, lang) == words


def test_what_is_not_inside_is_not_shown() -> None:
    assert shows(product("Raisin avec pépins 500 g", "Fruits"), "pépins", "fr")
    assert not shows(product("Raisin sans pépins 500 g", "Fruits"), "pépins", "fr")
    assert not shows(product("Filet non fumé 300 g", "Poissons"), "fumé", "fr")
    assert not shows(product("Filet 300 g", "Poissons"), "", "fr")


def test_a_percentage_is_met_by_the_same_one() -> None:
    dark = product("Chocolat noir 72 % 100 g", "Chocolats")
    assert meets("72%", dark, None, labels_by_word()) is True
    assert meets("85%", dark, None, labels_by_word()) is False
    assert meets("85%", product("Chocolat noir 100 g", "Chocolats"), None, labels_by_word()) is None


@pytest.mark.parametrize(
    ("words", "lang", "left"),
    [
        ("graines de courge pour salade", "fr", "graines de courge"),
        ("thé pour femme", "fr", "thé"),
        ("croquettes pour chat", "fr", None),
        ("shampoing pour chien", "fr", None),
        ("thé", "fr", None),
        ("crackers for kids", "en", "crackers"),
    ],
)
def test_why_it_is_bought_may_be_left_out(words: str, lang: str, left: str | None) -> None:
    found = [less.want for less in looser(Want(words, lang, None, "x"))]
    assert found == ([Want(left, lang, None, "x")] if left is not None else [])


def test_names_in_another_language_are_not_put_in_the_plural() -> None:
    assert nouns.numbered_name(Fraction(2), "Lait ribot", "es") == "dos Lait ribot"
    assert nouns.numbered_name(Fraction(2), "Leche entera", "es") == "dos Leches enteras"
    assert nouns.numbered_name(Fraction(2), "Baguette tradition", "fr") == "deux Baguettes traditions"
    assert nouns.numbered_name(Fraction(1), "Baguette", "fr") == "une Baguette"
