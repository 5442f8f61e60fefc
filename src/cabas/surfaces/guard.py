"""What stands in front of every page: who may post, how often, how much, and what the browser may load."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Turns a client may take at once, and how fast they come back. A person talking needs far less than one a second.
BURST, PER_SECOND = 40, 2.0
CLIENTS_MAX = 20_000

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Revalidated by ETag: a page never meets yesterday's script.
    "cache-control": "no-cache",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=(), payment=()",
    # Not no-referrer: with it browsers send "Origin: null" and a form could not be told from a forged one.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Limiter:
    """A token bucket per client, kept in this process; the least recent clients are forgotten above `CLIENTS_MAX`."""

    def __init__(
        self, burst: int = BURST, per_second: float = PER_SECOND, now: Callable[[], float] = monotonic
    ) -> None:
        self._burst, self._rate, self._now = burst, per_second, now
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Whether `client` may take one more turn now; it is counted."""
        now = self._now()
        left, since = self._clients.pop(client, (float(self._burst), now))
        left = min(float(self._burst), left + (now - since) * self._rate)
        self._clients[client] = (left - 1 if left >= 1 else left, now)
        if len(self._clients) > CLIENTS_MAX:
            self._clients.popitem(last=False)
        return left >= 1


Refusal = Callable[[Scope, str, int], Response]


def plainly(_scope: Scope, code: str, status: int) -> Response:
    """A refusal in one word, for callers that are no page."""
    return PlainTextResponse(code, status)


class Guard:
    """ASGI middleware: refuses posts of other origins (403), large ones (413) and clients in a hurry (429).

    It adds the security headers to every answer. A conversation is held by a SameSite cookie; the Origin check is the
    second lock. `refuse` words the answer. Without a limiter nobody is in a hurry.
    """

    def __init__(
        self, app: ASGIApp, limiter: Limiter | None = None, body_max_bytes: int = 0, refuse: Refusal = plainly
    ) -> None:
        self.app, self.limiter, self.body_max_bytes, self.refuse = app, limiter, body_max_bytes, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def armored(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope)
        await (answer or self.app)(scope, receive, armored)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] == "POST" and not same_origin(headers):
            return self.refuse(scope, "foreign", 403)
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > self.body_max_bytes:
            return self.refuse(scope, "too_large", 413)
        client = scope.get("client")
        if self.limiter and not self.limiter.allows(client[0] if client else ""):
            answer = self.refuse(scope, "too_many_requests", 429)
            answer.headers["retry-after"] = "5"
            return answer
        return None


def same_origin(headers: Headers) -> bool:
    """Whether a page of this very host sent the request. Browsers always say so on a post; silence is a no.

    Only host and port are compared: the scheme is the front proxy's business.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") == "same-origin"
    return urlsplit(origin).netloc == headers.get("host", "")
