"""An order after it was placed: picked, adjusted, handed over, canceled. The platform that brought it hears of it.

The steps are `domain.order.TRANSITIONS`; each is one transaction with its postings and the event that tells of it.
"""

from __future__ import annotations

from dataclasses import replace

from cabas.agreement.agreement import Agreement, Request, correction, evaluate
from cabas.agreement.term import Sell
from cabas.domain.adjustment import as_picked, line_of, picked, substituted
from cabas.domain.ledger import Posting, reverse
from cabas.domain.order import Adjustment, Order, next_status
from cabas.domain.pricing import deposit_of, line_total
from cabas.kernel.errors import InvalidInput, NotAllowed, NotFound
from cabas.usecases.shop.visit import Shopfront

CHANGED = "order.changed"
ADJUST, CANCEL = "adjust", "cancel"


async def advance(front: Shopfront, retailer_id: str, order_id: str, event: str) -> Order:
    """Let `event` happen to an order (id or number), and return it as it is then. Canceling takes back what it posted.
    The money follows when the event is told (`shop.collect`): a payment service that does not answer holds up nobody.

    Raises `NotFound`; `InvalidInput` for an event that needs more than its name; `Conflict` when it cannot happen now.
    """
    if event == ADJUST:
        raise InvalidInput("An adjustment names a line.", remedy="Say which line, and what was found.")
    desk = front.desk
    order = await desk.orders.get(retailer_id, order_id)
    back: tuple[Posting, ...] = ()
    if event == CANCEL:
        back = reverse(await desk.orders.postings(retailer_id, order.id))
    return await _move(front, order, event, back)


async def pick(front: Shopfront, retailer_id: str, order_id: str, line: int, quantity: int) -> Order:
    """Note that `quantity` (pieces or grams) was found of a line.

    Raises as `advance` and `domain.adjustment.picked`.
    """
    order = await front.desk.orders.get(retailer_id, order_id)
    return await _adjusted(front, order, picked(order, line, quantity, front.desk.clock.now()))


async def substitute(
    front: Shopfront, retailer_id: str, order_id: str, line: int, sku: str, quantity: int, *, agreed: bool = False
) -> Order:
    """Note that another product was taken for a line: it is reserved, and costs what it costs today, but no more than
    what was ordered. `agreed` says that the shopper was asked and said yes.

    Raises as `pick`; `NotFound` for a product the store does not sell, `NotAllowed` for one that the agreement does not
    let the platform sell or that asks for more age than the line, or when the shopper wants to be asked first
    ("ask_first") or wants none; `Conflict` when there is not that much of it.
    """
    desk = front.desk
    order = await desk.orders.get(retailer_id, order_id)
    day, sold = desk.clock.now().date(), line_of(order, line)
    if sold.substitution == "ask" and not agreed:
        raise NotAllowed(
            f"The shopper wants to be asked about {sold.name}.", remedy="Ask, or leave it out.", code="ask_first"
        )
    product = desk.search(retailer_id).get([sku]).get(sku)
    offer = (await desk.shop.offers(retailer_id, order.store_id, [sku], day=day)).get(sku)
    price = line_total(product, offer, quantity, day) if product and offer and quantity > 0 else None
    if product is None or price is None:
        raise NotFound(f"{order.store_id} does not sell {sku[:60]!r}.", remedy="See `cabas stock show`.")
    agreement = await _agreement(front, order)
    asked = Sell(order.placed_at.date(), order.channel, product.category, product.minimum_age)
    allowed = evaluate(agreement, Request(retailer_id, order.platform, (asked,))).allowed
    if not allowed or product.minimum_age > sold.minimum_age:
        raise NotAllowed(f"{product.name} may not take the place of {sold.name}.", remedy="Choose another product.")
    deposit = deposit_of(product, quantity, price.currency)
    one = substituted(order, line, sku, product.name, quantity, price, desk.clock.now(), deposit)
    return await _adjusted(front, order, one)


async def _adjusted(front: Shopfront, order: Order, one: Adjustment) -> Order:
    next_status(order.status, ADJUST)
    after = replace(order, adjustments=(*order.adjustments, one))
    agreement = await _agreement(front, order)
    return await _move(front, order, ADJUST, correction(agreement, as_picked(order), as_picked(after)), one)


async def _agreement(front: Shopfront, order: Order) -> Agreement:
    found = await front.desk.agreements.for_platform(order.retailer_id, order.platform, order.placed_at.date())
    if found is None:
        raise NotAllowed(f"There is no agreement with {order.platform}.", remedy="Load it.", code="no_agreement")
    return found


async def _move(
    front: Shopfront, order: Order, event: str, postings: tuple[Posting, ...], one: Adjustment | None = None
) -> Order:
    desk = front.desk
    told = {
        "order_id": order.id,
        "number": order.number,
        "store_id": order.store_id,
        "platform": order.platform,
        "event": event,
        "status": str(next_status(order.status, event)),
    }
    now = desk.clock.now()
    return await desk.orders.move(order.retailer_id, order.id, event, now, postings, [(CHANGED, told)], one)
