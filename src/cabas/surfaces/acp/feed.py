"""Pushing products to an agent's feed API (ACP 2026-04-17): the agent hosts it, the shop is its client.

Products are upserted by id in pages that are small enough to be taken; a page that did not arrive is sent again with
patience, one that is refused stops the push and says why.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cabas.kernel.errors import CabasError, InvalidInput, Unavailable
from cabas.surfaces.acp.asked import VERSION

# Sends a request: method, address, headers, body; the status and body of the answer. Raises `Unavailable`.
Exchange = Callable[[str, str, Mapping[str, str], bytes], Awaitable[tuple[int, bytes]]]
Pause = Callable[[float], Awaitable[None]]
PAGE_PRODUCTS, PAGE_BYTES = 500, 1024 * 1024
TRIES, FIRST_WAIT_SECONDS = 5, 1.0


class FeedRefused(CabasError):
    """The agent did not take the feed. Pages before this one were taken."""

    code = "feed_refused"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was taken: products, and in how many pages."""

    feed_id: str
    products: int
    pages: int


@dataclass(frozen=True, slots=True)
class FeedClient:
    """A client of the feed API at `base` (an address without a slash at its end), let in by `token`."""

    base: str
    exchange: Exchange
    pause: Pause
    token: str = field(repr=False)

    async def create(self, country: str) -> str:
        """The id of a new feed for a country (ISO 3166-1 alpha-2). Raises `FeedRefused`, `Unavailable`."""
        if len(country) != 2 or not country.isalpha():
            raise InvalidInput(f"{country[:20]!r} is no country.", remedy="Use two letters, such as FR.")
        answer = await self._sent("POST", "/feeds", msgspec.json.encode({"target_country": country.upper()}))
        try:
            return msgspec.json.decode(answer, type=_Created).id
        except msgspec.MsgspecError as error:
            raise FeedRefused("The agent's answer has no id.", remedy="Ask the agent.") from error

    async def push(self, feed_id: str, products: Iterable[Mapping[str, Any]]) -> Pushed:
        """Upsert products, as feed formats make them. What is left out stays as it was.

        Raises `FeedRefused` for a page that is not taken, `Unavailable` when nobody answers.
        """
        sent, count = 0, 0
        for page, size in pages(products):
            answer = await self._sent("PATCH", f"/feeds/{feed_id}/products", page)
            try:
                taken = msgspec.json.decode(answer, type=_Accepted).accepted
            except msgspec.MsgspecError:
                taken = False
            if not taken:
                raise FeedRefused(f"Page {sent + 1} was not accepted.", remedy=f"{count} products were taken before.")
            sent, count = sent + 1, count + size
        return Pushed(feed_id, count, sent)

    async def _sent(self, method: str, path: str, body: bytes) -> bytes:
        headers = {
            "authorization": f"Bearer {self.token}",
            "api-version": VERSION,
            "content-type": "application/json",
        }
        wait = FIRST_WAIT_SECONDS
        for attempt in range(1, TRIES + 1):
            try:
                status, answer = await self.exchange(method, self.base + path, headers, body)
            except Unavailable:
                status, answer = 503, b""
            if status < 300:
                return answer
            if status != 429 and status < 500:
                raise FeedRefused(f"{path} answered {status}: {_said(answer)}", remedy="Mend the feed, push it again.")
            if attempt < TRIES:
                await self.pause(wait)
                wait *= 2
        raise Unavailable(f"{self.base} does not take {path} ({status}).", remedy="Push it again later.")


def pages(products: Iterable[Mapping[str, Any]]) -> Iterator[tuple[bytes, int]]:
    """Bodies of at most `PAGE_PRODUCTS` products and about `PAGE_BYTES`, with how many each holds."""
    page: list[bytes] = []
    size = 0
    for product in products:
        line = msgspec.json.encode(product)
        if page and (len(page) == PAGE_PRODUCTS or size + len(line) > PAGE_BYTES):
            yield _page(page)
            page, size = [], 0
        page.append(line)
        size += len(line)
    if page:
        yield _page(page)


def _page(lines: list[bytes]) -> tuple[bytes, int]:
    return b'{"products":[' + b",".join(lines) + b"]}", len(lines)


def _said(answer: bytes) -> str:
    return answer[:300].decode("utf-8", "replace")


class _Created(msgspec.Struct, frozen=True):
    id: str


class _Accepted(msgspec.Struct, frozen=True):
    accepted: bool = False
