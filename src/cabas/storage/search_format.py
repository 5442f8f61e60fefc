"""Which shape of search index this code writes. An index of another shape is made again, not guessed at."""

from __future__ import annotations

import json
from pathlib import Path

from cabas.dialogue.ranking import Card
from cabas.domain.catalog import Product
from cabas.kernel.ids import fingerprint

# Raise it when the same fields come to mean something else: other stems, other files.
MEANING = 17
FILE = "format"
STAMP = fingerprint(json.dumps([MEANING, list(Card.__annotations__), list(Product.__annotations__)]).encode())[:16]


def mark(folder: Path) -> None:
    """Say in a folder of index files that this code wrote them."""
    (folder / FILE).write_text(STAMP, encoding="ascii")


def is_ours(folder: Path) -> bool:
    """Whether code that writes the same shape wrote these files."""
    try:
        return (folder / FILE).read_text(encoding="ascii") == STAMP
    except (OSError, UnicodeDecodeError):
        return False
