"""Places orders until killed, and prints the id of each that is acknowledged: `place_orders.py DSN RETAILER NAME`."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from cabas.domain.cart import Conversation
from cabas.storage.postgres import Postgres
from cabas.usecases.ports import Placed
from support.house import House, a_command, an_order


async def buyer(house: House, name: str) -> None:
    talk = await house.conversations.save(Conversation(name, house.retailer_id, "lyon", "web", None, "fr-FR"))
    for number in count():
        order = an_order(house.retailer_id, f"{name}-{number}", {"pasta": 1, f"sku-{number % 7}": 2})
        assert isinstance(await house.orders.place(a_command(order, conversation=talk)), Placed)
        print(order.id, flush=True)
        found = await house.conversations.load(house.retailer_id, name)
        assert found is not None
        talk = found


async def main(dsn: str, retailer_id: str, name: str) -> None:
    async with await Postgres.open(dsn, connections=3) as opened:
        await asyncio.gather(*(buyer(House(retailer_id, opened), f"{name}-{number}") for number in range(3)))


asyncio.run(main(*sys.argv[1:]))
