"""Stores: where they are, when they are open, what they serve."""

from __future__ import annotations

from typing import Any

from cabas.surfaces.ucp import wire
from cabas.surfaces.ucp.asked import Answer, Asked, Refused
from cabas.surfaces.ucp.profile import LOCATION, LOCATIONS
from cabas.surfaces.ucp.show import address
from cabas.usecases.ports import Store
from cabas.usecases.shop.catalog import LOOKUP_MAX
from cabas.usecases.shop.locations import stores_near

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


async def search(asked: Asked) -> Answer:
    """All stores, the one for the buyer first; only those that serve the address when one is given."""
    body = asked.read(wire.LocationSearchBody)
    asked = asked.speaking(body.context)
    serves = body.serves.address.postal_code if body.serves and body.serves.address else None
    stores = await stores_near(asked.front, asked.caller, postcode=serves or "")
    words = (body.query or "").casefold()
    found = [one for one in stores if words in f"{one.name} {one.city} {one.postcode}".casefold()]
    if serves:
        found = [one for one in found if any(serves.startswith(prefix) for prefix in one.delivers_to)]
    limit = (body.pagination.limit if body.pagination else None) or LOOKUP_MAX
    shown = [_location(one) for one in found[: min(limit, LOOKUP_MAX)]]
    return Answer({"ucp": asked.said((LOCATIONS,)), "locations": shown, "pagination": {"has_next_page": False}})


async def lookup(asked: Asked) -> Answer:
    """Stores by id; unknown ones are left out."""
    body = asked.read(wire.LookupBody)
    ids = list(dict.fromkeys(body.ids))
    if len(ids) > LOOKUP_MAX:
        raise Refused(400, "request_too_large", f"At most {LOOKUP_MAX} ids can be looked up at once.")
    known = {one.id: one for one in await stores_near(asked.front, asked.speaking(body.context).caller)}
    shown = [_location(known[one]) | {"inputs": [{"id": one}]} for one in ids if one in known]
    return Answer({"ucp": asked.said((LOCATION,)), "locations": shown})


def _location(one: Store) -> dict[str, Any]:
    hours = [
        {"day": DAYS[day], "opens": opens, "closes": closes}
        for day, spans in sorted(one.hours.items())
        for opens, closes in spans
    ]
    amenities = {
        "dev.ucp.amenity.shopping.in_store_pickup": "pickup",
        "dev.ucp.amenity.shopping.delivery": "delivery",
    }
    offered = {name: {"description": method} for name, method in amenities.items() if method in one.methods}
    return {
        "id": one.id,
        "name": one.name,
        "address": address(one),
        "timezone": one.timezone,
        "hours": hours,
        "amenities": offered,
    }
