"""Which product a sensible clerk takes for a wish: the right thing first, then the shopper's own, then price and fame.

Pure: hits come from the search, offers from the store, habits from the shopper. No commission is in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import log2

from cabas.dialogue.labels import Label
from cabas.dialogue.merit import PRICED, Merit, meets, merit
from cabas.dialogue.merit import WEIGHTS as MERITS
from cabas.domain.cart import Want
from cabas.domain.catalog import Offer, Product, SoldBy
from cabas.domain.packs import Ask, Candidate, Choice, How, ask_of, weigh
from cabas.domain.pricing import price_today
from cabas.kernel.quantity import Quantity
from cabas.kernel.text import fold

# Hits below this share of the best relevance are another thing, kept as alternatives only.
NEAR = 0.8
# What counts between products that are equally the thing asked for. Relevance and popularity run from 0 to 1, waste is
# in packs too many, cost in how much dearer than the cheapest. What the shopper usually buys outweighs relevance, price
# and fame together, and yields to what was said: an amount it does not fit, a constraint, a brand, "the cheapest".
# `blind` is for packs of which nobody knows what they hold, where an amount was said, `packs` for each doubling of the
# fewest packs that would do. `merit` has the weights of what counts in every store.
WEIGHTS = {"relevance": 2.0, "habit": 1.5, "waste": -1.6, "cost": -0.25, "unpriced": -0.3, "short": -2.0,
           "blind": -0.6, "packs": -0.2}  # fmt: skip
# How many packs too many count at most; fewer for what is counted and sold by weight: an onion from a net of them is
# still nearer to what was asked for than a frozen one.
SPARE, SPARE_PIECES = 2.0, 0.9
# How much dearer counts when the cheapest was asked for.
CHEAPEST = -3.0
ALTERNATIVES_MAX = 6
PLENTY = 1_000_000
Judge = Callable[[Want, Product], Merit]


@dataclass(frozen=True, slots=True)
class Picked:
    """What was taken for `want`: `choice` is None when nothing fits. `broken` are the constraints it does not meet,
    `sold_out` the product that would have been taken if it were in stock.
    """

    want: Want
    choice: Choice | None = None
    offer: Offer | None = None
    why: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    sold_out: Product | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the picking looks at besides the hits: the store's offers, the labels by the tag people say, the store's
    day, the usual piece of the family, and `mine`: the SKU the wish means for this shopper (`insight.usual`).
    """

    offers: Mapping[str, Offer]
    labels: Mapping[str, Label]
    day: date
    piece: Quantity | None = None
    mine: str | None = None


@dataclass(frozen=True, slots=True)
class _Scored:
    product: Product
    choice: Choice
    offer: Offer | None
    broken: tuple[str, ...]
    value: float
    here: bool


def pick(
    want: Want,
    hits: Sequence[tuple[Product, float]],
    shelf: Shelf,
    ask: Ask | None = None,
    judge: Judge = merit,
) -> Picked:
    """The best product for `want` among `hits` (product, relevance), with its number of packs and the reasons.

    `ask` is what must be covered where more is known than the amount that was said (a recipe's need). `judge` is
    `merit`, or the same remembered.
    """
    if not hits:
        return Picked(want)
    ask = ask or ask_of(want.amount, want.constraints)
    scored = _score(want, hits, shelf, ask, judge)
    musts = [tag for tag in want.constraints if (label := shelf.labels.get(fold(tag))) is not None and label.must]
    right = [one for one in scored if not any(tag in one.broken for tag in musts)]
    if not right:
        return Picked(want, broken=tuple(musts))
    scored = right
    scored.sort(key=lambda one: (-one.value, one.product.sku))
    best = scored[0]
    if not best.here and any(one.here for one in scored):
        in_stock = next(one for one in scored if one.here)
        missed, best = best.product, in_stock
    else:
        missed = None
    others = [one.product.sku for one in scored if one is not best and one.here]
    return Picked(
        want=want,
        choice=best.choice if best.here else None,
        offer=best.offer,
        why=_reasons(want, best, scored, shelf),
        broken=best.broken,
        alternatives=tuple(others[:ALTERNATIVES_MAX]),
        sold_out=missed if best.here else best.product,
    )


