"""How often a caller may ask: token buckets of one process, shared by all surfaces."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from cabas.kernel.errors import CabasError

# A platform may send this share of a minute's requests at once.
BURST_SHARE = 0.25
CLIENTS_MAX = 20_000


class TooMany(CabasError):
    """The caller sent more than its share. `seconds` is how long to wait, at least 1; `exactly` is not rounded."""

    code = "rate_limited"

    def __init__(self, seconds: float) -> None:
        self.seconds, self.exactly = max(1, round(seconds)), seconds
        super().__init__("There are too many requests.", remedy=f"Wait {self.seconds} s.")


@dataclass(slots=True)
class Quotas:
    """A token bucket per caller, in this process. The least recent callers are forgotten above `CLIENTS_MAX`."""

    now: Callable[[], float] = monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _refused: OrderedDict[bytes, float] = field(default_factory=OrderedDict)

    def take(self, caller: str, per_minute: float) -> None:
        """Count one request. Raises `TooMany` when there is none left, and counts nothing then."""
        now, most = self.now(), max(1.0, per_minute * BURST_SHARE)
        left, since = self._left.pop(caller, (most, now))
        left = min(most, left + (now - since) * per_minute / 60)
        self._left[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > CLIENTS_MAX:
            self._left.popitem(last=False)
        if left < 1:
            raise TooMany((1 - left) * 60 / per_minute)

    def refuse(self, presented: str) -> None:
        """Raises `TooMany` for a credential that was told to wait and did not: nobody is looked up for it."""
        until = self._refused.get(_mark(presented))
        if until is not None and (left := until - self.now()) > 0:
            raise TooMany(left)

    def wait(self, presented: str, seconds: float) -> None:
        """Remember that this credential was told to wait."""
        self._refused[_mark(presented)] = self.now() + seconds
        self._refused.move_to_end(_mark(presented))
        if len(self._refused) > CLIENTS_MAX:
            self._refused.popitem(last=False)


def _mark(presented: str) -> bytes:
    return hashlib.sha256(presented.encode("utf-8", "surrogatepass")).digest()
