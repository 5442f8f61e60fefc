"""A recipe meets a cart that has things in it, and a kitchen that does: what is there is not bought again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from cabas.dialogue.weights import usual_of
from cabas.domain.cart import LineItem
from cabas.domain.catalog import Product
from cabas.domain.customer import Habit
from cabas.domain.larder import covers, grown, left_at_home, left_over, rest, spare, taken, takes
from cabas.domain.recipe import Need
from cabas.kernel.quantity import Quantity
from cabas.usecases.recipes import is_for
from cabas.usecases.talk.scene import Scene

# A remainder of less than this share of a pack is not worth a word, and three remainders are enough to hear of.
WORTH_TELLING, TOLD = Fraction(1, 4), 3


@dataclass(slots=True)
class Plan:
    """What a recipe's needs come to: `buy` are the needs to find products for; `anew` maps the key of some of them to
    the line of an earlier recipe they take the place of, both counted. `there` are lines of the cart that will do,
    with what is used of them; `offered` lines that were proposed before and not taken.
    """

    buy: list[Need] = field(default_factory=list)
    anew: dict[str, LineItem] = field(default_factory=dict)
    there: dict[str, LineItem] = field(default_factory=dict)
    offered: dict[str, LineItem] = field(default_factory=dict)


def key(need: Need) -> str:
    """What tells needs apart: the family, or the words where nobody knows it."""
    return need.family or need.words


async def plan(scene: Scene, needs: Iterable[Need]) -> Plan:
    """Sort `needs` by what is in the cart, what was bought lately (if the shopper agreed), and what is to be bought."""
    habits = await scene.habits()
    lines = {line.id: line for line in scene.cart.lines if line.sku}
    skus = [*(line.sku for line in lines.values() if line.sku), *(habit.sku for habit in habits)]
    products = scene.search.get(dict.fromkeys(skus))
    made = Plan()
    for need in needs:
        mine = [line for line in lines.values() if line.sku in products and is_for(need, products[line.sku])]
        left = _from_cart(made, need, mine, products)
        if left is not None:
            at_home = _at_home(left, habits, products)
            made.buy.append(replace(left, pantry=True) if at_home and key(left) not in made.anew else left)
        lines |= made.there
    return made


def _from_cart(made: Plan, need: Need, mine: Sequence[LineItem], products: Mapping[str, Product]) -> Need | None:
    """What of the need is to be bought when the lines `mine` are there; None for nothing."""
    piece = usual_of(need.family).piece
    bought = [line for line in mine if line.ticked]
    for line in bought:
        amount = covers(spare(line), need, products[line.sku or ""], piece)
        if amount is not None or need.pantry or need.optional:
            made.there[line.id] = taken(line, amount or Fraction(0))
            return None
    for line in mine:
        if not line.ticked and (need.pantry or need.optional):
            made.offered[line.id] = line
            return None
        if not line.ticked:
            made.anew[key(need)] = line
            return need
    for line in bought:
        both = grown(need, line, products[line.sku or ""]) if line.recipe else None
        if both is not None:
            made.anew[key(need)] = line
            return both
    for line in bought:
        if spare(line) and takes(need, products[line.sku or ""], piece):
            need = rest(need, spare(line), products[line.sku or ""], piece)
            made.there[line.id] = taken(line, Fraction(line.quantity))
    return need


def _at_home(need: Need, habits: Sequence[Habit], products: Mapping[str, Product]) -> bool:
    """Whether enough of it was bought lately. Only proposed then: nobody sees into a kitchen."""
    piece = usual_of(need.family).piece
    theirs = [habit for habit in habits if habit.sku in products and is_for(need, products[habit.sku])]
    return bool(need.same) and any(
        (left := left_at_home(habit, products[habit.sku])) > 0
        and covers(left, need, products[habit.sku], piece) is not None
        for habit in theirs
    )


def remainders(lines: Iterable[LineItem], products: Mapping[str, Product]) -> list[tuple[LineItem, Quantity]]:
    """What stays in the packs bought for a recipe, the largest share first; goods by weight leave nothing."""
    found = []
    for line in lines:
        product = products.get(line.sku or "")
        share = spare(line) / line.quantity if line.quantity else Fraction(0)
        if product is None or line.sold_by == "weight" or not line.used or spare(line) < WORTH_TELLING:
            continue
        quantity = left_over(line, product)
        if quantity is not None:
            found.append((share, line, quantity))
    found.sort(key=lambda one: (-one[0], one[1].id))
    return [(line, quantity) for _, line, quantity in found[:TOLD]]
