"""Feeds out: the catalog as partner platforms read it, of one day, under one agreement.

`rules` decides which rows go out; `formats/` holds one file per format, found by scanning:

    NAME = "google"                           # what a person types
    PLACE, SURFACE = "shopping", "ucp"        # where its rows are shown (`term.PLACES`); by which surface sold
    REQUIRED = frozenset({"image"})           # fields without which a row is rejected
    FILES = ("products.jsonl", "products.tsv")
    def head(file, setting) -> bytes          # the first line of a file, or nothing
    def lines(ware, setting) -> tuple[bytes, ...]    # one line per file, b"" for none
    def beside(setting) -> Mapping[str, bytes] # whole files beside them

Nothing here does I/O: `storage.feed_files` writes, `storage.feeds` reads.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Protocol

from cabas.kernel.errors import InvalidInput
from cabas.usecases.feeds import formats as formats_
from cabas.usecases.feeds.item import Item, Rejected, Setting, Ware, Withheld
from cabas.usecases.feeds.rules import Gate, judge

__all__ = ["FeedFormat", "Gate", "Item", "Rejected", "Setting", "Ware", "Withheld", "find_format", "formats", "judge"]


class FeedFormat(Protocol):
    """A module of `formats/`."""

    NAME: str
    PLACE: str
    SURFACE: str
    REQUIRED: frozenset[str]
    FILES: tuple[str, ...]

    def head(self, file: str, setting: Setting) -> bytes:
        """How a file begins."""
        ...

    def lines(self, ware: Ware, setting: Setting) -> tuple[bytes, ...]:
        """The row in each of `FILES`, each with its line break; empty where it has none."""
        ...

    def beside(self, setting: Setting) -> Mapping[str, bytes]:
        """Files beside them, whole."""
        ...


@cache
def formats() -> Mapping[str, FeedFormat]:
    """Every format by name."""
    found: dict[str, FeedFormat] = {}
    for entry in pkgutil.iter_modules(formats_.__path__):
        if not entry.name.startswith("_"):
            module: FeedFormat = importlib.import_module(f"{formats_.__name__}.{entry.name}")
            found[module.NAME] = module
    return found


def find_format(name: str) -> FeedFormat:
    """The format of that name. Raises `InvalidInput` naming those there are."""
    if name not in formats():
        raise InvalidInput(f"There is no feed format {name!r}.", remedy=f"Use one of {', '.join(sorted(formats()))}.")
    return formats()[name]
