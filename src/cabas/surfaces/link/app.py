"""Account linking: the endpoints clients call and the pages shoppers see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cabas.kernel.errors import CabasError
from cabas.surfaces.contract import Premises, Surface
from cabas.surfaces.guard import Guard
from cabas.surfaces.link import wire
from cabas.surfaces.link.endpoints import Endpoints
from cabas.surfaces.link.entry import Entry
from cabas.surfaces.link.pages import Pages
from cabas.surfaces.link.passkeys import PasskeyPages
from cabas.surfaces.link.show import language, trouble

Endpoint = Callable[[Request], Awaitable[Response]]


def _refusal(scope: Scope, code: str, status: int) -> Response:
    request = Request(scope)
    return trouble(request, language(request), code, status=status)


def _shown(endpoint: Endpoint) -> Endpoint:
    """A page that says what is wrong, whatever a handler met."""

    async def shown(request: Request) -> Response:
        try:
            return await endpoint(request)
        except CabasError as error:
            return trouble(request, language(request), "expired", error)

    return shown


def routes(premises: Premises) -> Sequence[BaseRoute]:
    """The routes; none where accounts cannot be linked."""
    desk = premises.linking
    if desk is None:
        return ()
    ends, pages = Endpoints(premises, desk), Pages(premises, desk)
    entry = Entry(pages)
    keys = PasskeyPages(entry)
    small = Middleware(RequestBodyLimitMiddleware, max_body_size=wire.BODY_MAX_BYTES)
    guarded = [Middleware(Guard, body_max_bytes=wire.BODY_MAX_BYTES, refuse=_refusal), small]
    called = (
        (wire.TOKEN, ends.token), (wire.REVOKE, ends.revoke), (wire.INTROSPECT, ends.introspect),
        (wire.PUSH, ends.push),
    )  # fmt: skip
    seen = (
        ("GET", wire.ACCOUNT, pages.account), ("POST", "/link/unlink", pages.unlink),
        ("POST", "/link/sessions/end", pages.end), ("POST", "/link/sign-out", pages.sign_out),
        ("GET", wire.SIGN_IN, entry.home), ("POST", wire.SIGN_IN, entry.mail),
        ("POST", f"{wire.SIGN_IN}/guest", entry.guest), ("GET", f"{wire.SIGN_IN}/arrive", entry.arrive),
        ("POST", f"{wire.SIGN_IN}/arrive", entry.arrive), ("GET", f"{wire.SIGN_IN}/provider", entry.away),
        ("GET", f"{wire.SIGN_IN}/provider/back", entry.returned), ("GET", wire.AUTHORIZE, pages.authorize),
        ("POST", wire.AUTHORIZE, pages.authorize), ("POST", f"{wire.SIGN_IN}/passkey/options", keys.ask_to_sign_in),
        ("POST", f"{wire.SIGN_IN}/passkey", keys.sign_in), ("POST", f"{wire.PASSKEYS}/options", keys.ask_for_new),
        ("POST", wire.PASSKEYS, keys.add), ("POST", f"{wire.PASSKEYS}/remove", keys.remove),
    )  # fmt: skip
    return [
        Route("/.well-known/oauth-authorization-server", ends.about),
        Route("/.well-known/openid-configuration", ends.about),
        Route(wire.JWKS, ends.jwks),
        Route(wire.USERINFO, ends.userinfo, methods=["GET", "POST"], middleware=[small]),
        *(Route(path, endpoint, methods=["POST"], middleware=[small]) for path, endpoint in called),
        *(Route(path, _shown(endpoint), methods=[method], middleware=guarded) for method, path, endpoint in seen),
        Mount("/link/static", StaticFiles(directory=Path(__file__).parent / "static"), middleware=[Middleware(Guard)]),
    ]


surface = Surface(name="link", title="Account linking", path=wire.ACCOUNT, routes=routes, version="OAuth 2.1", own=True)
