"""Making a process ready."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import MISSING, fields

import pytest

from cabas.apps.warm import warm
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.locales import languages
from cabas.usecases.ports import Hit, Query
from cabas.usecases.talk.desk import Desk


class Asked:
    """A search that only notes what it is asked."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    def find(self, query: Query, limit: int = 20) -> tuple[Hit, ...]:
        self.queries.append(query)
        return ()


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
