"""Recipes into a session: by the name of a dish, a page's address, or as data; and what they came to.

It is the recipe of the voice page: what is in the cart already is not bought again, what kitchens have is proposed and
not bought, one product serves two dishes. What a platform sends is data; a page is fetched as safely as for a shopper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from cabas.dialogue.notices import sentence
from cabas.dialogue.recipe_needs import needs_of_page
from cabas.dialogue.recipe_page import RecipePage, read_data, read_page
from cabas.domain.cart import Conversation, LineItem
from cabas.domain.larder import left_over, spare
from cabas.domain.recipe import Need
from cabas.domain.session import next_status
from cabas.kernel.errors import CabasError
from cabas.kernel.money import Money, total
from cabas.kernel.quantity import BASE, Quantity
from cabas.kernel.text import clean
from cabas.usecases.shop.sessions import load_session, session_of, stored
from cabas.usecases.shop.view import WARNING, Notice, SessionView
from cabas.usecases.shop.visit import Caller, Shopfront, enter
from cabas.usecases.talk.handlers.recipe import cook, of_dish
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.stage import set_scene

RECIPES_MAX, SERVINGS_MAX, TITLE_MAX = 5, 200, 120
# Between the dishes that share a line: no title may hold it.
BETWEEN = " + "


@dataclass(frozen=True, slots=True)
class RecipeWish:
    """A recipe to buy for: the name of a `dish`, the https `url` of a page, or `data` (schema.org `Recipe`), for so
    many `servings` (as the recipe says, when left out).
    """

    dish: str = ""
    url: str = ""
    data: Mapping[str, Any] | None = None
    servings: int | None = None


@dataclass(frozen=True, slots=True)
class Cooked:
    """A recipe in a cart. `bought` are its lines; `at_home`, what a kitchen surely has, and `optional`, what the recipe
    leaves open, are proposed and not bought. `cost` is what the lines cost that were bought for it first, before codes
    and deposits.
    """

    title: str
    servings: Fraction | None
    bought: tuple[LineItem, ...]
    at_home: tuple[LineItem, ...]
    optional: tuple[LineItem, ...]
    cost: Money

    @property
    def portion(self) -> Money | None:
        """What one portion costs; None where nobody said how many there are."""
        return self.cost.times(1 / self.servings) if self.servings else None


async def cook_for(
    front: Shopfront, caller: Caller, session_id: str, wishes: Sequence[RecipeWish]
) -> tuple[SessionView, tuple[Notice, ...]]:
    """The session with what the first `RECIPES_MAX` of `wishes` need, and what of them was not understood or is not
    sold here. Raises as `sessions.change_session`; a recipe that cannot be read is a notice.
    """
    talk = await load_session(front, caller, session_id)
    next_status(session_of(talk).status, "change")
    visit = await enter(front, caller, store_id=talk.store_id)
    scene = await set_scene(front.desk, talk, caller.channel)
    scene.personal = None if caller.personal else False
    told = list[Notice]()
    for wish in wishes[:RECIPES_MAX]:
        try:
            title, servings, needs = await _read(scene, wish)
        except CabasError as error:
            reason = f"{error.message} {error.remedy}".strip()
            told.append(_notice("recipe_unreadable", caller.lang, reason=reason))
            continue
        if not needs:
            told.append(_notice("recipe_unknown", caller.lang, name=title))
            continue
        missing = await _cooked(scene, title, servings, needs)
        if missing:
            told.append(_notice("ingredients_missing", caller.lang, dish=title, names=", ".join(missing)))
    return await stored(visit, replace(scene.talk, pending=None)), tuple(told)


async def _read(scene: Scene, wish: RecipeWish) -> tuple[str, Fraction | None, Sequence[Need]]:
    """Title, servings and needs of a wish; no needs when nobody knows the dish. Raises what fetching raises."""
    servings = min(wish.servings, SERVINGS_MAX) if wish.servings else None
    if wish.data is not None:
        return _of_page(read_data(wish.data), wish, servings)
    if wish.url:
        return _of_page(read_page(await scene.desk.pages.fetch(wish.url)), wish, servings)
    dish = scene.lexicon.dish(wish.dish[:TITLE_MAX])
    return of_dish(dish, servings, scene.lang) if dish else (_titled(wish.dish), None, ())


def _of_page(page: RecipePage, wish: RecipeWish, servings: int | None) -> tuple[str, Fraction | None, Sequence[Need]]:
    people = Fraction(servings) if servings else page.servings
    return _titled(page.title or wish.dish or wish.url), people, needs_of_page(page, servings)


def _titled(text: str) -> str:
    return clean(text).replace(BETWEEN, " & ")[:TITLE_MAX].strip() or "…"


async def _cooked(scene: Scene, title: str, servings: Fraction | None, needs: Sequence[Need]) -> list[str]:
    """Buy for one recipe; returns what the store does not have. That is no line: a platform could not order it."""
    before = {line.id: line for line in scene.cart.lines}
    await cook(scene, title, servings, needs)
    absent = [line for line in scene.cart.lines if line.sku is None and line.id not in before]
    scene.update(scene.cart.remove(line.id for line in absent))
    for line in scene.cart.lines:
        shared = line.recipe and line.id in before and line.used != before[line.id].used
        if shared and title not in dishes_of(line):
            scene.update(scene.cart.put(replace(line, recipe=f"{line.recipe}{BETWEEN}{title}")))
    scene.talk = _served(scene.talk, title, servings)
    return [line.want.words for line in absent if line.ticked]


def _served(talk: Conversation, title: str, servings: Fraction | None) -> Conversation:
    """The session knows for how many: a dish asked for twice is for all of them."""
    session = session_of(talk)
    if servings is None:
        return talk
    people = {**session.servings, title: session.servings.get(title, Fraction(0)) + servings}
    return replace(talk, session=replace(session, servings=people))


def _notice(code: str, lang: str, **values: str) -> Notice:
    return Notice(WARNING, code, sentence(code, lang, **values))


def cooked(view: SessionView) -> tuple[Cooked, ...]:
    """The recipes of a session, in the order of their lines. One without a line that is bought is none any more."""
    titles = dict.fromkeys(title for line in view.lines for title in dishes_of(line))
    return tuple(_one(view, title) for title in titles)


def _one(view: SessionView, title: str) -> Cooked:
    bought = tuple(line for line in view.lines if title in dishes_of(line))
    first = (line.price for line in bought if line.bought and line.price is not None and dishes_of(line)[0] == title)
    idle = [line for line in view.proposed if title in dishes_of(line)]
    at_home, optional = (tuple(one for one in idle if ("optional" in one.why) is left) for left in (False, True))
    cost = total(first, view.talk.cart.currency)
    return Cooked(title, view.session.servings.get(title), bought, at_home, optional, cost)


def dishes_of(line: LineItem) -> tuple[str, ...]:
    """The dishes a line is for."""
    return tuple(line.recipe.split(BETWEEN)) if line.recipe else ()


def leftover(line: LineItem, view: SessionView) -> Quantity | None:
    """What the recipes leave of a line, in whole grams, milliliters or tenths of a piece; None for nothing, or where
    nobody can say.
    """
    product = view.products.get(line.sku or "")
    if product is None or not line.recipe or not line.used or not spare(line):
        return None
    left = left_over(line, product)
    if left is None:
        return None
    least = Fraction(1, 10) if left.dimension == "count" else Fraction(1)
    return Quantity.of(round(left.base / least) * least, BASE[left.dimension])
