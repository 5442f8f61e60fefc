"""How an order is paid: to the platform that sells it, at the store or the door, or through a payment service."""

from __future__ import annotations

from cabas.domain.cart import Cart
from cabas.domain.payment import Payment, PaymentStatus, upper_amount
from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.kernel.money import Money
from cabas.usecases.shop.ports import PaymentAsk, PaymentDeclined, PaymentHandler
from cabas.usecases.shop.visit import Visit


class NoPayments:
    """No payment service is set up: orders are paid to the platform, or when they are handed over."""

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        """None."""
        return ()

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        """Always declined."""
        raise PaymentDeclined("No payment service is set up.", remedy="Pay when the order is handed over.")

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        """Of another time, when there was a payment service."""
        raise Unavailable("No payment service is set up.", remedy="Set it up again: this payment was made through it.")

    async def void(self, retailer_id: str, payment: Payment) -> None:
        """As `capture`."""
        raise Unavailable("No payment service is set up.", remedy="Set it up again: this payment was made through it.")


# Paying the platform, which is the merchant of record; and paying when the goods are handed over.
PLATFORM = PaymentHandler("platform_collected", "dev.cabas.payment.platform_collected", "2026-11-22")
AT_HANDOVER = PaymentHandler("pay_at_handover", "dev.cabas.payment.pay_at_handover", "2026-11-22")


def handlers_for(visit: Visit, method: str | None) -> tuple[PaymentHandler, ...]:
    """The ways to pay this order. A platform that sells collects itself, and nobody else does."""
    if visit.seller == "platform":
        return (PLATFORM,)
    ready = visit.front.payments.handlers(visit.caller.retailer_id)
    by_retailer = method != "delivery" or visit.deliverer == "retailer"
    return (*ready, AT_HANDOVER) if by_retailer else ready


def upper_of(cart: Cart) -> Money:
    """The most the order may cost, weighed goods included."""
    weighed = [line.price for line in cart.bought if line.sold_by == "weight" and line.price is not None]
    return upper_amount(cart.total, weighed)


async def authorize(visit: Visit, cart: Cart, handler_id: str, credential: str, key: str) -> Payment:
    """Make sure of the money for `cart`. `handler_id` may be empty when there is one way only.

    Raises `InvalidInput` (code "payment_unknown" or "payment_needed"), `PaymentDeclined`, `PaymentAction`,
    `Unavailable`. Nothing was taken then.
    """
    offered = handlers_for(visit, cart.method)
    handler_id = handler_id or _only(offered)
    chosen = next((one for one in offered if handler_id in (one.id, one.name)), None)
    if chosen is None:
        names = ", ".join(one.id for one in offered)
        raise InvalidInput(
            f"{handler_id[:60]!r} is no way to pay here.", remedy=f"Use one of: {names}.", code="payment_unknown"
        )
    upper = upper_of(cart)
    if chosen is PLATFORM:
        return Payment(chosen.id, PaymentStatus.COLLECTED, upper, credential[:200])
    if chosen is AT_HANDOVER:
        return Payment(chosen.id, PaymentStatus.DUE, upper)
    if not credential:
        raise InvalidInput("There is nothing to pay with.", remedy="Send a credential.", code="payment_needed")
    ask = PaymentAsk(chosen.id, credential, upper, key)
    return await visit.front.payments.authorize(visit.caller.retailer_id, ask)


def _only(offered: tuple[PaymentHandler, ...]) -> str:
    """The one way there is. Raises `InvalidInput` when there are several."""
    if len(offered) == 1:
        return offered[0].id
    raise InvalidInput(
        "It is not said how this is paid.",
        remedy=f"Choose one of: {', '.join(one.id for one in offered)}.",
        code="payment_needed",
    )
