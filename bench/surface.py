"""What a request by UCP REST costs beyond its use case: requests a second, p99, and CPU, over a real socket.

    python bench/surface.py                 a search, the same signed, a cart changed, a checkout completed
    python bench/surface.py --seconds 10 --connections 8

The client is wrk (https://github.com/wg/wrk; `apt install wrk`). The small shop of the tests is served, in memory, by a
process of its own: what the shop does is little, and the same on both sides, so that the surface is seen. The baseline
is the same use cases called in this process, without a wire. CPU of the server is all its CPU while it is asked; the
client's is not counted. Aim: at most 1 ms a request.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
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
# How often the use cases are called by themselves; more requests than one process answers in a second; how many
# checkouts there are to complete, in one second: the shop in memory looks through all of them for places that are held.
WITHIN, ASKED_A_SECOND, CHECKOUTS = 1000, 4000, 500


def shop() -> Stage:
    """A shop with stock and a slot for everybody. "google" may ask as often as it likes, "noisy" as often as usual."""
    stage = stage_of(an_agreement("google", access=HURRIED), an_agreement("noisy"))
    starts = stage.now + timedelta(hours=3)
    stage.shop.add_slots(slot("drive", starts, method="pickup", fee=Money(0), capacity=1_000_000))
    for sku in ("milk", "apples"):
        stage.shop.stock(sku, 100_000_000)
    stage.changes["web"] = FakeWeb({PROFILE: profile(keys=(SECRET,))})
    return stage


def serve(*, ahead: bool) -> None:
    """The server: prints its address and the keys of google and noisy. `ahead` of other work, or amid it."""
    stage = shop()
    listener = web.bind("127.0.0.1", 0)
    keys = stage.key("google"), stage.key("noisy")
    print(json.dumps([f"http://127.0.0.1:{listener.getsockname()[1]}", *keys]), flush=True)
    if ahead:
        first()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    asyncio.run(web.serve(Starlette(routes=routes(stage.premises)), [listener]))


@contextmanager
def served(*, ahead: bool = False) -> Iterator[tuple[int, str, str, str]]:
    """Process id and address of a server, the keys of google and noisy. One that is kept busy must not run `ahead`:
    Linux stops such processes for a twentieth of each second.
    """
    program = [sys.executable, Path(__file__).with_name("surface.py"), "--serve", *(["--ahead"] if ahead else [])]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
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

    def request(self, method: str, path: str, body: object, *, signed: bool = False) -> tuple[dict[str, str], bytes]:
        """Headers and body of a request nobody made yet."""
        raw = json.dumps(body).encode()
        headers = {
            "authorization": f"Bearer {self._key}", "ucp-agent": f'profile="{PROFILE}"',
            "content-type": "application/json", "idempotency-key": f"bench-{next(KEYS)}",
        }  # fmt: skip
        if signed:
            headers["content-digest"] = signing.digest(raw)
            derived = {"@method": method, "@authority": self._host, "@path": f"/ucp{path}"}
            headers |= signing.sign(signing.key_of(SECRET), headers | derived, [*derived, *headers])
        return headers, raw

    def bytes_of(self, method: str, path: str, body: object, *, signed: bool = False) -> bytes:
        """The same as it goes over the wire."""
        headers, raw = self.request(method, path, body, signed=signed)
        said = {"host": self._host, "content-length": str(len(raw)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        return f"{method} /ucp{path} HTTP/1.1\r\n{lines}\r\n".encode() + raw

    async def ask(self, line: Connection, method: str, path: str, body: object) -> dict[str, Any]:
        """The body of a good answer."""
        status, answer = await line.ask(method, f"/ucp{path}", *self.request(method, path, body))
        if status not in (200, 201):
            raise SystemExit(f"{method} {path} answered {status}: {answer[:300]!r}")
        return json.loads(answer)


def wrk(url: str, requests: Iterable[bytes], connections: int, seconds: int) -> dict[str, Any]:
    """What wrk says of sending `requests`, as fast as answers come, for that long."""
    with tempfile.NamedTemporaryFile() as file:
        for request in requests:
            file.write(b"%08d" % len(request) + request)
        file.flush()
        script = Path(__file__).with_name("_wrk.lua")
        told = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script, url, "--", file.name],
            stdout=subprocess.PIPE, check=True, text=True,
        ).stdout  # fmt: skip
    said: dict[str, Any] = json.loads(told.splitlines()[-1])
    if said["refused"] or said["lost"]:
        raise SystemExit(f"Not all was answered: {said}")
    if said["exhausted"]:
        raise SystemExit("The server answers more than was prepared: raise ASKED_A_SECOND.")
    return said


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
    sessions = [(await open_session(front, caller, "checkout", ready)).id for _ in range(CHECKOUTS)]
    await measured("completed", finish, sessions[: CHECKOUTS // 3])  # about what wrk completes in a second
    return figures | {"search, signed": figures["search"]}


async def prepared(url: str, asker: Asker, connections: int) -> tuple[list[str], list[str]]:
    """Carts to change and checkouts to complete."""
    async with Connection(url) as line:

        async def make(kind: str, **more: object) -> str:
            made = await asker.ask(line, "POST", f"/{kind}", {"line_items": lines(milk=2), **more})
            return str(made["id"])

        carts = [await make("carts") for _ in range(4 * connections)]
        return carts, [await make("checkout-sessions", fulfillment=DRIVE) for _ in range(CHECKOUTS)]


def kinds(asker: Asker, carts: list[str], checkouts: list[str], most: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every kind of request, at most so many of each, no two the same."""
    ask, payment = asker.bytes_of, {"payment": AT_HANDOVER["payment"]}
    yield "search", (ask("POST", "/catalog/search", {"query": "lait"}) for _ in range(most))
    yield "search, signed", (ask("POST", "/catalog/search", {"query": "lait"}, signed=True) for _ in range(most))
    changes = ((carts[number % len(carts)], 1 + number % 9) for number in range(most))
    yield (
        "cart changed",
        (ask("PUT", f"/carts/{cart}", {"line_items": lines(milk=milk, apples=750)}) for cart, milk in changes),
    )
    yield "completed", (ask("POST", f"/checkout-sessions/{one}/complete", payment) for one in checkouts)


