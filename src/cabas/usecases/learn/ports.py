"""What learning needs from the outside, and what it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cabas.dialogue.knowledge import Knowledge, Word

# Kinds of packs: open data only adds; the retailer's own words, and those it accepted, come first.
OPEN, OWN, LEARNED = "openfoodfacts", "own", "learned"
# The pack that accepted proposals go into.
LEARNED_PACK = "learned"
# States of a proposal.
WAITING, ACCEPTED, REJECTED = "open", "accepted", "rejected"
# How long what a shopper said is kept when it was not understood.
KEEP_FAILURES = timedelta(days=30)
# The purpose (`domain.consent.PURPOSES`) that lets their words be kept.
PURPOSE = "learning"


@dataclass(frozen=True, slots=True)
class Pack:
    """Words that came together, replaced and removed as a whole. `words` counts them, `report` what was skipped."""

    id: str
    kind: str
    source: str
    at: datetime
    words: int = 0
    report: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """An utterance that did not lead where it should, and `why` (a key of `failures.REASONS`).

    `said` is the utterance, `words` the part of it that failed, `family` and `sku` what was made of it, `instead` what
    the shopper took in its place (a SKU). All five are None where the shopper did not agree to be remembered.
    """

    id: str
    store_id: str
    at: datetime
    lang: str
    platform: str
    channel: str
    why: str
    said: str | None = None
    words: str | None = None
    family: str | None = None
    sku: str | None = None
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Words that might mean a family or a product (`sku`). `score` runs from 0 to 100, `seen` counts the failures that
    speak for it, `reasons` say how it was found, `state` is "open", "accepted" or "rejected".
    """

    id: str
    lang: str
    words: str
    family: str | None
    sku: str | None
    score: int
    seen: int
    reasons: tuple[str, ...]
    at: datetime
    state: str = WAITING

    @property
    def word(self) -> Word:
        """What accepting it teaches."""
        return Word(self.words, self.lang, self.family, self.sku)


class Teachings(Protocol):
    """The words that retailers taught, by pack, and the proposals that wait for a person."""

    def seen(self, retailer_id: str) -> int:
        """The version of the retailer's words that the last conversation read told of; 0 before. Asks nobody."""
        ...

    async def knowledge(self, retailer_id: str) -> Knowledge:
        """All words of the retailer, with their version."""
        ...

    async def packs(self, retailer_id: str) -> list[Pack]:
        """The packs, by id."""
        ...

    async def words(self, retailer_id: str, pack_id: str) -> list[Word]:
        """The words of a pack, by language and words. Raises `NotFound`, naming the packs there are."""
        ...

    async def put(self, retailer_id: str, pack: Pack, words: Sequence[Word]) -> None:
        """Make a pack hold these words and no others: all or nothing, and everybody's next turn knows them."""
        ...

    async def drop(self, retailer_id: str, pack_id: str) -> None:
        """Forget a pack. Raises `NotFound`, naming the packs there are."""
        ...

    async def propose(self, retailer_id: str, proposals: Sequence[Proposal]) -> None:
        """Make these the open proposals. What was accepted or rejected stays so."""
        ...

    async def proposals(self, retailer_id: str) -> list[Proposal]:
        """All proposals: open ones first, the likeliest first."""
        ...

    async def decide(self, retailer_id: str, proposal_ids: Sequence[str], *, accept: bool, at: datetime) -> None:
        """Accept open proposals (their words join the pack "learned") or reject them: all of them, or none.

        Raises `NotFound` naming one that is not open.
        """
        ...


class Failures(Protocol):
    """What was not understood, for 30 days."""

    async def add(self, retailer_id: str, failures: Sequence[Failure]) -> None:
        """Keep some."""
        ...

    async def since(self, retailer_id: str, after: datetime, lang: str | None = None) -> list[Failure]:
        """Those from `after` on, newest first."""
        ...

    async def forget(self, retailer_id: str, before: datetime) -> int:
        """Delete those from before that moment, and open proposals as old; returns how many rows that was."""
        ...


class Learning(Protocol):
    """What a conversation needs of all this."""

    async def refresh(self, retailer_id: str) -> None:
        """Know the retailer's words as they are now. Costs no query unless they have changed."""
        ...

    async def keep(self, retailer_id: str, failures: Sequence[Failure]) -> None:
        """Keep what was not understood."""
        ...
