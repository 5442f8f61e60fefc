"""Payments through Stripe: the upper amount is authorized when an order is placed, what was handed over is captured.

A credential is a token: a shared payment token that an assistant was granted (`spt_...`, agentic commerce), or a
payment method (`pm_...`). Cabas never sees a card number. Every call carries an idempotency key that follows from the
order, so that a repetition, ours or a platform's, moves no money twice (docs.stripe.com/api/idempotent_requests).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from cabas.domain.payment import Payment, PaymentStatus, next_status
from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.kernel.money import Money
from cabas.usecases.shop.ports import PaymentAction, PaymentAsk, PaymentDeclined, PaymentHandler

if TYPE_CHECKING:
    import stripe

T = TypeVar("T")

API = "https://api.stripe.com"
SECONDS, RETRIES = 20, 2
# An authorization that was let go of is not used again: the next one of the same order gets another key.
TRIES_MAX = 8
_TOKEN = re.compile(r"(?:spt|pm|src|card)_[A-Za-z0-9_]{1,120}")
_SHARED = "spt_"


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """The secret key, the account it belongs to (public, shown to platforms), and the address of the API. `back` is
    where a buyer lands who had to confirm at the bank; empty where there is no such page.
    """

    key: str = field(repr=False)
    account: str = ""
    api: str = API
    back: str = ""

    def __post_init__(self) -> None:
        if not self.key.startswith(("sk_", "rk_")):
            raise InvalidInput("CABAS_STRIPE_KEY is no secret key.", remedy="Copy the key that begins with sk_ or rk_.")
        if not self.api.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise InvalidInput(f"CABAS_STRIPE_API is {self.api!r}.", remedy="Give an https address, or leave it out.")

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.key


class StripePayments:
    """`usecases.shop.ports.Payments` on one Stripe account."""

    def __init__(self, settings: StripeSettings) -> None:
        self._settings = settings

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        """One way to pay: by a token of Stripe."""
        config = {"psp": "stripe", "environment": "production" if self._settings.live else "test"}
        if self._settings.account:
            config["merchant_id"] = self._settings.account
        return (PaymentHandler("stripe", "com.stripe.shared_payment_token", "2026-04-17", config),)

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        """Reserve the upper amount. Raises `InvalidInput`, `PaymentDeclined`, `PaymentAction`, `Unavailable`."""
        if not _TOKEN.fullmatch(ask.credential):
            raise InvalidInput("This is no token of Stripe.", remedy="Send an spt_ or pm_.", code="payment_credential")
        asked, key = self._asked(retailer_id, ask), _digest(ask)
        for attempt in range(TRIES_MAX):
            intent = await self._call(partial(self._opened, asked, f"{key}-{attempt}"))
            if intent.status != "canceled":
                return await self._authorized(ask, intent)
        raise PaymentDeclined("The payment was let go of too often.", remedy="Start a new checkout.")

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        """Take `amount` of what was authorized; the rest is let go of. One that was captured before is fine."""
        after = replace(payment, status=next_status(payment.status, "capture"))

        def take() -> None:
            status = self._intents.retrieve(payment.reference).status
            if status == "requires_capture":
                options: Any = {"idempotency_key": f"capture-{key}"}
                self._intents.capture(payment.reference, {"amount_to_capture": amount.amount}, options)
            elif status != "succeeded":
                raise PaymentDeclined(f"The authorization is {status}.", remedy="Ask the shopper to pay again.")

        await self._call(take)
        return after

    async def void(self, retailer_id: str, payment: Payment) -> None:
        """Let go of an authorization; one that is gone already is fine."""

        def let_go() -> None:
            if self._intents.retrieve(payment.reference).status not in ("canceled", "succeeded"):
                self._intents.cancel(payment.reference)

        await self._call(let_go)

    def _asked(self, retailer_id: str, ask: PaymentAsk) -> dict[str, Any]:
        told = {"retailer": retailer_id, "order": ask.key}
        asked: dict[str, Any] = {
            "amount": ask.upper.amount, "currency": ask.upper.currency.lower(), "capture_method": "manual",
            "confirm": True, "metadata": told,
        }  # fmt: skip
        if ask.credential.startswith(_SHARED):
            asked["payment_method_data"] = {"shared_payment_granted_token": ask.credential}
        else:
            asked["payment_method"] = ask.credential
        if self._settings.back:
            asked["return_url"] = self._settings.back
        return asked

    def _opened(self, asked: dict[str, Any], key: str) -> stripe.PaymentIntent:
        """The payment of that key, as it is now: a repeated call would get the answer of the first one, and meanwhile
        the buyer may have been to the bank, or we let go of it.
        """
        params: Any = asked
        options: Any = {"idempotency_key": key}
        return self._intents.retrieve(self._intents.create(params, options).id, {"expand": ["latest_charge"]})

    async def _authorized(self, ask: PaymentAsk, intent: stripe.PaymentIntent) -> Payment:
        if intent.status == "requires_capture":
            return Payment(ask.handler, PaymentStatus.AUTHORIZED, ask.upper, intent.id, _shown(intent))
        if intent.status == "requires_action":
            bank = getattr(intent.next_action, "redirect_to_url", None)
            if bank is not None and bank.url:
                raise PaymentAction("The bank wants the buyer to confirm the payment.", url=bank.url)
            await self._call(partial(self._intents.cancel, intent.id))
            raise PaymentDeclined("The bank wants a confirmation that cannot be given here.", remedy="Pay another way.")
        raise PaymentDeclined("The payment was not accepted.", remedy="Pay another way.")

    async def _call(self, call: Callable[[], T]) -> T:
        stripe = _library()
        try:
            return await asyncio.to_thread(call)
        except stripe.CardError as error:
            raise PaymentDeclined(error.user_message or "The card was declined.", remedy="Pay another way.") from None
        except stripe.InvalidRequestError as error:
            raise PaymentDeclined(
                f"Stripe did not take the payment ({error.code or error.http_status}).", remedy="Pay another way."
            ) from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            raise Unavailable("Stripe refuses our key.", remedy="Set CABAS_STRIPE_KEY to a good one.") from error
        except stripe.StripeError as error:
            raise Unavailable("Stripe does not answer.", remedy="Try again in a moment.") from error

    @cached_property
    def _intents(self) -> stripe.PaymentIntentService:
        library = _library()
        client: stripe.StripeClient = library.StripeClient(
            self._settings.key, base_addresses={"api": self._settings.api}, max_network_retries=RETRIES,
            http_client=library.RequestsClient(timeout=SECONDS),
        )  # fmt: skip
        return client.v1.payment_intents


def _library() -> Any:  # noqa: ANN401 (a module)
    """The package, which takes half a second to import and is not there without the extra."""
    try:
        import stripe
    except ImportError as error:
        raise Unavailable("Stripe's package is not installed.", remedy="Run pip install 'cabas[stripe]'.") from error
    return stripe


def _digest(ask: PaymentAsk) -> str:
    """The key of an authorization: of this order, this means and this amount, and of no other."""
    told = f"{ask.key}\n{ask.credential}\n{ask.upper.amount} {ask.upper.currency}"
    return hashlib.sha256(told.encode()).hexdigest()[:40]


def _shown(intent: stripe.PaymentIntent) -> str:
    """What a receipt says of the means: "visa 4242"."""
    details = getattr(intent.latest_charge, "payment_method_details", None)
    card = getattr(details, "card", None)
    return f"{card.brand} {card.last4}" if card is not None else ""