def over(url: str, key: str, pid: int, options: argparse.Namespace, alone: dict[str, float]) -> bool:
    """Every kind of request over the socket; whether each keeps to the aim."""
    asker, seconds = Asker(url, key), options.seconds
    carts, checkouts = asyncio.run(prepared(url, asker, options.connections))
    kept = True
    print(f"{'':16}requests/s   p50 ms   p99 ms   CPU ms: server, use case, surface (aim {AIM_MS:g})")
    for name, requests in kinds(asker, carts, checkouts, ASKED_A_SECOND * seconds):
        with Meter(pid) as meter:
            said = wrk(url, requests, options.connections, 1 if name == "completed" else seconds)
        cpu = meter.cpu[pid] * 1000 / said["requests"]
        kept &= cpu - alone[name] <= AIM_MS
        print(
            f"{name:16}{said['requests'] / said['seconds']:10.0f} {said['p50']:8.1f} {said['p99']:8.1f}   "
            f"{cpu:14.2f}  {alone[name]:8.2f}  {cpu - alone[name]:7.2f}",
            flush=True,
        )
    return kept


def main() -> None:
    """Measure, and say whether the aim is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of each kind of request")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ahead", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(ahead=options.ahead)
        return
    if shutil.which("wrk") is None:
        sys.exit("There is no wrk here: install it (`apt install wrk`, `brew install wrk`).")
    alone = asyncio.run(within(WITHIN))
    with served() as (pid, url, key, _):
        kept = over(url, key, pid, options, alone)
    print("The aim is kept." if kept else "The aim is missed.")


if __name__ == "__main__":
    main()
