"""Words taught while a server runs: `cabas lexicon` in one process, a conversation in another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cabas.apps.config import Config
from cabas.apps.counter import Counter
from cabas.apps.learning import Lexicons
from cabas.apps.wiring import open_house
from cabas.apps.worker import work
from cabas.dialogue.knowledge import Knowledge, Word
from cabas.dialogue.locales import languages
from cabas.kernel.clock import FixedClock
from cabas.storage.memory import Memory
from cabas.usecases.learn.ports import KEEP_FAILURES, OWN, Pack
from cabas.usecases.talk.view import View
from support.command import Command, Ran

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def taught_nothing(cabas: Command) -> Iterator[Command]:
    """`cabas` on the demo shop, which forgets afterwards what it was taught."""
    yield cabas
    for pack in cabas("lexicon", "list", "--json").json:
        assert cabas("lexicon", "remove", pack["id"]).code == 0


def names(view: View) -> list[tuple[str, str | None]]:
    return [(line.want.words, line.family) for line in view.cart.lines]


async def elsewhere(cabas: Command, *arguments: str) -> Ran:
    """A command while the server runs; its time is its own."""
    return await asyncio.to_thread(cabas, *arguments)


async def test_a_word_is_learned_from_what_shoppers_do(taught_nothing: Command, demo_folder: Path) -> None:
    cabas = taught_nothing
    async with open_house(Config(demo_folder)) as house:
        counter, shopper = Counter(house.desk, house.retailer, "house"), "camille"
        agreed = await elsewhere(cabas, "shopper", "consent", shopper, "learning")
        assert agreed.code == 0, agreed.told
        talk = await counter.open("fr-FR", None, shopper, "voice")
        lost = await counter.say(talk.conversation_id, "ajoute trois schmurtz", "voice")
        assert (names(lost), lost.asked) == ([], True)
        await counter.say(talk.conversation_id, "ajoute trois courgettes", "voice")

        failures = (await elsewhere(cabas, "lexicon", "failures", "--json")).json
        assert [(one["why"], one["words"], one["examples"]) for one in failures if one["words"] == "schmurtz"] == [
            ("no_product", "schmurtz", ["ajoute trois schmurtz"]),
            ("replaced", "schmurtz", ["ajoute trois schmurtz"]),
        ]
        proposed = (await elsewhere(cabas, "lexicon", "learn", "--json")).json
        (one,) = [one for one in proposed if one["words"] == "schmurtz"]
        assert one["family"] == "courgette"
        assert (await elsewhere(cabas, "lexicon", "accept", one["id"])).told == "1 accepted."

        again = await counter.open("fr-FR", None, None, "voice")
        known = await counter.say(again.conversation_id, "ajoute trois schmurtz", "voice")
        assert names(known) == [("schmurtz", "courgette")]
        assert (await elsewhere(cabas, "lexicon", "accept", one["id"])).code == 2
        withdrawn = await elsewhere(cabas, "shopper", "consent", shopper, "learning", "--withdraw")
        assert withdrawn.code == 0


async def test_a_guest_leaves_no_words(taught_nothing: Command, demo_folder: Path) -> None:
    async with open_house(Config(demo_folder)) as house:
        counter = Counter(house.desk, house.retailer, "house")
        for shopper in (None, "camille"):  # a guest, and a shopper who did not agree
            before = house.clock.now()
            talk = await counter.open("fr-FR", None, shopper, "voice")
            await counter.say(talk.conversation_id, "ajoute trois zorglubs", "voice")
            (kept,) = await house.postgres.failures.since(house.retailer, before)
            assert (kept.why, kept.lang) == ("no_product", "fr")
            assert [kept.said, kept.words, kept.family, kept.sku, kept.instead] == [None] * 5
    grouped = await elsewhere(taught_nothing, "lexicon", "failures")
    assert "zorglub" not in grouped.told
    assert "no_product" in grouped.told


def test_a_file_of_words_is_taken_whole_or_not_at_all(taught_nothing: Command, tmp_path: Path) -> None:
    cabas, file = taught_nothing, tmp_path / "ours.csv"
    file.write_text("words,means\nschmurtz,courgette\nzorglub,cougette\n")
    refused = cabas("lexicon", "import", str(file))
    assert refused.code == 2
    assert (
        "ours.csv:3 means: 'cougette' is neither a family nor a published SKU. Did you mean courgette" in refused.told
    )
    assert refused.told.endswith("Nothing was imported.")
    assert cabas("lexicon", "import", str(file), "--json").json["problems"][0]["line"] == 3
    assert cabas("lexicon", "list").told == "Nothing was taught: every word is one that all shops share."

    file.write_text("words,means\nschmurtz,courgette\n")
    assert "1 words would be taught." in cabas("lexicon", "import", str(file), "--preview").told
    assert cabas("lexicon", "list", "--json").json == []
    assert cabas("lexicon", "import", str(file)).told == "ours: 1 words taught."
    assert cabas("lexicon", "show", "ours", "--json").json[0]["family"] == "courgette"
    ordered = cabas("order", "trois schmurtz", "--lang", "fr", "--dry-run", "--json")
    assert ordered.code == 0, ordered.told
    assert "courgette" in ordered.told.lower()
    assert "There are ours" in cabas("lexicon", "remove", "theirs").told
    assert cabas("lexicon", "list", "--retailer", "somebody-else", "--json").json == []
    stranger = cabas("lexicon", "import", str(file), "--retailer", "somebody-else")
    assert (stranger.code, stranger.out) == (2, "")
    assert "somebody-else has neither products nor stores. Check --retailer." in stranger.told


def test_a_taxonomy_says_what_it_took_and_what_it_left(taught_nothing: Command, tmp_path: Path) -> None:
    entries = [{"id": "a", "fr": ["courgettes", "schmurtz"]}, {"id": "b", "fr": ["inconnus au bataillon"]}]
    (tmp_path / "categories.jsonl").write_text("\n".join(json.dumps(one) for one in entries))
    told = taught_nothing("lexicon", "import", str(tmp_path), "--name", "off").told
    assert told.startswith("off: 1 words taught.")
    assert "left alone, belongs to no family: 1 (inconnus au bataillon)" in told
    missing = taught_nothing("lexicon", "import", "--openfoodfacts")
    assert missing.code == 3
    assert 'pip install "cabas[openfoodfacts]"' in missing.told


async def test_words_are_built_once_for_each_version() -> None:
    memory, brands = Memory(), []

    def brands_of(retailer_id: str) -> list[str]:
        brands.append(retailer_id)
        return []

    lexicons = Lexicons(memory.teachings, memory.failures, brands_of)
    await lexicons.refresh("halle")
    shared = lexicons.of("halle", "fr")
    assert lexicons.of("halle", "fr") is shared
    assert brands == ["halle"]
    await memory.teachings.put("halle", Pack("ours", OWN, "ours.csv", NOW), [Word("schmurtz", "fr", "courgette")])
    await asyncio.gather(*(lexicons.refresh("halle") for _ in range(5)))
    assert brands == ["halle"] * (1 + len(languages()))
    own = lexicons.of("halle", "fr")
    assert own.taught is not None
    assert own.taught.family("schmurtz") == "courgette"
    assert lexicons.of("other", "fr").taught is None
    assert (await memory.teachings.knowledge("halle")) == Knowledge(1, (Word("schmurtz", "fr", "courgette"),))


async def test_the_worker_tidies_up(demo_folder: Path, taught_nothing: Command) -> None:
    async with open_house(Config(demo_folder)) as house:
        counter = Counter(house.desk, house.retailer, "house")
        talk = await counter.open("fr-FR", None, None, "voice")
        await counter.say(talk.conversation_id, "ajoute trois zorglubs", "voice")
        long_ago = house.clock.now() - KEEP_FAILURES
        assert await house.postgres.failures.since(house.retailer, long_ago)
    later = FixedClock(house.clock.now() + KEEP_FAILURES)
    async with open_house(Config(demo_folder), clock=later) as house:
        stop = asyncio.Event()
        stop.set()  # one round is done before anybody looks
        await work(house, stop)
        assert await house.postgres.failures.since(house.retailer, long_ago) == []
    told = await elsewhere(taught_nothing, "worker", "--once")
    assert told.told == "Deleted: 0 conversations, 0 delivered events and keys, 0 of what was not understood."
