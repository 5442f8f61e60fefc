from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cabas.storage.memory import Memory
from cabas.storage.postgres import Postgres
from support.house import House


@pytest.fixture
async def postgres(dsn: str) -> AsyncIterator[Postgres]:
    async with await Postgres.open(dsn) as opened:
        yield opened


@pytest.fixture
async def halle(postgres: Postgres, retailer_id: str) -> House:
    """A retailer of its own on PostgreSQL."""
    return House(retailer_id, postgres)


@pytest.fixture(params=["memory", "postgres"])
def anywhere(request: pytest.FixtureRequest, retailer_id: str) -> House:
    """The same retailer in memory and on PostgreSQL: both must give the same answers."""
    ports = Memory() if request.param == "memory" else request.getfixturevalue("postgres")
    return House(retailer_id, ports)
