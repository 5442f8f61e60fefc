"""The web server: every surface found in `cabas.surfaces`, health, and a clean end."""

from __future__ import annotations

import asyncio
import pkgutil
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from importlib import import_module

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cabas import surfaces
from cabas.apps.counter import Counter
from cabas.apps.http import BoundedHttp
from cabas.apps.tracing import Traced
from cabas.apps.wiring import House
from cabas.kernel.errors import Unavailable
from cabas.storage.feed_shelf import FeedShelf
from cabas.storage.partner_web import PartnerWeb
from cabas.surfaces.contract import Premises, Surface
from cabas.surfaces.link.tokens import LinkedTokens, Signer


def found_surfaces() -> Iterator[Surface]:
    """Every surface there is: a folder of `cabas.surfaces` with an `app.py`."""
    for entry in pkgutil.iter_modules(surfaces.__path__):
        if entry.ispkg:
            yield import_module(f"{surfaces.__name__}.{entry.name}.app").surface


def web_app(house: House, counter: Counter) -> Starlette:
    """The ASGI application over an open house."""
    routes: list[BaseRoute] = [Route("/healthz", _alive), Route("/readyz", _ready)]
    shared = premises(house, counter)
    for surface in found_surfaces():
        routes += surface.routes(shared)
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.house = house
    return app


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Runs what a route must have running while the application lives (its `lifespan`), such as MCP's sessions."""
    async with AsyncExitStack() as stack:
        for route in app.routes:
            if (living := getattr(route, "lifespan", None)) is not None:
                await stack.enter_async_context(living())
        yield


def premises(house: House, counter: Counter) -> Premises:
    """The house as surfaces see it."""
    return Premises(
        retailer=house.retailer,
        counter=counter,
        front=house.front,
        agreements=lambda: house.agreements.of_retailer(house.retailer),
        keys=house.postgres.partners,
        answers=house.postgres.answers,
        url=house.config.public_url,
        clock=house.clock,
        secret=house.secret,
        tokens=LinkedTokens(
            house.postgres.links, house.retailer, Signer(house.secret, house.config.public_url), house.clock
        ),
        testing=house.config.testing,
        web=PartnerWeb(local=house.config.testing),
        linking=house.linking(counter.guests),
        feeds=FeedShelf(house.config.feeds_dir),
        ears=house.extras.ears,
    )


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def _ready(request: Request) -> Response:
    """Ready when the database answers."""
    house: House = request.app.state.house
    try:
        await asyncio.wait_for(house.postgres.shop.stores(house.retailer), timeout=2)
    except (Unavailable, TimeoutError):
        return JSONResponse({"status": "the database does not answer"}, status_code=503)
    return JSONResponse({"status": "ready"})


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `Unavailable` when the port is taken, saying how to choose another."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, or asyncio leaves Nagle on: answers on kept connections would wait 40 ms for an acknowledgment.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # whoever comes before the house is open waits a moment
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"{host}:{port} cannot be listened on: {error.strerror}.",
            remedy="Stop what runs there, or choose another port: `cabas serve --port 8001`.",
        ) from error
    return listener


class _Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM, and leaves it at that: uvicorn would raise the signal again, amid our own closing."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


async def serve(app: Starlette, listeners: Sequence[socket.socket], *, log_level: str = "warning") -> None:
    """Serve until interrupted or terminated; requests under way are finished."""
    config = uvicorn.Config(
        Traced(app),
        log_level=log_level,
        server_header=False,
        http=BoundedHttp,
        timeout_graceful_shutdown=10,
        lifespan="on",
    )
    await _Server(config).serve(sockets=list(listeners))
