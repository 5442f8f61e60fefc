"""The shop by UCP: discovery at `/.well-known/ucp`, REST at `/ucp`, MCP at `/ucp/mcp`; older versions below them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from importlib import import_module

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cabas.surfaces.contract import News, Premises, Surface
from cabas.surfaces.door import Door
from cabas.surfaces.ucp import extensions
from cabas.surfaces.ucp.gate import Gate
from cabas.surfaces.ucp.mcp import Tools
from cabas.surfaces.ucp.operations import ACTIONS, Action
from cabas.surfaces.ucp.platforms import Platforms
from cabas.surfaces.ucp.profile import VERSIONS, Face, handler_schema
from cabas.surfaces.ucp.signing import key_of
from cabas.surfaces.ucp.webhooks import tell
from cabas.usecases.shop.pay import AT_HANDOVER, PLATFORM

PATH = "/ucp"
# Seconds a profile may be kept by those who read it.
PROFILE_AGE = 3600


def faces(premises: Premises, versions: Sequence[str] = VERSIONS) -> dict[str, Face]:
    """The shop in every version, the first of `versions` at `/ucp`, the others below it."""
    keys = (key_of(premises.secret),)
    first, *others = versions
    older = {one: f"{premises.url}{PATH}/{one}/.well-known/ucp" for one in others}
    offered = (*premises.front.payments.handlers(premises.retailer), PLATFORM, AT_HANDOVER)
    newest = Face(
        premises.url, first, PATH, keys, extensions.own(premises.url), offered, older, premises.linking is not None
    )
    found = {first: newest}
    for one in others:
        found[one] = replace(newest, version=one, path=f"{PATH}/{one}", older=None)
    return {one: found[one] for one in VERSIONS if one in found}


def routes(premises: Premises, versions: Sequence[str] = VERSIONS) -> list[BaseRoute]:
    """The routes."""
    testing = import_module("cabas.surfaces.ucp.testing").Bench(premises) if premises.testing else None
    if testing is not None:
        premises = testing.premises
    known = faces(premises, versions)
    door = Door(premises, "ucp", f"{premises.url}{PATH}")
    gate = Gate(premises, premises.front, known, door, Platforms(premises))
    made: list[BaseRoute] = [Route(f"{PATH}/handlers/{{id}}.json", _handler(premises.url))]
    made.append(Route(f"{PATH}/extensions/{{file}}", _extension(premises.url)))
    for face in known.values():
        base = "" if face.older is not None else face.path
        made.append(Route(f"{base}/.well-known/ucp", _document(face)))
        made.append(Route(f"{face.path}/mcp", Tools(gate, face).endpoint, methods=["POST"]))
        if testing is not None:
            made += testing.routes(gate, face)
        for path in dict.fromkeys(one.path for one in ACTIONS):
            here = [
                testing.around(one) if testing else one
                for one in ACTIONS
                if one.path == path and one.since <= face.version
            ]
            made += [Route(f"{face.path}{path}", _endpoint(gate, one, face), methods=[one.method]) for one in here]
    return made


def _endpoint(gate: Gate, action: Action, face: Face) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await gate.rest(request, action, face, request.path_params.get("id", "")[:200])

    return endpoint


def _handler(url: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return _public(handler_schema(url, request.path_params["id"][:100]))

    return endpoint


def _extension(url: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        name, _, kind = request.path_params["file"].partition(".")
        schema, page = extensions.schema(url, name), extensions.page(url, name)
        if kind == "json" and schema is not None:
            return _public(schema)
        if kind == "md" and page is not None:
            return Response(page, media_type="text/markdown")
        return Response(status_code=404)

    return endpoint


def _public(value: object) -> Response:
    headers = {"cache-control": f"public, max-age={PROFILE_AGE}", "access-control-allow-origin": "*"}
    return Response(msgspec.json.encode(value), headers=headers, media_type="application/json")


def _document(face: Face) -> Callable[[Request], Awaitable[Response]]:
    document = face.document()

    async def endpoint(request: Request) -> Response:
        return _public(document)

    return endpoint


def _routes(premises: Premises) -> Sequence[BaseRoute]:
    return routes(premises)


async def _tell(premises: Premises, news: News) -> bool:
    return await tell(premises, faces(premises), news)


surface = Surface("ucp", "Universal Commerce Protocol", PATH, _routes, version=VERSIONS[0], tell=_tell)
