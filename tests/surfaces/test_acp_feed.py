"""Pushing a feed to an agent: pages, patience, and what is told when it is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.surfaces.acp import feed
from cabas.surfaces.acp.feed import FeedClient, FeedRefused, Pushed, pages
from support.acp_spec import needs_spec, problems
from support.shop import run


@dataclass
class Host:
    """An agent's feed API that answers what is queued, then takes everything."""

    queued: list[int | Exception] = field(default_factory=list)
    products: dict[str, Any] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    async def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.seen.append((method, url))
        assert (headers["authorization"], headers["api-version"]) == ("Bearer secret", "2026-04-17")
        if self.queued:
            status = self.queued.pop(0)
            if isinstance(status, Exception):
                raise status
            return status, b'{"type":"invalid_request","code":"invalid_product_payload","message":"no"}'
        if method == "POST":
            return 201, b'{"id":"feed_1","target_country":"FR"}'
        self.products |= {one["id"]: one for one in json.loads(body)["products"]}
        return 200, b'{"id":"feed_1","accepted":true}'

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def client(self) -> FeedClient:
        return FeedClient("https://agent.example", self.exchange, self.pause, "secret")


def some(count: int, size: int = 0) -> list[dict[str, Any]]:
    return [
        {"id": f"p{one}", "title": "x" * size, "variants": [{"id": f"v{one}", "title": "V"}]} for one in range(count)
    ]


def test_a_feed_is_made_and_filled_in_pages() -> None:
    host = Host()
    assert run(host.client.create("fr")) == "feed_1"
    assert run(host.client.push("feed_1", some(1201))) == Pushed("feed_1", 1201, 3)
    assert len(host.products) == 1201
    assert set(host.seen) == {
        ("POST", "https://agent.example/feeds"), ("PATCH", "https://agent.example/feeds/feed_1/products"),
    }  # fmt: skip
    with pytest.raises(InvalidInput):
        run(host.client.create("France"))


def test_pages_stay_small() -> None:
    assert [count for _, count in pages(some(5, size=400_000))] == [2, 2, 1]
    assert list(pages([])) == []


def test_what_does_not_arrive_is_sent_again_with_patience() -> None:
    host = Host([503, 429, Unavailable("Nobody answers.")])
    assert run(host.client.push("feed_1", some(1))).products == 1
    assert host.waits == [1, 2, 4]
    host = Host([500] * feed.TRIES)
    with pytest.raises(Unavailable):
        run(host.client.push("feed_1", some(1)))
    assert host.products == {}


def test_a_refused_page_stops_the_push_and_says_why() -> None:
    host = Host([400])
    with pytest.raises(FeedRefused, match="invalid_product_payload"):
        run(host.client.push("feed_1", some(1)))
    assert (host.products, host.waits) == ({}, [])


@needs_spec
def test_a_page_fits_the_schema() -> None:
    ((page, _),) = pages(some(3))
    assert problems(json.loads(page), "UpsertProductsRequest", "feed") == []
