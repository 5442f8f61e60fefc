"""The checkout itself. Nothing is trusted that the cart remembers, and nothing changes until everything is allowed.

Order of the questions: may this platform order at all; may each line be sold, is it there; is there a slot, may it be
used; does it cost what the shopper was told; is the shopper old enough. Then one transaction decides about the last
piece and the last place (`Orders.place`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from cabas.agreement.agreement import Agreement, Request, Verdict, evaluate, postings
from cabas.agreement.fields import FIELDS
from cabas.agreement.term import Fulfill, Place, See, Who
from cabas.domain.cart import Cart, SlotChoice
from cabas.domain.customer import Shopper
from cabas.domain.discount import Applied
from cabas.domain.fulfillment import Slot, SlotAsk, matching
from cabas.domain.order import Order, OrderDiscount, OrderStatus
from cabas.domain.receipt import receipt
from cabas.kernel.clock import Clock
from cabas.kernel.errors import NotAllowed
from cabas.kernel.ids import NewId, idempotency_key, order_number
from cabas.kernel.money import total
from cabas.usecases.checkout.basket import (
    Basket,
    goods,
    missing,
    order_lines,
    read_again,
    repriced,
    too_many,
    under_age,
    with_alternatives,
)
from cabas.usecases.checkout.command import Answer, Checkout, CheckoutResult, PriceChange, Refusal, Shortage, Status
from cabas.usecases.checkout.events import events
from cabas.usecases.discounts import holder_of, read_codes
from cabas.usecases.members import is_member
from cabas.usecases.ports import Agreements, Consents, Orders, PlaceOrder, Search, Shop, SoldOut, Store

SLOTS_MAX = 3
SLOTS_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Till:
    """One checkout under way."""

    command: Checkout
    agreement: Agreement
    store: Store
    now: datetime
    basket: Basket
    shop: Shop
    search: Search
    shopper: Shopper | None
    pairwise_key: bytes

    @property
    def age(self) -> int | None:
        """The shopper's age in full years; None when unknown."""
        return self.shopper.age_on(self.now.date()) if self.shopper else None

    def ask(self, *questions: Place | Fulfill | See | Who) -> Verdict:
        """What the agreement says."""
        talk = self.command.conversation
        return evaluate(self.agreement, Request(talk.retailer_id, talk.platform, questions))


async def checkout(
    command: Checkout,
    *,
    shop: Shop,
    search: Search,
    orders: Orders,
    agreements: Agreements,
    consents: Consents | None,
    clock: Clock,
    new_id: NewId,
    pairwise_key: bytes = b"",
) -> CheckoutResult:
    """Place the order, or say why not. `consents` None means that no shopper agreed to anything; without the secret
    `pairwise_key` no id of the shopper is shared.

    Raises `NotAllowed` when the platform is not the conversation's or has no agreement with the retailer, `Conflict`
    (code "idempotency_mismatch") when `key` was used for another request, `InvalidInput` for a key that is none,
    `NotFound` for an unknown store or shopper. Nothing was changed then.
    """
    talk = command.conversation
    idempotency_key(command.key)
    if command.platform != talk.platform:
        raise NotAllowed(
            "This conversation belongs to another platform.",
            remedy="Use a conversation you opened.",
            code="other_platform",
        )
    where = (talk.retailer_id, talk.store_id, command.platform)
    answered = await orders.replay(*where, command.key, command.request_hash)
    if answered is not None:
        return _replayed(command, answered)
    store = await shop.store(talk.retailer_id, talk.store_id)
    now = _local(clock.now(), store)
    agreement = await agreements.for_platform(talk.retailer_id, command.platform, now.date())
    if agreement is None:
        raise NotAllowed(
            f"{command.platform} has no agreement with {talk.retailer_id}.",
            remedy="Write one (cabas agreement check FILE) and load it.",
            code="no_agreement",
        )
    if not talk.cart.bought:
        return CheckoutResult(Status.EMPTY)
    shopper = await shop.shopper(talk.retailer_id, talk.shopper_id) if talk.shopper_id else None
    basket = await read_again(talk, now.date(), shop, search)
    till = _Till(command, agreement, store, now, basket, shop, search, shopper, pairwise_key)
    refused = _refused(till)
    if refused:
        return CheckoutResult(Status.DENIED, refusals=refused)
    shortages = missing(till.basket)
    if shortages:
        return await _sold_out(till, shortages)
    return await _with_slot(till, orders, consents, new_id)


