"""What was said, sent as sound by browsers without ears of their own, where the installation has a recognizer.

At most `AUDIO_MAX_BYTES` a sound and, for each client, `BURST` sounds at once and one in ten seconds; the recognizer
says how long a sound may be. It hears one at a time: where more than `WAITING_MAX` would wait, the next is sent away.
Sounds are kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.surfaces.chat.wire import TEXT_MAX_CHARS
from cabas.surfaces.guard import Guard, Limiter
from cabas.usecases.ports import Transcriber

PATH = "/chat/hear"
AUDIO_MAX_BYTES = 1_000_000
BURST, PER_SECOND, WAITING_MAX = 6, 0.1, 3
KINDS = ("audio/", "video/webm", "video/mp4")  # some browsers call a recording without pictures a video


class Hearing:
    """Answers `{"text"}`, or `{"error"}` with the name of the phrase that the page says."""

    def __init__(self, ears: Transcriber, locale: Callable[[Request], str]) -> None:
        self._ears, self._locale = ears, locale
        self._waiting = 0

    async def words(self, request: Request) -> Response:
        """The words of one sound."""
        if not request.headers.get("content-type", "").lower().startswith(KINDS):
            return _failed("broken", 415)
        if self._waiting >= WAITING_MAX:
            return _failed("broken", 503)
        self._waiting += 1
        try:
            sound = await request.body()
            text = await self._ears.transcribe(sound, self._locale(request).partition("-")[0]) if sound else ""
        except InvalidInput:
            return _failed("silence", 422)
        except Unavailable:
            return _failed("broken", 503)
        finally:
            self._waiting -= 1
        return JSONResponse({"text": text[:TEXT_MAX_CHARS]}, headers={"cache-control": "no-store"})


def _failed(phrase: str, status: int) -> Response:
    return JSONResponse({"error": phrase}, status, headers={"cache-control": "no-store"})


def _refused(_scope: Scope, code: str, status: int) -> Response:
    return _failed("broken", status)


def hearing(ears: Transcriber, locale: Callable[[Request], str], limiter: Limiter | None = None) -> BaseRoute:
    """The route that hears. `locale` says what language a request is in."""
    limiter = limiter or Limiter(BURST, PER_SECOND)
    guard = [
        Middleware(Guard, limiter=limiter, body_max_bytes=AUDIO_MAX_BYTES, refuse=_refused),
        Middleware(RequestBodyLimitMiddleware, max_body_size=AUDIO_MAX_BYTES),
    ]
    return Route(PATH, Hearing(ears, locale).words, methods=["POST"], middleware=guard)
