"""Whatever is sent, no surface answers 5xx or raises: the recorded flows, played with requests made wrong.

`CABAS_FUZZ` is how many requests are sent to each surface: few here, many in `make conformance`.
"""

from __future__ import annotations

import asyncio
import json
import os
from importlib import import_module
from random import Random

import pytest
from starlette.applications import Starlette
from test_contract import NAMES, TRANSCRIPTS

from cabas.apps.web import lifespan
from support.mutate import Sent, mutated, sent, status_of

REQUESTS = int(os.environ.get("CABAS_FUZZ", "120"))
SECONDS_EACH = 30
# How much of a flow is sent as it was recorded, so that there is something to go wrong with.
WELL_MEANT = 0.6


@pytest.mark.parametrize("name", NAMES)
def test_no_request_breaks_a_surface(name: str) -> None:
    stages = import_module(f"stages.{name}")
    stage = getattr(stages, "real", stages.stage)  # where transcripts are played on a scripted shop, not that one
    flows = [json.loads(path.read_text("utf-8"))["steps"] for path in TRANSCRIPTS if path.parts[-3] == name]
    chance = Random(f"{name} {REQUESTS}")  # noqa: S311
    left, wrong = REQUESTS, 0
    while left > 0:
        flow = [sent(step["do"]) for step in chance.choice(flows)]
        played = [one if chance.random() < WELL_MEANT else mutated(one, chance) for one in flow]
        statuses = asyncio.run(_play(stage(), played))
        for one, status in zip(played, statuses, strict=True):
            assert status < 500, (status, one)
        wrong += sum(status >= 400 for status in statuses)
        left -= len(flow)
    assert wrong > REQUESTS // 50  # it was wrong often enough to mean something


async def _play(app: Starlette, requests: list[Sent]) -> list[int]:
    async with lifespan(app):
        return [await asyncio.wait_for(status_of(app, one), SECONDS_EACH) for one in requests]
