"""Buyer consent: the shop's purposes under the protocol's names, booleans before 2026-08-25 and objects since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cabas.dialogue.notices import sentence
from cabas.surfaces.ucp.profile import NEWEST

# Ours to the protocol's. Others are asked for when the account is linked.
NAMES = {"personal_results": "preferences", "marketing": "marketing"}
PREFIX = "dev.ucp.consent."


def read(said: Mapping[str, Any] | None) -> dict[str, bool] | None:
    """What the platform says the buyer answered; purposes that were never offered are left out."""
    if said is None:
        return None
    found: dict[str, bool] = {}
    for ours, name in NAMES.items():
        value = said.get(PREFIX + name, said.get(name))
        if isinstance(value, dict):
            if value.get("source") == "platform" and isinstance(value.get("granted"), bool):
                found[ours] = value["granted"]
        elif isinstance(value, bool):
            found[ours] = value
    return found


def show(given: Mapping[str, bool], version: str, lang: str) -> dict[str, Any]:
    """Every purpose that is offered, with what was answered; nothing is granted until the buyer says so."""
    if version < NEWEST:
        return {name: given.get(ours, False) for ours, name in NAMES.items()}
    return {
        PREFIX + name: {
            "granted": given.get(ours, False),
            "source": "platform" if ours in given else "business",
            "description": sentence(f"consent_{ours}", lang),
        }
        for ours, name in NAMES.items()
    }
