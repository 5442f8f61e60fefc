"""The stage transcripts of the feeds surface are played on: a small shop, a key for Google, and an export of its own.

The key is the first the stage makes: `Bearer ck_k1.secret-1-` and thirty times x.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from cabas.storage.feed_shelf import FeedShelf
from cabas.surfaces.contract import Premises
from cabas.surfaces.feeds.app import routes
from support.access import OURS, PARTNER, Ask, World, bearer
from support.feeds import exported
from support.premises import stage_of


@cache
def shelf(platform: str = "google") -> FeedShelf:
    """One export, not packed: its bytes are the same on every machine."""
    root = Path(tempfile.mkdtemp(prefix="cabas-feeds-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    exported(root, platform=platform, packed=False)
    return FeedShelf(root)


def stage() -> Starlette:
    """A fresh shop."""
    made = stage_of(changes={"feeds": shelf()})
    made.key("google")
    return Starlette(routes=routes(made.premises))


# Keys alone: no token of a shopper opens a feed.
REFUSED = {
    **dict.fromkeys(("nobody", "token", "scope", "narrow"), "401 unauthorized"),
    "key": "401 invalid_key", "closed": "403 other_platform", "gone": "403 other_platform",
}  # fmt: skip
WELCOME = PARTNER


def access_routes(premises: Premises) -> list[BaseRoute]:
    """The surface, with an export."""
    return routes(replace(premises, feeds=shelf(OURS)))


def asks(world: World, client: TestClient, method: str, path: str) -> Iterator[Ask]:
    """The list and a file."""
    where = path.replace("{platform}", OURS)
    if "{file}" not in where:
        yield Ask(f"{method} {path}", partial(_asked, method, where), "theirs")
        return
    found = _asked(method, where.partition("/{feed}")[0], client, world.shown[PARTNER]).json()["feeds"]
    for address in (one["url"] for feed in found for one in feed["files"]):
        yield Ask(f"{method} {path} {address}", partial(_asked, method, address), "theirs")


def _asked(method: str, where: str, web: TestClient, shown: str) -> Any:
    return web.request(method, where, headers=bearer(shown))


def outcome(answer: Any) -> str:
    """Status and code."""
    wrong = answer.status_code >= 400
    return f"{answer.status_code} {answer.json()['error']['code'] if wrong else ''}".strip()
