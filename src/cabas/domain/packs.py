"""How many packs of which product cover what was asked for: enough, at least cost, with at most one pack too many.

One line of a cart is one product, so packs of two products are never mixed: 1.5 kg from bags of 1 kg and 500 g is two
big or three small ones, whichever is cheaper. Arithmetic is exact; grams and millilitres stand for one another (as
water does) where nothing better is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from cabas.domain.cart import Amount
from cabas.domain.catalog import Offer, Product, SoldBy
from cabas.domain.pricing import line_total
from cabas.kernel.money import Money
from cabas.kernel.quantity import GRAM, KILOGRAM, LITER, MILLILITER, Quantity

# What nature weighs is never exact: a need that went through a usual weight may be missed by this much.
NATURAL = Fraction(5, 100)
# The scale at the counter, in grams; what one means by "some" of a weighed good, and one slice of ham, cheese or bread.
STEP, SOME, SLICE = 5, 500, 30
# A pack of at most this many usual pieces is that one piece: a cucumber of 320 g where 350 g is usual, a small loaf.
ONE_PIECE = Fraction(8, 5)
# How many sums (a pack, what is asked of it) are remembered.
RECKONED_KEPT = 8_192


class How(StrEnum):
    """What is counted: an amount (grams, millilitres, pieces), packs, the containers inside a pack, or slices."""

    AMOUNT = "amount"
    PACKS = "packs"
    CONTAINERS = "containers"
    SLICES = "slices"


@dataclass(frozen=True, slots=True)
class Ask:
    """What must be covered. `same` are equivalent amounts, the first as it was said ("8 potatoes", "1.36 kg"); none at
    all asks for one pack. `pack_of` is how many pieces each of the packs should hold ("two packs of six").
    """

    same: tuple[Quantity, ...] = ()
    how: How = How.AMOUNT
    pack_of: int = 0


_CONTENT = {"l": LITER, "ml": MILLILITER, "kg": KILOGRAM, "g": GRAM}
_COUNTED = {
    "pack": How.PACKS, "can": How.CONTAINERS, "bottle": How.CONTAINERS, "jar": How.CONTAINERS, "tub": How.CONTAINERS,
    "bag": How.CONTAINERS, "slice": How.SLICES,
}  # fmt: skip


def ask_of(amount: Amount | None, constraints: Iterable[str] = ()) -> Ask:
    """An amount as people say it (`cart.UNITS_SAID`), with the constraint "pack_of:6" if there is one."""
    if amount is None:
        return Ask()
    of = next((int(text[8:]) for text in constraints if text.startswith("pack_of:") and text[8:].isdigit()), 0)
    if amount.unit in _CONTENT:
        return Ask((Quantity.of(amount.value, _CONTENT[amount.unit]),))
    if of:
        return Ask((Quantity.of(amount.value),), How.PACKS, of)
    count = amount.value * 12 if amount.unit == "dozen" else amount.value
    return Ask((Quantity.of(count),), _COUNTED.get(amount.unit, How.AMOUNT))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that would do, with the store's offer; without one neither price nor stock is known."""

    product: Product
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`quantity` of `product` in its unit (packs, or grams when sold by weight), for `cost` (None without a price).

    `covers` is how often it covers the need (None when the content is unknown); `enough` is False when the stock
    ended first: `quantity` is then all there is.
    """

    product: Product
    quantity: int
    cost: Money | None = None
    covers: Fraction | None = None
    enough: bool = True


def packs_for(
    product: Product, need: Ask | Quantity | None, piece: Quantity | None = None, tolerance: Fraction | None = None
) -> int:
    """How many packs of `product` (grams when sold by weight) cover `need`; at least one, and none too many.

    `piece` is the usual weight or volume of one piece (`Family.piece`). `tolerance` is the share of the need that may
    be missing; left out, it is nothing for amounts printed on the pack and `NATURAL` for amounts converted by usual
    weights.
    """
    return _reckoned(_pack(product), _ask(need), piece, tolerance)[1]


def share_of(
    product: Product, need: Ask | Quantity | None, piece: Quantity | None = None
) -> tuple[Fraction, bool] | None:
    """How many packs of `product` (grams when sold by weight) `need` takes, not rounded, and whether that went through
    a usual weight; None when it cannot be said.
    """
    return _share(_pack(product), _ask(need), piece)


def holds(product: Product, need: Ask | Quantity | None, piece: Quantity | None = None) -> Quantity | None:
    """What one pack holds in the unit the need counts in; None when that cannot be said.

    A cucumber of 320 g is one piece for who asked for two cucumbers, and 320 g for who asked for 600 g.
    """
    ask, pack = _ask(need), _pack(product)
    share = _share(pack, ask, piece)
    if share is None or not share[0]:
        return product.content
    if product.sold_by is SoldBy.WEIGHT:
        return Quantity(1, GRAM)
    counted = ask.same[0].dimension == "count" and share[0] == ask.same[0].base / _pieces(pack)
    return Quantity.of(_pieces(pack)) if counted else product.content


def choose(
    need: Ask | Quantity | None,
    candidates: Iterable[Candidate],
    piece: Quantity | None = None,
    *,
    day: date | None = None,
    tolerance: Fraction | None = None,
) -> Choice | None:
    """The candidate and the number of it that cover `need`: the cheapest in total, then the least waste, then the
    fewest packs, then the earliest candidate. None when nothing is in stock.

    Candidates whose stock covers the need come before those that would fall short, those of known content before
    those of unknown content, those with a price before those without. `day` lets promotions count.
    """
    ask = _ask(need)
    found = [one for candidate in candidates if (one := weigh(candidate, ask, piece, day, tolerance)) is not None]
    if len(found) < 2:
        return found[0] if found else None
    return min(found, key=lambda one: _order(one, ask))  # of equals the earliest


def _order(found: Choice, ask: Ask) -> tuple[object, ...]:
    """What makes one choice better than another: the lower one is."""
    known = found.covers is not None or not ask.same
    cost = found.cost.amount if found.cost is not None else 0
    short = -(found.covers or Fraction(0)) if not found.enough else Fraction(0)
    return (not found.enough, short, not known, found.cost is None, cost, found.covers or 0, found.quantity)


def weigh(
    candidate: Candidate,
    ask: Ask,
    piece: Quantity | None = None,
    day: date | None = None,
    tolerance: Fraction | None = None,
) -> Choice | None:
    """The number of that one candidate that covers `ask`, with its cost; None when it is not in stock. See `choose`."""
    product, offer = candidate.product, candidate.offer
    share, wanted, covers = _reckoned(_pack(product), ask, piece, tolerance)
    quantity = min(wanted, offer.available) if offer is not None else wanted
    if quantity <= 0:
        return None
    cost = None
    if offer is not None and offer.price is not None:
        today = offer if day is not None or offer.promotion is None else replace(offer, promotion=None)
        cost = line_total(product, today, quantity, day or date.min)
    if quantity != wanted and share is not None and share[0]:
        covers = quantity / share[0]
    return Choice(product, quantity, cost, covers, quantity == wanted)


def _ask(need: Ask | Quantity | None) -> Ask:
    if isinstance(need, Ask):
        return need
    return Ask((need,)) if need is not None else Ask()


class _Pack(NamedTuple):
    """All that reckoning looks at of a product: a store has thousands of products and a few hundred of these."""

    content: Quantity | None
    pieces: int
    sold_by: SoldBy


def _pack(product: Product) -> _Pack:
    return _Pack(product.content, product.pieces, product.sold_by)


@lru_cache(maxsize=RECKONED_KEPT)
def _reckoned(
    pack: _Pack, ask: Ask, piece: Quantity | None, tolerance: Fraction | None
) -> tuple[tuple[Fraction, bool] | None, int, Fraction | None]:
    """The need as a number of packs, as a whole number of them, and how often that covers it. Remembered, for exact
    arithmetic takes its time.
    """
    share = _share(pack, ask, piece)
    wanted = _count(pack, share, tolerance)
    return share, wanted, wanted / share[0] if share is not None and share[0] else None


def _count(pack: _Pack, share: tuple[Fraction, bool] | None, tolerance: Fraction | None) -> int:
    """Packs (or grams, by steps) for a need of `share[0]` of them; `share[1]` says that a usual weight was used."""
    weighed = pack.sold_by is SoldBy.WEIGHT
    if share is None:
        return int(pack.content.base) if weighed and pack.content else SOME if weighed else 1
    amount, natural = share
    if weighed:
        return max(STEP, ceil(amount / STEP) * STEP)
    missing = tolerance if tolerance is not None else NATURAL if natural else 0
    return max(1, ceil(amount * (1 - missing) if missing else amount))


def _pieces(pack: _Pack) -> Fraction:
    counted = pack.content is not None and pack.content.dimension == "count"
    return pack.content.base if pack.content is not None and counted else Fraction(pack.pieces)


def _share(pack: _Pack, ask: Ask, piece: Quantity | None) -> tuple[Fraction, bool] | None:
    """The need as a (not rounded) number of packs, or grams of a weighed good; None when that cannot be said."""
    if not ask.same:
        return None
    if ask.how is not How.AMOUNT:
        return _counted(pack, ask)
    if pack.sold_by is SoldBy.WEIGHT:
        return _grams(ask, pack.content or piece)
    if ask.same[0].dimension == "count":
        return _for_pieces(pack, ask, piece)
    return _for_content(pack, ask, piece)


def _for_pieces(pack: _Pack, ask: Ask, piece: Quantity | None) -> tuple[Fraction, bool] | None:
    """Pieces were said: pieces inside the pack, else by the usual weight of one."""
    count, content, inside = ask.same[0].base, pack.content, _pieces(pack)
    weights = [same for same in ask.same if same.dimension != "count"]
    usual = weights[0].base / count if weights and count else piece.base if piece is not None else None
    if inside > 1 or content is None or content.dimension == "count" or usual is None:
        return count / inside if inside != 1 else count, False
    if content.base <= usual * ONE_PIECE:
        return count, False
    return count * usual / content.base, True


def _for_content(pack: _Pack, ask: Ask, piece: Quantity | None) -> tuple[Fraction, bool] | None:
    """Grams or millilitres were said: the same on the pack, else pieces, else grams for millilitres."""
    content = pack.content or Quantity(pack.pieces)
    if pack.content is None and pack.pieces == 1:
        return None
    for same in ask.same:
        if same.dimension == content.dimension:
            return same.base / content.base, same is not ask.same[0]
    need = ask.same[0]
    if "length" in (need.dimension, content.dimension):
        return None
    if content.dimension == "count":
        like = next((same for same in ask.same if piece is not None and same.dimension == piece.dimension), need)
        return (like.base / (content.base * piece.base), True) if piece is not None else None
    return need.base / content.base, True


def _grams(ask: Ask, piece: Quantity | None) -> tuple[Fraction, bool] | None:
    for dimension in ("mass", "volume"):
        for same in ask.same:
            if same.dimension == dimension:
                return same.base, False
    need = ask.same[0]
    return (need.base * piece.base, True) if need.dimension == "count" and piece is not None else None


def _counted(pack: _Pack, ask: Ask) -> tuple[Fraction, bool] | None:
    """Packs, containers and slices. A box of eggs is a container too: there the pack itself was meant."""
    count, content, inside = ask.same[0].base, pack.content, _pieces(pack)
    if pack.sold_by is SoldBy.WEIGHT:
        each = SLICE if ask.how is How.SLICES else content.base if content is not None else SOME
        return count * each, True
    if ask.how is How.PACKS:
        return count * ask.pack_of / inside if ask.pack_of else count, False
    if ask.how is How.CONTAINERS:
        boxed = content is not None and content.dimension == "count"
        return count if boxed else count / inside, False
    if inside > 1:
        return count / inside, False
    return (count * SLICE / content.base, True) if content is not None and content.dimension == "mass" else None
