"""`Teachings` and `Failures` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cabas.dialogue.knowledge import Knowledge, Word
from cabas.storage.memory.rows import Rows
from cabas.storage.refusals import no_pack, no_proposal
from cabas.storage.teachings import in_order, likeliest, newest
from cabas.usecases.learn.ports import (
    ACCEPTED,
    LEARNED,
    LEARNED_PACK,
    OPEN,
    REJECTED,
    WAITING,
    Failure,
    Pack,
    Proposal,
)


class MemoryTeachings:
    """`Teachings` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def seen(self, retailer_id: str) -> int:
        """The version of the retailer's words."""
        return self._rows.lexicon_versions.get(retailer_id, 0)

    async def knowledge(self, retailer_id: str) -> Knowledge:
        """All words of the retailer, with their version."""
        words = {
            (pack.id, word): word
            for (retailer, _), (pack, held) in self._rows.packs.items()
            if retailer == retailer_id
            for word in held
        }
        return Knowledge(self.seen(retailer_id), tuple(sorted(words.values(), key=in_order)))

    async def packs(self, retailer_id: str) -> list[Pack]:
        """The packs, by id."""
        found = [pack for (retailer, _), (pack, _) in self._rows.packs.items() if retailer == retailer_id]
        return sorted(found, key=lambda pack: pack.id)

    async def words(self, retailer_id: str, pack_id: str) -> list[Word]:
        """The words of a pack, by language and words. Raises `NotFound`, naming the packs there are."""
        if (retailer_id, pack_id) not in self._rows.packs:
            raise no_pack(pack_id, [pack.id for pack in await self.packs(retailer_id)])
        return sorted(self._rows.packs[retailer_id, pack_id][1], key=in_order)

    async def put(self, retailer_id: str, pack: Pack, words: Sequence[Word]) -> None:
        """Make a pack hold these words and no others."""
        held = tuple(dict.fromkeys(replace(word, own=pack.kind != OPEN) for word in words))
        self._rows.packs[retailer_id, pack.id] = (replace(pack, words=len(held)), held)
        self._changed(retailer_id)

    async def drop(self, retailer_id: str, pack_id: str) -> None:
        """Forget a pack. Raises `NotFound`, naming the packs there are."""
        await self.words(retailer_id, pack_id)
        del self._rows.packs[retailer_id, pack_id]
        self._changed(retailer_id)

    async def propose(self, retailer_id: str, proposals: Sequence[Proposal]) -> None:
        """Make these the open proposals. What was accepted or rejected stays so."""
        known = self._rows.proposals
        for key in [key for key, one in known.items() if key[0] == retailer_id and one.state == WAITING]:
            del known[key]
        for one in proposals:
            known.setdefault((retailer_id, one.id), one)

    async def proposals(self, retailer_id: str) -> list[Proposal]:
        """All proposals: open ones first, the likeliest first."""
        found = [one for (retailer, _), one in self._rows.proposals.items() if retailer == retailer_id]
        return sorted(found, key=likeliest)

    async def decide(self, retailer_id: str, proposal_ids: Sequence[str], *, accept: bool, at: datetime) -> None:
        """Accept or reject open proposals: all of them, or none. Raises `NotFound` naming one that is not open."""
        known, chosen = self._rows.proposals, tuple(dict.fromkeys(proposal_ids))
        waiting = [(retailer_id, one) for one in chosen if (retailer_id, one) in known]
        if len(waiting) < len(chosen) or any(known[key].state != WAITING for key in waiting):
            raise no_proposal(proposal_ids, await self.proposals(retailer_id))
        for key in waiting:
            known[key] = replace(known[key], state=ACCEPTED if accept else REJECTED)
        if accept:
            held = self._rows.packs.get((retailer_id, LEARNED_PACK), (None, ()))[1]
            words = (*held, *(known[key].word for key in waiting))
            await self.put(retailer_id, Pack(LEARNED_PACK, LEARNED, LEARNED, at), words)

    def _changed(self, retailer_id: str) -> None:
        self._rows.lexicon_versions[retailer_id] = self.seen(retailer_id) + 1


class MemoryFailures:
    """`Failures` in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, retailer_id: str, failures: Sequence[Failure]) -> None:
        """Keep some."""
        self._rows.failures.setdefault(retailer_id, []).extend(failures)

    async def since(self, retailer_id: str, after: datetime, lang: str | None = None) -> list[Failure]:
        """Those from `after` on, newest first."""
        kept = self._rows.failures.get(retailer_id, [])
        return sorted((one for one in kept if one.at >= after and lang in (None, one.lang)), key=newest)

    async def forget(self, retailer_id: str, before: datetime) -> int:
        """Delete those from before that moment, and open proposals as old; returns how many rows that was."""
        kept = self._rows.failures.get(retailer_id, [])
        self._rows.failures[retailer_id] = [one for one in kept if one.at >= before]
        old = [
            key
            for key, one in self._rows.proposals.items()
            if key[0] == retailer_id and one.state == WAITING and one.at < before
        ]
        for key in old:
            del self._rows.proposals[key]
        return len(kept) - len(self._rows.failures[retailer_id]) + len(old)
