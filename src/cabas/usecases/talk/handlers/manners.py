"""Help, small talk, goodbye. The same sentence is not said twice in a row: each miss helps a little more."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.usecases.talk.scene import Scene

KINDS = ("help", "smalltalk", "stop")
# What is told of a diet that was noted or lifted: such a turn asks for nothing, and is no small talk.
DIET = ("diet", "diet_lifted")


async def handle(scene: Scene, act: Act) -> None:
    """Say what Cabas can do. Off-topic talk and attempts to give orders to the system change nothing."""
    if act.kind != "smalltalk":
        scene.tell(act.kind)
        return
    if any(fact.kind in DIET for fact in scene.facts):
        return  # it was a diet, and that was told
    misses = min(scene.talk.misses + 1, 3)
    scene.talk = replace(scene.talk, misses=misses)
    scene.tell("smalltalk" if misses == 1 else f"smalltalk_{misses}")
