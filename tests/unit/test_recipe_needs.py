"""From lines and dishes to needs, and from needs to a basket out of a small shelf of our own."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cabas.dialogue.classify import above
from cabas.dialogue.dishes import Dish, DishIngredient, dishes
from cabas.dialogue.families import sheets
from cabas.dialogue.ingredients import parse_lines
from cabas.dialogue.recipe_needs import family_of_food, needs_of, needs_of_dish, needs_of_page
from cabas.dialogue.recipe_page import RecipePage
from cabas.dialogue.weights import usual_of
from cabas.domain.catalog import Offer, Product
from cabas.domain.packs import How, packs_for
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity
from cabas.usecases.ports import Hit
from cabas.usecases.recipes import basket_for

G, ML = "GRM", "MLT"


def needs(*lines, lang="fr", factor=1):
    return needs_of(parse_lines(lines, lang), Fraction(factor))


def test_lines_become_needs_in_the_shops_units():
    found = needs("2 gousses d'ail", "250 ml d'eau", "1 pincée de sel", "150 g de farine", "2 c. à s. d'huile d'olive")
    assert [(need.family, need.pantry) for need in found] == [
        ("garlic", False), ("salt", True), ("flour", False), ("olive_oil", True),
    ]  # fmt: skip
    assert found[0].same[0] == Quantity(10, G)
    assert found[2].same[0] == Quantity(150, G)


def test_english_cups_become_grams():
    (flour,) = needs("2 cups all-purpose flour", lang="en")
    assert flour.same[0] == Quantity(480, ML)
    assert flour.same[1].dimension == "mass"
    assert 240 <= flour.same[1].base <= 280


@pytest.mark.parametrize(
    ("line", "lang", "family", "first"),
    [
        ("4 cups cooked rice", "en", "rice", Quantity.of(Fraction(3168, 10), ML)),
        ("1 tablespoon grated lemon zest", "en", "lemon", Quantity(1)),
        ("3 jaunes d'œufs", "fr", "egg", Quantity(3)),
        ("8 pommes de terre (1,2 kg)", "fr", "potato", Quantity(1200, G)),
        ("2 à 3 oignons", "fr", "onion", Quantity(2)),
        ("1 bouquet de persil", "fr", "parsley", Quantity(40, G)),
        ("1 cube de bouillon de légumes", "fr", "vegetable_stock", Quantity(10, G)),
        ("1 Happy Hen boneless chicken breast", "en", "chicken_breast", Quantity(1)),
        ("1 unheardof (or onion)", "en", "onion", Quantity(1)),
    ],
)
def test_what_is_bought(line, lang, family, first):
    (need,) = needs(line, lang=lang)
    assert need.family == family
    assert need.same[0] == first


def test_scaling_and_adding_up():
    found = needs("2 œufs", "1 oignon", "2 oignons émincés", factor=Fraction(3, 2))
    assert [(need.family, need.same[0]) for need in found] == [
        ("egg", Quantity(3)),
        ("onion", Quantity.of(Fraction(9, 2))),
    ]
    page = RecipePage("Omelette", ("6 œufs",), "fr", Fraction(4))
    assert needs_of_page(page, 2)[0].same[0] == Quantity(3)
    assert needs_of_page(page)[0].recipe == "Omelette"


def test_oil_to_fry_in_is_no_pantry():
    assert [need.pantry for need in needs("huile", "sucre en poudre : 1 c. à café")] == [True, True]
    assert [need.pantry for need in needs("huile pour friture")] == [False]
    assert [need.pantry for need in needs("500 g de sucre")] == [False]


def test_a_dish_by_its_name():
    dish = Dish("d", {"fr": ("omelette",)}, 2, (
        DishIngredient("egg", Fraction(4), "piece"),
        DishIngredient("pepper", Fraction(1), "pinch", pantry=True),
        DishIngredient("chives", Fraction(1, 2), "bunch", optional=True),
    ))  # fmt: skip
    found = needs_of_dish(dish, 4)
    assert [(need.family, need.pantry, need.optional) for need in found] == [
        ("egg", False, False), ("pepper", True, False), ("chives", False, True),
    ]  # fmt: skip
    assert found[0].same[0] == Quantity(8)
    assert found[2].same[0] == Quantity(40, G)


def test_packs_are_counted_as_packs_where_nobody_knows_what_one_holds():
    (need,) = needs("2 packages corn tortillas", lang="en")
    assert need.how is How.PACKS
    assert packs_for(product("t", "Tortillas x8", "corn_tortillas", Quantity(8), 8), need.ask) == 2
    (yeast,) = needs("2 sachets de levure chimique")
    assert (yeast.how, yeast.same[0]) == (How.AMOUNT, Quantity(22, G))


def test_every_dish_has_needs_with_amounts():
    for dish in dishes().values():
        for need in needs_of_dish(dish):
            assert need.family in sheets()
            assert need.same or need.pantry or need.optional or usual_of(need.family).piece is None, (dish.id, need)


def test_the_table_of_weights_names_families_there_are():
    from cabas.dialogue import locales, weights

    sheet = weights._sheet()
    named = {family for group in (*sheet["density"].values(), *sheet["pantry"].values(), sheet["tap"])
             for family in locales.words(group)}  # fmt: skip
    named |= {family for held in (*sheet["units"].values(), sheet["piece"], sheet["swells"]) for family in held}
    assert named - {""} <= set(sheets())


def test_the_head_word_decides():
    assert family_of_food("low-sodium chicken broth", "en") == "chicken_stock"
    assert family_of_food("crème fraîche épaisse d'Isigny", "fr") == "thick_creme_fraiche"
    assert "veal" in above(family_of_food("veal shoulder steaks", "en"))
    assert family_of_food("beef steaks", "en") == "beef_steak"
    assert family_of_food("zzz", "en") is None


def product(sku, name, family, content=None, pieces=1):
    return Product(sku, {"fr": name}, family=family, content=content, pieces=pieces, popularity=500)


SHELF = [
    product("onion", "Oignons jaunes", "onion", Quantity(1, "KGM")),
    product("onion-fried", "Oignons frits", "fried_onions", Quantity(100, G)),
    product("egg6", "Œufs plein air", "egg", Quantity(6), 6),
    product("egg12", "Œufs plein air x12", "egg", Quantity(12), 12),
    product("butter", "Beurre doux", "unsalted_butter", Quantity(250, G)),
    product("margarine", "Margarine", "margarine", Quantity(500, G)),
    product("tomato", "Tomates", "tomato", Quantity(1, "KGM")),
    product("cheese", "Fromage", "cheese", Quantity(200, G)),
    product("salt", "Sel fin", "fine_salt", Quantity(500, G)),
]


class Shelf:
    """A search over `SHELF`: by family first, then by words."""

    def find(self, query, limit=20):
        words = set(query.words.lower().split())
        scored = [
            (10 * (one.family in query.families) + len(words & set(one.name.lower().split())), one) for one in SHELF
        ]
        wide = [(points + 5 * any(one.family in self.below(f) for f in query.families), one) for points, one in scored]
        return [Hit(one, points) for points, one in sorted(wide, key=lambda pair: -pair[0]) if points][:limit]

    @staticmethod
    def below(family):
        from cabas.dialogue.classify import below

        return below(family)

    def get(self, skus):
        return {one.sku: one for one in SHELF if one.sku in skus}

    def knows(self, words):
        return False

    def brands(self):
        return {}


def basket(*lines, lang="fr", offers=None):
    return [
        (line.product.sku if line.product else None, line.choice.quantity if line.choice else 0, line.ticked,
         line.substitute)
        for line in basket_for(needs(*lines, lang=lang), Shelf(), offers)
    ]  # fmt: skip


def test_a_product_and_a_number_of_packs_for_each_need():
    assert basket("10 oignons", "8 œufs", "300 g de beurre doux", "1 pincée de sel") == [
        ("onion", 2, True, False), ("egg12", 1, True, False), ("butter", 2, True, False), ("salt", 1, False, False),
    ]  # fmt: skip


def test_english_recipes_find_products_named_in_french():
    assert basket("3 onions", "2 eggs", lang="en") == [("onion", 1, True, False), ("egg6", 1, True, False)]


def test_substitutes_are_flagged_and_unknown_things_left_out():
    assert basket("100 g de saindoux ou de margarine") == [("margarine", 1, True, True)]
    assert basket("3 tomates olivettes")[0] == ("tomato", 1, True, True)
    assert basket("2 zorgluts") == [(None, 0, True, False)]
    assert basket("100 g zorglut cheese", lang="en") == [(None, 0, True, False)]


def test_what_the_store_does_not_sell_is_not_chosen():
    offers = {"egg6": Offer("egg6", "s", Money(200), 1), "egg12": Offer("egg12", "s", Money(350), 0)}
    assert basket("4 œufs", offers=offers) == [("egg6", 1, True, False)]
    assert basket("4 œufs", "1 oignon", offers=offers)[1] == (None, 0, True, False)


def test_one_product_that_serves_two_needs_is_one_line():
    assert basket("1 kg d'oignons", "1 échalote ou 2 oignons") in (
        [("onion", 1, True, False)],
        [("onion", 2, True, False)],
    )
