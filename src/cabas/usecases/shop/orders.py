"""Orders as the platform they came through may see them. Another platform's order is not there at all."""

from __future__ import annotations

from dataclasses import dataclass

from cabas.agreement.agreement import Request, evaluate
from cabas.agreement.fields import FIELDS
from cabas.agreement.term import See
from cabas.domain.adjustment import as_picked
from cabas.domain.catalog import Product
from cabas.domain.order import Order
from cabas.domain.receipt import Receipt, receipt
from cabas.kernel.errors import NotFound
from cabas.usecases.ports import Store
from cabas.usecases.shop.caller import ORDERS
from cabas.usecases.shop.visit import Caller, Shopfront, Visit, enter


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its receipt, store and the products of its lines. `seen` are the fields (`agreement.fields`) that
    the agreement and the shopper's consent let this platform see.
    """

    order: Order
    receipt: Receipt
    store: Store
    products: dict[str, Product]
    seen: frozenset[str]


async def get_order(front: Shopfront, caller: Caller, order_id: str) -> OrderView:
    """The order, by id or number. Raises `NotFound` for one that is not of this platform or of another shopper, and
    `NotAllowed` (code "insufficient_scope") for a token that is not for orders.
    """
    caller.require(ORDERS)
    order = await front.desk.orders.get(caller.retailer_id, order_id)
    foreign = order.platform != caller.platform
    if foreign or (caller.shopper_id is not None and order.shopper_id not in (None, caller.shopper_id)):
        raise NotFound(f"There is no order {order_id[:60]}.", remedy="Check its id.", code="order_not_found")
    visit = await enter(front, caller, store_id=order.store_id)
    return await order_view(visit, order)


async def news_of(front: Shopfront, caller: Caller, order_id: str) -> OrderView | None:
    """The order for the platform that brought it and is now told of it; None when its agreement does not let it know.

    Raises as `get_order`.
    """
    view = await get_order(front, caller, order_id)
    return view if "order" in view.seen else None


async def order_view(visit: Visit, order: Order) -> OrderView:
    """The order as the platform of `visit` may see it."""
    kept = receipt(as_picked(order), visit.store.name, visit.store.where, visit.agreement.names)
    products = visit.search.get([line.sku for line in order.lines])
    return OrderView(order, kept, visit.store, products, await fields_seen(visit, order))


async def fields_seen(visit: Visit, order: Order) -> frozenset[str]:
    """The fields of the receipt that the platform may see, given what the shopper agreed to."""
    purposes: frozenset[str] = frozenset()
    if order.shopper_id is not None:
        purposes = await visit.desk.consents.purposes(
            order.retailer_id, order.shopper_id, order.platform, visit.desk.clock.now()
        )
    asked = tuple(See(visit.now.date(), name, purposes) for name, field in FIELDS.items() if field.receipt)
    verdict = evaluate(visit.agreement, Request(order.retailer_id, order.platform, asked))
    return frozenset(one.field for one, answer in zip(asked, verdict.answers, strict=True) if answer.allowed)
