"""The stage transcripts of the voice page are played on: the scripted grocer, keys numbered from one."""

from __future__ import annotations

from itertools import count

from fake_shop import FakeShop
from starlette.applications import Starlette

from cabas.surfaces.chat.app import routes
from cabas.surfaces.guard import Limiter

# The scripted grocer has no products of their own address, nor links: see `test_chat_arrive`.
APART = ("/p/{sku:path}", "/go/{code}")


def stage() -> Starlette:
    """A fresh app: nothing said, nothing ordered."""
    keys = count(1)
    limiter = Limiter(burst=1_000)
    return Starlette(routes=routes(FakeShop(), new_key=lambda: f"key-{next(keys)}", limiter=limiter))
