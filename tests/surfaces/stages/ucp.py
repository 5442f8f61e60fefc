"""The stage transcripts of the UCP surface are played on: a small shop, open to any assistant."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from cabas.apps.web import lifespan
from cabas.surfaces.contract import Premises
from cabas.surfaces.ucp import extensions
from cabas.surfaces.ucp.app import routes
from cabas.surfaces.ucp.profile import CAPABILITIES
from support.access import GOOD, Ask, World, bearer, filled
from support.premises import stage_of
from support.ucp import PROFILE, FakeWeb, profile


def stage() -> Starlette:
    """A fresh shop that takes testers without a profile of their own."""
    return Starlette(routes=routes(stage_of(testing=True).premises), lifespan=lifespan)


REFUSED = {
    "nobody": lambda ask: _told(ask, 401, "unauthorized"),
    "key": lambda ask: _told(ask, 401, "invalid_key"),
    "token": lambda ask: _told(ask, 401, "invalid_token"),
    "closed": lambda ask: _told(ask, 403, "surface_not_granted"),
    **dict.fromkeys(("scope", "narrow"), lambda ask: _told(ask, 403, "insufficient_scope")),
    "gone": "200 not_found",
}  # fmt: skip
OURS = [f"example.shop.grocery.{one}" for one in extensions.EXTENDS]
LINES = [{"item": {"id": "milk"}, "quantity": 1}]
BODY = {
    "line_items": LINES, "query": "lait", "ids": ["milk"], "id": "milk",
    "payment": {"instruments": [{"id": "cash", "handler_id": "pay_at_handover", "type": "cash"}]},
}  # fmt: skip
PLACES = {"query": "", "ids": ["s1"]}
KEYS = itertools.count()


def access_routes(premises: Premises) -> list[BaseRoute]:
    """The surface, with a web that knows the platform's profile."""
    names = [one.name for one in CAPABILITIES] + OURS
    return routes(replace(premises, web=FakeWeb({PROFILE: profile(names=names)})))


def _told(ask: Ask, status: int, code: str) -> str:
    """Tools say what addresses answer with a status."""
    return f"200 {code}" if "/mcp" in ask.name else f"{status} {code}"


def asks(world: World, client: TestClient, method: str, path: str) -> Iterator[Ask]:
    """Every operation of every version, by its address and as a tool."""
    if "/.well-known/" in path or path.startswith(("/ucp/handlers/", "/ucp/extensions/")):
        return
    if path.endswith("/mcp"):
        listed = _call(path, {"method": "tools/list"}, client, world.shown[GOOD]).json()["result"]["tools"]
        for tool in listed:
            given = filled(tool["inputSchema"], _values(world, tool["name"]))
            area = _area(tool["name"], named="id" in given)
            params = {"name": tool["name"], "arguments": given}
            yield Ask(f"POST {path} {tool['name']}", partial(_tool, path, params), area)
        return
    where = path.replace("{id}", _ident(world, path))
    body = PLACES if "/locations/" in path else BODY
    sent = partial(_asked, method, where, None if method == "GET" else body)
    yield Ask(f"{method} {path}", sent, _area(path, named="{id}" in path))


def _ident(world: World, name: str) -> str:
    return world.order if "order" in name else world.checkout if "checkout" in name else world.cart


def _area(name: str, *, named: bool) -> str:
    if "order" in name:
        return "orders"
    return "" if "cart" not in name and "checkout" not in name else "carts" if named else "new"


def _values(world: World, tool: str) -> dict[str, Any]:
    body = PLACES if "location" in tool else BODY
    return {**dict.fromkeys(("cart", "checkout", "catalog", "history", "location"), body), "meta": {},
            "id": _ident(world, tool)}  # fmt: skip


def _asked(method: str, where: str, body: Any, web: TestClient, shown: str) -> Any:
    known = {"ucp-agent": f'profile="{PROFILE}"', "idempotency-key": f"access-key-{next(KEYS):010}"}
    return web.request(method, where, json=body, headers=known | bearer(shown))


def _call(path: str, call: dict[str, Any], web: TestClient, shown: str) -> Any:
    return web.post(path, json={"jsonrpc": "2.0", "id": 1, **call}, headers=bearer(shown))


def _tool(path: str, params: dict[str, Any], web: TestClient, shown: str) -> Any:
    meta = {"ucp-agent": {"profile": PROFILE}, "idempotency-key": f"access-key-{next(KEYS):010}"}
    given = {**params["arguments"], "meta": meta}
    return _call(path, {"method": "tools/call", "params": {**params, "arguments": given}}, web, shown)


def outcome(answer: Any) -> str:
    """Status and code."""
    body = answer.json()
    if "jsonrpc" in body:
        body = body["error"]["data"] if "error" in body else body["result"]["structuredContent"]
    said = body if "code" in body else next(iter(body.get("messages", ())), {})
    wrong = "code" in body or body.get("ucp", {}).get("status") == "error"
    return f"{answer.status_code} {said['code'] if wrong else ''}".strip()
