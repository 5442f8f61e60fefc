"""What a product is called counts beside what it is filed under; what is loose is not replaced by what is frozen."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.fits import fits
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.pick import Shelf, pick
from cabas.dialogue.recipe_needs import family_of_food
from cabas.domain.cart import Amount, Want
from cabas.domain.catalog import Product


def product(name: str, *aisle: str) -> Product:
    return Annotator("fr").product(sku=name, name=name, category=aisle)


@pytest.mark.parametrize(
    ("words", "name", "aisle"),
    [
        ("yaourts 0 %", "Yaourt nature 0 % 8 x 125 g", "Yaourts nature"),
        ("vinaigre d'alcool", "Vinaigre d'alcool 1 l", "Vinaigres"),
        ("thé aux fruits rouges", "Thé noir fruits rouges 25 sachets", "Thés noirs"),
    ],
)
def test_what_is_filed_beside_its_kind_does_where_nothing_else_does(words: str, name: str, aisle: str) -> None:
    want = Want(words, "fr", None, family_of_food(words, "fr"))
    assert fits(want, product(name, aisle), filed=False)


@pytest.mark.parametrize(
    ("words", "name", "aisle"),
    [
        ("filet de bœuf", "Faux filet de bœuf 300 g", "Faux-filets"),
        ("couches taille 3", "Couches taille 4 x44", "Couches"),
        ("yaourts 0 %", "Yaourt nature 4 x 125 g", "Yaourts nature"),
    ],
)
def test_what_is_called_otherwise_does_not(words: str, name: str, aisle: str) -> None:
    want = Want(words, "fr", None, family_of_food(words, "fr"))
    assert not fits(want, product(name, aisle), filed=False)


def test_an_onion_from_a_net_is_nearer_than_a_frozen_one() -> None:
    loose = product("Oignons jaunes 1 kg", "Fruits et légumes", "Oignons")
    frozen = product("Oignon surgelé 100 g", "Surgelés", "Oignons surgelés")
    want = Want("oignon", "fr", Amount(Fraction(1)), "onion")
    family = lexicon((), None, "fr").family("onion")
    assert family is not None
    shelf = Shelf({}, labels_by_word(), date(2026, 11, 22), family.piece)
    choice = pick(want, [(frozen, 1.0), (loose, 1.0)], shelf).choice
    assert choice is not None
    assert choice.product is loose
