"""Chance that can be repeated: every draw is a hash of what it is for, so that one draw never moves another."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

_Option = TypeVar("_Option")
_SPAN = 2**64


def number(*what: object) -> int:
    """A whole number below 2^64, always the same for the same words."""
    key = "\x1f".join(map(str, what)).encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest())


def share(*what: object) -> float:
    """A number from 0 to below 1."""
    return number(*what) / _SPAN


def shares(*what: object) -> tuple[float, float, float, float]:
    """Four independent numbers from 0 to below 1, of one hash: where there are many to draw."""
    drawn, span = number(*what), 0x10000
    return drawn % span / span, (drawn >> 16) % span / span, (drawn >> 32) % span / span, (drawn >> 48) / span


def between(low: int, high: int, *what: object) -> int:
    """A whole number from `low` to `high`, both included."""
    return low + number(*what) % (high - low + 1)


def pick(options: Sequence[_Option], *what: object) -> _Option:
    """One of `options`, which must not be empty."""
    return options[number(*what) % len(options)]


def order(options: Sequence[_Option], *what: object) -> list[_Option]:
    """`options` shuffled; an option more or less leaves the order of the others as it is."""
    return sorted(options, key=lambda option: number(*what, option))
