"""A real browser and a real server for the tests of what shoppers see."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.applications import Starlette

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync").split()  # fmt: skip
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """A headless Chromium; the test is skipped where there is none. `flags` are more of its command line."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        yield running
        running.close()


@contextmanager
def serving(
    opened: AbstractAsyncContextManager[Starlette], patience: float = 180, listener: socket.socket | None = None
) -> Iterator[str]:
    """The address at which the app is served, by a thread with a loop of its own in which it is opened and closed.

    `listener` is for an app that must know its address before.
    """
    ready, servers, failed = threading.Event(), list[uvicorn.Server](), list[BaseException]()

    async def run() -> None:
        async with opened as app:
            server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
            servers.append(server)
            startup = server.startup

            async def started(sockets: list[socket.socket] | None = None) -> None:
                await startup(sockets)
                ready.set()

            server.startup = started  # type: ignore[method-assign]
            await server.serve([listener] if listener is not None else None)

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 (told to the test, which fails with it)
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(patience), "the server did not start"
    if failed:
        raise failed[0]
    yield f"http://localhost:{servers[0].servers[0].sockets[0].getsockname()[1]}"
    servers[0].should_exit = True
    thread.join(10)


def settled(page: Page) -> None:
    """Until the answer is on the page."""
    expect(page.locator("body:not([aria-busy])")).to_be_attached(timeout=20_000)
