"""The MCP binding: the five operations on sessions as tools. `meta` carries what headers do by REST."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cabas.kernel.errors import CabasError
from cabas.surfaces.acp import wire
from cabas.surfaces.acp.asked import VERSION, Asked, Refused, understood
from cabas.surfaces.acp.gate import JSON, Gate, flat, raw_body, refused, version_checked
from cabas.surfaces.acp.operations import ACTIONS, Action
from cabas.surfaces.door import TooMany
from cabas.surfaces.keyed import digest
from cabas.usecases.partners import NotKnown
from cabas.usecases.shop.visit import Caller

PROTOCOL = "2025-11-25"
PARSE, METHOD, PARAMS, FAILED = -32700, -32601, -32602, -32000
TOOLS = {one.tool: one for one in ACTIONS if one.tool}


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools over the gate."""

    gate: Gate

    async def endpoint(self, request: Request) -> Response:
        """The answer to one call."""
        try:
            body = await raw_body(request)
            caller = await self.gate.admit(request)
            call = Asked(self.gate.premises, caller, body).read(wire.Call)
        except (NotKnown, TooMany) as problem:
            return refused(problem)  # settled before the protocol is spoken
        except CabasError as problem:
            return _failed(None, PARSE, problem)
        if call.id is None:
            return Response(status_code=202)  # a notification
        if call.method == "initialize":
            return _result(call.id, _hello(call.params.get("protocolVersion")))
        if call.method == "ping":
            return _result(call.id, {})
        if call.method == "tools/list":
            return _result(call.id, {"tools": [_described(one) for one in TOOLS.values()]})
        if call.method != "tools/call":
            return _error(call.id, METHOD, f"There is no method {call.method[:60]}.")
        try:
            return await self._called(caller, call)
        except CabasError as problem:
            return _failed(call.id, FAILED, problem)

    async def _called(self, caller: Caller, call: wire.Call) -> Response:
        params = msgspec.json.encode(call.params)
        asked = Asked(self.gate.premises, caller, params)
        named = asked.read(_Named)
        action = TOOLS.get(named.name)
        if action is None:
            return _error(call.id, PARAMS, f"There is no tool {named.name[:60]}.")
        said = replace(asked, body=bytes(named.arguments)).read(wire.Arguments)
        version_checked(said.meta.api_version)
        if said.meta.accept_language:
            caller = replace(caller, locale=understood(said.meta.accept_language.split(",")[0]))
        if "{id}" in action.path and not said.id:
            raise Refused(400, "missing", "The id is missing.", param="$.id")
        body, key = bytes(said.payload), said.meta.idempotency_key
        hashed = digest("MCP", f"{action.tool} {said.id}", body)
        answer = await self.gate.run(action, caller, body, said.id, key, hashed)
        content = msgspec.json.decode(bytes(answer.body))
        if answer.status_code >= 400:
            return _error(call.id, FAILED, content["message"], content)
        text = {"type": "text", "text": bytes(answer.body).decode()}
        return _result(call.id, {"structuredContent": content, "content": [text], "isError": False})


class _Named(msgspec.Struct, frozen=True):
    name: str
    arguments: msgspec.Raw = msgspec.Raw(b"{}")


def _hello(asked: msgspec.Raw | None) -> dict[str, Any]:
    found = re.fullmatch(rb'"(\d{4}-\d{2}-\d{2})"', bytes(asked).strip()) if asked is not None else None
    version = found[1].decode() if found else PROTOCOL
    return {
        "protocolVersion": min(version, PROTOCOL),
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "cabas-acp", "version": VERSION},
    }


def _described(action: Action) -> dict[str, Any]:
    properties: dict[str, Any] = {"meta": {"type": "object", "description": "api_version, idempotency_key"}}
    required = ["meta"]
    if "{id}" in action.path:
        properties["id"] = {"type": "string"}
        required.append("id")
    if action.writes:
        properties["payload"] = {"type": "object"}
        if not action.path.endswith("/cancel"):
            required.append("payload")
    schema = {"type": "object", "properties": properties, "required": required}
    said = f"{action.method} {action.path} of the Agentic Commerce Protocol."
    hints = {"readOnlyHint": not action.writes, "idempotentHint": not action.writes}
    return {"name": action.tool, "description": said, "inputSchema": schema, "annotations": hints}


def _result(ident: int | str | None, result: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode({"jsonrpc": "2.0", "id": ident, "result": result}), media_type=JSON)


def _error(ident: int | str | None, code: int, message: str, data: dict[str, Any] | None = None) -> Response:
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return Response(msgspec.json.encode({"jsonrpc": "2.0", "id": ident, "error": error}), media_type=JSON)


def _failed(ident: int | str | None, code: int, problem: CabasError) -> Response:
    _, body = flat(problem)
    return _error(ident, code, body["message"], body)
