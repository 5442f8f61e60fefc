"""Recipe pages in every spelling we know of, broken and hostile ones too. All pages are made up."""

from __future__ import annotations

import json
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.markup import read as read_markup
from cabas.dialogue.recipe_page import RecipePage, language_of, read_data, read_page, read_text, yields_of

LINES = ("200 g de farine", "3 œufs", "50 cl de lait", "1 pincée de sel")
ENGLISH = ("2 cups flour", "3 eggs", "1 pinch of salt")


def page(body, head="", lang="fr"):
    return (
        f'<!doctype html><html lang="{lang}"><head><title>Crêpes | Site</title>{head}</head><body>{body}</body></html>'
    )


def script(data):
    text = data if isinstance(data, str) else json.dumps(data)
    return f'<script type="application/ld+json">{text}</script>'


RECIPE = {"@context": "https://schema.org", "@type": "Recipe", "name": "Crêpes", "recipeYield": "4 personnes",
          "recipeIngredient": list(LINES)}  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        RECIPE,
        [{"@type": "WebSite", "name": "x"}, RECIPE],
        {"@graph": [{"@type": "Article"}, RECIPE | {"@type": ["Recipe", "NewsArticle"]}]},
        {"@type": "WebPage", "mainEntity": RECIPE | {"@type": "http://schema.org/Recipe"}},
        RECIPE | {"recipeIngredient": "\r\n" + "\r\n".join(LINES) + "\r\n \r\n"},
        RECIPE
        | {"recipeIngredient": [f"{LINES[0]}<br/>{LINES[1]}", f"<ul><li>{LINES[2]}</li><li>{LINES[3]}</li></ul>"]},
        RECIPE | {"recipeIngredient": [" ", "Pour la pâte :", *LINES]},
        RECIPE | {"recipeIngredient": [{"@type": "Text", "name": line} for line in LINES]},
        RECIPE | {"recipeIngredient": ["3 &amp;oelig;ufs" if "œ" in line else line for line in LINES]},
        json.dumps(RECIPE)[:-1] + ",\n}",
        json.dumps(RECIPE).replace("Cr\\u00eapes", "Les\ncr\\'epes"),
        "<!-- " + json.dumps(RECIPE) + " -->",
        json.dumps(RECIPE) + ";\n" + json.dumps({"@type": "BreadcrumbList"}),
        json.dumps(RECIPE).replace('"name": "Cr\\u00eapes"', '"name": "Les "vraies" cr\\u00eapes"'),
    ],
)
def test_json_ld_however_it_is_written(data):
    found = read_page(page("<h1>Crêpes</h1>", script(data)))
    assert tuple(line.replace("  ", " ") for line in found.lines) == LINES
    assert found.lang == "fr"


def test_what_a_page_says():
    assert read_page(page("<p>Bonjour</p>", script(RECIPE))) == RecipePage(
        "Crêpes", LINES, "fr", Fraction(4), "4 personnes"
    )


def test_of_several_recipes_the_one_the_page_is_named_after():
    other = RECIPE | {"name": "Gaufres", "recipeIngredient": ["1 gaufre", "2 sucres"]}
    assert read_page(page("<h1>Les crêpes</h1>", script([other, RECIPE]))).lines == LINES
    assert read_page(page("<h1>Mardi gras</h1>", script([other, RECIPE]))).lines == ("1 gaufre", "2 sucres")


def items(lines, tag="li", attributes=""):
    return "".join(f"<{tag} {attributes}>{line}</{tag}>" for line in lines)


def halves(template):
    """The amount and the rest of each line, put into `template`."""
    return "".join(template.format(*line.split(" ", 1)) for line in LINES)


@pytest.mark.parametrize(
    "body",
    [
        f"<ul itemtype='https://schema.org/Recipe'>{items(LINES, attributes='itemprop=recipeIngredient')}</ul>",
        f"<div typeof=Recipe>{items(LINES, 'span', 'property=schema:recipeIngredient')}</div>",
        f"<div itemprop=ingredients><p>- {'<br>- '.join(LINES)}</p></div>",
        f"<meta itemprop='ingredients' content='&lt;p&gt;{'&lt;br /&gt;'.join(LINES)}&lt;/p&gt;'>",
        f"<div class=h-recipe><ul>{items(LINES, attributes='class=p-ingredient')}</ul></div>",
        f"<h2>Ingrédients</h2><ul>{items(LINES)}</ul><h2>Préparation</h2><ol><li>Mélanger 200 g de farine.</ol>",
        f"<h3>Ingrédients pour 4 personnes :</h3><p>{'<br>'.join(LINES)}</p><p>Préparation</p><p>Battre 3 œufs.</p>",
        f"<h3>INGRÉDIENTS</h3>{items(LINES, 'p')}<h3>Étapes</h3>",
        f"<h2>Ingrédients</h2><table>{halves('<tr><td>{}</td><td>{}</td></tr>')}</table><h2>Préparation</h2>",
        f"<div id=ingredients>{halves('<p>{}</p><p>{}</p>')}</div><h2>Instructions</h2>",
        f"<div class='recipe-ingredients'><button>Imprimer</button><ul>{items(LINES)}</ul></div>",
        f"<ul><li><a href=/>Accueil</a><li><a href=/r>Recettes</a></ul><ul>{items(LINES)}</ul><p>Bon appétit</p>",
        f"<h2>Ingrédients</h2><ul>{halves('<li><span>{}</span><span>{}</span></li>')}</ul>",
        f"<h2>Ingrédients</h2><h4>Pâte</h4><ul>{items(LINES[:2])}</ul><h4>Finition</h4><ul>{items(LINES[2:])}</ul>",
        f"<h2>Ingrédients</h2><ul>{items(LINES)}</ul><h2>Valeurs nutritionnelles</h2><ul><li>Protéines 12 g</ul>",
    ],
)
def test_pages_without_json_ld(body):
    assert read_page(page(body)).lines == LINES


