"""What a grocer says beyond the protocol, under the shop's own name: slots, the most an order may cost, age, habits.

The name is the host of the public https address, reversed; without one there are no extensions. A platform that does
not know them loses nothing: slots are fulfillment options, and what is missing is told in messages.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cabas.domain.cart import LineItem
from cabas.domain.fulfillment import HOLD, HOLD_MOST
from cabas.domain.order import SUBSTITUTIONS
from cabas.domain.session import SessionStatus
from cabas.surfaces.ucp import recipes
from cabas.surfaces.ucp.asked import Answer, Asked
from cabas.surfaces.ucp.profile import CART, CHECKOUT, Capability
from cabas.surfaces.ucp.show import price
from cabas.surfaces.ucp.wire import Age, Substitution
from cabas.usecases.shop.pay import upper_of
from cabas.usecases.shop.usual import usual
from cabas.usecases.shop.view import SessionView
from cabas.usecases.shop.visit import enter

SLOTS, AUTHORIZATION, AGE, HISTORY = "slots", "authorization", "age_gate", "history"
SUBSTITUTION, DEPOSITS, RECIPES = "substitution", "deposits", "recipes"
EXTENDS: Mapping[str, tuple[str, ...]] = {
    SLOTS: (CHECKOUT,),
    AUTHORIZATION: (CHECKOUT,),
    AGE: (CHECKOUT,),
    SUBSTITUTION: (CHECKOUT, CART),
    DEPOSITS: (CHECKOUT, CART),
    RECIPES: (CHECKOUT, CART),
    HISTORY: (),
}


@lru_cache(maxsize=64)
def namespace(url: str) -> str:
    """The shop's own name, reversed; empty where the address is none that a name can be made of."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ".".join(reversed(host.split("."))) if parts.scheme == "https" and "." in host else ""
    return ""


def own(url: str) -> tuple[tuple[Capability, str], ...]:
    """The extensions of a shop at `url`, each with the address below which it is described."""
    name = namespace(url)
    base = f"{url}/ucp/extensions"
    return tuple((Capability(f"{name}.grocery.{one}", one, EXTENDS[one]), base) for one in EXTENDS) if name else ()


def name_of(url: str, one: str) -> str:
    """The full name of an extension."""
    return f"{namespace(url)}.grocery.{one}"


def extended(asked: Asked, view: SessionView) -> dict[str, Any]:
    """What the extensions both sides know add to a checkout."""
    shown: dict[str, Any] = {}
    if asked.can(name_of(asked.premises.url, SLOTS)):
        shown["slots"] = _slots(view)
    if asked.can(name_of(asked.premises.url, AUTHORIZATION)):
        estimated, most = view.totals.total, upper_of(view.talk.cart)
        shown["authorization"] = {"estimated_total": price(estimated), "authorized_maximum": price(most)}
    if view.minimum_age and asked.can(name_of(asked.premises.url, AGE)):
        confirmed = view.session.adult
        shown["age_gate"] = {"minimum_age": view.minimum_age, "confirmed": confirmed, "proof_at_handover": True}
    return shown


def confirmed(asked: Asked, said: Age | None) -> bool | None:
    """Whether the buyer confirmed the age, as the platform says by the extension; None when it does not."""
    return said.confirmed if said is not None and asked.can(name_of(asked.premises.url, AGE)) else None


def policy(asked: Asked, said: Substitution | None) -> str | None:
    """What may be done when a line is gone, as the platform says it by the extension; None when it does not."""
    return said.policy if said is not None and asked.can(name_of(asked.premises.url, SUBSTITUTION)) else None


def cooks(asked: Asked) -> bool:
    """Whether the platform knows recipes."""
    return asked.can(name_of(asked.premises.url, RECIPES))


def of_lines(
    asked: Asked, items: list[dict[str, Any]], lines: Sequence[LineItem], view: SessionView
) -> list[dict[str, Any]]:
    """The lines as they are shown, with what the extensions both sides know add to each."""
    url, more = asked.premises.url, dict[str, dict[str, Any]]()
    substitution, deposits = asked.can(name_of(url, SUBSTITUTION)), asked.can(name_of(url, DEPOSITS))
    for line in lines:
        more[line.id] = recipes.of_line(line, view) if cooks(asked) else {}
        if substitution and line.substitution:
            more[line.id]["substitution"] = {"policy": line.substitution}
        if deposits and line.deposit:
            more[line.id]["deposit"] = price(line.deposit)
    return [item | more[item["id"]] for item in items]


async def habits(asked: Asked) -> Answer:
    """What the shopper who linked their account usually buys, strongest first, with their consent for this platform."""
    found = await usual(await enter(asked.front, asked.caller))
    items = [
        {"item": {"id": listed.product.sku, "title": listed.product.name_in(asked.caller.lang)},
         "price": price(listed.price), "available": listed.available > 0}
        for _, listed in found
    ]  # fmt: skip
    return Answer({"ucp": asked.said((name_of(asked.premises.url, HISTORY),)), "usual": items})


def _slots(view: SessionView) -> dict[str, Any]:
    """What may be chosen. Whoever waits too long is no longer sure of the place: `held_until` is gone then."""
    chosen = view.talk.cart.slot
    listed = [
        {
            "id": one.id,
            "method": one.method.value,
            "starts_at": one.starts_at.isoformat(),
            "ends_at": one.ends_at.isoformat(),
            "cutoff": one.cutoff.isoformat(),
            "price": price(one.fee),
        }
        for one in view.slots
        if view.session.status is SessionStatus.OPEN
    ]
    held = [one.held_until.isoformat() for one in view.slots if chosen and one.id == chosen.slot_id and one.held_until]
    shown: dict[str, Any] = {"slots": listed}
    if chosen:
        shown["selected_slot_id"] = chosen.slot_id
    return shown | ({"held_until": held[0]} if held else {})


