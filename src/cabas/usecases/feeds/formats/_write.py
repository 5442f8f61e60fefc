"""How rows are written: JSON lines, and tab-separated cells that no reader can mistake for two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from cabas.kernel.money import Money

_encode = msgspec.json.Encoder().encode
_BREAK = re.compile("[\t\n\r]")
# What a spreadsheet would run as a formula when a person opens the file.
_FORMULA = ("=", "+", "-", "@")


def json_line(row: object) -> bytes:
    """One line of JSON."""
    return _encode(row) + b"\n"


def tsv_line(cells: Sequence[str]) -> bytes:
    """One line of cells. Quotes become primes, tabs and breaks spaces: such a file needs no quoting, which Merchant
    Center's reader and everybody else's then agree on.
    """
    line = "\t".join(cells)
    if line.count("\t") >= len(cells) or "\n" in line or "\r" in line:
        line = "\t".join([" ".join(_BREAK.split(cell)) for cell in cells])
    return (line.replace('"', "''") + "\n").encode()


def shown(text: str) -> str:
    """`text` as a cell that people look at: never a formula."""
    return f" {text}" if text.startswith(_FORMULA) else text


# Of hundreds of thousands of prices few are different.
@lru_cache(maxsize=16384)
def price(money: Money) -> str:
    """As Google and OpenAI read it: 3.20 EUR."""
    return str(money)


@lru_cache(maxsize=4096)
def span(starts: date | None, ends: date | None, zone: str) -> tuple[str, str] | None:
    """When a promotion begins and ends, as RFC 3339 in UTC; None when either is open. The last day counts whole."""
    if starts is None or ends is None:
        return None
    where = ZoneInfo(zone)
    first = datetime.combine(starts, time(), where)
    last = datetime.combine(ends + timedelta(days=1), time(), where) - timedelta(seconds=1)
    utc = ZoneInfo("UTC")
    return tuple(f"{moment.astimezone(utc):%Y-%m-%dT%H:%M:%SZ}" for moment in (first, last))  # type: ignore[return-value]
