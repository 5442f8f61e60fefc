"""What recipes leave out because kitchens have it: named, and offered in one question at the end of the turn."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.nouns import some
from cabas.usecases.talk.scene import Scene


def offer_proposed(scene: Scene) -> None:
    """Offer what the recipes of this turn assumed to be at home, all of it at once.

    Where another question is open (which slot?), it is only named: one "yes" cannot answer two questions. It is offered
    when that question is answered.
    """
    waiting = scene.answered.later if scene.answered is not None else ()
    ids = dict.fromkeys((*waiting, *scene.proposed))
    lines = [line for line in scene.cart.lines if line.id in ids and line.sku and not line.ticked]
    if not lines:
        return
    foods = dict.fromkeys((line.want.words, line.want.family) for line in lines)
    names = [some(words, family, scene.lang) for words, family in foods]
    pending = scene.talk.pending
    if pending is None:
        scene.tell("pantry", names=names)
        scene.ask("pantry", about=[line.id for line in lines])
        return
    if scene.proposed:
        scene.tell("assumed", names=names)
    scene.talk = replace(scene.talk, pending=replace(pending, later=tuple(line.id for line in lines)))
