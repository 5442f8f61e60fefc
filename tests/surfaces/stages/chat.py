"""The stage transcripts of the voice page are played on: the scripted grocer, keys numbered from one.

What is made wrong is played on the real use cases: a grocer of a test would stumble first.
"""

from __future__ import annotations

from itertools import count

from fake_shop import FakeShop
from starlette.applications import Starlette

from cabas.apps.counter import Counter
from cabas.surfaces.chat.app import routes
from cabas.surfaces.guard import Limiter
from support.premises import an_agreement, stage_of


def stage() -> Starlette:
    """A fresh app: nothing said, nothing ordered."""
    keys = count(1)
    limiter = Limiter(burst=1_000)
    return Starlette(routes=routes(FakeShop(), new_key=lambda: f"key-{next(keys)}", limiter=limiter))


def real() -> Starlette:
    """A fresh app over the use cases of the shop in memory."""
    keys = count(1)
    made = stage_of(an_agreement("house", is_open=True))
    counter = Counter(made.desk, "halle", "house")
    return Starlette(routes=routes(counter, new_key=lambda: f"key-{next(keys)}", limiter=Limiter(burst=1_000)))
