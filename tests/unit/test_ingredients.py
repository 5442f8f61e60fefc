"""Ingredient lines, French and English: our own lines, one for each way recipes have of writing them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.ingredients import LINES_MAX, Ingredient, parse_lines, reader_of
from cabas.dialogue.kitchen_measure import Measure

F = Fraction


def read(line, lang):
    """(quantity or range, unit, food) of each ingredient of the line."""
    return [
        ((one.quantity, one.most) if one.most is not None else one.quantity, one.unit, one.food)
        for one in reader_of(lang).parse(line)
    ]


FRENCH = {
    "2 oignons rouges émincés": (2, None, "oignons rouges"),
    "1 gros oignon": (1, None, "oignon"),
    "Une demi-botte de persil plat": (F(1, 2), "bunch", "persil plat"),
    "1 bouquet garni": (1, None, "bouquet garni"),
    "2 càs d'huile de tournesol": (2, "tbsp", "huile de tournesol"),
    "1 c.à.s de miel": (1, "tbsp", "miel"),
    "1 c. à café rase de levure chimique": (1, "tsp", "levure chimique"),
    "1 càc et demie de cumin": (F(3, 2), "tsp", "cumin"),
    "1 demie càc de paprika": (F(1, 2), "tsp", "paprika"),
    "25 cl de crème fleurette 35 %": (25, "cl", "crème fleurette 35 %"),
    "lait 1/2 écrémé : 10 cl": (10, "cl", "lait 1/2 écrémé"),
    "un filet d'huile d'olive": (1, "drizzle", "huile d'olive"),
    "1 noix de beurre": (1, "knob", "beurre"),
    "60 g de beurre + une noix pour le moule": (60, "g", "beurre"),
    "80 g de noix + 3 noix entières": (80, "g", "noix"),
    "25 cl de crème liquide entière bien froide": (25, "cl", "crème liquide entière"),
    "1 rouleau de pâte sablée": (1, "piece", "pâte sablée"),
    "2 bâtons de cannelle": (2, "stick", "cannelle"),
    "3 étoiles de badiane": (3, "piece", "badiane"),
    "un morceau de gingembre": (1, "piece", "gingembre"),
    "6 œufs calibre gros": (6, None, "œufs"),
    "50 g de noix de coco râpée": (50, "g", "noix de coco râpée"),
    "6 noix de Saint-Jacques": (6, None, "noix de saint-jacques"),
    "8 fines tranches de poitrine fumée": (8, "slice", "poitrine fumée"),
    "2 branches de céleri": (2, "sprig", "céleri"),
    "Quelques gouttes de Tabasco": (None, "drop", "tabasco"),
    "un peu de lait": (None, None, "lait"),
    "1 gousse de vanille": (1, None, "gousse de vanille"),
    "1 gousse d’ail hachée": (1, "clove", "ail"),
    "le zeste d'un citron bio": (1, None, "citron bio"),
    "3 cl de jus de citron vert": (3, "cl", "jus de citron vert"),
    "la moitié d'un concombre": (F(1, 2), None, "concombre"),
    "1 litre et demi d'eau froide": (F(3, 2), "l", "eau"),
    "2 à 3 carottes": ((2, 3), None, "carottes"),
    "4/5 pommes de terre": ((4, 5), None, "pommes de terre"),
    "800 g à 1 kg de pommes de terre": ((800, 1000), "g", "pommes de terre"),
    "une dizaine de radis": (10, None, "radis"),
    "une cinquantaine de grammes de parmesan": (50, "g", "parmesan"),
    "3 c. à soupe + 1 c. à café de sucre": (F(10, 3), "tbsp", "sucre"),
    "Sucre glace 50 g": (50, "g", "sucre glace"),
    "Farine - 250 g": (250, "g", "farine"),
    "5 tours de moulin à poivre": (5, "turn", "poivre"),
    "40 g de beurre demi-sel fondu": (40, "g", "beurre demi-sel"),
    "200 g de petits pois surgelés": (200, "g", "petits pois surgelés"),
    "500 g de viande de bœuf hachée": (500, "g", "viande de bœuf hachée"),
    "1 noix de veau de 1 kg": (1, None, "noix de veau"),
    "1 càc de 4 épices": (1, "tsp", "4 épices"),
}
ENGLISH = {
    "4 spring onions, trimmed": (4, None, "spring onions"),
    "2 springs of thyme": (2, "sprig", "thyme"),
    "3 garlic cloves, minced": (3, "clove", "garlic"),
    "4 cloves of garlic": (4, "clove", "garlic"),
    "1/4 tsp ground cloves": (F(1, 4), "tsp", "ground cloves"),
    "3 celery stalks": (3, "stalk", "celery"),
    "1 x 400g tin chopped tomatoes": (1, "can", "chopped tomatoes"),
    "1 (14.5 ounce) can diced tomatoes, undrained": (1, "can", "diced tomatoes"),
    "one 28-ounce can whole peeled tomatoes": (1, "can", "whole peeled tomatoes"),
    "8-ounce package of cream cheese": (8, "oz", "cream cheese"),
    "2 sticks (1 cup) unsalted butter, softened": (2, "stick", "unsalted butter"),
    "1 cup plus 2 tablespoons all-purpose flour": (F(9, 8), "cup", "all-purpose flour"),
    "0.75 cup rolled oats": (F(3, 4), "cup", "rolled oats"),
    "frozen shelled broad beans, 200 g": (200, "g", "frozen shelled broad beans"),
    "2-1/2 cups bread flour": (F(5, 2), "cup", "bread flour"),
    "2 and 1/2 cups bread flour": (F(5, 2), "cup", "bread flour"),
    "1/4-1/2 tsp chili flakes": ((F(1, 4), F(1, 2)), "tsp", "chili flakes"),
    "1 to 1 1/2 cups water": ((1, F(3, 2)), "cup", "water"),
    "Juice from half a lemon": (F(1, 2), None, "lemon"),
    "generous pinch of saffron threads": (1, "pinch", "saffron threads"),
    "2 c. flour": (2, "cup", "flour"),
    "1 T. vanilla": (1, "tbsp", "vanilla"),
    "1 t. salt": (1, "tsp", "salt"),
    "1 lb. boneless, skinless chicken breasts, cut up": (1, "lb", "chicken breasts"),
    "1 (2-inch) piece of ginger, peeled": (2, "inch", "ginger"),
    "1 lb raw large prawns, deveined": (1, "lb", "raw large prawns"),
    "6 palm-sized flatbreads": (6, None, "flatbreads"),
    "2 oz Parmesan grated finely": (2, "oz", "parmesan"),
    "a few sprigs of thyme": (None, "sprig", "thyme"),
    "½ cup half-and-half": (F(1, 2), "cup", "half-and-half"),
    "a dozen eggs": (12, None, "eggs"),
    "3 hot dogs, sliced": (3, None, "hot dogs"),
}


@pytest.mark.parametrize(("line", "expected"), FRENCH.items())
def test_a_french_line(line, expected):
    assert read(line, "fr") == [expected]


@pytest.mark.parametrize(("line", "expected"), ENGLISH.items())
def test_an_english_line(line, expected):
    assert read(line, "en") == [expected]


@pytest.mark.parametrize(
    ("line", "lang", "foods"),
    [
        ("Sel, poivre et muscade", "fr", ["sel", "poivre", "muscade"]),
        ("huile d'olive, sel, poivre", "fr", ["huile d'olive", "sel", "poivre"]),
        ("3 œufs + 1 jaune", "fr", ["œufs", "jaune d'œuf"]),
        ("1 carotte, 2 navets, 1 poireau", "fr", ["carotte", "navets", "poireau"]),
        ("1 panais + 2 navets + 1 rutabaga", "fr", ["panais", "navets", "rutabaga"]),
        ("2 beets, 1 parsnip, and 1 turnip", "en", ["beets", "parsnip", "turnip"]),
        ("Sel, poivre et 1 pincée de curcuma", "fr", ["sel", "poivre", "curcuma"]),
        ("1 avocado, salt and pepper", "en", ["avocado", "salt", "pepper"]),
        ("Gros sel / poivre", "fr", ["gros sel", "poivre"]),
        ("Sea salt + white pepper", "en", ["sea salt", "white pepper"]),
        ("1 pincée de sel et de poivre", "fr", ["sel", "poivre"]),
        ("Butter/oil", "en", ["butter"]),
        ("2 carottes et 1 oignon", "fr", ["carottes", "oignon"]),
        ("Salt and freshly ground black pepper", "en", ["salt", "ground black pepper"]),
        ("1 tsp each: cumin, paprika and oregano", "en", ["cumin", "paprika", "oregano"]),
        ("2 eggs, plus 1 egg yolk", "en", ["eggs", "egg yolk"]),
        ("2 cups mac and cheese", "en", ["mac and cheese"]),
        ("1 onion, peeled and chopped", "en", ["onion"]),
    ],
)
def test_several_foods_in_a_line(line, lang, foods):
    assert [food for _, _, food in read(line, lang)] == foods


@pytest.mark.parametrize(
    ("line", "lang"),
    [("Pour la sauce :", "fr"), ("Pour la garniture", "fr"), ("Ingrédients", "fr"), ("DRESSING:", "en"),
     ("For the filling", "en"), ("", "fr"), (" - ", "en"), ("Pour 10 madeleines", "fr"),
     ("Ingrédients (pour 8 pers.)", "fr"), ("Repos : 2 h", "fr"), ("Pour saupoudrer", "fr"), ("Yield: 9 scones", "en"),
     ("Makes about 30 dumplings", "en"), ("Chill time 20 minutes", "en"), ("Equipment: a stand mixer", "en")],
)  # fmt: skip
def test_headings_hold_no_ingredient(line, lang):
    assert read(line, lang) == []


@pytest.mark.parametrize(
    ("line", "lang", "expected"),
    [
        ("Échalotes : 2 petites", "fr", [(2, None, "échalotes")]),
        ("Ail : 4 gousses", "fr", [(4, "clove", "ail")]),
        ("Garlic – 5 cloves", "en", [(5, "clove", "garlic")]),
        ("parsnips, 3 large", "en", [(3, None, "parsnips")]),
        ("Turnip (2 medium, diced)", "en", [(2, None, "turnip")]),
        ("Millet (1 cup, rinsed)", "en", [(1, "cup", "millet")]),
        ("navets 4", "fr", [(4, None, "navets")]),
        ("Pour le dressage : quelques feuilles de sauge", "fr", [(None, "leaf", "sauge")]),
        ("Garnish: dill", "en", [(None, None, "dill")]),
        ("entre 300 et 350 g de semoule", "fr", [((300, 350), "g", "semoule")]),
        ("between 3 and 4 cups of kale", "en", [((3, 4), "cup", "kale")]),
        ("200/250 g de girolles", "fr", [((200, 250), "g", "girolles")]),
        ("± 2 dl de crème", "fr", [(2, "dl", "crème")]),
        ("scant 1/4 cup molasses", "en", [(F(1, 4), "cup", "molasses")]),
        ("1 verre 1/2 de lait", "fr", [(F(3, 2), "glass", "lait")]),
        ("2 teasppons za'atar", "en", [(2, "tsp", "za'atar")]),
        ("1 cuilère à soupe de semoule", "fr", [(1, "tbsp", "semoule")]),
        ("5 baies de genièvre", "fr", [(5, None, "baies de genièvre")]),
        ("1 courge bio non pelée", "fr", [(1, None, "courge bio")]),
        ("2 sticks celery", "en", [(2, "stick", "celery")]),
        ("8 baby back ribs", "en", [(8, None, "baby back ribs")]),
        ("One 3-pound celeriac", "en", [(1, None, "celeriac")]),
        ("4 5-oz. trout fillets", "en", [(4, None, "trout fillets")]),
        ("1 5- to 6-lb. duck", "en", [(1, None, "duck")]),
        ("1 tronçon de 4 cm de curcuma", "fr", [(1, "piece", "curcuma")]),
    ],
)
def test_amounts_written_otherwise(line, lang, expected):
    assert read(line, lang) == expected


@pytest.mark.parametrize("line", ["en option : 30 g de pignons", "Éventuellement 30 g de pignons"])
def test_what_is_optional_is_said_before_it_too(line):
    one = reader_of("fr").parse(line)[0]
    assert (one.quantity, one.food, one.optional) == (30, "pignons", True)


def test_what_else_a_line_says():
    one = reader_of("fr").parse("60 g de beurre ou de margarine, à température ambiante (facultatif)")[0]
    assert one == Ingredient(
        food="beurre",
        lang="fr",
        quantity=F(60),
        unit="g",
        prep="facultatif, à température ambiante",
        optional=True,
        alternatives=("margarine",),
        line="60 g de beurre ou de margarine, à température ambiante (facultatif)",
    )


@pytest.mark.parametrize(
    ("line", "lang", "alternatives"),
    [
        ("huile d'olive ou de colza", "fr", ("huile de colza",)),
        ("2 c. à s. de crème fraîche (ou de yaourt)", "fr", ("yaourt",)),
        ("1 oignon ou 2 échalotes", "fr", ("échalotes",)),
        ("1 cup chicken or vegetable stock", "en", ("vegetable stock",)),
        ("1 cup fresh or frozen blueberries", "en", ()),
        ("1 cup water (or more as needed)", "en", ()),
    ],
)
def test_alternatives(line, lang, alternatives):
    assert reader_of(lang).parse(line)[0].alternatives == alternatives


@pytest.mark.parametrize(
    ("line", "lang", "also"),
    [
        ("250 ml (1 tasse) de lait", "fr", [Measure(F(1), "cup")]),
        ("1 boîte de 400 g de pois chiches", "fr", [Measure(F(400), "g")]),
        ("4 pavés de saumon d'environ 150 g chacun", "fr", [Measure(F(600), "g")]),
        ("2 (15-ounce) cans black beans", "en", [Measure(F(30), "oz")]),
        ("1 kg / 2 lb pork belly", "en", [Measure(F(2), "lb")]),
        ("½ cup (1 stick/113g) butter", "en", [Measure(F(1), "stick"), Measure(F(113), "g")]),
        ("2 (12-inch) flour tortillas", "en", []),
        ("500g/1lb 2oz minced beef", "en", [Measure(F(9, 8), "lb")]),
    ],
)
def test_the_same_amount_said_otherwise(line, lang, also):
    assert list(reader_of(lang).parse(line)[0].also) == also


def test_many_lines_in_one_string():
    text = "Pour la pâte :\n- 200 g de farine\n• 2 œufs\r\n\r\n10 cl de lait ; 1 pincée de sel ; 20 g de beurre"
    found = parse_lines([text], "fr")
    assert [one.food for one in found] == ["farine", "œufs", "lait", "sel", "beurre"]


def test_a_language_with_commas_as_decimals():
    assert read("1,5 kg de moules", "fr") == [(F(3, 2), "kg", "moules")]
    assert read("1,500 g oats", "en") == [(1500, "g", "oats")]


@given(st.text(max_size=400), st.sampled_from(["fr", "en"]))
def test_no_text_breaks_it(text, lang):
    found = parse_lines([text], lang)
    assert all(one.food for one in found)


def test_work_is_bounded():
    assert len(reader_of("en").lines("1 egg\n" * 5000)) == LINES_MAX
    assert len(parse_lines(["1 egg (" * 20_000], "en")) <= 40
