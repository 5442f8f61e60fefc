"""kill -9 of `cabas order` at any moment: the order is there once, whole, or not at all; the same key finds out."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from cabas.storage.audit import audit
from support.command import Command, database_of

KILLS = 8
OURS = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'cabas' AND pid <> pg_backend_pid()"
WRITTEN = """
    SELECT (SELECT count(*) FROM order_line WHERE order_line.order_id = known.order_id),
        (SELECT count(*) FROM posting WHERE posting.order_id = known.order_id) > 0,
        (SELECT count(*) FROM outbox WHERE outbox.subject = known.order_id)
    FROM idempotency AS known JOIN customer_order USING (retailer_id, store_id, order_id)
    WHERE known.retailer_id = 'halle' AND key = %s
"""
WHOLE = (2, True, 2)


def killed(folder: Path, key: str, after: float | None) -> float:
    """Order with that key, and kill it so many seconds after it came to the database; None waits for its end."""
    environment = {**os.environ, "CABAS_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "cabas.apps.cli", "order", "deux citrons et une baguette", "--key", key]
    with psycopg.connect(database_of(folder), autocommit=True) as connection:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            while connection.execute(OURS).fetchone() == (0,) and process.poll() is None:
                pass
            start = time.monotonic()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60 if after is None else after)
        finally:
            process.kill()
            process.wait()
    return time.monotonic() - start


def orders(folder: Path, key: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_of(folder)) as connection:
        assert audit(connection, "halle") == {}
        return connection.execute(WRITTEN, [key]).fetchall()


def test_an_order_killed_at_any_moment(cabas: Command, demo_folder: Path) -> None:
    whole = killed(demo_folder, "whole", None)
    assert orders(demo_folder, "whole") == [WHOLE]
    for number in range(KILLS):
        key = f"killed-{number}"
        killed(demo_folder, key, whole * (number * 0.618 % 1))
        found = orders(demo_folder, key)
        assert found in ([], [WHOLE])
        again = cabas("order", "deux citrons et une baguette", "--key", key, "--json")
        assert (again.code, again.json["replayed"]) == (0, bool(found))
        assert orders(demo_folder, key) == [WHOLE]
