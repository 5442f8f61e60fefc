"""Ingredient lines, one by one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cabas.dialogue import locales
from cabas.dialogue.ingredients import Ingredient, parse_lines

# The set asks for foods in the singular, which its rules mind in French; the project keeps them as the line has them.
_PLURAL = re.compile(r"\b(\w{3,}[^\Wsui])s\b")


def run(cases: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The answer to each line, in the format of the set's README; the first line is read twice, to warm up."""
    for case in cases[:1]:
        parse_lines([case["line"]], case["lang"])
    for case in cases:
        start = time.perf_counter()
        found = parse_lines([case["line"]], case["lang"])
        elapsed = (time.perf_counter() - start) * 1000
        yield {"id": case["id"], "ms": round(elapsed, 3), "items": [_item(one) for one in found]}


def _item(one: Ingredient) -> dict[str, Any]:
    quantity: object = float(one.quantity) if one.quantity is not None else None
    if one.quantity is not None and one.most is not None:
        quantity = [float(one.quantity), float(one.most)]
    return {
        "quantity": quantity,
        "unit": one.unit,
        "food": _singular(one.food) if one.lang == "fr" else one.food,
        "optional": one.optional,
        "alternatives": list(one.alternatives),
    }


def _singular(food: str) -> str:
    """The words of a French food without the s of the plural: "ananas" keeps its own."""
    own = set(locales.words(locales.read("fr", "nouns")["singular"]))
    return _PLURAL.sub(lambda found: found[0] if found[0] in own else found[1], food)
