"""Who is a member of the retailer's loyalty program, as far as a platform may notice it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.book import HOUSE
from cabas.agreement.term import See
from cabas.domain.customer import Shopper
from cabas.usecases.ports import Consents

FIELD = "loyalty_card"
# Asked when it matters only: whether who shops is a member.
Member = Callable[[], Awaitable[bool]]


async def is_member(
    platform: str, shopper: Shopper | None, agreement: Agreement, consents: Consents | None, now: datetime
) -> bool:
    """Whether the shopper has a card, and `platform` may know: by its agreement, and by the shopper's consent. The
    retailer itself knows its members.
    """
    if shopper is None or not shopper.loyalty_card:
        return False
    if platform == HOUSE:
        return True
    purposes = frozenset[str]()
    if consents is not None:
        purposes = await consents.purposes(shopper.retailer_id, shopper.id, platform, now)
    asked = Request(shopper.retailer_id, platform, (See(now.date(), FIELD, purposes),))
    return evaluate(agreement, asked).allowed


async def nobody() -> bool:
    """Nobody is a member."""
    return False