OTHERWISE = items(("1 tasse de farine", "3 œufs", "2 tasses de lait", "1 pincée de sel"))


@pytest.mark.parametrize(
    "body",
    [
        "<p><b>Ingrédients (4 pers.)</b> : 200 g de farine, 3 œufs, 50 cl de lait, 1 pincée de sel</p><p>Mélanger.</p>",
        f"<div class='us ingredients'><ul>{items(LINES)}</ul></div><div class='si ingredients'><ul>{OTHERWISE}</ul>",
        f"<h3>Ingrédients</h3><ul>{items(LINES)}</ul><ul><li>Préchauffez le four.<li>Mélangez bien le tout.</ul>",
        f"<section class=ingr><h2>Ingrédients</h2>{items(LINES, 'label')}</section><h2>Étapes</h2>".replace(
            "<label", "<div><input type=checkbox><label"
        ).replace("</label>", "</label></div>"),
    ],
)
def test_lists_in_other_shapes(body):
    assert read_page(page(body)).lines == LINES


def test_a_list_of_definitions():
    body = "<h2>Ingrédients</h2><dl><dt>Farine</dt><dd>200 g</dd><dt>Œufs</dt><dd>3</dd></dl><h2>Étapes</h2>"
    assert read_page(page(body)).lines == ("Farine 200 g", "Œufs 3")


def test_the_state_of_a_web_app():
    state = {"props": {"recipe": {"ingredients": [
        {"quantity": 200, "unit": {"name": "g"}, "ingredient": {"name": "farine"}},
        {"quantity": 3, "unit": None, "name": "œufs"},
        {"quantity": None, "name": "sel"},
    ]}}}  # fmt: skip
    body = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    assert read_page(page(body)).lines == ("200 g farine", "3 œufs", "sel")


def test_data_cut_wrongly_gives_way_to_the_printed_list():
    packed = RECIPE | {"recipeIngredient": [" ".join(LINES)]}
    printed = f"<h2>Ingrédients</h2><ul>{items(LINES)}</ul><h2>Préparation</h2>"
    assert read_page(page(printed, script(packed))).lines == LINES
    cut = RECIPE | {"recipeIngredient": ["5 cup sugar", "2 eggs"]}
    shown = "<h2>Ingredients</h2><ul><li>1.5 cup sugar</li><li>2 eggs</li></ul><h2>Method</h2>"
    assert read_page(page(shown, script(cut), "en")).lines == ("1.5 cup sugar", "2 eggs")


def test_data_that_differs_from_the_printed_list_is_kept():
    printed = "<h2>Ingrédients</h2><ul><li>100 g de farine</li><li>1 œuf</li><li>25 cl de lait</li></ul>"
    assert read_page(page(printed, script(RECIPE))).lines == LINES


def test_what_one_should_have_at_home_goes_with_the_list():
    body = (
        f"<div class=ingredients><ul>{items(LINES[:3])}</ul><p>Dans votre cuisine</p>"
        "<ul><li>huile d'olive</li><li>1 cube de bouillon</li><li>four</li></ul></div><h2>Préparation</h2>"
    )
    assert read_page(page(body)).lines == (*LINES[:3], "huile d'olive", "1 cube de bouillon")


@pytest.mark.parametrize(
    ("body", "servings"),
    [
        ("<h1>Crêpes</h1><p>Pour 6 personnes</p>", 6),
        ("<p>4 à 6 personnes</p>", 4),
        ("<div class='servings'><input name='nb_personnes' value='3'></div>", 3),
        ("<select name=portions><option value=1>1<option value=2 selected>2</select>", 2),
        ("<p>Cuisson : 30 minutes</p>", None),
    ],
)
def test_servings_that_are_printed(body, servings):
    found = read_page(page(f"{body}<h2>Ingrédients</h2><ul>{items(LINES)}</ul><h2>Préparation</h2>"))
    assert found.servings == servings


