"""The stage transcripts of the feeds surface are played on: a small shop, a key for Google, and an export of its own.

The key is the first the stage makes: `Bearer ck_k1.secret-1-` and thirty times x.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from starlette.applications import Starlette

from cabas.storage.feed_shelf import FeedShelf
from cabas.surfaces.feeds.app import routes
from support.feeds import exported
from support.premises import stage_of


@cache
def shelf() -> FeedShelf:
    """One export, not packed: its bytes are the same on every machine."""
    root = Path(tempfile.mkdtemp(prefix="cabas-feeds-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    exported(root, packed=False)
    return FeedShelf(root)


def stage() -> Starlette:
    """A fresh shop."""
    made = stage_of(changes={"feeds": shelf()})
    made.key("google")
    return Starlette(routes=routes(made.premises))
