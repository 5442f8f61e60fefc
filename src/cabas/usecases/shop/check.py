"""A session read again: today's products, prices, stock and slots, and every reason why it could not be ordered yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cabas.agreement.agreement import Request, evaluate
from cabas.agreement.term import Place
from cabas.dialogue import say
from cabas.dialogue.notices import sentence
from cabas.domain.cart import QUANTITY_MAX, Cart, Conversation, LineItem
from cabas.domain.catalog import Offer, Product, SoldBy
from cabas.domain.discount import Denied
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.payment import WEIGHT_MARGIN
from cabas.domain.session import LOYALTY, Session, SessionStatus
from cabas.usecases.discounts import read_codes
from cabas.usecases.lines import fill_line
from cabas.usecases.members import is_member
from cabas.usecases.shop.pay import handlers_for
from cabas.usecases.shop.view import (
    ERROR,
    FINAL,
    INFO,
    INPUT,
    RECOVERABLE,
    REVIEW,
    WARNING,
    Notice,
    SessionView,
    totals_of,
)
from cabas.usecases.shop.visit import Visit
from cabas.usecases.talk.handover import handle_of

GRAMS_MAX = 100_000
# Slots are offered for this many days, and this many at once.
SLOT_DAYS, SLOTS_MAX = timedelta(days=7), 24


@dataclass(slots=True)
class Checked:
    """A session being read again."""

    visit: Visit
    talk: Conversation
    session: Session
    lang: str
    notices: list[Notice] = field(default_factory=list)
    products: Mapping[str, Product] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    denied: Sequence[Denied] = ()
    member: bool = False

    def tell(
        self,
        code: str,
        kind: str = ERROR,
        severity: str = RECOVERABLE,
        line: LineItem | None = None,
        **values: object,
    ) -> None:
        """Note something, in the caller's language."""
        about = {"line_id": line.id, "sku": line.sku or line.want.words} if line else {}
        if line is not None:
            values.setdefault("name", line.name or line.sku or line.want.words)
        self.notices.append(Notice(kind, code, sentence(code, self.lang, **values), severity, **about))


def most_of(sold_by: str) -> int:
    """The most of one thing that is sold at once, in pieces or grams."""
    return GRAMS_MAX if sold_by == SoldBy.WEIGHT.value else QUANTITY_MAX


async def read_again(visit: Visit, talk: Conversation) -> Checked:
    """`talk` with today's prices, checked. Two round trips: offers and slots."""
    assert talk.session is not None  # noqa: S101 (whoever calls has looked)
    checked = Checked(visit, talk, talk.session, visit.caller.lang)
    await _reprice(checked)
    _check_lines(checked)
    if talk.session.kind == "checkout" and talk.session.status is SessionStatus.OPEN:
        await _check_slot(checked)
        _check_address(checked)
        _check_order(checked)
    await _check_codes(checked)
    return checked


async def _reprice(checked: Checked) -> None:
    visit, cart = checked.visit, checked.talk.cart
    skus = sorted({line.sku or line.want.words for line in cart.lines})
    checked.products = visit.search.get(skus) if skus else {}
    known = sorted(checked.products)
    where = (visit.caller.retailer_id, visit.store.id)
    checked.offers = await visit.desk.shop.offers(*where, known, day=visit.now.date()) if known else {}
    lines = tuple(_filled(checked, line) for line in cart.lines)
    checked.talk = replace(checked.talk, cart=replace(cart, lines=lines))


def _filled(checked: Checked, line: LineItem) -> LineItem:
    """The line at today's price; without product and price when it cannot be bought here any more."""
    sku, visit = line.sku or line.want.words, checked.visit
    product, offer = checked.products.get(sku), checked.offers.get(sku)
    if product is None or offer is None or offer.price is None or visit.denial(product) is not None:
        name = product.name_in(checked.lang) if product else line.name
        unsold = replace(line, price=None, full_price=None, unit_price=None, deposit=None)
        return replace(unsold, sku=None, name=name, available=False)
    filled = fill_line(line, product, offer, line.quantity, day=visit.now.date(), lang=checked.lang)
    before, after = line.cost, filled.cost
    if before is not None and after is not None and before != after:
        was, now = (say.money(cost, checked.lang) for cost in (before, after))
        kind = WARNING if before < after else INFO
        checked.tell("price_changed", kind, REVIEW, filled, was=was, now=now)
    return filled


def _check_lines(checked: Checked) -> None:
    visit, lines = checked.visit, [line for line in checked.talk.cart.lines if line.ticked]
    if not lines:
        checked.tell("empty")
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.sku or ""] += line.quantity
    for line in lines:
        product = checked.products.get(line.sku or line.want.words)
        if product is None:
            checked.tell("item_not_found", line=line, retailer=visit.agreement.names["retailer"])
            continue
        denied = visit.denial(product) or visit.denied_quantity(product, wanted[line.sku or ""] or line.quantity)
        if denied is not None:
            text = denied.sentence(checked.lang)
            checked.notices.append(Notice(ERROR, denied.code, text, "recoverable", line.id, product.sku))
        elif line.sku is None:
            checked.tell("not_sold_here", line=line)
        else:
            _check_stock(checked, line, product, wanted[product.sku])


