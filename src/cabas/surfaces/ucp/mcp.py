"""The MCP binding: the operations as tools (JSON-RPC 2.0, stateless). `meta` carries what headers do by REST."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cabas.kernel.errors import CabasError
from cabas.surfaces.keyed import digest, once
from cabas.surfaces.ucp.gate import JSON, Gate, encoded, raw_body, status_of
from cabas.surfaces.ucp.operations import ACTIONS, Action
from cabas.surfaces.ucp.profile import Face

PROTOCOL = "2025-11-25"
NEGOTIATION, PARAMS, METHOD, PARSE, INTERNAL = -32001, -32602, -32601, -32700, -32000


class Call(msgspec.Struct, frozen=True):
    """A JSON-RPC request."""

    method: str
    jsonrpc: str = "2.0"
    id: int | str | None = None
    params: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one version."""

    gate: Gate
    face: Face

    async def endpoint(self, request: Request) -> Response:
        """The answer to one call."""
        try:
            body = await raw_body(request)
            call = msgspec.json.decode(body, type=Call)
        except CabasError as problem:
            return _failure(None, INTERNAL, problem)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            return _error(None, PARSE, f"This is no JSON-RPC call: {problem}.", {})
        if call.id is None:
            return Response(status_code=202)  # a notification
        if call.method == "initialize":
            return _result(call.id, self._hello(call.params))
        if call.method == "ping":
            return _result(call.id, {})
        if call.method == "tools/list":
            return _result(call.id, {"tools": [_described(one) for one in self._actions()]})
        if call.method == "tools/call":
            return await self._called(request, call, body)
        return _error(call.id, METHOD, f"There is no method {call.method[:60]}.", {})

    def _actions(self) -> list[Action]:
        return [one for one in ACTIONS if one.since <= self.face.version]

    def _hello(self, params: dict[str, Any]) -> dict[str, Any]:
        asked = params.get("protocolVersion")
        version = asked if isinstance(asked, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", asked) else PROTOCOL
        return {
            "protocolVersion": min(version, PROTOCOL),
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "cabas-ucp", "version": self.face.version},
        }

    async def _called(self, request: Request, call: Call, raw: bytes) -> Response:
        name, arguments = call.params.get("name"), call.params.get("arguments") or {}
        action = next((one for one in self._actions() if one.name == name), None)
        if action is None or not isinstance(arguments, dict):
            return _error(call.id, PARAMS, f"There is no tool {str(name)[:60]}.", {})
        try:
            answer = await self._answered(request, action, arguments, raw)
        except CabasError as problem:
            answer = self.gate.refused(problem, self.face)
            status, _ = status_of(problem)
            if problem.code != "capabilities_incompatible" and status != 200:
                return _failure(call.id, NEGOTIATION if status in (400, 401, 422, 424) else INTERNAL, problem)
        content = msgspec.json.decode(bytes(answer.body))
        if answer.status_code >= 400:
            said = (content.get("messages") or [content])[0]
            return _error(call.id, INTERNAL, str(said["content"]), {"code": said["code"], "content": said["content"]})
        text = {"type": "text", "text": bytes(answer.body).decode()}
        return _result(call.id, {"structuredContent": content, "content": [text], "isError": False})

    async def _answered(self, request: Request, action: Action, arguments: dict[str, Any], raw: bytes) -> Response:
        meta = _table(arguments.get("meta"))
        agent = _table(meta.get("ucp-agent"))
        profile, key = str(agent.get("profile", ""))[:2000], str(meta.get("idempotency-key", ""))
        ident = "".join(filter(str.isprintable, str(arguments.get("id", ""))[:200]))
        inner = arguments.get(action.member) if action.member else None
        body = msgspec.json.encode(inner if isinstance(inner, dict) else {})
        header = f'profile="{profile}"' if profile else ""
        asked = await self.gate.admit(request, raw, self.face, action.root, ident, agent=header, key=key)
        asked = replace(asked, body=body)
        if not (action.writes and asked.key):
            return encoded(await action.operation(asked))

        async def answer() -> Response:
            try:
                return encoded(await action.operation(asked))
            except CabasError as problem:
                return self.gate.refused(problem, asked.face, asked)

        hashed = digest("MCP", f"{action.name} {ident}", body)
        return await once(self.gate.premises, asked.caller.platform, "ucp", asked.key, hashed, answer)


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _described(action: Action) -> dict[str, Any]:
    properties: dict[str, Any] = {"meta": {"type": "object", "description": "ucp-agent.profile, idempotency-key"}}
    required = ["meta"]
    if "{id}" in action.path:
        properties["id"] = {"type": "string"}
        required.append("id")
    if action.member:
        properties[action.member] = {"type": "object"}
        required.append(action.member)
    schema = {"type": "object", "properties": properties, "required": required}
    said = f"{action.method} {action.path} of the Universal Commerce Protocol."
    hints = {"readOnlyHint": not action.writes, "idempotentHint": not action.writes}
    return {"name": action.name, "description": said, "inputSchema": schema, "annotations": hints}


def _result(ident: int | str | None, result: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode({"jsonrpc": "2.0", "id": ident, "result": result}), media_type=JSON)


def _error(ident: int | str | None, code: int, message: str, data: dict[str, Any]) -> Response:
    body = {"jsonrpc": "2.0", "id": ident, "error": {"code": code, "message": message, "data": data}}
    return Response(msgspec.json.encode(body), media_type=JSON)


def _failure(ident: int | str | None, code: int, problem: CabasError) -> Response:
    return _error(ident, code, str(problem), {"code": problem.code, "content": str(problem)})
