"""The record of what shoppers said to questions about their data, and what it amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cabas.domain.consent import PURPOSES, Grant, Said
from cabas.kernel.errors import InvalidInput

__all__ = ["Said", "check_purpose", "grants"]


def check_purpose(said: Said) -> None:
    """Raise `InvalidInput` for a purpose nobody was asked about."""
    if said.purpose not in PURPOSES:
        raise InvalidInput(f"There is no purpose {said.purpose!r}.", remedy=f"Use one of {', '.join(PURPOSES)}.")


def grants(entries: Iterable[tuple[Grant, bool]]) -> tuple[Grant, ...]:
    """The grants of a record (entry, whether it grants), oldest first: taking back ends every open one before it."""
    found: list[Grant] = []
    for entry, granted in entries:
        if granted:
            found.append(entry)
            continue
        found = [
            replace(grant, withdrawn_at=entry.granted_at)
            if grant.withdrawn_at is None and (grant.platform, grant.purpose) == (entry.platform, entry.purpose)
            else grant
            for grant in found
        ]
    return tuple(found)
