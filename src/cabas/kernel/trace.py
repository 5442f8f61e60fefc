"""Who asked what, across programs: W3C Trace Context (www.w3.org/TR/trace-context), and a name for each request.

What happens while a request is answered finds its trace in `current`; calls to others pass it on (`Trace.header`).
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass, replace

_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_REQUEST = re.compile(r"[A-Za-z0-9._:-]{1,128}")


@dataclass(frozen=True, slots=True)
class Trace:
    """A request under way: the `request` id people ask about, and the trace it belongs to. `parent` is the span of who
    asked, empty where it began here; `flags` are those of the trace, "01" when it is recorded.
    """

    request: str
    trace_id: str
    span_id: str
    parent: str = ""
    flags: str = "01"

    @property
    def header(self) -> str:
        """`traceparent` for what is asked of others meanwhile."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begun(traceparent: str, request: str, chance: str) -> Trace:
    """The trace of a request with these headers; either may be missing or nonsense, and is made then. `chance` are 48
    hexadecimal digits.
    """
    made = Trace(chance[:32], chance[:32], chance[32:48])
    found = _PARENT.fullmatch(traceparent.strip())
    if found is not None:
        made = replace(made, trace_id=found[1], parent=found[2], flags=found[3])
    return replace(made, request=request if _REQUEST.fullmatch(request) else made.trace_id)
