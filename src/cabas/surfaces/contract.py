"""What a way in is: a folder in `surfaces/` with `wire.py` (its types), `app.py` (its routes) and `transcripts/`.

`app.py` offers `surface: Surface`. Surfaces are found by scanning the folder; `apps.wiring` hands each the use cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class Surface:
    """One way in. `routes(shop)` gets the wired use cases (`apps.wiring.House`) and returns its Starlette routes."""

    name: str
    title: str
    path: str
    routes: Callable[[Any], Sequence[BaseRoute]]
