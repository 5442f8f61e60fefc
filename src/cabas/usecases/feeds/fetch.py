"""Fetch a feed: the files a platform may have are those of its last full export, under the agreement in force.

A delta is never among them: a platform that fetches takes a file for the whole catalog. Neither is an export with
made-up prices, one without a single product (it would empty the platform's shelves: most likely prices were missing),
nor what an export writes for the retailer alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from cabas.kernel.errors import NotAllowed
from cabas.usecases.feeds.export import REJECTED, STATE, WITHDRAWN
from cabas.usecases.shop.visit import Caller, Shopfront, enter

PRIVATE = frozenset({REJECTED, STATE, WITHDRAWN})


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file: `name` as it is unpacked, `path` where it lies (with `packed`, as gzip), its size and SHA-256 there."""

    name: str
    path: str
    packed: bool
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """The last full export of a feed. `name` is its format, with the store where it is of one ("google-local-lyon")."""

    name: str
    agreement: str
    day: str
    exported_at: datetime
    published: int
    estimated: int
    files: tuple[FeedFile, ...]


class PublishedFeeds(Protocol):
    """Where exports are kept."""

    async def of(self, retailer_id: str, platform: str) -> Sequence[PublishedFeed]:
        """The last full export of every feed of a platform, by name."""
        ...


async def feeds_for(feeds: PublishedFeeds, front: Shopfront, caller: Caller, platform: str) -> list[PublishedFeed]:
    """The feeds `caller` may fetch, each with the files that are for it.

    Raises `NotAllowed`: for feeds of another platform, without an agreement in force, or when it does not open the way
    in that the caller came by.
    """
    if platform != caller.platform:
        raise NotAllowed(
            f"This key is not {platform[:80]!r}'s.", remedy=f"Fetch /feeds/{caller.platform}.", code="other_platform"
        )
    visit = await enter(front, caller)
    return [
        replace(feed, files=tuple(one for one in feed.files if one.name not in PRIVATE))
        for feed in await feeds.of(caller.retailer_id, platform)
        if feed.agreement == visit.agreement.id and feed.published and not feed.estimated
    ]
