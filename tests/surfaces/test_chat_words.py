"""The page's words and pictures: both languages say everything, every sign used is drawn, figures are written right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import cabas.surfaces.chat
from cabas.domain.cart import Cart, LineItem, SlotChoice, Want
from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.surfaces.chat.show import Tongue, changed, glyph, sections, slot_panel, tight, turns
from cabas.surfaces.chat.texts import languages, negotiate, text, texts
from cabas.surfaces.chat.wire import Said, Tapped, read_form, tap_value

HERE = Path(cabas.surfaces.chat.__file__).parent
TEMPLATES = "".join(path.read_text("utf-8") for path in (HERE / "templates").glob("*.html"))
SIGNS = set(re.findall(r'<symbol id="([a-z]+)"', (HERE / "static/glyphs.svg").read_text("utf-8")))
FRENCH = Tongue("fr", date(2026, 11, 24))
ENGLISH = Tongue("en", date(2026, 11, 24))


def leaves(found: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(found, Mapping):
        for key, value in found.items():
            assert isinstance(key, str), f"{path}: quote the key {key!r}"
            yield from leaves(value, f"{path}.{key}".strip("."))
    else:
        yield path, found


def fields(sentence: object) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name} if isinstance(sentence, str) else set()


def test_every_language_says_the_same_things_with_the_same_values() -> None:
    known = dict(leaves(texts("fr")))
    for lang in languages():
        mine = dict(leaves(texts(lang)))
        assert set(mine) == set(known), lang
        assert {path: fields(said) for path, said in mine.items()} == {
            path: fields(said) for path, said in known.items()
        }


def test_every_text_a_template_names_exists_and_every_text_is_used() -> None:
    named = set(re.findall(r'\bt\("([a-z_.]+)"', TEMPLATES)) | set(re.findall(r'else "([a-z]+\.[a-z_]+)"', TEMPLATES))
    known = {path for path, _ in leaves(texts("fr"))}
    for path in named:
        assert any(one == path or one.startswith(path) for one in known), path
    code = TEMPLATES + "".join((HERE / name).read_text("utf-8") for name in ("show.py", "texts.py", "app.py"))
    unused = {
        path
        for path in known
        if path.split(".")[0] not in ("error", "allergens") and path.rpartition(".")[2] not in code
    }
    assert unused <= {"weekdays", "locale", "zero"}


def test_every_sign_is_drawn() -> None:
    used = set(re.findall(r'icon\("([a-z]+)"', TEMPLATES)) | set(re.findall(r"glyphs\.svg#([a-z]+)", TEMPLATES))
    used |= {sign for pair in re.findall(r'icon\("([a-z]+)" if [^)]* else "([a-z]+)"\)', TEMPLATES) for sign in pair}
    goods = {row[0] for row in yaml.safe_load((HERE / "glyphs.yaml").read_text("utf-8"))}
    assert used | goods | {"bag"} == SIGNS


def test_every_tint_has_a_color() -> None:
    tints = {row[1] for row in yaml.safe_load((HERE / "glyphs.yaml").read_text("utf-8"))} | {"plain"}
    assert tints == set(re.findall(r"\.tile--([a-z]+) \{", (HERE / "static/cabas.css").read_text("utf-8")))


@pytest.mark.parametrize(
    ("category", "name", "expected"),
    [
        (("Crèmerie", "Laits"), "Lait", ("milk", "dairy")),
        (("Fruits et légumes", "Fruits"), "Pommes", ("apple", "produce")),
        (("Fruits et légumes", "Légumes"), "Laitue", ("carrot", "produce")),
        (("Épicerie salée", "Huiles et vinaigres"), "Vinaigre de vin", ("oil", "pantry")),
        (("Savory groceries", "Pasta"), "Penne", ("grain", "pantry")),
        (("Petit déjeuner", "Cafés et thés"), "Café", ("coffee", "pantry")),
        (("Petit déjeuner",), "Müesli", ("bag", "plain")),
        (("Charcuterie", "Pâtés et terrines"), "Pâté de campagne", ("meat", "meat")),
        (("Surgelés", "Légumes"), "Épinards", ("carrot", "produce")),
        ((), "Shampooing doux", ("soap", "care")),
        ((), "", ("bag", "plain")),
    ],
)
def test_goods_have_a_picture(category: tuple[str, ...], name: str, expected: tuple[str, str]) -> None:
    assert glyph(category, name) == expected


@pytest.mark.parametrize(
    ("wishes", "locale"),
    [
        (("", "", "fr-CH, en;q=0.4"), "fr-CH"),
        (("en", "fr-FR", "fr"), "en-GB"),
        (("", "en-US", "fr"), "en-US"),
        (("xx",), "fr-FR"),
        ((), "fr-FR"),
    ],
)
def test_the_first_wish_that_can_be_met(wishes: tuple[str, ...], locale: str) -> None:
    assert negotiate(*wishes) == locale


@given(st.text(max_size=200))
def test_any_header_is_survived(header: str) -> None:
    assert negotiate(header).partition("-")[0] in languages()


def test_plurals() -> None:
    counts = [text(lang, "cart.count", count=count) for lang in ("fr", "en") for count in (0, 1, 2)]
    assert counts == ["0 article", "1 article", "2 articles", "0 items", "1 item", "2 items"]


def test_figures() -> None:
    assert FRENCH.money(Money(123450)) == "1234,50\u00a0€"
    assert ENGLISH.money(Money(5)) == "€0.05"
    assert [FRENCH.quantity(*one) for one in ((3, "each"), (250, "weight"), (1500, "weight"), (1255, "weight"))] == [
        "3",
        "250\u00a0g",
        "1,5\u00a0kg",
        "1255\u00a0g",
    ]
    assert FRENCH.rate(550) == "5,5"
    assert FRENCH.details(line(1, name="Lait 4 × 25 cl", brand="Pré", content="4 x 25 cl", per_unit="1,20 €/l")) == (
        "Pré",
        "1,20\u00a0€/l",
    )
    assert FRENCH.details(line(1, name="Œufs", content="12")) == ("12",)
    assert tight("6 x 1,5 l à 2,38 €") == "6\u00a0x\u00a01,5\u00a0l à 2,38\u00a0€"
    assert tight("Prêt ? Œufs x 12 (Bio), 10 h") == "Prêt\u00a0? Œufs x\u00a012 (Bio), 10\u00a0h"
    assert tight("Dites « oui » ou non.") == "Dites «\u00a0oui\u00a0» ou non."


def test_days_and_slots() -> None:
    choice = SlotChoice("s", "pickup", "2026-11-25T10:00:00+01:00", "2026-11-25T11:30:00+01:00", Money(0))
    assert FRENCH.slot(choice) == "Demain, 10:00–11:30"
    assert ENGLISH.day(date(2026, 11, 24)) == "Today"
    assert FRENCH.day(date(2026, 11, 28)) == "Samedi 28 novembre"
    assert FRENCH.short_day(date(2026, 11, 28)) == ("sam.", "28")


def line(number: int, **fields: object) -> LineItem:
    return LineItem(id=str(number), want=Want("x", "fr"), sku=f"s{number}", price=Money(100), **fields)  # type: ignore[arg-type]


def test_a_cart_is_shown_by_dish_with_proposals_apart() -> None:
    cart = Cart(lines=(line(1, recipe="Soupe"), line(2), line(3, recipe="Soupe", ticked=False)))
    shown = [(s.title, [x.id for x in s.lines], [x.id for x in s.proposed]) for s in sections(cart)]
    assert shown == [("", ["2"], []), ("Soupe", ["1"], ["3"])]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "a", "b"])), max_size=12))
def test_no_line_is_lost_or_shown_twice(kinds: list[tuple[bool, str]]) -> None:
    cart = Cart(lines=tuple(line(n, ticked=tick, recipe=dish or None) for n, (tick, dish) in enumerate(kinds)))
    shown = [one.id for section in sections(cart) for one in (*section.lines, *section.proposed)]
    assert sorted(shown) == sorted(one.id for one in cart.lines)
    assert changed(Cart(), cart) == tuple(one.id for one in cart.lines)
    assert changed(cart, cart) == ()


@pytest.mark.parametrize(
    ("history", "shown"),
    [
        ("", ""),
        ("c", "c"),
        ("cscsc", "cscsc"),
        ("cscn", "cscn"),
        ("cscnn", "cscn"),
        ("cscnsc", "cscsc"),
        ("cn", "cn"),
        ("cscc", "cscc"),
    ],
)
def test_touches_leave_one_note_at_the_end(history: str, shown: str) -> None:
    names = {"c": "cabas", "s": "shopper", "n": "note"}
    seen = turns([(names[who], str(place)) for place, who in enumerate(history)])
    assert "".join(who[0] for who, _ in seen) == shown
    if "n" in shown:
        assert seen[-1] == ("note", str(len(history) - 1))


def slot(day: int, hour: int, taken: int = 0, method: Method = Method.PICKUP) -> Slot:
    start = datetime.fromisoformat(f"2026-11-{day}T{hour:02}:00:00+01:00")
    return Slot(f"{day}-{hour}", "s", method, start, start, start, 2, taken, Money(0))


def test_the_slot_chooser_opens_where_there_is_room() -> None:
    slots = [slot(26, 18), slot(25, 10, taken=2), slot(26, 9), slot(27, 9, method=Method.DELIVERY)]
    panel = slot_panel(("pickup",), slots, "pickup", None, Cart())
    assert [one.day.day for one in panel.days] == [25, 26]
    assert panel.day is not None
    assert [one.id for one in panel.day.slots] == ["26-9", "26-18"]
    asked = slot_panel(("pickup",), slots, "pickup", date(2026, 11, 25), Cart()).day
    assert asked is not None
    assert asked.day == date(2026, 11, 25)
    assert slot_panel(("pickup",), [], "pickup", None, Cart()).day is None


@given(st.integers(0, 999_999), st.integers(-10_000, 10_000))
def test_a_step_never_goes_below_zero(value: int, step: int) -> None:
    assert tap_value(Tapped("quantity", "1", str(value), step)) == str(max(0, value + step))


def test_forms_are_read_strictly() -> None:
    assert read_form(b"text=%20du%20lait%E2%80%AE&channel=voice", Said) == Said("du lait", "voice")
    for body in (b"text=\xff", b"channel=web", b"text=x&channel=phone", b"&".join(b"a%d=1" % n for n in range(20))):
        with pytest.raises(InvalidInput):
            read_form(body, Said)