def _check_stock(checked: Checked, line: LineItem, product: Product, wanted: int) -> None:
    most, left = most_of(line.sold_by), max(0, checked.offers[product.sku].available)
    weighed = product.sold_by is SoldBy.WEIGHT
    if wanted > most:
        checked.tell("too_many", line=line, most=_said(most, weighed))
    elif left <= 0:
        checked.tell("out_of_stock", line=line)
    elif wanted > left:
        checked.tell("insufficient_stock", line=line, left=_said(left, weighed))
    if weighed and line.price is not None:
        upper = line.price + line.price.times(WEIGHT_MARGIN)
        checked.tell("weighed", INFO, REVIEW, line, most=say.money(upper, checked.lang))


def _said(quantity: int, weighed: bool) -> str:
    return f"{quantity} g" if weighed else str(quantity)


async def _check_slot(checked: Checked) -> None:
    """Slots to choose from, and whether the one chosen is still there."""
    visit, talk = checked.visit, checked.talk
    where = (talk.retailer_id, talk.store_id, visit.now, visit.now + SLOT_DAYS)
    every = await visit.desk.shop.slots(*where, now=visit.now, holder=talk.id)
    open_ = [slot for slot in every if slot.open_at(visit.now) and visit.may_use(slot)]
    method, chosen = talk.cart.method, talk.cart.slot
    for one in Method:
        checked.slots += [slot for slot in open_ if slot.method is one][:SLOTS_MAX]
    if method and method not in visit.store.methods:
        checked.tell("method_not_offered", store=visit.store.name)
        return
    if chosen is None:
        checked.tell("slot_needed" if checked.slots else "no_slots", severity="recoverable" if checked.slots else FINAL)
        return
    slot = next((slot for slot in open_ if slot.id == chosen.slot_id), None)
    if slot is None:
        checked.tell("slot_closed")
        return
    checked.slots = [slot, *(other for other in checked.slots if other.id != slot.id)]
    if slot.fee != chosen.fee:
        checked.talk = replace(talk, cart=replace(talk.cart, slot=replace(chosen, fee=slot.fee)))


def _check_address(checked: Checked) -> None:
    """A delivery needs an address that the store serves."""
    if checked.talk.cart.method != Method.DELIVERY.value:
        return
    store, address = checked.visit.store, checked.session.destination
    if address is None or not address.postcode:
        checked.tell("address_needed")
    elif store.delivers_to and not any(address.postcode.startswith(one) for one in store.delivers_to):
        checked.tell("address_not_served", store=store.name, postcode=address.postcode[:12])


def _check_order(checked: Checked) -> None:
    """What the agreement and the law say of the order as a whole."""
    visit, cart = checked.visit, checked.talk.cart
    linked = checked.talk.shopper_id is not None
    question = Place(visit.now.date(), visit.caller.channel, cart.goods, len(cart.bought), linked=linked)
    verdict = evaluate(visit.agreement, Request(visit.caller.retailer_id, visit.caller.platform, (question,)))
    for decision in verdict.denials:
        checked.notices.append(Notice(ERROR, decision.code, decision.sentence(checked.lang), INPUT))
    age = minimum_age(cart)
    known = visit.shopper.age_on(visit.now.date()) if visit.shopper else None
    if age and known is not None and known < age:
        checked.tell("under_age", severity=FINAL, age=age)
    elif age and known is None:
        checked.tell("age_to_confirm", WARNING if checked.session.adult else ERROR, INPUT, age=age)


async def _check_codes(checked: Checked) -> None:
    """What codes take off, once lines and slot are as they are; and why others do not count."""
    visit, talk = checked.visit, checked.talk
    own_fee = visit.delivered_by(talk.cart.method or "") == "retailer"
    where = (visit.desk.shop, talk, talk.cart, visit.now.date())

    async def member() -> bool:
        who = (talk.platform, visit.shopper, visit.agreement, visit.desk.consents)
        checked.member = await is_member(*who, visit.now)
        return checked.member or LOYALTY in checked.session.claims  # a claim counts until the order

    secret = visit.desk.pairwise_key
    cart, checked.denied = await read_codes(*where, secret=secret, own_fee=own_fee, member=member)
    checked.talk = replace(talk, cart=cart)
    for one in checked.denied:
        least = say.money(one.minimum, checked.lang) if one.minimum is not None else ""
        text = sentence(one.reason, checked.lang, name=one.code, least=least)
        checked.notices.append(Notice(WARNING, one.reason, text, discount_code=one.code))


def minimum_age(cart: Cart) -> int:
    """The highest minimum age of what is bought; 0 when there is none."""
    return max((line.minimum_age for line in cart.bought), default=0)


def view_of(checked: Checked) -> SessionView:
    """What a surface shows."""
    visit = checked.visit
    return SessionView(
        talk=checked.talk,
        session=replace(checked.session),
        store=visit.store,
        now=visit.now,
        lang=checked.lang,
        products=checked.products,
        slots=checked.slots,
        totals=totals_of(checked.talk),
        denied=checked.denied,
        member=checked.member,
        program=visit.agreement.names["retailer"],
        handle=handle_of(visit.desk.pairwise_key, visit.caller.retailer_id, checked.talk.id),
        notices=tuple(checked.notices),
        handlers=handlers_for(visit, checked.talk.cart.method),
        seller=visit.seller,
        minimum_age=minimum_age(checked.talk.cart),
    )
