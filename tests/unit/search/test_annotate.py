"""Rows become products: families, labels, allergens, ages, brands, estimated prices."""

from __future__ import annotations

import pytest

from cabas.dialogue.annotate import Annotator, labels_in, version
from cabas.dialogue.classify import above, below, best_family, candidates
from cabas.dialogue.estimate import estimated_price
from cabas.dialogue.names import read_name
from cabas.domain.catalog import Product
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity


def family(name: str, *category: str, lang: str = "fr") -> str | None:
    found = best_family(read_name(name, lang), category, lang)
    return found.family if found else None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lait UHT bio demi-écrémé", "semi_skimmed_milk"),
        ("Chips saveur poulet rôti", "chicken_crisps"),
        ("Confiture extra d'abricots", "apricot_jam"),
        ("Pâté de campagne", "pate"),
        ("Barquette de fraises", "strawberry"),
        ("Bière blonde sans alcool", "alcohol_free_beer"),
        ("Vinaigre de cidre", "cider_vinegar"),
        ("Zorglub premium", None),
    ],
)
def test_the_head_of_a_french_name_is_its_family(name: str, expected: str | None) -> None:
    assert family(name) == expected


def test_the_head_of_an_english_name_is_its_last_word() -> None:
    assert family("Salmon fillet", lang="en") == "salmon_fillet"
    assert family("Chocolate milk", lang="en") != "chocolate"


def test_the_category_decides_when_the_name_does_not() -> None:
    assert family("Le Grand Zorglub") is None
    assert family("Le Grand Zorglub", "Épicerie", "Confitures") == "jam"
    assert family("Zorglub râpé", "Crèmerie", "Fromages") == "grated_cheese"


def test_a_food_is_no_family_of_a_nonfood_department() -> None:
    assert family("Lait à la vanille", "Crèmerie") == "flavored_milk"
    assert family("Lait à la vanille", "Hygiène et beauté", "Soins du corps") not in below("milk")
    assert family("Lait à la vanille", "Hygiène et beauté", "Soins du corps") != "flavored_milk"


def test_every_candidate_is_counted_once_and_the_best_is_first() -> None:
    found = candidates(read_name("Jus de pomme et jus de poire", "fr"), "fr")
    assert len({one.family for one in found}) == len(found)
    assert [one.votes for one in found] == sorted((one.votes for one in found), reverse=True)


def test_wider_and_narrower_families_agree() -> None:
    assert "milk" in above("semi_skimmed_milk")
    assert "semi_skimmed_milk" in below("milk")


def a_product(**told: object) -> Product:
    return Annotator("fr", ["Clos Vert"], ["Maison Paul"]).product(sku="1", **{"name": "x", **told})  # type: ignore[arg-type]


def test_a_row_becomes_a_product() -> None:
    assert a_product(
        name="Clos Vert yaourts nature bio 4 x 125 g", ingredients="Lait entier, ferments", category=("Crèmerie",)
    ) == Product(
        sku="1",
        names={"fr": "Clos Vert yaourts nature bio 4 x 125 g"},
        brand="Clos Vert",
        category=("Crèmerie",),
        family="plain_yogurt",
        content=Quantity(500, "GRM"),
        pieces=4,
        vat_rate=550,
        allergens=frozenset({"milk"}),
        labels=frozenset({"organic"}),
        storage=a_product(name="yaourt nature").storage,
        popularity=a_product(name="yaourt nature").popularity,
        ingredients="Lait entier, ferments",
    )


def test_the_size_column_counts_before_the_name() -> None:
    product = a_product(name="Jus 1 l", size="75 cl")
    assert str(product.content) == "750 ml"


def test_own_brands_are_marked() -> None:
    assert a_product(name="Riz", brand="maison paul").own_brand is True
    assert a_product(name="Riz", brand="Clos Vert").own_brand is False


@pytest.mark.parametrize(
    ("ingredients", "said", "allergens"),
    [
        ("Eau, _lait_ écrémé, œufs", (), {"milk", "egg"}),
        ("Lait de coco, beurre de cacao, noix de muscade, acide lactique", (), set()),
        ("Lait d'amande, crème de soja", (), {"nuts", "soy"}),
        ("Farine de blé noir", (), set()),
        ("Filet de saumon, MOUTARDE, sulfites", (), {"fish", "mustard", "sulphites"}),
        ("", ("gluten", "milk"), {"gluten", "milk"}),
        ("", ("Fruits à coque", "céleri"), {"nuts", "celery"}),
    ],
)
def test_allergens_are_declared_and_read(ingredients: str, said: tuple[str, ...], allergens: set[str]) -> None:
    assert a_product(name="Zorglub", ingredients=ingredients, said_allergens=said).allergens == allergens


def test_usual_allergens_stand_in_for_a_missing_list() -> None:
    assert a_product(name="Lait entier").allergens == {"milk"}


@pytest.mark.parametrize(
    ("name", "category", "age"),
    [
        ("Vin rouge de table", (), 18),
        ("Cuvée Zorglub 2019", ("Vins et spiritueux",), 18),
        ("Cuvée Zorglub sans alcool", ("Vins et spiritueux",), 0),
        ("Vinaigre de vin", ("Vins et spiritueux",), 0),
        ("Jus de raisin", (), 0),
    ],
)
def test_alcohol_is_for_adults(name: str, category: tuple[str, ...], age: int) -> None:
    assert a_product(name=name, category=category).minimum_age == age


def test_labels_are_found_in_both_languages() -> None:
    assert labels_in("Riz bio ; gluten free", "fr") == {"organic", "gluten_free"}
    assert labels_in("Biologie du sol", "fr") == frozenset()


def test_the_version_is_stable() -> None:
    assert version() == version()
    assert len(version()) == 16


def test_estimated_prices_are_of_the_family_and_always_the_same() -> None:
    milk = a_product(name="Lait demi-écrémé 1 l")
    assert estimated_price(milk) == estimated_price(milk)
    assert Money(80) <= estimated_price(milk) <= Money(160)
    six = a_product(name="Lait demi-écrémé 6 x 1 l")
    assert estimated_price(milk).times(3) < estimated_price(six) < estimated_price(milk).times(6)
    assert estimated_price(a_product(name="Zorglub")) > Money(0)
