"""Libraries that few commands need are imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazily:
    """A module by its name, imported when something of it is asked for.

    if TYPE_CHECKING: import httpx2
    else: httpx2 = Lazily("httpx2")
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (a module holds anything)
        return getattr(import_module(self._name), name)
