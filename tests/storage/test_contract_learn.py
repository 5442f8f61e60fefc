"""Words taught, proposals and failures: the same in memory and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cabas.dialogue.knowledge import Knowledge, Word
from cabas.domain.cart import Conversation
from cabas.kernel.errors import NotFound
from cabas.storage.conversations import PostgresConversations
from cabas.storage.database import Cursor, Database, Statement
from cabas.storage.postgres import Postgres
from cabas.storage.teachings import PostgresTeachings
from cabas.usecases.learn.ports import LEARNED, OPEN, OWN, Failure, Pack, Proposal
from support.house import NOW, House

pytestmark = pytest.mark.anyio
COURGETTE = Word("schmurtz", "fr", "courgette")
NEVER = Word("filet", "fr", None, "N-1", never=True)


def a_pack(pack_id: str = "ours", kind: str = OWN) -> Pack:
    return Pack(pack_id, kind, "ours.csv", NOW, report={"known already": 3})


def a_proposal(words: str, score: int = 50) -> Proposal:
    return Proposal(f"p-{words}", "fr", words, "courgette", None, score, 2, ("spelling",), NOW)


async def test_a_pack_holds_what_was_put_last(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    assert await ports.teachings.knowledge(rid) == Knowledge()
    await ports.teachings.put(rid, a_pack(), [COURGETTE, NEVER, COURGETTE])
    assert await ports.teachings.packs(rid) == [replace(a_pack(), words=2)]
    assert await ports.teachings.words(rid, "ours") == [NEVER, COURGETTE]
    assert await ports.teachings.knowledge(rid) == Knowledge(1, (NEVER, COURGETTE))
    await ports.teachings.put(rid, a_pack(), [NEVER])
    assert await ports.teachings.knowledge(rid) == Knowledge(2, (NEVER,))
    assert await ports.teachings.knowledge("stranger") == Knowledge()


async def test_words_of_open_data_are_not_the_retailers_own(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    await ports.teachings.put(rid, a_pack("off", OPEN), [COURGETTE])
    assert await ports.teachings.words(rid, "off") == [replace(COURGETTE, own=False)]
    assert (await ports.teachings.knowledge(rid)).words == (replace(COURGETTE, own=False),)


async def test_a_pack_is_dropped_whole_and_an_unknown_one_changes_nothing(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    await ports.teachings.put(rid, a_pack(), [COURGETTE])
    for wrong in (ports.teachings.drop, ports.teachings.words):
        with pytest.raises(NotFound, match="There are ours"):
            await wrong(rid, "theirs")
    assert await ports.teachings.knowledge(rid) == Knowledge(1, (COURGETTE,))
    await ports.teachings.drop(rid, "ours")
    assert await ports.teachings.packs(rid) == []
    assert await ports.teachings.knowledge(rid) == Knowledge(2)
    with pytest.raises(NotFound, match="none yet"):
        await ports.teachings.drop(rid, "ours")


async def test_the_version_rides_along_with_the_conversation(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    await ports.conversations.save(Conversation("c1", rid, "lyon", "house", None, "fr-FR"))
    await ports.teachings.put(rid, a_pack(), [COURGETTE])
    await ports.conversations.load(rid, "c1")
    assert ports.teachings.seen(rid) == 1
    await ports.teachings.put(rid, a_pack(), [])
    await ports.conversations.load(rid, "c1")
    assert ports.teachings.seen(rid) == 2
    assert ports.teachings.seen("stranger") == 0


async def test_accepted_proposals_are_words_at_once(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    first, second = a_proposal("schmurtz", 90), a_proposal("zukini")
    await ports.teachings.propose(rid, [second, first])
    assert await ports.teachings.proposals(rid) == [first, second]
    await ports.teachings.decide(rid, [first.id], accept=True, at=NOW)
    assert await ports.teachings.knowledge(rid) == Knowledge(1, (COURGETTE,))
    assert [pack.kind for pack in await ports.teachings.packs(rid)] == [LEARNED]
    assert await ports.teachings.proposals(rid) == [second, replace(first, state="accepted")]


async def test_rejected_proposals_are_not_made_again(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    one = a_proposal("schmurtz")
    await ports.teachings.propose(rid, [one])
    await ports.teachings.decide(rid, [one.id], accept=False, at=NOW)
    await ports.teachings.propose(rid, [replace(one, score=99)])
    assert await ports.teachings.proposals(rid) == [replace(one, state="rejected")]
    assert await ports.teachings.knowledge(rid) == Knowledge()


async def test_a_decision_is_all_or_nothing(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    one = a_proposal("schmurtz")
    await ports.teachings.propose(rid, [one])
    for accept in (True, False):
        with pytest.raises(NotFound, match="p-unheard; nothing was decided"):
            await ports.teachings.decide(rid, [one.id, "p-unheard"], accept=accept, at=NOW)
    assert await ports.teachings.proposals(rid) == [one]
    assert await ports.teachings.knowledge(rid) == Knowledge()
    await ports.teachings.propose(rid, [])
    assert await ports.teachings.proposals(rid) == []


async def test_failures_are_kept_and_forgotten_in_time(anywhere: House) -> None:
    rid, ports = anywhere.retailer_id, anywhere.ports
    old = Failure(
        "f1", "lyon", NOW - timedelta(days=31), "fr", "house", "voice", "no_product", "du schmurtz", "schmurtz"
    )
    new = replace(old, id="f2", at=NOW, lang="en", said=None, words=None)
    await ports.failures.add(rid, [old, new])
    await ports.failures.add(rid, [])
    assert await ports.failures.since(rid, NOW - timedelta(days=60)) == [new, old]
    assert await ports.failures.since(rid, NOW - timedelta(days=60), "fr") == [old]
    assert await ports.failures.since("stranger", NOW - timedelta(days=60)) == []
    await ports.teachings.propose(rid, [replace(a_proposal("schmurtz"), at=old.at), a_proposal("zukini")])
    assert await ports.failures.forget(rid, NOW - timedelta(days=30)) == 2
    assert await ports.failures.since(rid, NOW - timedelta(days=60)) == [new]
    assert [one.words for one in await ports.teachings.proposals(rid)] == ["zukini"]


class Counting(Database):
    """A database that counts its round trips."""

    trips = 0

    async def run(self, retailer_id: str, *statements: Statement) -> list[Cursor]:
        self.trips += 1
        return await super().run(retailer_id, *statements)


async def test_noticing_new_words_costs_no_query(postgres: Postgres, retailer_id: str) -> None:
    """Two processes: one teaches, the other knows it from the conversation it reads anyway."""
    versions: dict[str, int] = {}
    counting = Counting(postgres.database._pool)
    elsewhere = PostgresConversations(counting, versions)
    await elsewhere.save(Conversation("c1", retailer_id, "lyon", "house", None, "fr-FR"))
    await elsewhere.load(retailer_id, "c1")
    counting.trips = 0
    await postgres.teachings.put(retailer_id, a_pack(), [COURGETTE])
    await elsewhere.load(retailer_id, "c1")
    assert PostgresTeachings(counting, versions).seen(retailer_id) == 1
    assert counting.trips == 1
