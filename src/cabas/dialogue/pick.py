"""Which product a sensible clerk takes for a wish: the right thing first, then the shopper's own, then price and fame.

Pure: hits come from the search, offers from the store, habits from the shopper. No commission is in sight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.dialogue.fits import besides, called, unshown
from cabas.dialogue.labels import Label, labels_by_word
from cabas.dialogue.oddity import oddity
from cabas.dialogue.usual_pack import assumed
from cabas.domain.cart import Want
from cabas.domain.catalog import Offer, Product, Storage
from cabas.domain.packs import Ask, Candidate, Choice, ask_of, choose
from cabas.domain.pricing import price_today
from cabas.kernel.money import Money
from cabas.kernel.quantity import SYMBOLS, Quantity
from cabas.kernel.text import fold

# Hits below this share of the best relevance are another thing, kept as alternatives only.
NEAR = 0.8
# What counts between products that are equally the thing asked for. Relevance and popularity run from 0 to 1, waste is
# in packs too many, cost in how much dearer than the cheapest. What the shopper usually buys outweighs relevance, price
# and fame together, and yields to what was said: an amount it does not fit, a constraint, a brand, "the cheapest".
WEIGHTS = {"relevance": 2.0, "habit": 1.5, "popularity": 0.35, "waste": -1.6, "cost": -0.25, "broken": -4.0,
           "brand": 1.0, "unpriced": -0.3, "short": -2.0, "frozen": -0.8, "called": 0.4, "besides": -0.3,
           "unsure": -1.0, "unshown": -0.5}  # fmt: skip
ALTERNATIVES_MAX = 6
PLENTY = 1_000_000
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")


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


def pick(want: Want, hits: Sequence[tuple[Product, float]], shelf: Shelf, ask: Ask | None = None) -> Picked:
    """The best product for `want` among `hits` (product, relevance), with its number of packs and the reasons.

    `ask` is what must be covered where more is known than the amount that was said (a recipe's need).
    """
    if not hits:
        return Picked(want)
    ask = ask or ask_of(want.amount, want.constraints)
    scored = _score(want, hits, shelf, ask)
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


def _score(want: Want, hits: Sequence[tuple[Product, float]], shelf: Shelf, ask: Ask) -> list[_Scored]:
    top = max(score for _, score in hits) or 1.0
    near = [(product, score / top) for product, score in hits if score >= top * NEAR] or [(hits[0][0], 1.0)]
    drafts = []
    for product, relevance in near:
        offer = shelf.offers.get(product.sku)
        here = not shelf.offers or (offer is not None and offer.available > 0)
        # What is gone is weighed as if it were there, so that the shopper hears what they would have got.
        there = offer
        if offer is not None and not here:
            there = Offer(offer.sku, offer.store_id, offer.price, PLENTY, offer.promotion)
        found = choose(ask, [Candidate(assumed(product), there)], shelf.piece, day=shelf.day)
        choice = replace(found, product=product) if found is not None else Choice(product, 1)
        drafts.append((product, relevance, offer, choice, here))
    costs = [choice.cost.amount for _, _, _, choice, _ in drafts if choice.cost and choice.cost.amount]
    cheapest = min(costs, default=0)
    wanted = _price_order(want, shelf.labels)
    result = []
    for product, relevance, offer, choice, here in drafts:
        price = price_today(offer, shelf.day) if offer else None
        met = {tag: meets(tag, product, price, shelf.labels) for tag in want.constraints}
        broken = tuple(
            tag for tag, is_met in met.items()
            if is_met is False and not _says(product.family, shelf.labels.get(fold(tag)))
        )  # fmt: skip
        value = WEIGHTS["relevance"] * relevance + WEIGHTS["popularity"] * product.popularity / 1000
        value += WEIGHTS["broken"] * len(broken) + WEIGHTS["unsure"] * sum(is_met is None for is_met in met.values())
        is_mine = product.sku == shelf.mine
        value += WEIGHTS["frozen"] if _needlessly_frozen(product, want) and not is_mine else 0
        value += WEIGHTS["called"] if want.family and called(product, want.family) else 0
        value += WEIGHTS["besides"] * min(2, besides(want.words, want.lang, want.family, product))
        value += 0 if is_mine else oddity(want, product)
        value += WEIGHTS["unshown"] * min(2, unshown(want.words, want.lang, want.family, product))
        value += 0 if choice.enough else WEIGHTS["short"]
        value += WEIGHTS["habit"] if is_mine else 0
        if choice.covers is not None and ask.same:
            value += WEIGHTS["waste"] * min(2.0, max(0.0, float(choice.covers) - 1))
        if choice.cost is not None and cheapest:
            dearer = choice.cost.amount / cheapest - 1
            value += (-3.0 if wanted == "cheapest" else WEIGHTS["cost"]) * min(2.0, dearer)
        elif choice.cost is None:
            value += WEIGHTS["unpriced"]
        if want.brand and product.brand and fold(want.brand) == fold(product.brand):
            value += WEIGHTS["brand"]
        result.append(_Scored(product, choice, offer, broken, value, here))
    return result


def _needlessly_frozen(product: Product, want: Want) -> bool:
    """Whether it is frozen or ready cooked though its family is not, and nobody asked for that."""
    frozen = product.storage is Storage.FROZEN or "frozen" in product.labels
    if not frozen:
        return False
    usual = sheets().get(want.family or product.family or "", {}).get("storage") == Storage.FROZEN
    return not usual and not any(_label_id(tag) == "frozen" for tag in want.constraints)


def _label_id(tag: str) -> str | None:
    label = labels_by_word().get(fold(tag))
    return label.id if label else None


def _price_order(want: Want, labels: Mapping[str, Label]) -> str | None:
    ids = {labels[fold(tag)].id for tag in want.constraints if fold(tag) in labels}
    return "cheapest" if "cheapest" in ids else None


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


def _says(family: str | None, label: Label | None) -> bool:
    """Whether the very name of a family says that its goods have a label: unsalted butter has no salt."""
    if family is None or label is None:
        return False
    named = (locales.words(sheets().get(family, {}).get(lang))[:1] for lang in locales.languages())
    return any(label.claimed_by(name) for names in named for name in names)


def meets(tag: str, product: Product, price: Money | None, labels: Mapping[str, Label]) -> bool | None:
    """Whether `product` meets a constraint of a wish; None when it cannot be told (the shopper then hears so)."""
    kind, colon, value = tag.partition(":")
    if colon:
        return _meets_value(kind, value, product, price)
    label = labels.get(fold(tag))
    if label is None and tag.endswith("%"):
        shown = _PERCENT.findall(product.name.replace(",", "."))
        return any(float(one) == float(tag[:-1]) for one in shown) if shown else None
    if label is None:
        return fold(tag) in fold(f"{product.name} {product.brand or ''}") or None
    if label.kind == "price":
        return None
    if label.id == "store_brand":
        return product.own_brand
    if label.id in product.labels or label.claimed_by(product.name):
        return True
    text = f"{product.name} {product.ingredients}"
    if label.allergens:
        return not (label.allergens & product.allergens or label.contradicted_by(text))
    if label.excludes:
        return not label.contradicted_by(text)
    return False


def _meets_value(kind: str, value: str, product: Product, price: Money | None) -> bool | None:
    if kind == "not_brand":
        return fold(value) not in fold(f"{product.brand or ''} {product.name}")
    if kind in ("max_price", "price_around"):
        if price is None:
            return None
        limit = Fraction(value)
        euros = Fraction(price.amount, 100)
        return euros <= limit if kind == "max_price" else abs(euros - limit) <= limit / 4
    if kind == "pack_of":
        return str(product.pieces) == value if product.pieces > 1 else None
    if kind == "size":
        return _meets_size(value, product)
    if kind in ("fat", "origine", "origin"):
        return re.search(rf"(?<![\d,.]){re.escape(_tight(value))}", _tight(product.name)) is not None
    return fold(value) in fold(product.name) or None


def _tight(text: str) -> str:
    return fold(text).replace(" ", "")


def _meets_size(value: str, product: Product) -> bool | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", fold(value))
    unit = SYMBOLS.get(match[2]) if match else None
    if match is None or unit is None:
        return bool(re.search(rf"\b{re.escape(fold(value))}\b", fold(product.name))) or None
    if product.content is None:
        return None
    asked = Quantity.of(Fraction(match[1]), unit)
    one = product.content.times(Fraction(1, product.pieces))
    same = [held for held in (product.content, one) if held.dimension == asked.dimension]
    return any(abs(held.base - asked.base) <= asked.base / 20 for held in same) if same else None
