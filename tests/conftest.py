"""A real PostgreSQL for the tests that need one: embedded, one per session, without waiting for the disk."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from cabas.storage import embedded, migrate

_numbers = itertools.count(1)

# A busy machine is no failure: properties are about values, benchmarks about time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="cabas-test-"))
    with embedded.start(folder, durable=False) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def dsn(server: embedded.EmbeddedServer) -> str:
    """A migrated database that all tests share: keep to a retailer of your own (`retailer_id`)."""
    migrate.migrate(server.dsn)
    return server.dsn


@pytest.fixture
def retailer_id() -> str:
    """A retailer no other test uses."""
    return f"retailer-{next(_numbers)}"


@pytest.fixture
def make_database(server: embedded.EmbeddedServer) -> Iterator[Callable[[], str]]:
    """Makes empty databases, by DSN; they are dropped after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(f"test_{next(_numbers)}")
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return server.dsn.replace("/cabas?", f"/{made[-1]}?")

    yield make
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
