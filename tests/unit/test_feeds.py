"""The judged feed: exactly the rows that were made bad are refused, for the reason they were made bad."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cabas.usecases.formats import Reject, open_feed

FEEDS = Path(__file__).parents[3] / "shared" / "data" / "feeds"
pytestmark = pytest.mark.skipif(not FEEDS.exists(), reason="the judged feeds are not beside the repository")


def chunks(name: str) -> Iterator[bytes]:
    with (FEEDS / name).open("rb") as file:
        while chunk := file.read(1 << 16):
            yield chunk


def listed() -> list[dict[str, object]]:
    return [json.loads(line) for line in (FEEDS / "bad_rows.jsonl").read_text().splitlines()]


def test_product_rows() -> None:
    feed = open_feed(chunks("merchant_center.tsv"))
    assert feed.format == "google"
    rows = list(feed.rows)
    refused = [(row.line, row.code, row.field) for row in rows if isinstance(row, Reject)]
    assert refused == [(row["line"], row["kind"], row["field"]) for row in listed()]
    assert len(rows) == 5000


def test_stock_rows() -> None:
    feed = open_feed(chunks("local_inventory.tsv"))
    assert feed.format == "google-inventory"
    rows = list(feed.rows)
    expected = {
        (line, row["kind"])
        for row in listed()
        for line in row.get("local_inventory_lines", ())  # type: ignore[attr-defined]
    }
    assert {(row.line, row.code) for row in rows if isinstance(row, Reject)} == expected
    assert len(rows) == 15000