async def _with_slot(till: _Till, orders: Orders, consents: Consents | None, new_id: NewId) -> CheckoutResult:
    """The second half: goods are allowed and there."""
    choice = till.command.conversation.cart.slot
    if choice is None:
        return CheckoutResult(Status.SLOT_NEEDED, slots=await _next_slots(till))
    slot = await _slot(till, choice)
    if slot is None or till.now > slot.cutoff:
        return CheckoutResult(Status.SLOT_CLOSED, slots=await _next_slots(till, choice.slot_id))
    fulfilled = till.ask(_fulfill(slot, till.now))
    if not fulfilled.allowed:
        refusals = tuple(Refusal(decision) for decision in fulfilled.denials)
        return CheckoutResult(Status.DENIED, refusals=refusals, slots=await _next_slots(till, choice.slot_id))
    cart, changes = repriced(till.basket, slot)
    cart = await _with_codes(till, cart, consents)
    if till.command.conversation.cart.total < cart.total:
        return CheckoutResult(Status.PRICES_CHANGED, changes=changes, cart=cart)
    minimum_age = till.basket.minimum_age
    if till.age is not None and till.age < minimum_age:
        return CheckoutResult(Status.DENIED, refusals=under_age(till.basket, till.age))
    age_check = till.age is None and minimum_age > 0
    if age_check and not till.command.adult:
        return CheckoutResult(Status.AGE_TO_CONFIRM, minimum_age=minimum_age)
    order = _order(till, slot, cart, new_id())
    return await _place(till, order, cart, changes, age_check, orders, consents)


async def _place(
    till: _Till,
    order: Order,
    cart: Cart,
    changes: tuple[PriceChange, ...],
    age_check: bool,
    orders: Orders,
    consents: Consents | None,
) -> CheckoutResult:
    command, talk = till.command, till.command.conversation
    seen = _seen(till, await _purposes(till, consents))
    kept = receipt(order, till.store.name, till.store.where, till.agreement.names)
    answer = msgspec.json.encode(Answer(order, kept, changes, age_check))
    after = replace(talk, cart=Cart(talk.cart.currency), order_id=order.id, pending=None, focus=(), past=(), source="")
    after = command.remember(after, order)
    outcome = await orders.place(
        PlaceOrder(
            order=order,
            postings=postings(till.agreement, order),
            key=command.key,
            request_hash=command.request_hash,
            answer=answer,
            conversation=after,
            events=events(order, kept, till.shopper, seen, age_check=age_check, pairwise_key=till.pairwise_key),
            payment=command.payment,
        )
    )
    if isinstance(outcome, SoldOut):
        if outcome.codes:
            return CheckoutResult(Status.PRICES_CHANGED, changes=changes, cart=await _with_codes(till, cart, consents))
        if outcome.short:
            return await _sold_out(till, missing(till.basket, outcome.short))
        return CheckoutResult(Status.SLOT_CLOSED, slots=await _next_slots(till, order.slot_id))
    if outcome.replayed:
        return _replayed(command, outcome.answer)
    return CheckoutResult(
        Status.PLACED,
        order=order,
        receipt=kept,
        conversation=replace(after, version=after.version + 1),
        answer=answer,
        changes=changes,
        minimum_age=till.basket.minimum_age,
        age_check=age_check,
    )


def _replayed(command: Checkout, answer: bytes) -> CheckoutResult:
    """The first answer again, word for word. The conversation is what it has become."""
    before = msgspec.json.decode(answer, type=Answer)
    return CheckoutResult(
        Status.PLACED,
        order=before.order,
        receipt=before.receipt,
        conversation=command.conversation,
        answer=answer,
        replayed=True,
        changes=before.changes,
        minimum_age=before.receipt.minimum_age,
        age_check=before.age_check,
    )


async def _with_codes(till: _Till, cart: Cart, consents: Consents | None) -> Cart:
    """The cart with the codes that count at this moment."""
    own = till.ask(Who(till.now.date(), "delivers", cart.method or "")).who("delivers") == "retailer"
    talk, day = till.command.conversation, till.now.date()
    member = partial(is_member, talk.platform, till.shopper, till.agreement, consents, till.now)
    found = await read_codes(till.shop, talk, cart, day, secret=till.pairwise_key, own_fee=own, member=member)
    return found[0]


