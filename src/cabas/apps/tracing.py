"""Every request has a name: it is answered with it, passed on with it, and one line of the log is about it."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cabas.kernel.errors import InvalidInput
from cabas.kernel.trace import Trace, begun, current

log = logging.getLogger("cabas.requests")

HEADER = "x-request-id"
# An address that nobody answers may hold anything, also a secret that came to the wrong place.
UNKNOWN = "(unknown)"


class Traced:
    """ASGI middleware: reads `traceparent` and the request's id, or makes them, and writes the line of the log.

    A line holds no query, no body, no header and, in place of what stands in an address, its name: "/acp/orders/{id}".
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        named = headers.get("request-id") or headers.get(HEADER) or ""
        trace = begun(headers.get("traceparent", ""), named, secrets.token_hex(24))
        began, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = trace.request
            await send(message)

        held = current.set(trace)
        try:
            await self._app(scope, receive, answer)
        finally:
            current.reset(held)
            level = logging.WARNING if status >= 500 else logging.INFO
            if log.isEnabledFor(level):
                log.log(level, "%s", _line(trace, scope, status, time.perf_counter() - began))


def _line(trace: Trace, scope: Scope, status: int, seconds: float) -> str:
    told: dict[str, Any] = {
        "request": trace.request, "trace": trace.trace_id, "span": trace.span_id, "parent": trace.parent,
        "method": scope["method"], "path": _address(scope), "status": status, "ms": round(seconds * 1000, 1),
    }  # fmt: skip
    return json.dumps({name: value for name, value in told.items() if value != ""})


def _address(scope: Scope) -> str:
    if "endpoint" not in scope:
        return UNKNOWN
    path, found = str(scope["path"]), scope.get("path_params") or {}
    for name, value in sorted(found.items(), key=lambda one: -len(str(one[1]))):
        path = path.replace(f"/{value}", f"/{{{name}}}")
    return path


def keep_log(where: str) -> None:
    """Write the log of requests to `where`: a file, or "-" for the standard error; "" for what went wrong only.

    Raises `InvalidInput` for a file that cannot be written.
    """
    try:
        file = where not in ("", "-")
        handler = logging.FileHandler(Path(where).expanduser()) if file else logging.StreamHandler(sys.stderr)
    except OSError as error:
        raise InvalidInput(
            f"CABAS_LOG is {where!r}, which cannot be written ({error.strerror}).",
            remedy='Name a file in a folder that is there, or "-" for the standard error.',
        ) from error
    handler.setFormatter(_Lines())
    for old in log.handlers[:]:
        log.removeHandler(old)
        old.close()
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(logging.INFO if where else logging.WARNING)


class _Lines(logging.Formatter):
    """One JSON object a line, its time first."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return f'{{"at": "{at}.{int(record.msecs):03}Z", {record.getMessage()[1:]}'
