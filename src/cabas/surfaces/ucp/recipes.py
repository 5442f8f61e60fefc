"""Recipe to cart, an extension of the shop: asked for by a dish, a page or data; what it came to is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cabas.domain.cart import LineItem
from cabas.kernel.quantity import Quantity
from cabas.surfaces.ucp.show import price
from cabas.surfaces.ucp.wire import RecipeAsk
from cabas.usecases.shop.cook import Cooked, RecipeWish, cooked, dishes_of, leftover
from cabas.usecases.shop.view import SessionView


def wishes(said: Sequence[RecipeAsk], known: Sequence[str]) -> tuple[RecipeWish, ...]:
    """The recipes that are asked for. Those whose id is in `known` are in the cart already: a platform that sends back
    what it was shown asks for nothing.
    """
    fresh = (one for one in said if one.id is None or one.id not in known)
    return tuple(
        RecipeWish(one.dish or "", one.url or "", one.recipe, one.servings)
        for one in fresh
        if one.dish or one.url or one.recipe
    )


def titles(view: SessionView) -> tuple[str, ...]:
    """The ids of the recipes in a session."""
    return tuple(one.title for one in cooked(view))


def of_line(line: LineItem, view: SessionView) -> dict[str, Any]:
    """What a line is in the cart for; nothing for what no recipe asked for."""
    if not line.recipe:
        return {}
    shown: dict[str, Any] = {"recipe_ids": list(dishes_of(line)), "ingredient": line.want.words}
    left = leftover(line, view)
    if left is not None:
        shown["left_over"] = _quantity(left)
    if "substitute" in line.why:
        shown["substitute"] = True
    return {"recipe": shown}


def shown(view: SessionView) -> dict[str, Any]:
    """The recipes in a session."""
    return {"recipes": [_recipe(one) for one in cooked(view)]}


def _recipe(one: Cooked) -> dict[str, Any]:
    said: dict[str, Any] = {"id": one.title, "title": one.title, "cost": price(one.cost)}
    if one.servings is not None and one.portion is not None:
        people = one.servings
        said["servings"] = int(people) if people.denominator == 1 else round(float(people), 2)
        said["price_per_portion"] = price(one.portion)
    return said | {"at_home": _proposed(one.at_home), "optional": _proposed(one.optional)}


def _proposed(lines: Sequence[LineItem]) -> list[dict[str, Any]]:
    """What is sold here of it."""
    return [
        {
            "ingredient": line.want.words,
            "item": {"id": line.sku, "title": line.name},
            "quantity": line.quantity,
            "price": price(line.price),
        }
        for line in lines
        if line.sku and line.price is not None
    ]


def _quantity(one: Quantity) -> dict[str, Any]:
    return {"value": one.value, "unit": one.unit, "scale": one.scale}
