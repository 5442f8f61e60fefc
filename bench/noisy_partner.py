"""The 99th percentile of a good partner, alone and beside one that sends many times its quota, over HTTP.

    python bench/noisy_partner.py http://127.0.0.1:8000 GOOD_KEY NOISY_KEY --path /acp/carts/none

The server runs already, such as `make demo`; the keys are of `cabas partner key`. Without them nothing is measured.
Alone and beside take turns in one run: what counts is their ratio, and how much noise the machine could make.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from statistics import quantiles

import httpx2

HEADERS = {"api-version": "2026-04-17"}


async def timed(client: httpx2.AsyncClient, url: str, key: str, until: float, per_second: float) -> list[float]:
    """Milliseconds of each request of one partner that asks evenly."""
    took = []
    while time.perf_counter() < until:
        begun = time.perf_counter()
        await client.get(url, headers={**HEADERS, "authorization": f"Bearer {key}"})
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(max(0.0, 1 / per_second - (time.perf_counter() - begun)))
    return took


async def turn(url: str, good: str, noisy: str | None, options: argparse.Namespace) -> tuple[list[float], int]:
    """What the good partner waited, and how much the other one sent."""
    until = time.perf_counter() + options.seconds
    async with httpx2.AsyncClient(timeout=60) as one, httpx2.AsyncClient(timeout=60) as other:
        noise = []
        if noisy is not None:
            each = options.noise / 4
            noise = [asyncio.create_task(timed(other, url, noisy, until, each)) for _ in range(4)]
        took = await timed(one, url, good, until, options.good)
        sent = [await task for task in noise]
    return took, sum(map(len, sent))


async def main() -> None:
    """Print the percentiles of both turns and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?")
    parser.add_argument("good_key", nargs="?")
    parser.add_argument("noisy_key", nargs="?")
    parser.add_argument("--path", default="/acp/carts/none")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--good", type=float, default=8, help="Requests of the good partner in a second.")
    parser.add_argument("--noise", type=float, default=500, help="Requests of the other one: 50 times 600 a minute.")
    options = parser.parse_args()
    if options.noisy_key is None:
        print("This measures a server that runs: give its address and two keys (--help).")
        return
    alone: list[float] = []
    beside: list[float] = []
    noise = 0
    for _ in range(options.turns):
        alone += (await turn(options.base + options.path, options.good_key, None, options))[0]
        took, sent = await turn(options.base + options.path, options.good_key, options.noisy_key, options)
        beside += took
        noise += sent
    calm, loud = (quantiles(one, n=100) for one in (alone, beside))
    print(f"alone:  {len(alone)} requests, p50 {calm[49]:.1f} ms, p99 {calm[98]:.1f} ms")
    print(f"beside: {len(beside)} requests, p50 {loud[49]:.1f} ms, p99 {loud[98]:.1f} ms; {noise} of the noisy one")
    print(f"p99 ratio {loud[98] / calm[98]:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
