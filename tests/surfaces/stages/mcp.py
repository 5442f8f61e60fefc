"""The stage transcripts of the MCP surface are played on: a small shop, open to any assistant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.apps.web import lifespan
from cabas.surfaces.mcp.app import routes
from support.access import GOOD, Ask, World, bearer, filled
from support.premises import stage_of


def stage() -> Starlette:
    """A fresh shop."""
    return Starlette(routes=routes(stage_of().premises), lifespan=lifespan)


HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}


REFUSED = {
    "nobody": lambda ask: "401 token_needed" if "/alexa" in ask.name else _NOBODY.get(ask.name, "401 unauthorized"),
    "key": "401 invalid_key", "token": "401 invalid_token", "closed": "403 surface_not_granted",
    "scope": "403 insufficient_scope", "narrow": lambda ask: _inside(ask, "insufficient_scope"),
    "gone": lambda ask: _inside(ask, "order_not_found" if ask.area == "orders" else "session_not_found"),
}  # fmt: skip
_NOBODY = {"POST /mcp my_usual": "401 link_required"}


def _inside(ask: Ask, code: str) -> str:
    """What a tool or a resource says to somebody who was let in."""
    return f"200 {code}" if "://" not in ask.name else {"order_not_found": "200 -32602"}.get(code, "200 -32603")


def asks(world: World, client: TestClient, method: str, path: str) -> Iterator[Ask]:
    """Every tool, resource and prompt, at both addresses."""
    if path.startswith("/.well-known/"):
        return
    if method != "POST":
        there = partial(_there, method, path)
        yield Ask(f"{method} {path}", there, endless=method == "GET")
        return
    call = partial(_call, path)
    values = {
        "query": "lait", "skus": ["milk"], "order": world.order, "text": "du lait", "cart_id": world.checkout,
        "items": [{"sku": "milk", "quantity": 1}], "confirmed_total": 210, "slot_id": "evening",
    }  # fmt: skip
    listed = call(client, world.shown[GOOD], "tools/list", {}).json()["result"]["tools"]
    for tool in listed:
        given = filled(tool["inputSchema"], values)
        area = "orders" if "order" in given else "carts" if "cart_id" in given else ""
        params = {"name": tool["name"], "arguments": given}
        yield Ask(f"POST {path} {tool['name']}", partial(_tool, path, params), area)
    for one in call(client, world.shown[GOOD], "resources/templates/list", {}).json()["result"]["resourceTemplates"]:
        uri = one["uriTemplate"].format(order_id=world.order)
        yield Ask(f"POST {path} {uri}", partial(_resource, path, {"uri": uri}), "orders")


def _there(method: str, path: str, web: TestClient, shown: str) -> Any:
    return web.request(method, path, headers=HEADERS | bearer(shown))


def _call(path: str, web: TestClient, shown: str, method: str, params: dict[str, Any]) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return web.post(path, json=body, headers=HEADERS | bearer(shown))


def _tool(path: str, params: dict[str, Any], web: TestClient, shown: str) -> Any:
    return _call(path, web, shown, "tools/call", params)


def _resource(path: str, params: dict[str, Any], web: TestClient, shown: str) -> Any:
    return _call(path, web, shown, "resources/read", params)


def outcome(answer: Any) -> str:
    """The gate's status and error, or the tool's own code."""
    body = answer.json()
    error = body.get("error")
    if isinstance(error, dict):
        return f"{answer.status_code} {error['code']}"
    if error is None and body["result"].get("isError"):
        error = body["result"]["content"][0]["text"].split(": ")[1]
    return f"{answer.status_code} {error or ''}".strip()
