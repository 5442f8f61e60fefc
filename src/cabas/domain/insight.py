"""What purchases say about a shopper. Recency-decayed personal frequency: it matched or beat the neighbour models on
time-split public baskets, and one receipt updates it exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from cabas.domain.customer import Habit

# A purchase counts half after this many days.
HALF_LIFE_DAYS = 60.0


@dataclass(frozen=True, slots=True)
class Purchase:
    """One line of one receipt: `quantity` in pieces or grams."""

    at: datetime
    sku: str
    name: str
    family: str | None
    brand: str | None
    quantity: int


def habits(purchases: Iterable[Purchase], now: datetime) -> tuple[Habit, ...]:
    """Habits by SKU, strongest first. `every_days` is the median gap; 30 when bought once."""
    by_sku: dict[str, list[Purchase]] = defaultdict(list)
    for purchase in purchases:
        by_sku[purchase.sku].append(purchase)
    found = [_habit(sorted(bought, key=lambda one: one.at), now) for bought in by_sku.values()]
    return tuple(sorted(found, key=lambda habit: (-habit.weight, habit.sku)))


def _habit(bought: list[Purchase], now: datetime) -> Habit:
    last = bought[-1]
    ages = [(now - one.at).total_seconds() / 86_400 for one in bought]
    gaps = [older - newer for older, newer in pairwise(ages) if older - newer >= 1]
    return Habit(
        sku=last.sku,
        name=last.name,
        family=last.family,
        brand=last.brand,
        times=len(bought),
        weight=sum(0.5 ** (age / HALF_LIFE_DAYS) for age in ages),
        every_days=float(median(gaps)) if gaps else 30.0,
        last_days_ago=ages[-1],
        quantity=last.quantity,
    )
