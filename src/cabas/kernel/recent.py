"""A small memory: the answers given last, by question. Threads may share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from contextlib import suppress
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `most` answers; the one asked for longest ago goes first."""

    __slots__ = ("_kept", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The answer kept for `key`, or None."""
        try:
            self._kept.move_to_end(key)
            return self._kept[key]
        except KeyError:  # another thread may have let go of it
            return None

    def keep(self, key: K, value: V) -> None:
        """Keep an answer in place of the one asked for longest ago."""
        self._kept[key] = value
        if len(self._kept) > self._most:
            with suppress(KeyError):
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
