"""What shopping by protocol needs from the outside beside `usecases.ports`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cabas.domain.payment import Payment
from cabas.kernel.errors import CabasError
from cabas.kernel.money import Money


class PaymentDeclined(CabasError):
    """The payment service said no. Nothing was taken; another means of payment may work."""

    code = "payment_declined"


class PaymentAction(CabasError):
    """The payment service wants the buyer to do something first (3-D Secure): `url` is where."""

    code = "payment_action"

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message, remedy="Let the buyer confirm the payment.")
        self.url = url


@dataclass(frozen=True, slots=True)
class PaymentAsk:
    """Authorize `upper` by the means behind `credential` (a token of the payment service, never a card number).

    `key` is the id of the order to be: asked again for it, the same authorization is meant.
    """

    handler: str
    credential: str
    upper: Money
    key: str


@dataclass(frozen=True, slots=True)
class PaymentHandler:
    """A way to pay. `name` is its reverse-DNS name on wires, `id` ours; `config` is public: what a client needs."""

    id: str
    name: str
    version: str
    config: Mapping[str, object] = field(default_factory=dict)


class Payments(Protocol):
    """Payment services. Paying at the store and paying the platform need none and are not here."""

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        """The ways to pay that this installation is set up for."""
        ...

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        """Reserve the amount. Raises `PaymentDeclined`, `PaymentAction`, or `Unavailable` when nobody answers."""
        ...

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        """Take `amount` of what was authorized and let go of the rest; the payment as it is then. `key` makes a
        repetition the same capture. Raises `PaymentDeclined` when it is too late, `Unavailable`.
        """
        ...

    async def void(self, retailer_id: str, payment: Payment) -> None:
        """Let go of an authorization; one that is gone already is fine."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer a key was given before: an HTTP status, headers worth repeating, and the body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Answers(Protocol):
    """Answers given to keyed requests. Keys belong to one platform at one retailer and one surface."""

    async def begin(
        self, retailer_id: str, platform: str, surface: str, key: str, request_hash: str, now: datetime
    ) -> Stored | None:
        """The answer that is stored; None when the request is new and ours to answer now.

        Raises `Conflict` with code "idempotency_mismatch" (another request had the key) or "idempotency_in_flight".
        """
        ...

    async def finish(self, retailer_id: str, platform: str, surface: str, key: str, answer: Stored) -> None:
        """Keep the answer."""
        ...

    async def drop(self, retailer_id: str, platform: str, surface: str, key: str) -> None:
        """Forget that the request began: it failed on our side and may be sent again."""
        ...


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """A key of a platform, without its secret. `id` is public; times are time-zone aware."""

    id: str
    platform: str
    note: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it opens the door at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class PartnerKeys(Protocol):
    """The keys by which platforms are known. Only a hash of the secret is stored."""

    async def add(self, retailer_id: str, key: PartnerKey, secret_hash: bytes) -> None:
        """Store a new key."""
        ...

    async def find(self, retailer_id: str, key_id: str) -> tuple[PartnerKey, bytes] | None:
        """The key and the hash of its secret."""
        ...

    async def keys(self, retailer_id: str) -> tuple[PartnerKey, ...]:
        """All keys, newest first."""
        ...

    async def revoke(self, retailer_id: str, key_id: str, now: datetime) -> None:
        """Let a key open nothing any more. Raises `NotFound`."""
        ...
