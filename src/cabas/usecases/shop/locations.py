"""The retailer's stores as a platform finds them."""

from __future__ import annotations

from cabas.usecases.ports import Store
from cabas.usecases.shop.visit import Caller, Shopfront, enter, nearest


async def stores_near(front: Shopfront, caller: Caller, *, postcode: str = "", method: str = "") -> tuple[Store, ...]:
    """All stores that offer `method` (any, when empty), the one for `postcode` first."""
    await enter(front, caller, postcode=postcode)
    stores = [one for one in await front.desk.shop.stores(caller.retailer_id) if not method or method in one.methods]
    if not stores:
        return ()
    first = nearest(stores, postcode or caller.postcode, None)
    return (first, *(one for one in stores if one.id != first.id))


async def store_by_id(front: Shopfront, caller: Caller, store_id: str) -> Store:
    """One store. Raises `NotFound`."""
    return (await enter(front, caller, store_id=store_id)).store
