"""What runs beside the shoppers: housekeeping, and the outbox where somebody sends what is in it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta

from cabas.apps.wiring import House
from cabas.kernel.errors import Unavailable
from cabas.storage.housekeeping import Forgotten, tidy
from cabas.storage.outbox import Outbox, Send
from cabas.storage.outbox import work as deliver

# Often enough that nothing is kept much longer than promised; a round that finds nothing costs a few index look-ups.
EVERY = timedelta(hours=1)


async def work(house: House, stop: asyncio.Event, *, send: Send | None = None, every: timedelta = EVERY) -> None:
    """Tidy up now and `every` so often until `stop` is set; deliver the outbox with `send`, when there is one.

    Several processes may do it at once. A database that does not answer is tried again at the next round.
    """
    duties = [_tidy(house, stop, every)]
    if send is not None:
        duties.append(deliver(Outbox(house.postgres.database), [house.retailer], send, house.clock, stop))
    await asyncio.gather(*duties)


async def tidy_once(house: House) -> Forgotten:
    """One round of housekeeping."""
    return await tidy(house.postgres, house.retailer, house.clock.now())


async def _tidy(house: House, stop: asyncio.Event, every: timedelta) -> None:
    while True:
        try:
            await tidy_once(house)
        except Unavailable as error:
            print(f"cabas: housekeeping waits: {error}", file=sys.stderr)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every.total_seconds())
            return
