"""Who asks, at which store, under which agreement: the first thing every use case of the shop settles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.term import Decision, Enter, Fulfill, Sell, Who
from cabas.domain.catalog import Product, SoldBy
from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Slot
from cabas.kernel.errors import NotAllowed, NotFound
from cabas.usecases.ports import Search, Store
from cabas.usecases.shop.caller import SHOPPING, Caller
from cabas.usecases.shop.ports import Payments
from cabas.usecases.talk.desk import Desk

__all__ = ["Caller", "Shopfront", "Visit", "enter", "nearest"]


@dataclass(frozen=True, slots=True)
class Shopfront:
    """The ports of shopping by protocol."""

    desk: Desk
    payments: Payments


@dataclass(slots=True)
class Visit:
    """One request: the caller at a store, now (in the store's zone), with the agreement that counts."""

    front: Shopfront
    caller: Caller
    store: Store
    now: datetime
    agreement: Agreement
    search: Search
    shopper: Shopper | None = None
    _denied: dict[tuple[tuple[str, ...], int], Decision | None] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        """The ports."""
        return self.front.desk

    @property
    def seller(self) -> str:
        """Who is merchant of record: a key of `agreement.term.PARTIES`."""
        return self._who("sells")

    @property
    def deliverer(self) -> str:
        """Who brings a delivery."""
        return self.delivered_by("delivery")

    def delivered_by(self, method: str) -> str:
        """Who hands over what is received by that method: whose the fee is."""
        return self._who("delivers", method)

    def _who(self, does: str, method: str = "") -> str:
        question = Who(self.now.date(), does, method)
        return evaluate(self.agreement, self._request(question)).who(does)

    def _request(self, question: Sell | Who | Fulfill | Enter) -> Request:
        return Request(self.caller.retailer_id, self.caller.platform, (question,))

    def denial(self, product: Product) -> Decision | None:
        """Why the agreement does not let one of this product be sold now, or None. Decided once per kind of product."""
        key = (product.category, product.minimum_age)
        if key not in self._denied:
            question = Sell(self.now.date(), self.caller.channel, product.category, product.minimum_age)
            denials = evaluate(self.agreement, self._request(question)).denials
            self._denied[key] = denials[0] if denials else None
        return self._denied[key]

    def denied_quantity(self, product: Product, quantity: int) -> Decision | None:
        """Why the agreement does not let that many be sold, or None."""
        pieces = 1 if product.sold_by is SoldBy.WEIGHT else quantity
        question = Sell(self.now.date(), self.caller.channel, product.category, product.minimum_age, pieces)
        denials = evaluate(self.agreement, self._request(question)).denials
        return denials[0] if denials else None

    def may_use(self, slot: Slot) -> bool:
        """Whether the agreement lets goods reach the shopper in that slot."""
        question = Fulfill(slot.method.value, self.now, slot.starts_at, slot.ends_at)
        return evaluate(self.agreement, self._request(question)).allowed


async def enter(front: Shopfront, caller: Caller, *, store_id: str | None = None, postcode: str = "") -> Visit:
    """The visit of a caller, at the store named, else at the one that fits the postcode, the shopper, or comes first.

    Raises `NotAllowed` (code "insufficient_scope" for a token that is not for shopping at all, "no_agreement", or the
    code of the term that does not open the surface) and `NotFound`.
    """
    caller.require(SHOPPING)
    desk = front.desk
    shopper = await desk.shop.shopper(caller.retailer_id, caller.shopper_id) if caller.shopper_id else None
    if store_id:
        store = await desk.shop.store(caller.retailer_id, store_id)
    else:
        stores = await desk.shop.stores(caller.retailer_id)
        store = nearest(stores, postcode or caller.postcode, shopper.store_id if shopper else None)
    now = desk.clock.now()
    here = (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(ZoneInfo(store.timezone))
    agreement = await desk.agreements.for_platform(caller.retailer_id, caller.platform, here.date())
    if agreement is None:
        raise NotAllowed(
            f"{caller.retailer_id} has no agreement with {caller.platform!r}.",
            remedy="See `cabas agreement list`.",
            code="no_agreement",
        )
    visit = Visit(front, caller, store, here, agreement, desk.search(caller.retailer_id), shopper)
    door = evaluate(agreement, visit._request(Enter(here.date(), caller.surface)))
    if not door.allowed:
        decision = door.denials[0]
        raise NotAllowed(decision.sentence(caller.lang), remedy="See the agreement.", code=decision.code)
    return visit


def nearest(stores: Iterable[Store], postcode: str, preferred: str | None) -> Store:
    """The store for somebody at `postcode`: in the same place, else one that delivers there, else the preferred one,
    else the first. Raises `NotFound` when the retailer has none.
    """
    known = list(stores)
    if not known:
        raise NotFound("This retailer has no stores yet.", remedy="Load some: `cabas store --help`.")
    if postcode:
        for fits in (
            lambda one: one.postcode == postcode,
            lambda one: any(postcode.startswith(prefix) for prefix in one.delivers_to),
            lambda one: one.postcode[:2] == postcode[:2],
        ):
            found = next((one for one in known if fits(one)), None)
            if found is not None:
                return found
    return next((one for one in known if one.id == preferred), known[0])
