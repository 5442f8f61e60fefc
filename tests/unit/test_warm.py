"""Making a process ready."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator

import pytest

from cabas.apps.warm import warm
from cabas.dialogue.locales import languages
from cabas.usecases.ports import Hit, Query


class Asked:
    """A search that only notes what it is asked."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        self.queries.append(query)
        return []


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_everybody_asks_for_is_looked_for_in_every_language() -> None:
    search = Asked()
    warm(search, 3)  # type: ignore[arg-type]
    assert Counter(query.lang for query in search.queries) == dict.fromkeys(languages(), 3)
    assert all(query.words for query in search.queries)
    assert gc.get_freeze_count() > 0
