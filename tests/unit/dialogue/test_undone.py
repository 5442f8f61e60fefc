"""Which kind was meant: words that tell one from another are met in any language, and owned up to where not."""

from __future__ import annotations

from datetime import date

import pytest

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.fits import fits
from cabas.dialogue.kinds import comes_from, shown_as
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.looser import Looser, looser
from cabas.dialogue.merit import claims, meets
from cabas.dialogue.names import light
from cabas.dialogue.pick import Shelf, pick
from cabas.dialogue.recipe_needs import family_of_food
from cabas.dialogue.undone import undone
from cabas.dialogue.usual_pack import assumed
from cabas.domain.cart import Want
from cabas.domain.catalog import Product

SHELF = Shelf({}, labels_by_word(), date(2026, 11, 23))


def product(name: str, aisle: str = "") -> Product:
    return Annotator("fr").product(sku=name, name=name, category=(aisle,) if aisle else ())


def want(words: str, lang: str = "en") -> Want:
    return Want(words, lang, family=family_of_food(words, lang))


@pytest.mark.parametrize(
    ("words", "names", "taken"),
    [
        ("hot chorizo", ["Chorizo doux 200 g", "Chorizo fort 200 g"], "Chorizo fort 200 g"),
        ("white peaches", ["Pêches jaunes 1 kg", "Pêches blanches 1 kg"], "Pêches blanches 1 kg"),
        ("grated pecorino", ["Pecorino 200 g", "Pecorino râpé 100 g"], "Pecorino râpé 100 g"),
        ("green peppers", ["Poivrons rouges et verts 500 g", "Poivrons verts 500 g"], "Poivrons verts 500 g"),
        ("chorizo fort", ["Chorizo doux 200 g", "Chorizo fort 200 g"], "Chorizo fort 200 g"),
    ],
)
def test_the_kind_that_was_named_is_taken(words: str, names: list[str], taken: str) -> None:
    lang = "fr" if words.startswith("chorizo") else "en"
    chosen = pick(want(words, lang), [(product(name), 1.0) for name in names], SHELF).choice
    assert chosen is not None
    assert chosen.product.name == taken


@pytest.mark.parametrize(
    ("words", "name", "missed"),
    [
        ("hot chorizo", "Chorizo doux 200 g", ("hot",)),
        ("hot chorizo", "Chorizo piquant 200 g", ()),
        ("Chablis", "Bourgogne Aligoté 75 cl", ("chablis",)),
        ("Bayonne ham", "Jambon cru 125 g", ("bayonne",)),
        ("Parma ham", "Jambon de Parme 6 tranches", ()),
        ("icing sugar", "Sucre glace 500 g", ()),
        ("plain flour", "Farine de blé T45 1 kg", ()),
        ("Greek yogurt", "Yaourt à la grecque 4 x 125 g", ()),
    ],
)
def test_what_is_not_shown_is_owned_up_to(words: str, name: str, missed: tuple[str, ...]) -> None:
    assert undone(want(words), product(name)) == missed


def test_a_constraint_of_one_word_is_met_in_the_language_of_the_product() -> None:
    red, black = product("Œufs de lompe rouges 100 g"), product("Œufs de lompe noirs 100 g")
    assert [meets("black", one, None, labels_by_word(), "en") for one in (red, black)] == [False, True]


def test_where_a_thing_comes_from_is_read_in_every_language() -> None:
    assert comes_from("Norway", "Saumon fumé de Norvège 4 tranches")
    assert not comes_from("Norway", "Saumon fumé d'Écosse 4 tranches")


def test_a_word_that_tells_nothing_is_shown_as_nothing() -> None:
    assert shown_as(light("grated"), "en", "fr") == {light("rape")}
    assert shown_as(light("butter"), "en", "fr") == frozenset()


def test_how_long_it_matured_is_read_with_its_number() -> None:
    old, older = product("Comté AOP 12 mois 200 g"), product("Comté AOP affiné 24 mois 200 g")
    assert [meets("24 months", one, None, labels_by_word(), "en") for one in (old, older)] == [False, True]


def test_what_only_goes_with_a_thing_may_be_left_out() -> None:
    said = Want("coffee with milk", "en", family="coffee")
    assert list(looser(said)) == [Looser(Want("coffee", "en", family="coffee"), ("with milk",))]
    assert list(looser(want("coffee"))) == []


def test_a_pack_that_holds_as_much_as_several_usual_ones_is_reckoned_as_them() -> None:
    yogurts = Annotator("fr").product(sku="y", name="Yaourt framboise", category=("Yaourts",), size="500 g")
    milk = Annotator("fr").product(sku="m", name="Lait entier UHT", category=("Laits",), size="1 l")
    assert [assumed(one).pieces for one in (yogurts, milk)] == [4, 1]


def test_pizzas_are_known_by_their_names_to_hold_meat() -> None:
    held = [
        meets("vegetarian", product(name), None, labels_by_word(), "en")
        for name in ("Pizza royale", "Pizza 3 fromages")
    ]
    assert held == [False, True]


def test_a_kind_made_by_a_label_may_be_filed_under_the_wider_one() -> None:
    said = Want("gluten-free pasta", "en", family="gluten_free_pasta", constraints=("gluten free",))
    wide = Want("gluten-free pasta", "en", family="pasta", constraints=("gluten free",))
    assert list(looser(said)) == [Looser(wide, tag="gluten free")]
    named = [product(name) for name in ("Penne sans gluten 500 g", "Penne 500 g")]
    assert [claims("gluten free", one) for one in named] == [True, False]
    assert list(looser(Want("pasta", "en", family="pasta", constraints=("organic",)))) == []


def test_semi_skimmed_milk_without_lactose_is_filed_elsewhere() -> None:
    said = Want("semi-skimmed milk", "en", family="lactose_free_milk", constraints=("lactose free",))
    assert fits(said, product("Lait demi-écrémé sans lactose 1 l"))
    assert not fits(said, product("Lait entier sans lactose 1 l"))
