"""Questions: what it costs, whether there is any, what is in the cart. Nothing changes."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.dialogue.say import phrases
from cabas.domain.cart import Want
from cabas.usecases.talk.refer import find_lines
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.take import line_of, take

KINDS = ("ask_price", "ask_availability", "list_cart")


async def handle(scene: Scene, act: Act) -> None:
    """Answer, and remember what was asked about, so that "mets-en deux" works next."""
    if act.kind == "list_cart":
        if scene.cart.lines:
            fee = scene.cart.slot.fee if scene.cart.slot else None
            scene.tell("cart_fee" if fee else "cart", items=scene.cart.lines, total=scene.cart.total, fee=fee)
        else:
            scene.tell("cart_empty")
        return
    wants = act.wants
    if not wants:
        lines = find_lines(scene, act.target)
        if not lines:
            scene.tell("no_referent")
            scene.asked = True
            return
        wants = (lines[0].want,)
    for want in wants:
        await _one(scene, act.kind, want)


async def _one(scene: Scene, kind: str, want: Want) -> None:
    picked = (await take(scene, [replace(want, amount=None)]))[0]
    line = line_of(scene, picked)
    scene.about = replace(line, want=want)
    scene.talk = replace(scene.talk, topic=want.words)
    if line.sku is None:
        if picked.sold_out is not None:
            scene.tell("unavailable", name=picked.sold_out.name_in(scene.lang))
        else:
            scene.tell("not_sold", words=want.words)
    elif line.unit_price is None:
        scene.tell("price_unknown" if kind == "ask_price" else "available_no_price", name=line.name)
    elif kind == "ask_price":
        per_unit = f" ({line.per_unit})" if line.per_unit and line.sold_by == "each" else ""
        heard = phrases(scene.lang)["format"].get("per_kilo", "") if line.sold_by == "weight" else ""
        written = per_unit or _per_kilo(line.sold_by)
        scene.tell("price", name=line.name, price=line.unit_price, per_unit=written, per_heard=heard)
    else:
        scene.tell("available", name=line.name, price=line.unit_price)


def _per_kilo(sold_by: str) -> str:
    return "/kg" if sold_by == "weight" else ""
