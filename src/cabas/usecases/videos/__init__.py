"""Products linked under videos: found in what the video says, approved by a person, followed by a tracked link.

What a video says is written by strangers: it is searched for foods, and nothing else is ever done with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cabas.kernel.errors import NotFound
from cabas.kernel.money import Money

OPEN, APPROVED, REJECTED = "open", "approved", "rejected"
SOURCE = "video:"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class VideoLink:
    """A product proposed for a video. `id` is the code of its tracked link; `seconds` is where the video first speaks
    of it, `words` how; `score` runs to 1000 and `reasons` say of what. `state` is open, approved or rejected.
    """

    id: str
    platform: str
    video_id: str
    video_title: str
    sku: str
    words: str
    seconds: int
    score: int
    reasons: tuple[str, ...] = ()
    state: str = OPEN

    @property
    def source(self) -> str:
        """What orders that came through it are remembered with."""
        return SOURCE + self.video_id


@dataclass(frozen=True, slots=True)
class Came:
    """Orders that came through one source, canceled ones left out; `total` is with fees, VAT included."""

    source: str
    platform: str
    orders: int
    total: Money


class VideoLinks(Protocol):
    """Where links are kept."""

    async def propose(self, retailer_id: str, links: Sequence[VideoLink], at: datetime) -> None:
        """Keep proposals; those a person decided about stay as decided."""
        ...

    async def all(self, retailer_id: str) -> list[VideoLink]:
        """All of them, by video and time in it."""
        ...

    async def get(self, retailer_id: str, link_id: str) -> VideoLink | None:
        """The link of that code."""
        ...

    async def decide(self, retailer_id: str, link_ids: Sequence[str], state: str, at: datetime) -> list[str]:
        """Approve or reject; the ids that there were."""
        ...

    async def came(self, retailer_id: str) -> list[Came]:
        """The orders that came through links, by source."""
        ...


def link_code(retailer_id: str, platform: str, video_id: str, sku: str) -> str:
    """The code of a tracked link: the same for the same product under the same video, and nothing to guess from."""
    told = f"{retailer_id}\x1f{platform}\x1f{video_id}\x1f{sku}".encode()
    value = int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big")
    return "".join(_ALPHABET[(value >> (5 * index)) & 31] for index in range(12))


async def decide(
    links: VideoLinks, retailer_id: str, link_ids: Sequence[str], state: str, at: datetime
) -> list[VideoLink]:
    """Approve or reject links. Raises `NotFound`, naming the one there is not; nothing was changed then."""
    known = {one.id: one for one in await links.all(retailer_id)}
    unknown = [one for one in link_ids if one not in known]
    if unknown:
        raise NotFound(f"There is no link {unknown[0][:40]!r}.", remedy="See `cabas feed video list`.")
    await links.decide(retailer_id, link_ids, state, at)
    return [known[one] for one in link_ids]


def video_address(video_id: str, seconds: int = 0) -> str:
    """Where the video is, from that second on."""
    return f"https://www.youtube.com/watch?v={video_id}" + (f"&t={seconds}s" if seconds else "")


def video_links(links: Iterable[VideoLink], platform: str) -> Mapping[str, tuple[str, ...]]:
    """SKU -> the videos it is approved for on that platform: `videos` of a feed's setting."""
    found: dict[str, list[str]] = {}
    for one in links:
        if one.state == APPROVED and one.platform == platform:
            found.setdefault(one.sku, []).append(video_address(one.video_id))
    return {sku: tuple(dict.fromkeys(videos)) for sku, videos in found.items()}


def description(links: Iterable[VideoLink], names: Mapping[str, str], url: str) -> str:
    """Lines to paste into a video's description: time, product, tracked link; the approved ones, in order of time."""
    lines = [
        f"{clock(one.seconds)} {names[one.sku]}: {url}/go/{one.id}"
        for one in sorted(links, key=lambda one: (one.seconds, one.sku))
        if one.state == APPROVED and one.sku in names
    ]
    return "".join(f"{line}\n" for line in lines)


def clock(seconds: int) -> str:
    """Seconds as players write them: 0:05, 12:40, 1:02:03."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
