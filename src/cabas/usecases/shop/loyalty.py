"""The loyalty membership of a shopper who linked their account, as far as a platform may know of it."""

from __future__ import annotations

from dataclasses import dataclass

from cabas.agreement.agreement import Request, evaluate
from cabas.agreement.term import See
from cabas.usecases.shop.visit import Visit

FIELD = "loyalty_card"
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Membership:
    """`program` is whose program it is; `shown` the last figures of the card's number, never all of it."""

    program: str
    shown: str


async def membership(visit: Visit) -> Membership | None:
    """The membership of the visit's shopper; None without one, and when agreement or consent keep it private."""
    shopper, caller = visit.shopper, visit.caller
    if shopper is None or not shopper.loyalty_card:
        return None
    now = visit.desk.clock.now()
    purposes = await visit.desk.consents.purposes(caller.retailer_id, shopper.id, caller.platform, now)
    asked = Request(caller.retailer_id, caller.platform, (See(visit.now.date(), FIELD, purposes),))
    if not evaluate(visit.agreement, asked).allowed:
        return None
    return Membership(visit.agreement.names["retailer"], f"****{shopper.loyalty_card[-SHOWN:]}")
