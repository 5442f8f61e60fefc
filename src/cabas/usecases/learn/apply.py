"""Taught words where nobody talks: in searches, and in what recipes need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cabas.dialogue.knowledge import Taught
from cabas.dialogue.query import Query
from cabas.domain.recipe import Need


def taught_query(query: Query, taught: Taught | None) -> Query:
    """`query` with the family that its words, all of them, are taught to mean. Open data only fills what is open."""
    family = taught.family(query.words, own=bool(query.families)) if taught is not None else None
    return query if family is None else replace(query, families=(family,), named=query.words)


def taught_needs(needs: Iterable[Need], taught: Taught | None) -> list[Need]:
    """`needs` with the families that their words are taught to mean, said as the shop says them."""
    if taught is None:
        return list(needs)
    return [_needed(need, taught) for need in needs]


def _needed(need: Need, taught: Taught) -> Need:
    family = taught.family(need.words, own=need.family is not None) if need.lang == taught.lang else None
    return need if family is None else replace(need, family=family, words=taught.plain(need.words, family))
