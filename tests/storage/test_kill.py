"""kill -9 at any moment: an order is there once, whole, or not at all; an acknowledged one is never lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from cabas.storage import embedded, migrate
from cabas.storage.audit import audit
from cabas.storage.postgres import Postgres
from support.house import House

HERE = Path(__file__).parent
# After how many acknowledgements each of fifteen buyers is killed; where it is by then, only the machine knows.
ACKNOWLEDGED = (1, 9, 4, 22, 2, 13, 7, 1, 18, 3, 11, 5, 25, 6, 15)
SKUS = {"pasta": 10**6} | {f"sku-{number}": 10**6 for number in range(7)}
WRITTEN = """
    SELECT order_id,
        (SELECT count(*) FROM order_line WHERE order_line.order_id = placed.order_id),
        (SELECT count(*) FROM posting WHERE posting.order_id = placed.order_id),
        (SELECT count(*) FROM outbox WHERE outbox.subject = placed.order_id),
        (SELECT count(*) FROM idempotency WHERE idempotency.order_id = placed.order_id)
    FROM customer_order AS placed WHERE retailer_id = %s
"""


def buyer(dsn: str, retailer_id: str, name: str, stderr: int | None = None) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    command = [sys.executable, str(HERE / "place_orders.py"), dsn, retailer_id, name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment)


def acknowledged_until_killed(process: subprocess.Popen[str], after: int, kill: Callable[[], None]) -> set[str]:
    assert process.stdout is not None
    seen = {process.stdout.readline().strip() for _ in range(after)}
    kill()
    seen |= {line.strip() for line in process.stdout.read().splitlines() if line.strip()}
    process.wait()
    process.stdout.close()
    return seen


def check(dsn: str, retailer_id: str, acknowledged: set[str]) -> None:
    with psycopg.connect(dsn) as connection:
        written = {row[0]: tuple(row[1:]) for row in connection.execute(WRITTEN, [retailer_id])}
        assert audit(connection, retailer_id) == {}
    assert set(written.values()) == {(2, 2, 1, 1)}
    assert acknowledged <= set(written)


@pytest.mark.anyio
async def test_buyers_killed_in_the_middle(dsn: str, retailer_id: str) -> None:
    async with await Postgres.open(dsn) as opened:
        await House(retailer_id, opened).open(SKUS, places=10**6)
    acknowledged: set[str] = set()
    moments = iter(ACKNOWLEDGED)
    for round_number in range(5):
        processes = [buyer(dsn, retailer_id, f"r{round_number}p{number}") for number in range(3)]
        for process in processes:
            acknowledged |= acknowledged_until_killed(process, next(moments), process.kill)
    assert len(acknowledged) >= 15
    check(dsn, retailer_id, acknowledged)


@pytest.mark.anyio
async def test_the_server_itself_killed_in_the_middle() -> None:
    folder = Path(tempfile.mkdtemp(prefix="cabas-kill-"))
    acknowledged: set[str] = set()
    for round_number, moment in enumerate((1, 17, 40)):
        with embedded.start(folder) as server:
            migrate.migrate(server.dsn)
            if round_number == 0:
                async with await Postgres.open(server.dsn) as opened:
                    await House("halle", opened).open(SKUS, places=10**6)
            check_if_any(server.dsn, acknowledged)
            process = buyer(server.dsn, "halle", f"r{round_number}", stderr=subprocess.DEVNULL)
            acknowledged |= acknowledged_until_killed(process, moment, lambda: kill_server(folder))
    with embedded.start(folder) as server:
        check(server.dsn, "halle", acknowledged)
    shutil.rmtree(folder)


def check_if_any(dsn: str, acknowledged: set[str]) -> None:
    if acknowledged:
        check(dsn, "halle", acknowledged)


def kill_server(folder: Path) -> None:
    """The postmaster; its children follow it when they notice."""
    postmaster = int((folder / "cluster" / "postmaster.pid").read_text().partition("\n")[0])
    os.kill(postmaster, signal.SIGKILL)
