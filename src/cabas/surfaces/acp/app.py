"""The shop by ACP: discovery at `/.well-known/acp.json`, REST at `/acp`, MCP at `/acp/mcp`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cabas.dialogue.locales import languages
from cabas.surfaces.acp.asked import VERSION, Refused
from cabas.surfaces.acp.gate import JSON, Gate, refused
from cabas.surfaces.acp.mcp import Tools
from cabas.surfaces.acp.operations import ACTIONS, Action
from cabas.surfaces.acp.orders import tell
from cabas.surfaces.contract import Premises, Surface
from cabas.surfaces.door import Door

PATH = "/acp"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Endpoint = Callable[[Request], Awaitable[Response]]
# Seconds the discovery document may be kept by those who read it.
DISCOVERY_AGE = 3600
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
INSTRUMENT = {
    "$schema": SCHEMA,
    "type": "object",
    "required": ["type", "credential"],
    "properties": {
        "type": {"type": "string"},
        "credential": {
            "type": "object",
            "required": ["type", "token"],
            "properties": {"type": {"type": "string"}, "token": {"type": "string"}},
        },
    },
}
CONFIG = {"$schema": SCHEMA, "type": "object"}


def routes(premises: Premises) -> list[BaseRoute]:
    """The routes."""
    gate = Gate(premises, Door(premises, "acp", f"{premises.url}{PATH}"))
    made: list[BaseRoute] = [Route("/.well-known/acp.json", _document(discovery(premises), DISCOVERY_AGE))]
    for path in dict.fromkeys(one.path for one in ACTIONS):
        here = {one.method: one for one in ACTIONS if one.path == path}
        made.append(Route(f"{PATH}{path}", _only(here, _endpoint(gate, here)), methods=METHODS))
    made.append(Route(f"{PATH}/mcp", _only(["POST"], Tools(gate).endpoint), methods=METHODS))
    made.append(Route(f"{PATH}/handlers/{{id}}/config.json", _document(CONFIG, DISCOVERY_AGE)))
    made.append(Route(f"{PATH}/handlers/{{id}}/instrument.json", _document(INSTRUMENT, DISCOVERY_AGE)))
    made.append(Route(f"{PATH}/{{rest:path}}", _nothing, methods=METHODS))
    return made


def discovery(premises: Premises) -> dict[str, Any]:
    """What agents find before they have a key."""
    extension = {"name": "discount", "spec": "https://agenticcommerce.dev/specs/discount"}
    return {
        "protocol": {"name": "acp", "version": VERSION, "supported_versions": [VERSION]},
        "api_base_url": f"{premises.url}{PATH}",
        "transports": ["rest", "mcp"],
        "capabilities": {
            "services": ["checkout", "orders", "carts"],
            "extensions": [extension],
            "intervention_types": [],
            "supported_currencies": ["eur"],
            "supported_locales": list(languages()),
        },
    }


def _endpoint(gate: Gate, actions: dict[str, Action]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await gate.rest(request, actions[request.method])

    return endpoint


def _only(methods: Iterable[str], endpoint: Endpoint) -> Endpoint:
    """The endpoint for those methods; others are refused in the protocol's own form."""
    allowed = sorted(methods)

    async def answered(request: Request) -> Response:
        if request.method in allowed:
            return await endpoint(request)
        response = refused(Refused(405, "unsupported", f"Here is no {request.method[:20]}."))
        response.headers["allow"] = ", ".join(allowed)
        return response

    return answered


def _document(content: dict[str, Any], age: int) -> Endpoint:
    body = msgspec.json.encode(content)

    async def endpoint(request: Request) -> Response:
        headers = {"cache-control": f"public, max-age={age}", "access-control-allow-origin": "*"}
        return Response(body, headers=headers, media_type=JSON)

    return endpoint


async def _nothing(request: Request) -> Response:
    return refused(Refused(404, "not_found", "There is nothing here.", remedy="See /.well-known/acp.json."))


surface = Surface("acp", "Agentic Commerce Protocol", PATH, routes, version=VERSION, tell=tell)
