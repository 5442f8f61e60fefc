"""`Teachings` and `Failures` of `usecases.learn.ports` on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cabas.dialogue.knowledge import Knowledge, Word
from cabas.storage.database import Database, Parameters, Refused, Row, Statement, must
from cabas.storage.documents import to_json
from cabas.storage.queries import queries
from cabas.storage.refusals import no_pack, no_proposal
from cabas.usecases.learn.ports import ACCEPTED, LEARNED, LEARNED_PACK, OPEN, REJECTED, WAITING, Failure, Pack, Proposal

SQL = queries("lexicon")


class PostgresTeachings:
    """The words that retailers taught. `versions` is filled by `PostgresConversations`, whose queries read it along."""

    def __init__(self, database: Database, versions: dict[str, int] | None = None) -> None:
        self._database = database
        self._versions = {} if versions is None else versions

    def seen(self, retailer_id: str) -> int:
        """The version of the retailer's words that the last conversation read told of; 0 before. Asks nobody."""
        return self._versions.get(retailer_id, 0)

    async def knowledge(self, retailer_id: str) -> Knowledge:
        """All words of the retailer, with their version."""
        rows = await self._database.rows(retailer_id, SQL["knowledge"], {"retailer_id": retailer_id})
        words = (_word(row[1:]) for row in rows if row[1] is not None)
        return Knowledge(rows[0][0] if rows else 0, tuple(sorted(words, key=in_order)))

    async def packs(self, retailer_id: str) -> list[Pack]:
        """The packs, by id."""
        rows = await self._database.rows(retailer_id, SQL["packs"], {"retailer_id": retailer_id})
        found = [Pack(pack_id, kind, source, at, count, report) for pack_id, kind, source, at, report, count in rows]
        return sorted(found, key=lambda pack: pack.id)

    async def words(self, retailer_id: str, pack_id: str) -> list[Word]:
        """The words of a pack, by language and words. Raises `NotFound`, naming the packs there are."""
        where = {"retailer_id": retailer_id, "pack_id": pack_id}
        rows = await self._database.rows(retailer_id, SQL["words_of_pack"], where)
        if not rows:
            known = [pack.id for pack in await self.packs(retailer_id)]
            if pack_id not in known:
                raise no_pack(pack_id, known)
        return sorted((_word(row) for row in rows), key=in_order)

    async def put(self, retailer_id: str, pack: Pack, words: Sequence[Word]) -> None:
        """Make a pack hold these words and no others: all or nothing, and everybody's next turn knows them."""
        where = {"retailer_id": retailer_id, "pack_id": pack.id}
        row = where | {"kind": pack.kind, "source": pack.source, "at": pack.at, "report": to_json(pack.report)}
        columns = {
            "langs": [word.lang for word in words],
            "words": [word.words for word in words],
            "families": [word.family or "" for word in words],
            "skus": [word.sku or "" for word in words],
            "nevers": [word.never for word in words],
            "likes": [word.like or "" for word in words],
        }
        await self._database.run(
            retailer_id,
            (SQL["next_version"], where),
            (SQL["put_pack"], row),
            (SQL["clear_words"], where),
            (SQL["put_words"], where | columns),
        )

    async def drop(self, retailer_id: str, pack_id: str) -> None:
        """Forget a pack. Raises `NotFound`, naming the packs there are."""
        where = {"retailer_id": retailer_id, "pack_id": pack_id}
        try:
            await self._database.run(
                retailer_id,
                (SQL["next_version"], where),
                (must(SQL["drop_pack"]), where),
                (SQL["clear_words"], where),
            )
        except Refused:
            raise no_pack(pack_id, [pack.id for pack in await self.packs(retailer_id)]) from None

    async def propose(self, retailer_id: str, proposals: Sequence[Proposal]) -> None:
        """Make these the open proposals. What was accepted or rejected stays so."""
        statements: list[Statement] = [(SQL["clear_proposals"], {"retailer_id": retailer_id})]
        if proposals:
            statements.append((SQL["propose"], [_proposed(retailer_id, one) for one in proposals]))
        await self._database.run(retailer_id, *statements)

    async def proposals(self, retailer_id: str) -> list[Proposal]:
        """All proposals: open ones first, the likeliest first."""
        rows = await self._database.rows(retailer_id, SQL["proposals"], {"retailer_id": retailer_id})
        return sorted((_proposal(row) for row in rows), key=likeliest)

    async def decide(self, retailer_id: str, proposal_ids: Sequence[str], *, accept: bool, at: datetime) -> None:
        """Accept open proposals (their words join the pack "learned") or reject them: all of them, or none.

        Raises `NotFound` naming one that is not open.
        """
        learned = {"retailer_id": retailer_id, "pack_id": LEARNED_PACK, "kind": LEARNED, "source": LEARNED, "at": at}
        statements: list[Statement] = []
        if accept:
            statements += [(SQL["next_version"], learned), (SQL["learn_pack"], learned)]
        for proposal_id in dict.fromkeys(proposal_ids):
            where = learned | {"proposal_id": proposal_id, "state": ACCEPTED if accept else REJECTED}
            statements.append((must(SQL["decide"]), where))
            if accept:
                statements.append((SQL["learn_word"], where))
        try:
            await self._database.run(retailer_id, *statements)
        except Refused:
            raise no_proposal(proposal_ids, await self.proposals(retailer_id)) from None