TIME, TEXT, FLAG = {"type": "string", "format": "date-time"}, {"type": "string"}, {"type": "boolean"}
PRICE = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {
        "amount": {"type": "integer", "minimum": 0},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
}


def _table(**properties: object) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


HELD = (
    "Its place is kept until `held_until`: {often} minutes from the last time it was chosen, at most {most} after the "
    "checkout was opened. Then it goes to whoever completes first."
)
PAID_BACK = (
    "In each line: what is paid back for its empty bottles, jars or crates. It is no part of the line's price, nothing "
    "is taken off it, and no VAT is inside it. All deposits together are one of the totals, a `fee`."
)
SLOT = _table(id=TEXT, method={"enum": ["pickup", "delivery"]}, starts_at=TIME, ends_at=TIME, cutoff=TIME, price=PRICE)
COUNT, ITEM = {"type": "integer", "minimum": 1}, _table(id=TEXT, title=TEXT)
COOKED = (
    "Send in `recipes` what is to be cooked: `dish` (a name), `url` (an https page) or `recipe` (schema.org `Recipe` "
    "with `recipeIngredient`, at best `recipeYield`), and `servings`. What it needs becomes lines, beside those you "
    "send. Not bought is what a kitchen surely has (`at_home`) or the recipe leaves open (`optional`): add its item to "
    "buy it. Lines say which recipes they are for, which ingredient, and what is left over. A recipe sent back with "
    "its `id` is in the cart already; it goes with its lines. `cost` and `price_per_portion` are before codes, without "
    "deposits; a line for two recipes is counted with the first. What cannot be read or is not sold is in `messages`."
)
PROPOSED = _table(ingredient=TEXT, item=ITEM, quantity=COUNT, price=PRICE)
QUANTITY = _table(value={"type": "integer"}, unit=TEXT, scale={"type": "integer"})
RECIPE = _table(
    id=TEXT,
    dish=TEXT,
    url={"type": "string", "format": "uri"},
    recipe={"type": "object"},
    title=TEXT,
    servings={"type": "number", "exclusiveMinimum": 0, "maximum": 200},
    cost=PRICE,
    price_per_portion=PRICE,
    at_home=_list(PROPOSED),
    optional=_list(PROPOSED),
)
FOR_RECIPES = _table(recipe_ids=_list(TEXT), ingredient=TEXT, left_over=QUANTITY, substitute=FLAG)
USUAL = _table(item=_table(id=TEXT, title=TEXT), price=PRICE, available=FLAG)
# The members of each with their shapes, and what it is for.
SHAPES: Mapping[str, tuple[Mapping[str, dict[str, Any]], str]] = {
    SLOTS: (
        {"slots": _table(slots=_list(SLOT), selected_slot_id=TEXT, held_until=TIME)},
        "Windows that may still be chosen, and until when. The id of one is a selected option of a fulfillment group. "
        + HELD.format(often=_minutes(HOLD), most=_minutes(HOLD_MOST)),
    ),
    AUTHORIZATION: (
        {"authorization": _table(estimated_total=PRICE, authorized_maximum=PRICE)},
        "Goods sold by weight cost what the scale says: the most that may be captured, beside what is expected.",
    ),
    AGE: (
        {"age_gate": _table(minimum_age={"type": "integer", "minimum": 1}, confirmed=FLAG, proof_at_handover=FLAG)},
        'Send {"confirmed": true} when the buyer confirmed the age. Proof is asked for at the handover all the same.',
    ),
    SUBSTITUTION: (
        {
            "line_items": _list(
                _table(substitution=_table(policy={"enum": list(SUBSTITUTIONS)}) | {"required": ["policy"]})
            )
        },
        "In each line: what may be done when the store has none left as the order is picked. "
        + "; ".join(f"`{name}`: {said}" for name, said in SUBSTITUTIONS.items())
        + ". Without one the store decides.",
    ),
    DEPOSITS: ({"line_items": _list(_table(deposit=PRICE))}, PAID_BACK),
    RECIPES: ({"recipes": _list(RECIPE), "line_items": _list(_table(recipe=FOR_RECIPES))}, COOKED),
    HISTORY: (
        {"usual": _list(USUAL)},
        "POST /history/usual, or the tool get_usual: what a linked shopper who agreed to it usually buys.",
    ),
}


def schema(url: str, one: str) -> dict[str, Any] | None:
    """The published JSON Schema of an extension; None when there is none of that name."""
    if one not in SHAPES or not namespace(url):
        return None
    members, said = SHAPES[one]
    parents = EXTENDS[one] or (name_of(url, one),)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{url}/ucp/extensions/{one}.json",
        "name": name_of(url, one),
        "title": one,
        "description": said,
        "$defs": {parent: _table(**members) for parent in parents},
    }


def page(url: str, one: str) -> str | None:
    """What an extension is for, in Markdown; None when there is none of that name."""
    if one not in SHAPES or not namespace(url):
        return None
    members, said = SHAPES[one]
    named = ", ".join(f"`{member}`" for member in members)
    return f"# {name_of(url, one)}\n\n{said}\n\nIn {named}. Schema: {url}/ucp/extensions/{one}.json\n"
