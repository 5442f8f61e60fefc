"""The demo retailer in memory, with its search index, for the use cases of conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cabas.agreement.book import AgreementBook, book
from cabas.demo.retailer import DemoRetailer, build, fill
from cabas.dialogue.lexicon import Lexicon, lexicon
from cabas.kernel.clock import FixedClock
from cabas.storage.memory import Memory
from cabas.storage.search import TantivySearch, open_index, rebuild
from cabas.usecases.talk.desk import Desk
from support.talking import NOW

AGREEMENTS = Path(__file__).parents[3] / "agreements"


@pytest.fixture(scope="session")
def demo() -> DemoRetailer:
    return build(NOW.date())


@pytest.fixture(scope="session")
def search(demo: DemoRetailer, tmp_path_factory: pytest.TempPathFactory) -> TantivySearch:
    folder = tmp_path_factory.mktemp("index")
    rebuild(folder, demo.products)
    return open_index(folder)


@pytest.fixture(scope="session")
def words(search: TantivySearch) -> Lexicon:
    return lexicon(brands=search.brands())


@pytest.fixture(scope="session")
def agreements() -> AgreementBook:
    return book({path.name: path.read_text(encoding="utf-8") for path in AGREEMENTS.glob("*.toml")})


@pytest.fixture
async def desk(
    demo: DemoRetailer, search: TantivySearch, words: Lexicon, agreements: AgreementBook
) -> tuple[Desk, Memory]:
    memory = Memory()
    await fill(demo, memory.fill)
    numbers: Iterator[int] = iter(range(10_000))
    made = Desk(
        conversations=memory.conversations,
        shop=memory.shop,
        orders=memory.orders,
        agreements=agreements,
        consents=memory.consents,
        pages=None,  # type: ignore[arg-type]
        search=lambda _: search,
        lexicon=lambda *_: words,
        clock=FixedClock(NOW),
        new_id=lambda: f"id-{next(numbers)}",
    )
    return made, memory
