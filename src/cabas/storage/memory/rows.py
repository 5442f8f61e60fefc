"""What PostgreSQL keeps in tables, in dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cabas.dialogue.knowledge import Word
from cabas.domain.cart import Conversation
from cabas.domain.catalog import Product, Promotion
from cabas.domain.consent import Grant
from cabas.domain.customer import Shopper
from cabas.domain.discount import Discount
from cabas.domain.fulfillment import Slot
from cabas.domain.insight import Purchase
from cabas.domain.ledger import Posting
from cabas.domain.order import Order
from cabas.domain.payment import Payment
from cabas.kernel.money import Money
from cabas.usecases.learn.ports import Failure, Pack, Proposal
from cabas.usecases.link.ports import Link, Passkey, Ticket
from cabas.usecases.ports import Store
from cabas.usecases.shop.ports import PartnerKey, Stored

Key = tuple[str, ...]


@dataclass(slots=True)
class Shelf:
    """Stock of one SKU in one store."""

    on_hand: int = 0
    reserved: int = 0
    safety: int = 0

    @property
    def free(self) -> int:
        """Available to sell."""
        return max(self.on_hand - self.safety - self.reserved, 0)


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the outbox."""

    topic: str
    payload: Mapping[str, object]


@dataclass(slots=True)
class Rows:
    """What PostgreSQL keeps in tables; every key begins with the retailer."""

    retailers: dict[str, str] = field(default_factory=dict)
    stores: dict[Key, Store] = field(default_factory=dict)
    products: dict[Key, Product] = field(default_factory=dict)
    prices: dict[Key, Money | None] = field(default_factory=dict)
    promotions: dict[Key, dict[str, Promotion]] = field(default_factory=dict)
    stock: dict[Key, Shelf] = field(default_factory=dict)
    slots: dict[Key, Slot] = field(default_factory=dict)
    holds: dict[Key, datetime] = field(default_factory=dict)
    shoppers: dict[Key, Shopper] = field(default_factory=dict)
    purchases: dict[tuple[str, str, str, int], Purchase] = field(default_factory=dict)
    conversations: dict[Key, Conversation] = field(default_factory=dict)
    orders: dict[Key, Order] = field(default_factory=dict)
    discounts: dict[Key, Discount] = field(default_factory=dict)
    discount_uses: dict[Key, int] = field(default_factory=dict)
    payments: dict[Key, list[Payment]] = field(default_factory=dict)
    partner_keys: dict[Key, tuple[PartnerKey, bytes]] = field(default_factory=dict)
    request_answers: dict[Key, tuple[str, Stored | None]] = field(default_factory=dict)
    links: dict[Key, Link] = field(default_factory=dict)
    tickets: dict[tuple[str, str, bytes], Ticket] = field(default_factory=dict)
    passkeys: dict[tuple[str, bytes], Passkey] = field(default_factory=dict)
    postings: dict[Key, list[Posting]] = field(default_factory=dict)
    outbox: dict[Key, list[Event]] = field(default_factory=dict)
    answers: dict[Key, tuple[str, bytes]] = field(default_factory=dict)
    consents: dict[Key, list[tuple[Grant, bool]]] = field(default_factory=dict)
    lexicon_versions: dict[str, int] = field(default_factory=dict)
    packs: dict[Key, tuple[Pack, tuple[Word, ...]]] = field(default_factory=dict)
    proposals: dict[Key, Proposal] = field(default_factory=dict)
    failures: dict[str, list[Failure]] = field(default_factory=dict)

    def places_held(self, now: datetime, holder: str) -> Counter[Key]:
        """How many places of each slot are held at `now` by others than `holder`, who cannot have them."""
        return Counter(tuple(slot) for (*slot, by), until in self.holds.items() if until > now and by != holder)