class PostgresFailures:
    """What was not understood, for 30 days."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, retailer_id: str, failures: Sequence[Failure]) -> None:
        """Keep some."""
        if failures:
            rows: list[Parameters] = [_failure_row(retailer_id, one) for one in failures]
            await self._database.run(retailer_id, (SQL["add_failure"], rows))

    async def since(self, retailer_id: str, after: datetime, lang: str | None = None) -> list[Failure]:
        """Those from `after` on, newest first."""
        where = {"retailer_id": retailer_id, "after": after, "lang": lang}
        rows = await self._database.rows(retailer_id, SQL["failures"], where)
        return sorted((Failure(*row) for row in rows), key=newest)

    async def forget(self, retailer_id: str, before: datetime) -> int:
        """Delete those from before that moment, and open proposals as old; returns how many rows that was."""
        where = {"retailer_id": retailer_id, "before": before}
        statements = ((SQL["forget_failures"], where), (SQL["forget_proposals"], where))
        return sum(cursor.rowcount for cursor in await self._database.run(retailer_id, *statements))


def in_order(word: Word) -> tuple[str, str, str, str, bool]:
    """The order in which words are listed, whatever the collation of a database."""
    return (word.lang, word.words, word.family or "", word.sku or "", word.never)


def likeliest(proposal: Proposal) -> tuple[bool, int, str, str]:
    """The order in which proposals are listed: open ones first, the likeliest first."""
    return (proposal.state != WAITING, -proposal.score, proposal.words, proposal.id)


def newest(failure: Failure) -> tuple[float, str]:
    """The order in which failures are listed."""
    return (-failure.at.timestamp(), failure.id)


def _word(row: Row) -> Word:
    words, lang, family, sku, never, like, kind = row
    return Word(words, lang, family or None, sku or None, never, kind != OPEN, like or None)


def _proposed(retailer_id: str, one: Proposal) -> dict[str, object]:
    return {
        "retailer_id": retailer_id,
        "proposal_id": one.id,
        "lang": one.lang,
        "words": one.words,
        "family": one.family or "",
        "sku": one.sku or "",
        "score": one.score,
        "seen": one.seen,
        "reasons": to_json(one.reasons),
        "at": one.at,
    }


def _proposal(row: Row) -> Proposal:
    proposal_id, lang, words, family, sku, score, seen, reasons, at, state = row
    return Proposal(proposal_id, lang, words, family or None, sku or None, score, seen, tuple(reasons), at, state)


def _failure_row(retailer_id: str, one: Failure) -> dict[str, object]:
    return {
        "retailer_id": retailer_id,
        "store_id": one.store_id,
        "failure_id": one.id,
        "at": one.at,
        "lang": one.lang,
        "platform": one.platform,
        "channel": one.channel,
        "why": one.why,
        "said": one.said,
        "words": one.words,
        "family": one.family,
        "sku": one.sku,
        "instead": one.instead,
    }
