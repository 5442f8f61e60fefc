"""Who said to be a minor gets no goods for adults, by whatever path; the cart stays as it was."""

from __future__ import annotations

import pytest

from cabas.dialogue.acts import Act, RecipeAsk, Reference
from cabas.domain.cart import Cart
from cabas.domain.catalog import old_enough
from cabas.kernel.errors import NotFound
from cabas.storage.memory import Memory
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.stage import load
from cabas.usecases.talk.tap import alternatives
from support.talking import Talker, talk, want

pytestmark = pytest.mark.anyio
Shop = tuple[Desk, Memory]

YOUNG = {"fr-FR": "J'ai seize ans", "en-GB": "I'm sixteen"}
LEMONADE = {"fr-FR": "une limonade", "en-GB": "a lemonade"}
BEER = {"fr-FR": "deux bières blondes", "en-GB": "two lagers"}
LOCALES = tuple(YOUNG)


def adult(cart: Cart) -> list[str]:
    return [line.name for line in cart.lines if line.minimum_age]


def goods(cart: Cart) -> list[tuple[str | None, int]]:
    return [(line.sku, line.quantity) for line in cart.lines]


async def young(desk: Shop, locale: str, *before: str) -> Talker:
    """A shopper who asked for a few things, and then said how old they are."""
    talker = await talk(desk, shopper=None, locale=locale)
    for text in (*before, YOUNG[locale]):
        await talker.say(text)
    return talker


@pytest.mark.parametrize(("least", "age", "may"), [(0, 3, True), (18, None, True), (18, 17, False), (18, 18, True)])
def test_the_rule(least: int, age: int | None, *, may: bool) -> None:
    assert old_enough(least, age) is may


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("fr-FR", "remplace la limonade par de la bière"),
        ("fr-FR", "mets plutôt du vin rouge"),
        ("en-GB", "swap the lemonade for a beer"),
        ("en-GB", "make that red wine instead"),
    ],
)
async def test_no_alcohol_in_place_of_something_else(desk: Shop, locale: str, text: str) -> None:
    talker = await young(desk, locale, LEMONADE[locale])
    before = goods(talker.view.cart)
    view = await talker.say(text)
    assert goods(view.cart) == before
    assert view.restricted == ("alcohol",)
    assert view.asked
    assert "18" in view.reply.text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("compare", ["other", "cheaper", "other_brand", "bigger"])
async def test_a_comparison_chooses_no_alcohol(desk: Shop, locale: str, compare: str) -> None:
    talker = await young(desk, locale, BEER[locale])
    before = goods(talker.view.cart)
    assert adult(talker.view.cart) != []
    view = await talker.do(Act("replace", compare=compare))
    assert goods(view.cart) == before


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("fr-FR", "encore deux bières blondes"),
        ("fr-FR", "mets six bières blondes"),
        ("en-GB", "two more lagers"),
        ("en-GB", "make it six lagers"),
    ],
)
async def test_no_more_of_what_was_taken_before_the_age_was_said(desk: Shop, locale: str, text: str) -> None:
    talker = await young(desk, locale, BEER[locale])
    before = goods(talker.view.cart)
    view = await talker.say(text)
    assert goods(view.cart) == before
    assert view.asked


async def test_less_of_it_and_none_of_it_is_always_allowed(desk: Shop) -> None:
    talker = await young(desk, "en-GB", BEER["en-GB"])
    (line,) = talker.view.cart.lines
    view = await talker.tap("quantity", line.id, "1")
    assert [line.quantity for line in view.cart.lines] == [1]
    view = await talker.say("remove the lager")
    assert view.cart.lines == ()
    view = await talker.say("undo that")
    assert adult(view.cart) == []


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_recipe_leaves_the_wine_out_and_says_so(desk: Shop, locale: str) -> None:
    lang = locale[:2]
    ask = Act("recipe", recipe=RecipeAsk("risotto", "risotto", 4))
    grown = await (await talk(desk, shopper=None, locale=locale)).do(ask)
    assert len(adult(grown.cart)) == 1, "the dish has wine in it"
    view = await (await young(desk, locale)).do(ask)
    assert adult(view.cart) == []
    assert {line.family for line in view.cart.lines} == {
        line.family for line in grown.cart.lines if not line.minimum_age
    }
    assert view.restricted == ("alcohol",)
    assert {"fr": "vin", "en": "wine"}[lang] in view.reply.text


@pytest.mark.parametrize("locale", LOCALES)
async def test_no_touch_leads_to_alcohol(desk: Shop, locale: str) -> None:
    talker = await young(desk, locale, BEER[locale])
    (line,) = talker.view.cart.lines
    before = goods(talker.view.cart)
    assert line.alternatives != ()
    assert await alternatives(await load(talker.desk, "halle", talker.view.conversation_id, "web"), line.id) == []
    with pytest.raises(NotFound):
        await talker.tap("swap", line.id, line.alternatives[0])
    with pytest.raises(NotFound):
        await talker.tap("put", None, line.sku)
    view = await talker.tap("quantity", line.id, str(line.quantity + 1))
    assert goods(view.cart) == before
    assert view.restricted == ("alcohol",)


async def test_an_adult_may_have_it_all(desk: Shop) -> None:
    talker = await talk(desk, shopper=None, locale="en-GB")
    for text in ("I'm forty", "a lemonade"):
        await talker.say(text)
    view = await talker.do(Act("replace", (want("beer", "beer"),), Reference(last=True)))
    assert len(adult(view.cart)) == 1
