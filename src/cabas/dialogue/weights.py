"""What is usual about foods in a kitchen, by family: `weights.yaml` as records of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cabas.dialogue import locales
from cabas.dialogue.classify import above
from cabas.dialogue.families import pack_size
from cabas.dialogue.lexicon import lexicon
from cabas.domain.recipe import Usual
from cabas.kernel.quantity import Quantity
from cabas.kernel.remember import remembered

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@remembered
def _sheet() -> Mapping[str, Any]:
    text = (files("cabas.dialogue") / "weights.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=_Loader))  # noqa: S506 (a safe loader)


@cache
def _densities() -> Mapping[str, Fraction]:
    groups = _sheet()["density"].items()
    return {family: Fraction(str(value)) for value, names in groups for family in locales.words(names)}


@cache
def _pantry() -> Mapping[str, str]:
    return {family: kind for kind, names in _sheet()["pantry"].items() for family in locales.words(names)}


@cache
def usual_of(family: str | None) -> Usual:
    """What is usual about a family, or about any food for None."""
    line = above(family) if family else ()
    units: dict[str, Quantity] = {}
    for unit, held in _sheet()["units"].items():
        said = next((held[one] for one in (*line, "") if one in held), None)
        if said is not None:
            units[unit] = pack_size(str(said))[1]
    pieces = _sheet()["piece"]
    record = lexicon().family(family) if family else None
    said = pieces.get(family)
    piece = pack_size(str(said))[1] if said else record.piece if record else None
    density = next((_densities()[one] for one in line if one in _densities()), None)
    pantry = next((_pantry()[one] for one in line[:1] if one in _pantry()), "")
    return Usual(piece, density, units, pantry)


@cache
def from_the_tap() -> frozenset[str]:
    """The families that come out of the tap."""
    return frozenset(locales.words(_sheet()["tap"]))


def swells(family: str | None) -> Fraction | None:
    """What share of its cooked amount a food has when it is dry; None for what does not swell."""
    shares = _sheet()["swells"]
    return next((Fraction(str(shares[one])) for one in (above(family) if family else ()) if one in shares), None)
