"""More, fewer, or exactly so many of what is in the cart."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from cabas.dialogue.acts import Act
from cabas.domain.cart import QUANTITY_MAX, Amount, LineItem
from cabas.usecases.talk.ages import too_young
from cabas.usecases.talk.handlers.remove import missing
from cabas.usecases.talk.refer import find_lines
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.take import requantify

# A bare number counts in these when the line was asked in them: "make it three" of two kilos, not of 200 g.
COUNTED = ("can", "bottle", "jar", "tub", "bag", "pack", "bunch", "slice", "dozen", "kg", "l")
KINDS = ("set_quantity",)


async def handle(scene: Scene, act: Act) -> None:
    """Set or change an amount. Down to nothing removes the line."""
    lines = find_lines(scene, act.target)
    if not lines:
        missing(scene, act)
        return
    line = lines[0]
    amount = _target(line, act)
    if amount.value > QUANTITY_MAX and amount.unit not in ("g", "ml"):
        scene.tell("ask_quantity", amount=amount)
        scene.asked = True
        return
    if amount.value <= 0:
        scene.update(scene.cart.remove([line.id]))
        scene.tell("removed", names=[line.name])
        return
    changed = await requantify(scene, line, replace(line.want, amount=amount))
    if changed.quantity > line.quantity and too_young(scene, line):
        return
    scene.update(scene.cart.put(changed))
    scene.touch([line.id])
    scene.tell("quantity", items=[changed])
    if not changed.available:
        scene.tell("clash", names=[changed.name])


def _target(line: LineItem, act: Act) -> Amount:
    """The new amount: a bare number counts in the unit the line was asked in ("make it three" of two bottles)."""
    mine = line.want.amount or Amount(Fraction(1))
    if act.more is not None:
        unit = act.amount.unit if act.amount is not None and act.amount.unit != "piece" else mine.unit
        start = mine.value if unit == mine.unit else Fraction(line.quantity)
        return Amount(start + act.more, unit)
    if act.amount is None:
        return mine
    if act.amount.unit == "piece" and mine.unit in COUNTED:
        return Amount(act.amount.value, mine.unit)
    return act.amount
