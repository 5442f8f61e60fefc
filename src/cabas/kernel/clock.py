"""Time as an argument: use cases are handed a clock, they never ask the machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, with its zone."""

    def now(self) -> datetime:
        """The present moment, time-zone aware."""
        ...


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: for tests, replays and "what if it were 1 January 2019"."""

    at: datetime

    def now(self) -> datetime:
        """Always `at`."""
        return self.at
