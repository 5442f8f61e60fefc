"""Making a process ready."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, replace
from itertools import pairwise
from typing import Any

import pytest

from cabas.apps.warm import AGAIN, at_leisure, keep_warm, names, warm
from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.locales import languages
from cabas.domain.catalog import Product
from cabas.kernel.errors import NotFound
from cabas.usecases.ports import Hit, Query
from cabas.usecases.talk.desk import Desk


class Asked:
    """A search that only notes what it is asked."""

    def __init__(self) -> None:
        self.queries: list[Query] = []
        self.answer: tuple[Hit, ...] = ()

    def find(self, query: Query, limit: int = 20) -> tuple[Hit, ...]:
        self.queries.append(query)
        return self.answer


def desk(search: Asked) -> Desk:
    """As much of a desk as is sat at before the first shopper comes."""
    nobody = dict.fromkeys(
        one.name for one in fields(Desk) if one.default is MISSING and one.default_factory is MISSING
    )
    made = {**nobody, "search": lambda _: search, "lexicon": lambda _, lang: lexicon(lang=lang)}
    return Desk(**made)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_everybody_asks_for_is_looked_for_in_every_language() -> None:
    search = Asked()
    warm(desk(search), "halle", 3)
    assert {query.lang for query in search.queries} == set(languages())
    assert all(query.words for query in search.queries)
    assert gc.get_freeze_count() > 0


def test_without_a_shop_only_the_languages_are_read() -> None:
    warm(staples=1)
    assert gc.get_freeze_count() > 0


def test_what_is_called_first_in_the_best_known_families_comes_first() -> None:
    few = names("fr", 40)
    assert len(few) == len(set(few))
    assert names("fr", 20) == few[:20]
    first = [locales.words(sheet["fr"])[0] for sheet in _by_popularity() if sheet.get("fr")][:5]
    assert few[0] == first[0]
    assert set(first) <= set(few)


def test_the_rest_is_found_at_leisure_with_a_pause_after_each() -> None:
    search = Asked()
    pauses: list[float] = []
    found = at_leisure(desk(search), "halle", pauses.append, 9)
    assert len(pauses) == 9
    assert all(pause >= 0 for pause in pauses)
    assert {want.lang for want in found} == set(languages())
    assert len(search.queries) >= len(found)


class Enough(Exception):
    """The end of the test."""


def test_what_has_another_answer_is_found_again() -> None:
    search = Asked()
    rounds: list[int] = []

    def pause(seconds: float) -> None:
        if seconds != AGAIN:
            return
        rounds.append(len(search.queries))
        if len(rounds) == 2:
            search.answer = (Hit(Product("L-1", {"fr": "Lait entier 1 l"}, family="whole_milk"), 1.0),)
        if len(rounds) == 4:
            raise Enough

    with pytest.raises(Enough):
        keep_warm(desk(search), "halle", pause, 9)
    asked = [after - before for before, after in pairwise(rounds)]
    assert asked[0] == asked[2]  # whether the answer is the same
    assert asked[1] >= 2 * asked[0]  # it was not: found anew


def _by_popularity() -> list[Mapping[str, Any]]:
    return sorted(sheets().values(), key=lambda sheet: -int(sheet.get("popularity", 0)))


def test_without_a_catalog_it_waits_for_one() -> None:
    search = Asked()
    rounds: list[int] = []

    def published(_: str) -> Asked:
        if not rounds:
            raise NotFound("Nothing is published.", remedy="Import a catalog.")
        return search

    def pause(seconds: float) -> None:
        if seconds == AGAIN:
            rounds.append(len(search.queries))
            if len(rounds) == 2:
                raise Enough

    with pytest.raises(Enough):
        keep_warm(replace(desk(search), search=published), "halle", pause, 9)  # type: ignore[arg-type]
    assert rounds[0] == 0 < rounds[1]
