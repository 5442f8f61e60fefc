"""What is said later of what stands in the cart: it is at home, it comes back, the usual one, whether it is organic."""

from __future__ import annotations

import pytest

from cabas.storage.memory import Memory
from cabas.usecases.talk.desk import Desk
from support.talking import talk

pytestmark = pytest.mark.anyio
Shop = tuple[Desk, Memory]


@pytest.mark.parametrize(
    ("locale", "dish", "said", "gone"),
    [
        ("fr-FR", "de quoi faire des crêpes pour quatre", "j'ai déjà le lait et les œufs", {"lait", "œuf"}),
        ("fr-FR", "de quoi faire des crêpes pour quatre", "Il me reste de la farine", {"farine"}),
        ("fr-FR", "de quoi faire des crêpes pour quatre", "on a encore plein de lait au frigo", {"lait"}),
        ("en-GB", "everything for pancakes for four", "We've already got milk and eggs", {"milk", "egg"}),
        ("en-GB", "everything for pancakes for four", "I have flour", {"flour"}),
        ("en-GB", "everything for pancakes for four", "there's still some butter in the fridge", {"butter"}),
    ],
)
async def test_what_is_at_home_leaves_the_cart(desk: Shop, locale: str, dish: str, said: str, gone: set[str]) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    before = {line.want.words for line in (await talker.say(dish)).cart.lines}
    after = {line.want.words for line in (await talker.say(said)).cart.lines}
    assert before - after == gone
    assert after <= before


@pytest.mark.parametrize(
    ("locale", "wish", "said"),
    [
        ("fr-FR", "du lait", "j'ai déjà du riz"),
        ("fr-FR", "du lait", "Est-ce que j'ai déjà du lait ?"),
        ("en-GB", "some milk", "we already have plenty of rice at home"),
        ("en-GB", "some milk", "Do I already have milk?"),
    ],
)
async def test_nothing_is_bought_because_it_is_at_home(desk: Shop, locale: str, wish: str, said: str) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    cart = (await talker.say(wish)).cart
    assert (await talker.say(said)).cart == cart


@pytest.mark.parametrize(
    ("locale", "wish", "out", "back"),
    [
        ("fr-FR", "du lait et deux baguettes", "enlève les baguettes", "remets-les"),
        ("fr-FR", "du lait et deux baguettes", "enlève les baguettes", "Finalement remettez les baguettes"),
        ("en-GB", "some milk and two baguettes", "take out the baguettes", "put them back"),
        ("en-GB", "some milk and two baguettes", "take out the baguettes", "Put the baguettes back in please"),
    ],
)
async def test_what_was_taken_out_comes_back(desk: Shop, locale: str, wish: str, out: str, back: str) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    cart = (await talker.say(wish)).cart
    assert len((await talker.say(out)).cart.lines) == 1
    assert (await talker.say(back)).cart.lines == cart.lines


async def test_put_them_back_of_what_was_put_in_takes_it_out(desk: Shop) -> None:
    talker = await talk(desk, shopper=None, locale="en-GB")
    await talker.say("some milk")
    assert (await talker.say("put it back")).cart.lines == ()


@pytest.mark.parametrize(("locale", "asked"), [("fr-FR", "c'est végan ?"), ("en-GB", "is it vegan?")])
async def test_whether_it_is_so_is_a_question_and_no_diet(desk: Shop, locale: str, asked: str) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    cart = (await talker.say("milk" if locale == "en-GB" else "du lait")).cart
    view = await talker.say(asked)
    assert (view.acts, view.diet, view.cart) == (("ask_availability",), (), cart)


@pytest.mark.parametrize("said", ["le même que d'habitude", "celui que je prends d'habitude", "mon habituel"])
async def test_the_usual_one_of_what_was_asked_for_is_no_whole_order(desk: Shop, said: str) -> None:
    talker = await talk(desk, locale="fr-FR")
    await talker.say("du café")
    view = await talker.say(said)
    assert (view.acts, len(view.cart.lines)) == (("replace",), 1)


async def test_perhaps_is_no_part_of_a_name(desk: Shop) -> None:
    talker = await talk(desk, shopper=None, locale="fr-FR")
    assert [line.want.words for line in (await talker.say("du lait peut-être")).cart.lines] == ["lait"]


@pytest.mark.parametrize(("said", "then"), [("a roast chicken", "and potatoes"), ("some green tea", "and lemons")])
async def test_and_another_thing_takes_the_place_of_none(desk: Shop, said: str, then: str) -> None:
    talker = await talk(desk, shopper=None, locale="en-GB")
    before = (await talker.say(said)).cart.lines
    view = await talker.say(then)
    assert view.acts == ("add",)
    assert view.cart.lines[: len(before)] == before


@pytest.mark.parametrize(
    ("locale", "wish", "empty", "kept", "left"),
    [
        ("fr-FR", "du lait et du riz", "vide le panier", "Non, garde le lait", ["lait"]),
        ("fr-FR", "du lait et du riz", "vide le panier", "sauf le riz", ["riz"]),
        ("en-GB", "milk and rice", "empty my basket", "no wait keep the milk", ["milk"]),
        ("en-GB", "milk and rice", "empty my basket", "Not the rice", ["rice"]),
    ],
)
async def test_what_is_to_stay_when_all_was_to_go_stays_alone(
    desk: Shop, locale: str, wish: str, empty: str, kept: str, left: list[str]
) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    await talker.say(wish)
    assert len((await talker.say(empty)).cart.lines) == 2
    assert [line.want.words for line in (await talker.say(kept)).cart.lines] == left


@pytest.mark.parametrize(
    ("locale", "said", "tag"),
    [
        ("fr-FR", "Du ketchup, mais je ne veux pas de Heinz", "not_brand:Heinz"),
        ("en-GB", "Some ketchup but I don't want Heinz", "not_brand:Heinz"),
    ],
)
async def test_a_brand_that_is_refused_is_not_asked_for(desk: Shop, locale: str, said: str, tag: str) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    (line,) = (await talker.say(said)).cart.lines
    assert (line.want.brand, line.want.constraints) == (None, (tag,))