def _score(want: Want, hits: Sequence[tuple[Product, float]], shelf: Shelf, ask: Ask, judge: Judge) -> list[_Scored]:
    top = max(score for _, score in hits) or 1.0
    near = [(product, score / top) for product, score in hits if score >= top * NEAR] or [(hits[0][0], 1.0)]
    drafts = []
    for product, relevance in near:
        found = judge(want, product)
        offer = shelf.offers.get(product.sku)
        here = not shelf.offers or (offer is not None and offer.available > 0)
        # What is gone is weighed as if it were there, so that the shopper hears what they would have got.
        there = offer
        if offer is not None and not here:
            there = Offer(offer.sku, offer.store_id, offer.price, PLENTY, offer.promotion)
        choice = weigh(Candidate(found.pack, there), ask, shelf.piece, shelf.day) or Choice(product, 1)
        if choice.product is not product:
            choice = replace(choice, product=product)
        drafts.append((found, relevance, offer, choice, here))
    costs = [choice.cost.amount for _, _, _, choice, _ in drafts if choice.cost and choice.cost.amount]
    cheap = _is_cheapest(want, shelf.labels)
    if cheap:  # a sachet of 15 g is no measure for it
        usual = [choice.cost.amount for found, _, _, choice, _ in drafts if choice.cost and found.own >= 0]
        costs = [cost for cost in usual if cost] or costs
    cheapest = min(costs, default=0)
    fewest = min((choice.quantity for found, _, _, choice, _ in drafts if found.pack.sold_by is SoldBy.EACH), default=1)
    by_piece = shelf.piece is not None and bool(ask.same) and ask.same[0].dimension == "count"
    most = SPARE_PIECES if by_piece else SPARE
    dearer_counts = CHEAPEST if cheap else WEIGHTS["cost"]
    result = []
    for found, relevance, offer, choice, here in drafts:
        broken, value = found.broken, WEIGHTS["relevance"] * relevance + found.value
        if want.constraints:
            broken, priced = _with_price(want, found, choice.product, offer, shelf)
            value += priced
        value += WEIGHTS["habit"] if choice.product.sku == shelf.mine else found.own
        if not choice.enough:
            value += WEIGHTS["short"]
        if choice.covers is not None and ask.same:
            value += WEIGHTS["waste"] * min(most, max(0.0, float(choice.covers) - 1))
        if ask.same and ask.how is not How.PACKS and (choice.covers is None or _is_blind(found.pack, ask)):
            value += WEIGHTS["blind"]
        if ask.same and ask.how is How.AMOUNT and found.pack.sold_by is SoldBy.EACH:
            value += WEIGHTS["packs"] * log2(choice.quantity / fewest) if choice.quantity > fewest else 0.0
        if choice.cost is None:
            value += WEIGHTS["unpriced"]
        elif cheapest:
            value += dearer_counts * max(0.0, min(2.0, choice.cost.amount / cheapest - 1))
        result.append(_Scored(choice.product, choice, offer, broken, value, here))
    return result


def _is_blind(pack: Product, ask: Ask) -> bool:
    """Whether pieces were asked for and nobody knows how many a pack holds."""
    return ask.how is How.AMOUNT and pack.sold_by is SoldBy.EACH and pack.content is None and pack.pieces == 1


def _with_price(
    want: Want, found: Merit, product: Product, offer: Offer | None, shelf: Shelf
) -> tuple[tuple[str, ...], float]:
    """The constraints that are broken at the price of the day, in the order said, and what the price counts."""
    price = price_today(offer, shelf.day) if offer else None
    met = {tag: meets(tag, product, price, shelf.labels) for tag in want.constraints if tag.startswith(PRICED)}
    if not met:
        return found.broken, 0.0
    wrong = {tag for tag, is_met in met.items() if is_met is False}
    value = MERITS["broken"] * len(wrong) + MERITS["unsure"] * sum(is_met is None for is_met in met.values())
    return tuple(tag for tag in want.constraints if tag in wrong or tag in found.broken), value


def _is_cheapest(want: Want, labels: Mapping[str, Label]) -> bool:
    """Whether the cheapest was asked for, in whichever words."""
    return any(labels[fold(tag)].id == "cheapest" for tag in want.constraints if fold(tag) in labels)


def _reasons(want: Want, best: _Scored, scored: Iterable[_Scored], shelf: Shelf) -> tuple[str, ...]:
    why: list[str] = []
    if best.product.sku == shelf.mine:
        why.append("usual")
    if want.brand and best.product.brand and fold(want.brand) in fold(best.product.brand):
        why.append("brand")
    why += [f"label:{tag}" for tag in want.constraints if ":" not in tag and tag not in best.broken]
    if best.offer is not None and best.offer.promotion and best.offer.promotion.runs_on(shelf.day):
        why.append("promotion")
    if best.broken:
        why.append("closest")
    prices = [one.choice.cost.amount for one in scored if one.here and one.choice.cost]
    if best.choice.cost and len(prices) > 1 and best.choice.cost.amount == min(prices):
        why.append("cheapest")
    if not why:
        why.append("popular")
    return tuple(why)
