"""The loyalty membership of a shopper who linked their account, as far as a platform may know of it."""

from __future__ import annotations

from dataclasses import dataclass

from cabas.usecases.members import is_member
from cabas.usecases.shop.visit import Visit

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Membership:
    """`program` is whose program it is; `shown` the last figures of the card's number, never all of it."""

    program: str
    shown: str


async def membership(visit: Visit) -> Membership | None:
    """The membership of the visit's shopper; None without one, and when agreement or consent keep it private."""
    shopper, known = visit.shopper, (visit.agreement, visit.desk.consents, visit.now)
    if shopper is None or not shopper.loyalty_card or not await is_member(visit.caller.platform, shopper, *known):
        return None
    return Membership(visit.agreement.names["retailer"], f"****{shopper.loyalty_card[-SHOWN:]}")
