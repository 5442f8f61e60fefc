"""Valid requests made wrong: what fuzzing sends. Everything follows from the `Random` that is given."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.types import ASGIApp, Message

ODD_TEXTS = (
    "", " ", "\x00", "\u202e\u200b", "é" * 300, "x" * 5000, "../../etc/passwd", "{0}{name}", "%s%n", "' OR 1=1 --",
    "<script>alert(1)</script>", "🥖" * 40, "\ud7ff\uffff", "null", "-1", "NaN", "2026-13-45", "ck_.", "0" * 100,
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, 2**70, -(2**63), 1e308, 0.1, [], {}, [[]], [None], {"": None}, *ODD_TEXTS,
)  # fmt: skip
ODD_HEADERS = (
    "",
    " ",
    "x" * 3000,
    "*",
    ";;;",
    ",",
    'profile="',
    "Bearer",
    "Bearer ck_k1.",
    "t=1,v1=0",
    "\xff\xfe",
    "-" * 40,
)
NAMES = (
    "accept", "accept-language", "api-version", "authorization", "content-digest", "content-type", "cookie",
    "idempotency-key", "mcp-protocol-version", "origin", "signature", "signature-input", "timestamp", "ucp-agent",
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A request. `path` is as on the wire, with its query."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def sent(do: dict[str, Any]) -> Sent:
    """A step of a transcript."""
    headers = {name.lower(): value for name, value in (do.get("headers") or {}).items()}
    if "json" in do:
        return Sent(
            do["method"], do["path"], {"content-type": "application/json"} | headers, json.dumps(do["json"]).encode()
        )
    if "form" in do:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return Sent(do["method"], do["path"], kind | headers, urlencode(do["form"]).encode())
    return Sent(do["method"], do["path"], headers)


def mutated(one: Sent, chance: Random) -> Sent:
    """The request with one to three things wrong."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        one = chance.choice(WAYS)(one, chance)
    return one


def _value(one: Sent, chance: Random) -> Sent:
    """Another value somewhere in the JSON."""
    try:
        content = json.loads(one.body)
    except (ValueError, RecursionError):
        return _bytes(one, chance)
    places = list(_places(content))
    if not places:
        return replace(one, body=json.dumps(chance.choice(ODD_VALUES)).encode())
    holder, key = chance.choice(places)
    way = chance.randrange(5)
    if way == 0 and isinstance(holder, dict):
        del holder[key]
    elif way == 1 and isinstance(holder, dict):
        holder[chance.choice(ODD_TEXTS)] = deepcopy(holder[key])
    elif way == 2 and isinstance(holder[key], list):
        holder[key] = holder[key] * chance.choice((2, 60, 300))
    else:
        holder[key] = deepcopy(chance.choice(ODD_VALUES))
    return replace(one, body=json.dumps(content).encode())


def _places(content: Any) -> Any:
    """Every (container, key) of a JSON value."""
    if isinstance(content, dict | list):
        for key in list(content) if isinstance(content, dict) else range(len(content)):
            yield content, key
            yield from _places(content[key])


def _bytes(one: Sent, chance: Random) -> Sent:
    """Another body, byte by byte."""
    body, at = bytearray(one.body or b"{}"), chance.randrange(len(one.body or b"{}"))
    way = chance.randrange(5)
    if way == 0:
        return replace(one, body=bytes(body[:at]))
    if way == 1:
        return replace(one, body=chance.randbytes(chance.randrange(200)))
    if way == 2:
        return replace(one, body=b"[" * chance.choice((50, 5000)))
    if way == 3:
        return replace(
            one, body=bytes(body[:at] + chance.choice((b"\xff", b"\xed\xa0\x80", b'"\\ud800"', b"\x00")) + body[at:])
        )
    body[at] ^= 1 << chance.randrange(8)
    return replace(one, body=bytes(body))


def _path(one: Sent, chance: Random) -> Sent:
    """Another piece of the address."""
    path, _, query = one.path.partition("?")
    parts = path.split("/")
    odd = quote(chance.choice(ODD_TEXTS)[:400], safe="")
    at = chance.randrange(1, len(parts)) if len(parts) > 2 else 1
    parts[at : at + 1] = chance.choice(([odd], [odd, parts[at]], [parts[at], odd], [unquote(odd).encode().hex()[:80]]))
    return replace(one, path="/".join(parts) + (f"?{query}" if query else ""))


def _query(one: Sent, chance: Random) -> Sent:
    """Something in the query."""
    name = chance.choice(("x", "id", "cursor", "q", "client_id", "redirect_uri", "state", "lang", "code"))
    joint = "&" if "?" in one.path else "?"
    return replace(one, path=f"{one.path}{joint}{name}={quote(chance.choice(ODD_TEXTS))}")


def _header(one: Sent, chance: Random) -> Sent:
    """A header changed or left out."""
    headers = dict(one.headers)
    name = chance.choice(sorted({*NAMES, *headers}))
    if name in headers and chance.random() < 0.4:
        del headers[name]
    else:
        headers[name] = chance.choice((*ODD_HEADERS, headers.get(name, "") + chance.choice(ODD_HEADERS)))
    return replace(one, headers=headers)


def _method(one: Sent, chance: Random) -> Sent:
    return replace(one, method=chance.choice(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE")))


WAYS: tuple[Callable[[Sent, Random], Sent], ...] = (
    _value,
    _value,
    _value,
    _bytes,
    _path,
    _query,
    _header,
    _header,
    _method,
)


async def status_of(app: ASGIApp, one: Sent) -> int:
    """The status an ASGI app answers with. Raises what the app raises."""
    path, _, query = one.path.partition("?")
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in one.headers.items()]
    headers += [(b"host", b"testserver"), (b"content-length", str(len(one.body)).encode())]
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": one.method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 50000), "server": ("testserver", 80), "state": {},
    }  # fmt: skip
    given: list[Message] = [{"type": "http.request", "body": one.body, "more_body": False}]
    statuses: list[int] = []

    async def receive() -> Message:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]
