"""What a dish needs: by its name, from a page, or from pasted text. What kitchens have is proposed, not pushed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from cabas.dialogue import say
from cabas.dialogue.acts import Act, RecipeAsk
from cabas.dialogue.dishes import Dish, dishes
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.merit import meets
from cabas.dialogue.nouns import counted
from cabas.dialogue.recipe_needs import needs_of_dish, needs_of_page
from cabas.dialogue.recipe_page import RecipePage, read_page, read_text
from cabas.dialogue.tokens import stems
from cabas.dialogue.weights import usual_of
from cabas.domain.cart import Amount, LineItem, Want
from cabas.domain.catalog import Offer, Product
from cabas.domain.larder import taken, takes
from cabas.domain.recipe import Need
from cabas.kernel.errors import CabasError
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity
from cabas.usecases.learn.apply import taught_needs
from cabas.usecases.recipes import BasketLine, Remembered, basket_for, fitting, wanted
from cabas.usecases.talk.ages import tell_ages, too_young, withheld
from cabas.usecases.talk.larder import key, plan, remainders
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.take import add_lines, fill

KINDS = ("recipe",)
# Pasted text is read as a recipe from this many lines on.
PASTED_LINES = 2
_SAID = {"mass": "g", "volume": "ml", "count": "piece", "length": "piece"}


async def handle(scene: Scene, act: Act) -> None:
    """Add what the dish needs for that many people. An unknown dish changes nothing and is asked about."""
    ask = act.recipe
    if ask is None:
        return
    try:
        title, servings, needs = await _needs(scene, ask)
    except CabasError as error:
        scene.tell("recipe_unreadable", reason=f"{error.message} {error.remedy}".strip())
        scene.asked = True
        return
    if not needs:
        scene.tell("recipe_unknown", words=ask.words)
        scene.asked = True
        return
    if ask.anew:
        fresh = {line.id for line in scene.cart.lines if line.recipe == title}
        scene.update(scene.cart.remove(fresh))
    await cook(scene, title, servings, [need for need in needs if not _excluded(scene, need, ask.without)])


async def _needs(scene: Scene, ask: RecipeAsk) -> tuple[str, Fraction | None, Sequence[Need]]:
    """Title, servings and needs; no needs when nobody knows the dish."""
    if ask.url is not None:
        page = read_page(await scene.desk.pages.fetch(ask.url))  # in its own language
        return _of_page(page, ask)
    if ask.dish is not None and ask.dish in dishes():
        return of_dish(ask.dish, ask.servings, scene.lang)
    if ask.words.count("\n") >= PASTED_LINES:
        return _of_page(read_text(ask.words, scene.lang), ask)
    return ask.words, None, ()


def of_dish(dish_id: str, servings: int | None, lang: str) -> tuple[str, Fraction, Sequence[Need]]:
    """Title, servings and needs of a known dish."""
    dish = dishes()[dish_id]
    return _title(dish, lang), Fraction(servings or dish.servings), needs_of_dish(dish, servings, lang)


def _of_page(page: RecipePage, ask: RecipeAsk) -> tuple[str, Fraction | None, Sequence[Need]]:
    servings = Fraction(ask.servings) if ask.servings else page.servings
    return page.title or ask.words, servings, needs_of_page(page, ask.servings)


def _title(dish: Dish, lang: str) -> str:
    names = dish.names.get(lang) or next(iter(dish.names.values()))
    return names[0][:1].upper() + names[0][1:]


def _excluded(scene: Scene, need: Need, without: Sequence[Want]) -> bool:
    """ "Except the wine, I have some": by family, or by a word of its name."""
    above = scene.lexicon.above(need.family) if need.family else ()
    words = set(stems(need.words, need.lang))
    return any(
        want.family in above or words.issuperset(named)
        if want.family
        else bool(words & named)  # "emmental" leaves out the grated one as well
        for want in without
        if (named := set(stems(want.words, want.lang)))
    )


async def cook(scene: Scene, title: str, servings: Fraction | None, needs: Sequence[Need]) -> None:
    """Put what is needed into the cart, and tell what it came to."""
    before, made = scene.cart.goods, await plan(scene, needs)
    for line in made.there.values():
        scene.update(scene.cart.put(line))
    lines = _put(scene, await _basket(scene, made.buy), title, made.anew)
    bought = [line for line in lines if line.bought]
    cost = max(scene.cart.goods - before, Money.zero(scene.cart.currency))
    _tell_what(scene, title, servings, bought, cost)
    if made.there:
        scene.tell("recipe_there", names=list(dict.fromkeys(line.name for line in made.there.values())))
    kept = remainders(bought, scene.search.get([line.sku for line in bought if line.sku]))
    if kept:
        scene.tell("left_over", names=[_left_words(scene, *one) for one in kept])
    without = f" ({', '.join(scene.diet)})" if scene.diet else ""
    missing = [line.want.words + without for line in lines if line.sku is None and line.ticked]
    if missing:
        scene.tell("not_found", names=missing)
    tell_ages(scene, bought)
    _propose(scene, [*made.offered.values(), *(line for line in lines if not line.ticked and line.sku)], needs)


def _put(
    scene: Scene, basket: Sequence[tuple[BasketLine, Offer | None]], title: str, anew: Mapping[str, LineItem]
) -> list[LineItem]:
    """The lines of a basket in the cart. What was bought for an earlier recipe and is bought anew for both stays where
    it was; when nothing is found for both, the earlier line is left alone. What the shopper is too young for stays out.
    """
    lines: list[LineItem] = []
    for found, offer in basket:
        old = anew.get(key(found.need))
        line = _line(scene, found, offer, title)
        if too_young(scene, line):
            continue
        if old is None or line.sku is None:
            lines.extend(add_lines(scene, [line]))
            continue
        dishes_of = dict.fromkeys(filter(None, [*(old.recipe or "").split(" + "), title]))
        line = replace(line, id=old.id, recipe=" + ".join(dishes_of))
        scene.update(scene.cart.put(line))
        scene.touch([line.id])
        lines.append(line)
    return lines


def _tell_what(scene: Scene, title: str, servings: Fraction | None, bought: Sequence[LineItem], cost: Money) -> None:
    kind = "recipe_nothing" if not bought else "recipe_whole" if servings in (None, 1) else "recipe"
    people = "" if servings is None else say.number(servings, scene.lang)
    each = cost.times(1 / servings) if servings else cost
    names = [line.name for line in bought]
    scene.tell(kind, dish=title, servings=people, count=len(bought), total=cost, each=each, names=names)


def _propose(scene: Scene, lines: Sequence[LineItem], needs: Sequence[Need]) -> None:
    """What kitchens have, or this one has since the last purchase, is proposed: one word adds it. What the recipe
    itself leaves open is only named.
    """
    optional = {key(need) for need in needs if need.optional and not need.pantry}
    left_open = [line for line in lines if (line.want.family or line.want.words) in optional]
    at_home = [line for line in lines if line not in left_open]
    if left_open:
        scene.tell("optional", names=list(dict.fromkeys(line.want.words for line in left_open)))
    scene.proposed.extend(line.id for line in at_home)


def _left_words(scene: Scene, line: LineItem, quantity: Quantity) -> str:
    """ "3 œufs", "150 g de beurre"."""
    return counted(quantity, line.want.words, line.want.family, scene.lang)


async def _basket(scene: Scene, needs: Sequence[Need]) -> list[tuple[BasketLine, Offer | None]]:
    """A product of this store for each need that the agreement lets it sell, with its offer; one query for all."""
    search, needs = Remembered(scene.search), taught_needs(needs, scene.lexicon.taught)
    found = {hit.product.sku: hit.product for need in needs for one in wanted(need) for hit in fitting(one, search)}
    skus = [sku for sku, product in found.items() if not withheld(scene, product) and _suits(scene, product)]
    offers = await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, skus) if skus else {}
    here = {sku: offer for sku, offer in offers.items() if offer.available > 0}
    day = scene.now.date()
    return [
        (line, here.get(line.product.sku) if line.product else None)
        for line in basket_for(needs, search, here, day=day)
    ]


def _suits(scene: Scene, product: Product) -> bool:
    """Whether it surely meets the diet that was spoken of."""
    return all(meets(tag, product, None, labels_by_word()) for tag in scene.diet)


def _line(scene: Scene, found: BasketLine, offer: Offer | None, title: str) -> LineItem:
    why: tuple[str, ...] = ("substitute",) if found.substitute else ("popular",)
    if found.need.optional and not found.need.pantry:
        why = (*why, "optional")
    line = LineItem(
        id="", want=_want(found.need), alternatives=found.alternatives, why=why, recipe=title, ticked=found.ticked
    )
    if found.choice is None:
        return replace(line, name=found.need.words, available=False)
    chosen = fill(scene, line, found.choice.product, offer, found.choice.quantity)
    amount = takes(found.need, found.choice.product, usual_of(found.need.family).piece)
    return taken(chosen, Fraction(chosen.quantity) if amount is None else amount)


def _want(need: Need) -> Want:
    amount = None
    if need.same:
        first = need.same[0]
        amount = Amount(first.base, _SAID[first.dimension])
    return Want(need.words, need.lang, amount, need.family)
