"""Why an order went the way it did: which term decided what, in sentences."""

from __future__ import annotations

from collections import Counter

from cabas.agreement.agreement import Agreement, Request, Verdict, evaluate
from cabas.agreement.fields import FIELDS
from cabas.agreement.term import Earn, Fulfill, Place, Question, See, Sell, Who
from cabas.domain.order import Order

# What is always asked of an order, in this order: the parties' parts.
PARTS = ("sells", "prepares", "delivers", "owns_data")


def questions(order: Order, purposes: frozenset[str] = frozenset()) -> tuple[Question, ...]:
    """Everything an agreement is asked about `order`. `purposes` is what the shopper agreed to."""
    day = order.placed_at.date()
    asked: list[Question] = [Who(day, does, order.method) for does in PARTS]
    linked = order.shopper_id is not None
    asked.append(Place(day, order.channel, order.goods, len(order.lines), linked=linked))
    wanted: Counter[str] = Counter()
    for line in order.lines:
        wanted[line.sku] += line.quantity
    for line in order.lines:
        pieces = 1 if line.sold_by == "weight" else wanted[line.sku]
        asked.append(Sell(day, order.channel, line.category, line.minimum_age, pieces, line.name))
    asked.append(Fulfill(order.method, order.placed_at, order.slot_starts_at, order.slot_ends_at))
    asked.append(Earn(order))
    asked += [See(day, name, purposes) for name, field in FIELDS.items() if field.receipt]
    return tuple(asked)


def verdict(order: Order, agreement: Agreement, purposes: frozenset[str] = frozenset()) -> Verdict:
    """What `agreement` says about every side of `order`."""
    return evaluate(agreement, Request(order.retailer_id, order.platform, questions(order, purposes)))


def explain(order: Order, agreement: Agreement, lang: str = "en", purposes: frozenset[str] = frozenset()) -> list[str]:
    """Sentences in `lang`, each ending with the term that decided: "... (commission)". Said once each."""
    said = verdict(order, agreement, purposes).decisions
    return list(dict.fromkeys(f"{decision.sentence(lang)} ({decision.term})" for decision in said))
