"""The 99th percentile of a good partner, alone and beside one that sends many times its quota, over HTTP.

    python bench/noisy_partner.py                                          the small shop of `bench/surface.py`
    python bench/noisy_partner.py http://127.0.0.1:8000 GOOD_KEY NOISY_KEY --pid 4711      a server that runs

The good partner asks at fixed moments and waits from those, late or not: a server that holds it up cannot hide it. The
noisy one is a process of its own and keeps its rate, 50 times 600 a minute, as far as it is let. Alone and beside take
turns. CPU is told for the server and for both clients, so that a machine that is too small is seen as such. Server and
good partner run before other work of the machine where the system lets them (as root): waits are the server's own then.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles

from _http import Connection
from _meter import Meter, first
from surface import PROFILE, served

PATH, BODY = "/ucp/catalog/search", b'{"query": "lait"}'
LINES = 8
# Requests the noisy partner may be behind before it gives them up: it shall not send them all at once later.
BEHIND_SECONDS = 0.5


async def paced(
    url: str, key: str, rate: float, seconds: float, told: Callable[[int, float], None], lines: int
) -> None:
    """`rate` requests a second over so many connections; `told(status, milliseconds since it was due)` for each."""
    headers = {
        "authorization": f"Bearer {key}", "ucp-agent": f'profile="{PROFILE}"', "content-type": "application/json",
    }  # fmt: skip
    start, total = time.perf_counter() + 0.05, int(rate * seconds)

    async def one(first: int) -> None:
        async with Connection(url) as line:
            for number in range(first, total, lines):
                due = start + number / rate
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                elif lines > 1 and -early > BEHIND_SECONDS:
                    continue
                status, _ = await line.ask("POST", PATH, headers, BODY)
                told(status, (time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(first) for first in range(lines)))


def noise(url: str, key: str, rate: float, seconds: float) -> None:
    """The noisy partner: prints its statuses and its CPU seconds."""
    seen: Counter[int] = Counter()
    asyncio.run(paced(url, key, rate, seconds, lambda status, _: seen.update([status]), LINES))
    print(json.dumps([seen, time.process_time()]))


def turn(
    url: str, keys: tuple[str, str], pid: int, asked: argparse.Namespace, *, noisy: bool
) -> tuple[list[float], str]:
    """What the good partner waited, and a line about who took what."""
    other = None
    if noisy:
        program = [sys.executable, str(Path(__file__)), url, keys[1], "--as-noise"]
        rates = ["--noise", str(asked.noise), "--seconds", str(asked.seconds)]
        other = subprocess.Popen([*program, *rates], stdout=subprocess.PIPE, text=True)
    took: list[float] = []
    refused: Counter[int] = Counter()

    def told(status: int, milliseconds: float) -> None:
        took.append(milliseconds)
        refused.update([status])

    own = time.process_time()
    with Meter(*([pid] if pid else [])) as meter:
        asyncio.run(paced(url, keys[0], asked.good, asked.seconds, told, 1))
    own = time.process_time() - own
    if set(refused) != {200}:
        sys.exit(f"The good partner was answered {dict(refused)}.")
    said = f"server {meter.cpu.get(pid, 0.0) / asked.seconds:4.0%}, good {own / asked.seconds:4.0%}"
    if other is not None:
        statuses, cpu = json.loads(other.communicate()[0])
        said += f", noisy {cpu / asked.seconds:4.0%} of a core; the noisy one's answers: {statuses}"
    return took, said


def main() -> None:
    """Print the percentiles of both turns and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?")
    parser.add_argument("good_key", nargs="?")
    parser.add_argument("noisy_key", nargs="?")
    parser.add_argument("--pid", type=int, default=0, help="The server's process, to tell its CPU.")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--good", type=float, default=20, help="Requests of the good partner in a second.")
    parser.add_argument("--noise", type=float, default=500, help="Requests of the other one: 50 times 600 a minute.")
    parser.add_argument("--as-noise", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.as_noise:
        noise(asked.base, asked.good_key, asked.noise, asked.seconds)
        return
    print("ahead of other work" if first() else "amid other work")
    waits: dict[bool, list[float]] = {False: [], True: []}
    with ExitStack() as stack:
        if asked.noisy_key is None:
            pid, url, *both = stack.enter_context(served(ahead=True))
        else:
            pid, url, both = asked.pid, asked.base, [asked.good_key, asked.noisy_key]
        keys = both[0], both[1]
        asyncio.run(paced(url, keys[0], 100, 1, lambda *_: None, 1))  # warm
        for number in range(2 * asked.turns):
            noisy = bool(number % 2)
            took, said = turn(url, keys, pid, asked, noisy=noisy)
            waits[noisy] += took
            cuts = quantiles(took, n=100)
            print(f"{'beside' if noisy else 'alone':8}p50 {cuts[49]:6.1f}  p99 {cuts[98]:6.1f} ms   {said}", flush=True)
    alone, beside = (quantiles(waits[one], n=100)[98] for one in (False, True))
    print(
        f"p99 of {len(waits[True])} requests: alone {alone:.1f} ms, beside {beside:.1f} ms, ratio {beside / alone:.2f}"
    )


if __name__ == "__main__":
    main()
