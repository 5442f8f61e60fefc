"""The gate of `/mcp`: who is calling is settled before the protocol is spoken, and refusals are plain HTTP.

The MCP specification wants a 401 with WWW-Authenticate that names the resource's metadata (RFC 9728). Alexa+ wants the
same 401 without that header; it gets an address of its own.

Where strangers may come in, a tool that is only good with a linked account answers them 401 too: that is how a client
learns that it should send the shopper to link one.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cabas.kernel.errors import CabasError, NotAllowed
from cabas.surfaces.door import Door, TooMany, credential
from cabas.surfaces.mcp.shop import CALLER
from cabas.usecases.partners import NotKnown
from cabas.usecases.shop.visit import enter

# Tools that are only good with a linked account.
LINKED = frozenset({"my_usual"})
PEEK_MAX_BYTES = 64 * 1024
SHORT = "insufficient_scope"


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
            if self._asks_to_link(request):
                called, receive = await tool_called(receive)
                if called in LINKED:
                    raise NotKnown("This needs a linked account.", remedy="Link the account.", code="link_required")
            caller = await self.door.admit(request)
            await enter(self.door.premises.front, caller)
        except CabasError as error:
            await self._refused(error)(scope, receive, send)
            return
        scope[CALLER] = caller
        await self.app(scope, receive, send)

    def _asks_to_link(self, request: Request) -> bool:
        """Whether a stranger came to where accounts can be linked."""
        linking = self.challenge and self.door.premises.linking is not None
        return linking and request.method == "POST" and not credential(request.headers)

    def _refused(self, error: CabasError) -> JSONResponse:
        body = {"error": error.code, "error_description": str(error)}
        if isinstance(error, TooMany):
            return JSONResponse(body, 429, {"retry-after": str(error.seconds)})
        if isinstance(error, NotAllowed):
            wanted = f'Bearer error="{SHORT}", scope="shop", resource_metadata="{self.metadata}"'
            return JSONResponse(body, 403, {"www-authenticate": wanted} if error.code == SHORT else None)
        if not isinstance(error, NotKnown):
            return JSONResponse(body, 503)
        headers = {}
        if self.challenge:
            wrong = ', error="invalid_token"' if error.code in ("invalid_token", "invalid_key") else ""
            headers["www-authenticate"] = f'Bearer resource_metadata="{self.metadata}"{wrong}'
        return JSONResponse(body, 401, headers)


class _Params(msgspec.Struct):
    name: str = ""


class _Call(msgspec.Struct):
    method: str = ""
    params: _Params = msgspec.field(default_factory=_Params)


async def tool_called(receive: Receive) -> tuple[str, Receive]:
    """The tool a request calls, if any, and a `receive` that gives the same request again."""
    read: list[Message] = []
    body, more = bytearray(), True
    while more and len(body) <= PEEK_MAX_BYTES:
        message = await receive()
        read.append(message)
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)

    async def again() -> Message:
        return read.pop(0) if read else await receive()

    try:
        call = msgspec.json.decode(bytes(body), type=_Call)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "", again  # the SDK says what is wrong with it
    return call.params.name if call.method == "tools/call" else "", again