@pytest.mark.parametrize(
    ("text", "lang", "servings"),
    [
        ("4", "fr", 4), ("Pour 4 personnes", "fr", 4), ("4 à 6 personnes", "fr", 4), ("6 parts", "fr", 6),
        ("Recette pour 2 pains", "fr", None), ("Pour 8 pers.", "fr", 8), ("12 crêpes", "fr", None),
        ("Nombre de personnes : 4", "fr", 4), ("20 serving(s)", "en", 20), ("Serves 1 (serving size: 1 bowl)", "en", 1),
        ("Makes 24 cookies", "en", None), ("6 to 8 servings", "en", 6), ("Yield: 10 people", "en", 10),
        ("4 cups", "en", None), ("", "en", None), ("Serves four", "en", 4),
    ],
)  # fmt: skip
def test_yields(text, lang, servings):
    assert yields_of(lang).read(text) == servings


def test_pasted_text():
    text = "Pancakes\nServes 4\n\nIngredients\n2 cups flour\n3 eggs\n1 pinch of salt\n\nMethod\nWhisk 2 eggs. Fry."
    assert read_text(text) == RecipePage("Pancakes", ENGLISH, "en", Fraction(4), "Serves 4")
    assert read_text("2 cups flour\n3 eggs\n1 pinch of salt", "en").lines == ENGLISH
    assert read_text("", "en") == RecipePage("", (), "en")


def test_a_page_without_a_recipe():
    assert read_page(page("<h1>Contact</h1><p>Appelez-nous au 01 23 45 67 89.</p>")).lines == ()


def test_the_language_of_a_page():
    assert language_of("en-GB", "") == "en"
    assert language_of("", "the flour and the eggs with a pinch of salt in the bowl") == "en"
    assert language_of("xx", "la farine et les œufs avec du lait pour une pâte") == "fr"


HOSTILE = {
    "deep": "<div>" * 400_000,
    "unclosed": '<a href="' * 300_000,
    "lonely": "<" * 1_000_000,
    "items": "<li>1 egg" * 300_000,
    "scripts": '<script type="application/ld+json">{' * 100_000,
    "json": script("[" * 200_000),
    "long line": "<h2>Ingredients</h2><ul><li>" + "1 egg " * 300_000 + "</ul>",
    "entities": "&" * 1_000_000,
    "properties": '<i itemprop="recipeIngredient" class="servings">1' * 100_000,
    "lines": script({"@type": "Recipe", "recipeIngredient": ["1 egg"] * 100_000}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_bounded(name):
    started = time.process_time()
    found = read_page(HOSTILE[name], "en")
    assert time.process_time() - started < 8
    assert len(found.lines) <= 300


@given(st.text(alphabet="<>/=\"' abli&;-!123\n", max_size=300))
def test_no_markup_breaks_it(text):
    read_markup(text)
    read_page(text, "en")


def test_a_theme_in_english_makes_no_french_recipe_english():
    body = "<h1>Compote de rhubarbe</h1><h2>Ingrédients pour 6 gourmands</h2><ul>" + "".join(
        f"<li>{line}</li>"
        for line in ("1 kg de rhubarbe", "200 g de sucre roux", "1 gousse de vanille", "le jus d'une orange")
    )
    body += "</ul><h2>Préparation</h2><p>Épluchez la rhubarbe et coupez les tiges.</p>"
    body += "<p>Faites cuire avec le sucre et une gousse de vanille.</p>"
    read = read_page(page(body, lang="en-US"))
    assert (read.lang, read.servings) == ("fr", 6)
    assert read.lines[0] == "1 kg de rhubarbe"


@pytest.mark.parametrize(("lines", "lang"), [(LINES, "fr"), (ENGLISH, "en")])
def test_data_alone_tell_the_language(lines, lang):
    data = {"@type": "Recipe", "name": "Crêpes", "recipeYield": "4", "recipeIngredient": list(lines)}
    read = read_page(script(data))
    assert (read.lang, read.lines) == (lang, lines)


def test_a_list_without_a_heading_of_its_own_is_called_by_its_box():
    body = """<div class="wprm-recipe"><h2 class="wprm-recipe-name">Green Soup</h2><ul>
    <li class="wprm-recipe-ingredient"><span>2</span> <span>cups</span> <span>peas</span></li>
    <li class="wprm-recipe-ingredient"><span>1</span> <span>onion</span></li></ul></div>"""
    read = read_page(body)
    assert read.title == "Green Soup"
    assert read.lines == ("2 cups peas", "1 onion")


def test_a_recipe_as_data_is_read_as_its_page_would_be():
    assert read_data(RECIPE) == RecipePage("Crêpes", LINES, "fr", Fraction(4), "4 personnes")
    assert read_data({"@graph": [{"@type": "Article"}, RECIPE]}).lines == LINES
    english = read_data({"name": "Pancakes", "recipeIngredient": list(ENGLISH), "recipeYield": 6})
    assert (english.lang, english.lines, english.servings) == ("en", ENGLISH, Fraction(6))
    assert read_data({"name": "Nothing"}).lines == ()


@given(
    st.dictionaries(
        st.sampled_from(["@type", "@graph", "name", "recipeIngredient", "recipeYield", "inLanguage", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
            max_leaves=12,
        ),
        max_size=6,
    )
)
def test_whatever_is_sent_as_a_recipe_it_is_read(document):
    found = read_data(document)
    assert isinstance(found.title, str)
    assert all(isinstance(line, str) and line for line in found.lines)
