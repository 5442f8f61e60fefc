"""Feeds for platforms that fetch them, at `/feeds/PLATFORM`: a list, and `/FEED/FILE`, with and without ".gz".

The key of the partner opens it, as a bearer token or as a password (Merchant Center's scheduled fetch sends a user name
and a password). Who has the file already is told so (304); parts of a file may be asked for. No body is read.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from cabas.kernel.errors import CabasError, NotAllowed, NotFound, Unavailable
from cabas.surfaces.contract import Premises, Surface
from cabas.surfaces.door import Door, TooMany
from cabas.surfaces.feeds.wire import Form, form_of, key_of, listing, modified, unchanged
from cabas.usecases.feeds.fetch import PublishedFeed, feeds_for
from cabas.usecases.partners import PREFIX, NotKnown

PATH = "/feeds"
PIECE = 1 << 16
STATUS: tuple[tuple[type[CabasError], int], ...] = (
    (NotKnown, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (TooMany, 429),
    (Unavailable, 503),
)


class Feeds:
    """Answers those who fetch."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._door = Door(premises, "feeds", f"{premises.url}{PATH}")

    async def all(self, request: Request) -> Response:
        """What there is."""
        try:
            platform, feeds = await self._feeds(request)
        except CabasError as error:
            return _refusal(error)
        return JSONResponse(
            listing(platform, feeds, self._premises.url), headers={"cache-control": "private, no-cache"}
        )

    async def file(self, request: Request) -> Response:
        """One file, whole or in part; 304 for those who have it."""
        try:
            _, feeds = await self._feeds(request)
            feed = next((one for one in feeds if one.name == request.path_params["feed"]), None)
            form = form_of(feed, request.path_params["file"], request.headers) if feed else None
            if feed is None or form is None:
                raise NotFound("There is no such feed.", remedy=f"See {request.url.path.rsplit('/', 2)[0]}.")
            return await _sent(request, feed, form)
        except CabasError as error:
            return _refusal(error)

    async def _feeds(self, request: Request) -> tuple[str, list[PublishedFeed]]:
        key = key_of(request.headers)
        if not key.startswith(PREFIX):
            raise NotKnown("Feeds are for partners.", remedy="Send your key as bearer token or as password.")
        caller = await self._door.admit(_bearing(request, key))
        platform = request.path_params["platform"]
        return platform, await feeds_for(self._premises.feeds, self._premises.front, caller, platform)


def _bearing(request: Request, key: str) -> Request:
    """The request with its key where the door looks for it."""
    kept = [pair for pair in request.scope["headers"] if pair[0] not in (b"authorization", b"x-api-key")]
    return Request({**request.scope, "headers": [*kept, (b"authorization", b"Bearer " + key.encode())]})


async def _sent(request: Request, feed: PublishedFeed, form: Form) -> Response:
    headers = {
        "etag": form.etag,
        "last-modified": modified(feed),
        "cache-control": "private, no-cache",
        "vary": "Authorization, Accept-Encoding",
        "x-content-type-options": "nosniff",
    }
    if unchanged(request.headers, form.etag, feed.exported_at):
        return Response(status_code=304, headers=headers)
    if form.unpack and request.method == "HEAD":
        return Response(headers=headers, media_type=form.media_type)
    try:
        found = await run_in_threadpool(os.stat, form.file.path)
    except OSError:
        raise Unavailable("A new export is taking the place of this one.", remedy="Fetch it again.") from None
    if form.unpack:
        return StreamingResponse(_unpacked(form.file.path), headers=headers, media_type=form.media_type)
    if form.encoding:
        headers["content-encoding"] = form.encoding
    return FileResponse(form.file.path, headers=headers, media_type=form.media_type, stat_result=found)


def _unpacked(path: str) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while piece := file.read(PIECE):
            yield piece


def _refusal(error: CabasError) -> Response:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 400)
    headers = {"cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = 'Basic realm="feeds", charset="UTF-8"'
    if isinstance(error, TooMany):
        headers["retry-after"] = str(error.seconds)
    told = {"code": error.code, "message": error.message, "remedy": error.remedy}
    return JSONResponse({"error": told}, status, headers)


def routes(premises: Premises) -> list[BaseRoute]:
    """The list, and the files."""
    feeds = Feeds(premises)
    return [
        Route(f"{PATH}/{{platform}}", feeds.all, methods=["GET"]),
        Route(f"{PATH}/{{platform}}/{{feed}}/{{file}}", feeds.file, methods=["GET"]),
    ]


surface = Surface(name="feeds", title="Feeds to fetch", path=PATH, routes=routes)
