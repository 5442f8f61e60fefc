"""A real PostgreSQL for the tests that need one: embedded, one per session, without waiting for the disk.

With CABAS_TEST_DATABASE_URL (a superuser's, of an empty database) they run on that server instead.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings

from cabas.storage import embedded, migrate

_numbers = itertools.count(1)

# A busy machine is no failure: properties are about values, benchmarks about time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of an empty database whose server is ours to make others on."""
    if given := os.environ.get("CABAS_TEST_DATABASE_URL"):
        yield given
        return
    memory = "/dev/shm"  # noqa: S108 - a disk in memory, where there is one
    folder = Path(tempfile.mkdtemp(prefix="cabas-test-", dir=memory if os.access(memory, os.W_OK) else None))
    with embedded.start(folder, durable=False) as running:
        yield running.dsn
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def dsn(server_url: str) -> str:
    """A migrated database that all tests share: keep to a retailer of your own (`retailer_id`)."""
    migrate.migrate(server_url)
    return server_url


@pytest.fixture
def retailer_id() -> str:
    """A retailer no other test uses, in this run or an earlier one on the same server."""
    return f"retailer-{uuid4().hex[:12]}"


@pytest.fixture
def make_database(server_url: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases, by DSN; they are dropped after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(f"test_{next(_numbers)}")
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return urlsplit(server_url)._replace(path=f"/{made[-1]}").geturl()

    yield make
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