def _local(now: datetime, store: Store) -> datetime:
    return (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(ZoneInfo(store.timezone))


def _refused(till: _Till) -> tuple[Refusal, ...]:
    """What the agreement says against the order and its lines. Lines the catalog no longer has are no matter of it."""
    talk, command = till.command.conversation, till.command
    linked = talk.shopper_id is not None
    order = till.ask(Place(till.now.date(), command.channel, till.basket.goods, len(till.basket.lines), linked=linked))
    refusals = [Refusal(decision) for decision in order.denials]
    known = [line for line in till.basket.lines if line.sku in till.basket.products]
    asked = tuple(till.basket.sell(line, command.channel) for line in known)
    verdict = evaluate(till.agreement, Request(talk.retailer_id, talk.platform, asked))
    for line, answer in zip(known, verdict.answers, strict=True):
        refusals += [Refusal(one, line.id, line.name) for one in answer.decisions if not one.allowed]
    return (*_without_repeats(refusals), *too_many(till.basket))


def _without_repeats(refusals: list[Refusal]) -> list[Refusal]:
    """What is said of the whole order is not said again of each line."""
    whole = {refusal.decision.code for refusal in refusals if not refusal.line_id}
    return [one for one in refusals if not one.line_id or one.decision.code not in whole]


async def _sold_out(till: _Till, shortages: tuple[Shortage, ...]) -> CheckoutResult:
    full = await with_alternatives(shortages, till.basket, till.agreement, till.command.channel, till.shop, till.search)
    return CheckoutResult(Status.SOLD_OUT, shortages=full)


async def _slot(till: _Till, choice: SlotChoice) -> Slot | None:
    """The slot chosen, as it is now. Whether a place is left is decided by the placing transaction."""
    starts = datetime.fromisoformat(choice.starts_at)
    talk = till.command.conversation
    slots = await till.shop.slots(
        talk.retailer_id, talk.store_id, starts, starts + timedelta(minutes=1), now=till.now, holder=talk.id
    )
    return next((slot for slot in slots if slot.id == choice.slot_id), None)


async def _next_slots(till: _Till, without: str = "") -> tuple[Slot, ...]:
    """The next open slots that the agreement allows, of the method the cart has, earliest first."""
    talk = till.command.conversation
    slots = await till.shop.slots(
        talk.retailer_id, talk.store_id, till.now, till.now + SLOTS_AHEAD, now=till.now, holder=talk.id
    )
    fitting = matching(slots, SlotAsk(), till.now)
    allowed = [slot for slot in fitting if slot.id != without and till.ask(_fulfill(slot, till.now)).allowed]
    method = talk.cart.slot.method if talk.cart.slot else talk.cart.method
    same = [slot for slot in allowed if slot.method == method]
    return tuple((same or allowed)[:SLOTS_MAX])


def _fulfill(slot: Slot, now: datetime) -> Fulfill:
    return Fulfill(str(slot.method), now, slot.starts_at, slot.ends_at)


async def _purposes(till: _Till, consents: Consents | None) -> frozenset[str]:
    talk = till.command.conversation
    if consents is None or talk.shopper_id is None:
        return frozenset()
    return await consents.purposes(talk.retailer_id, talk.shopper_id, talk.platform, till.now)


def _seen(till: _Till, purposes: frozenset[str]) -> frozenset[str]:
    """The fields of the receipt the platform may see."""
    asked = tuple(See(till.now.date(), name, purposes) for name, field in FIELDS.items() if field.receipt)
    verdict = till.ask(*asked)
    pairs = zip(asked, verdict.answers, strict=True)
    return frozenset(question.field for question, answer in pairs if answer.allowed)


def _order(till: _Till, slot: Slot, cart: Cart, order_id: str) -> Order:
    talk, now = till.command.conversation, till.now
    method = str(slot.method)
    who = till.ask(Who(now.date(), "sells", method), Who(now.date(), "delivers", method))
    applied, _ = cart.taken_off
    lines = order_lines(till.basket, applied)
    worth = goods(lines, talk.cart.currency)
    fee = slot.fee - total((one.fee for one in applied), slot.fee.currency)
    placed = Order(
        id=order_id,
        number=order_number(order_id),
        retailer_id=talk.retailer_id,
        store_id=talk.store_id,
        shopper_id=talk.shopper_id,
        platform=talk.platform,
        agreement_id=till.agreement.id,
        channel=till.command.channel,
        placed_at=now,
        status=OrderStatus.PLACED,
        lines=lines,
        method=method,
        slot_id=slot.id,
        slot_starts_at=slot.starts_at,
        slot_ends_at=slot.ends_at,
        fee=fee,
        goods=worth,
        total=worth + fee,
        merchant_of_record=who.who("sells"),
        delivered_by=who.who("delivers"),
        source=talk.source or (talk.session.source if talk.session else ""),
        discounts=_discounts(till, cart, applied),
    )
    return replace(placed, total=placed.total + placed.deposits)


def _discounts(till: _Till, cart: Cart, applied: Sequence[Applied]) -> tuple[OrderDiscount, ...]:
    """The discounts of the order; those that count uses by shopper say whose."""
    holder = holder_of(till.command.conversation, till.pairwise_key)
    each = {one.code for one in cart.discounts if one.uses_each is not None}
    return tuple(
        OrderDiscount(one.code, one.title, one.amount, one.fee, holder if one.code in each else "") for one in applied
    )
