"""The gate of `/mcp`: who is calling is settled before the protocol is spoken, and refusals are plain HTTP.

The MCP specification wants a 401 with WWW-Authenticate that names the resource's metadata (RFC 9728). Alexa+ wants the
same 401 without that header; it gets an address of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cabas.kernel.errors import CabasError, NotAllowed
from cabas.surfaces.door import Door, TooMany, credential
from cabas.surfaces.mcp.shop import CALLER
from cabas.usecases.partners import NotKnown
from cabas.usecases.shop.visit import enter


@dataclass(frozen=True, slots=True)
class Gate:
    """ASGI: admits a caller, then hands over to `app`. `metadata` is the address of the resource's metadata.

    `challenge` says whether a 401 names it; `known_only` that nobody comes in without a token.
    """

    app: ASGIApp
    door: Door
    metadata: str
    challenge: bool = True
    known_only: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit or refuse."""
        request = Request(scope)
        try:
            if self.known_only and not credential(request.headers):
                raise NotKnown("A token is needed here.", remedy="Link the account.", code="token_needed")
            caller = await self.door.admit(request)
            await enter(self.door.premises.front, caller)
        except CabasError as error:
            await self._refused(error)(scope, receive, send)
            return
        scope[CALLER] = caller
        await self.app(scope, receive, send)

    def _refused(self, error: CabasError) -> JSONResponse:
        body = {"error": error.code, "error_description": str(error)}
        if isinstance(error, TooMany):
            return JSONResponse(body, 429, {"retry-after": str(error.seconds)})
        if isinstance(error, NotAllowed):
            return JSONResponse(body, 403)
        if not isinstance(error, NotKnown):
            return JSONResponse(body, 503)
        headers = {}
        if self.challenge:
            wrong = ', error="invalid_token"' if error.code in ("invalid_token", "invalid_key") else ""
            headers["www-authenticate"] = f'Bearer resource_metadata="{self.metadata}"{wrong}'
        return JSONResponse(body, 401, headers)
