"""What is there already: in the cart, over from another recipe, or at home since the last purchase.

Amounts are counted in a product's own unit: packs, or grams when it is sold by weight (`packs.share_of`).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from cabas.domain.cart import LineItem
from cabas.domain.catalog import Product, SoldBy, Storage
from cabas.domain.customer import Habit
from cabas.domain.packs import NATURAL, share_of
from cabas.domain.recipe import Need, together
from cabas.kernel.quantity import GRAM, Quantity

# What is bought once is no habit, and nobody knows how fast it is used up.
TIMES = 2


def spare(line: LineItem) -> Fraction:
    """How much of a line no recipe takes yet."""
    return max(Fraction(0), line.quantity - line.used)


def takes(need: Need, product: Product, piece: Quantity | None = None) -> Fraction | None:
    """How much of `product` a need takes; nothing when it says no amount, None when the two cannot be compared."""
    if not need.same:
        return Fraction(0)
    share = share_of(product, need.ask, piece)
    return share[0] if share is not None else None


def covers(stock: Fraction, need: Need, product: Product, piece: Quantity | None = None) -> Fraction | None:
    """How much of `stock` (units of `product`) the need takes when that is enough; None when it is not.

    What went through a usual weight may be missed by `packs.NATURAL`, as when it is bought.
    """
    if not need.same:
        return Fraction(0)
    share = share_of(product, need.ask, piece)
    if share is None:
        return None
    amount, natural = share
    least = amount * (1 - NATURAL) if natural else amount
    return min(stock, amount) if stock >= least else None


def rest(need: Need, stock: Fraction, product: Product, piece: Quantity | None = None) -> Need:
    """What is left to buy when `stock` of `product` is used up for the need."""
    amount = takes(need, product, piece)
    return need.times(1 - stock / amount) if amount and stock < amount else need


def grown(need: Need, line: LineItem, product: Product) -> Need | None:
    """`need` and what recipes take of `line` as one need, to be bought anew; None when the two cannot be added."""
    held = _content(product, line.used)
    if held is None or held.dimension not in {same.dimension for same in need.same}:
        return None
    both = together(need, Need(need.words, need.lang, need.family, (held,)))
    return replace(both, optional=False)


def left_over(line: LineItem, product: Product) -> Quantity | None:
    """What stays in the packs of a line after the recipes took theirs; None when that cannot be said."""
    return _content(product, spare(line))


def _content(product: Product, units: Fraction) -> Quantity | None:
    if product.sold_by is SoldBy.WEIGHT:
        return Quantity.of(units, GRAM)
    content = product.content or (Quantity(product.pieces) if product.pieces > 1 else None)
    return content.times(units) if content is not None else None


def taken(line: LineItem, amount: Fraction) -> LineItem:
    """`line` with that much more of it used, to a thousandth of a unit."""
    used = min(Fraction(line.quantity), line.used + amount)
    return replace(line, used=Fraction(round(used * 1000), 1000))


def left_at_home(habit: Habit, product: Product) -> Fraction:
    """How much of the last purchase of `product` is surely there still, in its own unit: it is used evenly until the
    next one is due, and nothing is known of what was bought once. What has to be kept cold was bought to be eaten: the
    ham of last week's quiche went into it.
    """
    if habit.times < TIMES or habit.every_days <= 0 or product.storage is not Storage.AMBIENT:
        return Fraction(0)
    left = max(0.0, 1 - max(0.0, habit.last_days_ago) / habit.every_days)
    return habit.quantity * Fraction(round(left * 1000), 1000)
