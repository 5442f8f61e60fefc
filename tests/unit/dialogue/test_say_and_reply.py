from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from cabas.dialogue import locales, say
from cabas.dialogue.language import guess
from cabas.dialogue.nouns import is_feminine, is_plural
from cabas.dialogue.reply import Fact, chips, fact, render
from cabas.domain.cart import Amount, LineItem, Want
from cabas.domain.catalog import Product, SoldBy
from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.errors import NotFound
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity

TODAY = date(2026, 11, 22)


def item(name: str, cents: int = 120, quantity: int = 1, **more: object) -> LineItem:
    base = {"id": "1", "want": Want(name, "fr"), "sku": "1", "name": name, "price": Money(cents), "quantity": quantity}
    return LineItem(**(base | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lang", "cents", "written", "spoken"),
    [
        ("fr", 210, "2,10 €", "deux euros dix"),
        ("fr", 100, "1,00 €", "un euro"),
        ("fr", 105, "1,05 €", "un euro cinq"),
        ("fr", 90, "0,90 €", "quatre-vingt-dix centimes"),
        ("en", 1234, "€12.34", "twelve euros thirty-four"),
        ("en", 5, "€0.05", "five cents"),
    ],
)
def test_prices_as_people_write_and_say_them(lang: str, cents: int, written: str, spoken: str) -> None:
    assert (say.money(Money(cents), lang), say.spoken_money(Money(cents), lang)) == (written, spoken)


def test_other_currencies_are_named() -> None:
    assert say.money(Money(500, "CHF"), "fr") == "5,00 CHF"
    assert say.spoken_money(Money(500, "JPY"), "en") == "500 JPY"


@pytest.mark.parametrize(
    ("quantity", "fr"),
    [
        (Quantity(1500, "MLT"), "1,5 l"),
        (Quantity(75, "CLT"), "75 cl"),
        (Quantity(125, "MLT"), "125 ml"),
        (Quantity(250, "GRM"), "250 g"),
        (Quantity(1, "KGM"), "1 kg"),
        (Quantity(12), "12"),
    ],
)
def test_contents(quantity: Quantity, fr: str) -> None:
    assert say.measure(quantity, "fr") == fr


def test_packs_and_unit_prices() -> None:
    water = Product("1", {"fr": "Eau"}, content=Quantity(9, "LTR"), pieces=6)
    assert say.content(water, "fr") == "6 x 1,5 l"
    assert say.per_unit(Money(270), water, "fr") == "0,30 €/l"
    assert say.per_unit(Money(199), Product("2", {"fr": "Poire"}, sold_by=SoldBy.WEIGHT), "en") == "€1.99/kg"
    assert say.per_unit(None, water, "fr") == ""


@pytest.mark.parametrize(
    ("before", "said"),
    [("lait", "de lait"), ("œufs", "d'œufs"), ("huile", "d'huile"), ("haricots verts", "de haricots verts"),
     ("yaourts", "de yaourts"), ("eau", "d'eau")],
)  # fmt: skip
def test_french_elides(before: str, said: str) -> None:
    assert say.elided("de", before, "fr") == said


def test_lists_stay_short() -> None:
    assert say.join(["a"], "fr") == "a"
    assert say.join(["a", "b", "c"], "fr") == "a, b et c"
    assert say.join(["a", "b", "c", "d"], "en", most=2) == "a, b and 2 more"
    assert say.join(["a", "b", "c"], "fr", most=2) == "a, b et 1 autre"
    assert say.join([], "fr") == ""


def test_days_and_windows() -> None:
    start = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert say.window(start, start.replace(hour=19, minute=30), TODAY, "fr") == "demain entre 18 h et 19 h 30"
    assert say.day(date(2026, 11, 28), TODAY, "fr") == "samedi 28 novembre"
    assert say.day(date(2026, 11, 28), TODAY, "en") == "Saturday November 28"


def test_adding_one_thing() -> None:
    facts = [fact("added", items=[item("Lait demi-écrémé 1 l", 210, 2, brand="Vallon")], total=Money(210))]
    text, speech = render(facts, "fr", TODAY)
    assert text == "J'ajoute 2 x Lait demi-écrémé 1 l (Vallon), 2,10 €."
    assert speech == "Deux Laits demi-écrémés ajoutés, deux euros dix."


def test_adding_many_things_is_counted_for_the_ear() -> None:
    lines = [item(name) for name in "abcde"]
    _, speech = render([fact("added", items=lines, total=Money(600))], "en", TODAY)
    assert speech.endswith("a, b, c, d and 1 more. That makes six euros in all.")


def test_several_things_are_a_list_one_can_scan() -> None:
    lines = [
        item("Lait entier 1 l", 238, 2, brand="Vallon", why=("usual",)),
        item("Carottes", 149, 750, sold_by="weight"),
        item("Sel", 65),
    ]
    text, _ = render([fact("added", items=lines, total=Money(452))], "fr", TODAY)
    assert (
        text == "J'ajoute 2 x Lait entier 1 l (2,38 €, votre choix habituel), Carottes 750 g (1,49 €) et Sel (0,65 €)."
    )
    usual = [item(name, why=("usual",)) for name in ("Lait", "Pain")]
    text, _ = render([fact("reordered", items=usual)], "en", TODAY)
    assert text == "As usual, adding Lait (€1.20) and Pain (€1.20)."


def test_weighed_goods_are_said_by_weight() -> None:
    text, _ = render([fact("quantity", items=[item("Carottes", 149, 750, sold_by="weight")])], "fr", TODAY)
    assert text == "D'accord : Carottes 750 g, 1,49 €."


def test_a_slot_is_said_in_words() -> None:
    start = datetime(2026, 11, 23, 18, tzinfo=UTC)
    slot = Slot("s", "lille", Method.PICKUP, start, start.replace(hour=19), start, 1, 0, Money(0))
    assert render([fact("slot", method="au drive", window=slot)], "fr", TODAY)[0] == (
        "C'est noté : au drive, demain entre 18 h et 19 h."
    )


def test_the_same_sentence_is_said_once() -> None:
    assert render([fact("noted"), fact("noted")], "en", TODAY) == ("Noted.", "Noted.")


def test_amounts_are_said_as_asked() -> None:
    assert render([fact("many", amount=Amount(Fraction(30), "bottle"))], "fr", TODAY)[0].startswith("30 bouteilles, ")


@pytest.mark.parametrize("lang", locales.languages())
def test_every_language_says_every_fact(lang: str) -> None:
    known = say.phrases("en")["facts"]
    mine = say.phrases(lang)["facts"]
    assert set(mine) == set(known)
    for kind in mine:
        text, speech = render([Fact(kind, {"names": ["x"], "items": [item("x")], "why": "x"})], lang, TODAY)
        assert text
        assert speech
    assert all(len(chips(kind, lang)) <= 3 for kind in say.phrases(lang)["chips"])


def test_an_unknown_language_says_which_there_are() -> None:
    with pytest.raises(NotFound, match=r"It speaks en, .*fr"):
        say.phrases("tlh")


@pytest.mark.parametrize(
    ("text", "lang"),
    [("il me faudrait des poireaux et du pain", "fr"), ("some leeks and a loaf of bread please", "en"), ("123", None)],
)
def test_guessing_the_language(text: str, lang: str | None) -> None:
    assert guess(text) == lang


@pytest.mark.parametrize(
    ("name", "feminine", "plural"),
    [
        ("maroilles", False, False),
        ("rooibos", False, False),
        ("gougères", True, True),
        ("pâtés", False, True),
        ("pâtes", True, True),
        ("PATES", True, True),
        ("côte de porc", True, False),
        ("côté", False, False),
        ("œuf", False, False),
    ],
)
def test_gender_and_number_of_french_names(name: str, feminine: bool, plural: bool) -> None:
    assert (is_feminine(name, "fr"), is_plural(name, "fr")) == (feminine, plural)
