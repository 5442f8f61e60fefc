"""The stage transcripts of the ACP surface are played on: a small shop with a key for one agent.

The key is the first the stage makes: `Bearer ck_k1.secret-1-` and thirty times x.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.apps.web import lifespan
from cabas.surfaces.acp.app import routes
from support.access import GOOD, Ask, World, bearer, filled
from support.acp import paying
from support.premises import an_agreement, stage_of


def stage() -> Starlette:
    """A fresh shop."""
    made = stage_of(an_agreement("agent"))
    made.key("agent")
    return Starlette(routes=routes(made.premises), lifespan=lifespan)


REFUSED = {
    **dict.fromkeys(("nobody", "key", "token"), "401 unauthorized"),
    "closed": lambda ask: _told(ask, 403, "surface_not_granted"),
    **dict.fromkeys(("scope", "narrow"), lambda ask: _told(ask, 403, "insufficient_scope")),
    "gone": lambda ask: _told(ask, 404, "not_found"),
}  # fmt: skip
PAY = paying()
ITEMS = [{"id": "milk", "quantity": 1}]
CREATE = {"line_items": ITEMS, "currency": "eur", "capabilities": {}}
KEYS = itertools.count()


def _told(ask: Ask, status: int, code: str) -> str:
    """Tools say what addresses answer with a status."""
    return f"200 {code}" if "/mcp" in ask.name else f"{status} {code}"


def asks(world: World, client: TestClient, method: str, path: str) -> Iterator[Ask]:
    """Every operation, by its address and as a tool."""
    if path.startswith(("/.well-known/", "/acp/handlers/")) or path == "/acp/{rest:path}":
        return
    call = partial(_call, path)
    if path.endswith("/mcp"):
        if method != "POST":
            return
        listed = call({"method": "tools/list"}, client, world.shown[GOOD]).json()["result"]["tools"]
        for tool in listed:
            body = PAY if "complete" in tool["name"] else {} if "cancel" in tool["name"] else CREATE
            given = filled(tool["inputSchema"], {"meta": {"api_version": "2026-04-17"}, "id": world.checkout,
                                                 "payload": body})  # fmt: skip
            params = {"name": tool["name"], "arguments": given}
            area = "carts" if "id" in given else "new"
            yield Ask(f"POST {path} {tool['name']}", partial(_tool, path, params), area)
        return
    body = PAY if path.endswith("/complete") else {} if path.endswith("/cancel") else CREATE
    where = path.replace("{id}", world.cart if "/carts" in path else world.checkout)
    if client.request(method, where, headers=_headers(world.shown["nobody"])).status_code == 405:
        return
    area = "carts" if "{id}" in path else "new"
    yield Ask(f"{method} {path}", partial(_asked, method, where, None if method == "GET" else body), area)


def _headers(shown: str) -> dict[str, str]:
    return {"api-version": "2026-04-17", "idempotency-key": f"access-{next(KEYS)}", **bearer(shown)}


def _asked(method: str, where: str, body: Any, web: TestClient, shown: str) -> Any:
    return web.request(method, where, json=body, headers=_headers(shown))


def _call(path: str, call: dict[str, Any], web: TestClient, shown: str) -> Any:
    return web.post(path, json={"jsonrpc": "2.0", "id": 1, **call}, headers=bearer(shown))


def _tool(path: str, params: dict[str, Any], web: TestClient, shown: str) -> Any:
    given = params["arguments"]
    fresh = {**given, "meta": {**given["meta"], "idempotency_key": f"access-{next(KEYS)}"}}
    return _call(path, {"method": "tools/call", "params": {**params, "arguments": fresh}}, web, shown)


def outcome(answer: Any) -> str:
    """Status and code."""
    body = answer.json()
    error = body.get("error") or body
    code = (error.get("data") or error).get("code", "")
    return f"{answer.status_code} {code}".strip()
