"""What a linked shopper usually buys, for the platform they allowed to know it."""

from __future__ import annotations

from cabas.agreement.agreement import Request, evaluate
from cabas.agreement.term import See
from cabas.domain.customer import Habit
from cabas.kernel.errors import NotAllowed
from cabas.usecases.shop.catalog import Listing, look_up
from cabas.usecases.shop.visit import Visit

USUAL_MAX = 30
PURPOSE = "personal_results"


async def usual(visit: Visit) -> tuple[tuple[Habit, Listing], ...]:
    """The shopper's habits that this store sells now, strongest first.

    Raises `NotAllowed`: "link_required" without a linked account, "consent_required" when the shopper, the link or
    the agreement does not let this platform know.
    """
    caller, shopper = visit.caller, visit.shopper
    if shopper is None:
        raise NotAllowed("No account is linked.", remedy="Link the shopper's account first.", code="link_required")
    now = visit.desk.clock.now()
    given = await visit.desk.consents.purposes(caller.retailer_id, shopper.id, caller.platform, now)
    question = See(visit.now.date(), "past_purchases", given)
    granted = evaluate(visit.agreement, Request(caller.retailer_id, caller.platform, (question,))).allowed
    if not (shopper.personal and caller.personal and PURPOSE in given and granted):
        raise NotAllowed(
            "The shopper did not agree to results from past purchases here.",
            remedy="Ask for the purpose personal_results when the account is linked.",
            code="consent_required",
        )
    habits = (await visit.desk.shop.habits(caller.retailer_id, shopper.id, visit.now))[:USUAL_MAX]
    sold = await look_up(visit, [habit.sku for habit in habits])
    return tuple((habit, sold[habit.sku]) for habit in habits if habit.sku in sold)
