"""Take things out of the cart."""

from __future__ import annotations

from cabas.dialogue.acts import Act
from cabas.usecases.talk.refer import find_lines
from cabas.usecases.talk.scene import Scene

KINDS = ("remove",)


async def handle(scene: Scene, act: Act) -> None:
    """Remove the lines meant. Emptying the whole cart waits for a yes; two equal readings are asked about."""
    if act.target is not None and act.target.everything:
        if not scene.cart.lines:
            scene.tell("cart_empty")
            return
        scene.tell("ask_empty", count=len(scene.cart.lines))
        scene.ask("empty_cart")
        return
    lines = find_lines(scene, act.target)
    if not lines:
        missing(scene, act)
        return
    if act.target is not None and act.target.want is not None and len({line.sku for line in lines}) > 1:
        names = [line.name for line in lines]
        scene.tell("which", names=names)
        scene.ask("which", about=[line.id for line in lines], options=["remove"])
        scene.asked = True
        return
    gone = lines if act.target is not None and act.target.want is not None else lines[:1]
    scene.update(scene.cart.remove(line.id for line in gone))
    scene.tell("removed", names=[line.name for line in gone])


def missing(scene: Scene, act: Act) -> None:
    """Say that nothing in the cart is called that, or ask what was meant."""
    words = act.target.want.words if act.target is not None and act.target.want is not None else ""
    if words:
        scene.tell("not_in_cart", words=words)
    else:
        scene.tell("no_referent")
    scene.asked = True
