"""What to do for each kind of act: one file per thing people want, found by scanning this folder.

A file names the kinds it answers (`KINDS`) and offers `async def handle(scene, act)`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import import_module

from cabas.dialogue.acts import Act
from cabas.usecases.talk.scene import Scene

Handle = Callable[[Scene, Act], Awaitable[None]]


@cache
def handlers() -> Mapping[str, Handle]:
    """Every act kind with the function that carries it out."""
    found: dict[str, Handle] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = import_module(f"{__name__}.{entry.name}")
        for kind in module.KINDS:
            found[kind] = module.handle
    return found
