"""Take the last change back."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.usecases.talk.ages import without_adult_goods
from cabas.usecases.talk.scene import Scene

KINDS = ("undo",)


async def handle(scene: Scene, act: Act) -> None:
    """The cart as it was before the last change; undoing again goes further back."""
    if not scene.talk.past:
        scene.tell("nothing_to_undo")
        scene.asked = True
        return
    before, *older = scene.talk.past
    before = without_adult_goods(scene, before)
    scene.talk = replace(scene.talk, cart=before, past=tuple(older))
    scene.before = before
    scene.tell("undone")
