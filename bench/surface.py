"""What a request by UCP REST costs beyond its use case: requests a second, p99, and CPU, over a real socket.

    python bench/surface.py                 a search, the same signed, a cart changed, a checkout completed
    python bench/surface.py --requests 2000 --connections 8

The small shop of the tests is served, in memory, by a process of its own: what the shop does is little, and the same on
both sides, so that the surface is seen. The baseline is the same use cases called in this process, without a wire.
CPU of the server is all its CPU while it is asked; the client's is not counted. Aim: at most 1 ms a request.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any

from starlette.applications import Starlette

from _http import Connection
from _meter import Meter, first

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from cabas.apps import web
from cabas.kernel.money import Money
from cabas.surfaces.ucp import signing
from cabas.surfaces.ucp.app import routes
from cabas.usecases.shop.catalog import CatalogAsk, find
from cabas.usecases.shop.complete import Pay, complete
from cabas.usecases.shop.sessions import change_session, open_session
from cabas.usecases.shop.view import ItemAsk, SessionAsk
from cabas.usecases.shop.visit import Caller, enter
from support.premises import Stage, an_agreement, stage_of
from support.shop import slot
from support.ucp import AT_HANDOVER, DRIVE, PROFILE, FakeWeb, lines, profile

SECRET = b"the platform's key of this bench, of no use elsewhere"
HURRIED = "requests_per_minute = 1_000_000"
KEYS = count(1)
AIM_MS = 1.0


def shop() -> Stage:
    """A shop with stock and a slot for everybody. "google" may ask as often as it likes, "noisy" as often as usual."""
    stage = stage_of(an_agreement("google", access=HURRIED), an_agreement("noisy"))
    starts = stage.now + timedelta(hours=3)
    stage.shop.add_slots(slot("drive", starts, method="pickup", fee=Money(0), capacity=1_000_000))
    for sku in ("milk", "apples"):
        stage.shop.stock(sku, 100_000_000)
    stage.changes["web"] = FakeWeb({PROFILE: profile(keys=(SECRET,))})
    return stage


def serve() -> None:
    """The server: prints its address and the keys of google and noisy."""
    stage = shop()
    listener = web.bind("127.0.0.1", 0)
    keys = stage.key("google"), stage.key("noisy")
    print(json.dumps([f"http://127.0.0.1:{listener.getsockname()[1]}", *keys]), flush=True)
    first()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    asyncio.run(web.serve(Starlette(routes=routes(stage.premises)), [listener]))


@contextmanager
def served() -> Iterator[tuple[int, str, str, str]]:
    """Process id and address of a server, the keys of google and noisy."""
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("surface.py"), "--serve"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url, key, noisy = json.loads(process.stdout.readline())
        yield process.pid, url, key, noisy
    finally:
        process.terminate()
        process.wait()


class Asker:
    """Asks as a platform does."""

    def __init__(self, url: str, key: str) -> None:
        self._host, self._key = url.removeprefix("http://"), key

    async def ask(
        self, line: Connection, method: str, path: str, body: object, *, signed: bool = False
    ) -> dict[str, Any]:
        """The body of a good answer."""
        raw = json.dumps(body).encode()
        headers = {
            "authorization": f"Bearer {self._key}", "ucp-agent": f'profile="{PROFILE}"',
            "content-type": "application/json", "idempotency-key": f"bench-{next(KEYS)}",
        }  # fmt: skip
        if signed:
            headers["content-digest"] = signing.digest(raw)
            derived = {"@method": method, "@authority": self._host, "@path": f"/ucp{path}"}
            headers |= signing.sign(signing.key_of(SECRET), headers | derived, [*derived, *headers])
        status, answer = await line.ask(method, f"/ucp{path}", headers, raw)
        if status not in (200, 201):
            raise SystemExit(f"{method} {path} answered {status}: {answer[:300]!r}")
        return json.loads(answer)


Step = Callable[[Connection, Any], Awaitable[Any]]


async def loaded(step: Step, things: list[Any], url: str, connections: int) -> list[float]:
    """Milliseconds of each step; so many are under way at any time."""
    took: list[float] = []
    left = iter(things)

    async def one() -> None:
        async with Connection(url) as line:
            for thing in left:
                begun = time.perf_counter()
                await step(line, thing)
                took.append((time.perf_counter() - begun) * 1000)

    await asyncio.gather(*(one() for _ in range(connections)))
    return took


async def within(requests: int) -> dict[str, float]:
    """CPU milliseconds of the use cases alone, by name."""
    stage = shop()
    front, caller = stage.premises.front, Caller("halle", "google", "ucp", "chat", "fr-FR")
    figures = {}

    async def measured(name: str, work: Callable[[Any], Awaitable[Any]], things: list[Any]) -> None:
        await work(things[0])
        begun = time.process_time()
        for thing in things[1:]:
            await work(thing)
        figures[name] = (time.process_time() - begun) * 1000 / (len(things) - 1)

    async def search(_: int) -> None:
        await find(await enter(front, caller), CatalogAsk("lait"), start=0, limit=10)

    async def change(thing: tuple[str, int]) -> None:
        items = [ItemAsk("milk", 1 + thing[1] % 9, ""), ItemAsk("apples", 750, "")]
        await change_session(front, caller, thing[0], SessionAsk(items=items))

    async def finish(ident: str) -> None:
        view = await complete(front, caller, ident, Pay("pay_at_handover"), key=ident, request_hash=ident)
        assert view.order is not None, view.notices

    ready = SessionAsk(items=[ItemAsk("milk", 2, "")], method="pickup", slot_id="drive")
    cart = (await open_session(front, caller, "cart", SessionAsk(items=[ItemAsk("milk", 2, "")]))).id
    await measured("search", search, list(range(requests)))
    await measured("cart changed", change, [(cart, number) for number in range(requests)])
    sessions = [(await open_session(front, caller, "checkout", ready)).id for _ in range(requests // 4)]
    await measured("completed", finish, sessions)
    return figures | {"search, signed": figures["search"]}


async def over(url: str, key: str, pid: int, options: argparse.Namespace, alone: dict[str, float]) -> bool:
    """Every kind of request over the socket; whether each keeps to the aim."""
    asker = Asker(url, key)

    async def make(line: Connection, kind: str, **more: object) -> str:
        made = await asker.ask(line, "POST", f"/{kind}", {"line_items": lines(milk=2), **more})
        return str(made["id"])

    async def search(line: Connection, signed: bool) -> None:
        await asker.ask(line, "POST", "/catalog/search", {"query": "lait"}, signed=signed)

    async def change(line: Connection, thing: tuple[str, int]) -> None:
        await asker.ask(line, "PUT", f"/carts/{thing[0]}", {"line_items": lines(milk=1 + thing[1] % 9, apples=750)})

    async def finish(line: Connection, ident: str) -> None:
        done = await asker.ask(
            line, "POST", f"/checkout-sessions/{ident}/complete", {"payment": AT_HANDOVER["payment"]}
        )
        assert done["status"] == "completed", done["messages"]

    async with Connection(url) as line:
        carts = [await make(line, "carts") for _ in range(options.connections)]
        checkouts = [await make(line, "checkout-sessions", fulfillment=DRIVE) for _ in range(options.requests // 4)]
    kept = True
    many = list(range(options.requests))
    kinds: list[tuple[str, Step, list[Any]]] = [
        ("search", search, [False for _ in many]),
        ("search, signed", search, [True for _ in many]),
        ("cart changed", change, [(carts[number % len(carts)], number) for number in many]),
        ("completed", finish, checkouts),
    ]
    print(f"{'':16}requests/s   p50 ms   p99 ms   CPU ms: server, use case, surface (aim {AIM_MS:g})")
    for name, step, things in kinds:
        await loaded(step, things[: (warm := len(things) // 20)], url, 1)
        begun = time.perf_counter()
        with Meter(pid) as meter:
            took = await loaded(step, things[warm:], url, options.connections)
        seconds = time.perf_counter() - begun
        cpu, cuts = meter.cpu[pid] * 1000 / len(took), quantiles(took, n=100)
        kept &= cpu - alone[name] <= AIM_MS
        print(
            f"{name:16}{len(took) / seconds:10.0f} {cuts[49]:8.1f} {cuts[98]:8.1f}   "
            f"{cpu:14.2f}  {alone[name]:8.2f}  {cpu - alone[name]:7.2f}",
            flush=True,
        )
    return kept


def main() -> None:
    """Measure, and say whether the aim is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    print("ahead of other work" if first() else "amid other work")
    alone = asyncio.run(within(options.requests))
    with served() as (pid, url, key, _):
        kept = asyncio.run(over(url, key, pid, options, alone))
    print("The aim is kept." if kept else "The aim is missed.")


if __name__ == "__main__":
    main()
