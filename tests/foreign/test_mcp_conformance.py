"""The official MCP conformance suite against our server in test mode: every server scenario passes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette

from cabas.apps.web import lifespan
from cabas.surfaces.mcp.app import routes
from foreign import program, run_program
from support.browser import serving
from support.premises import stage_of

TOTAL = re.compile(r"Total: (\d+) passed, (\d+) failed")
CHECKS = 40


@pytest.mark.filterwarnings("default")  # the suite asks for what 2026-07-28 has deprecated: logging, sampling
def test_every_server_scenario_passes() -> None:
    program("conformance")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        yield Starlette(routes=routes(stage_of(testing=True).premises), lifespan=lifespan)

    with serving(opened()) as address:
        told = run_program("conformance", "server", "--url", f"{address}/mcp")
    found = TOTAL.search(told.stdout)
    assert found, told.stdout[-2000:] + told.stderr[-2000:]
    assert (int(found[1]), int(found[2])) == (CHECKS, 0), re.findall(r"✗.*", told.stdout)
