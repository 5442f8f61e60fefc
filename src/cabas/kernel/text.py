"""Folding text so that what is said, typed and printed can meet: case, accents, ligatures, apostrophes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPELLED = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'", "´": "'",
                          "`": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " "})  # fmt: skip
_TO_SPELL = re.compile("[œŒæÆß’‘ʼ´`‐‑–—\u00a0\u202f]")
_COMBINING = re.compile("[\u0300-\u036f]")
_SPACE = re.compile(r"\s+")
# Characters that are never part of what a person says: controls, bidirectional marks, zero-width joiners.
INVISIBLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case, no accents, ligatures spelled out, plain apostrophes and dashes, single spaces."""
    # Most texts have nothing to spell out, and translate is slow on long ones.
    plain = text.translate(_SPELLED) if _TO_SPELL.search(text) else text
    if not plain.isascii():
        plain = _COMBINING.sub("", unicodedata.normalize("NFKD", plain))
    return _SPACE.sub(" ", plain).strip().lower()


def clean(text: str) -> str:
    """`text` without invisible and control characters, white space squeezed, NFC."""
    return _SPACE.sub(" ", INVISIBLE.sub(" ", unicodedata.normalize("NFC", text))).strip()
