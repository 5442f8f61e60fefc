"""Shoppers and what they buy again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Shopper:
    """A person with an account at the retailer. `personal` says they agreed to results from their own history.

    `email` is where a link to sign in is sent, in lower case; without one they cannot sign in by mail.
    """

    id: str
    retailer_id: str
    name: str
    locale: str = "fr-FR"
    store_id: str | None = None
    loyalty_card: str | None = None
    birth_date: date | None = None
    personal: bool = False
    email: str | None = None

    @property
    def first_name(self) -> str:
        """What one calls them."""
        return self.name.partition(" ")[0]

    def age_on(self, day: date) -> int | None:
        """Age in full years; None when the birth date is unknown."""
        if self.birth_date is None:
            return None
        before_birthday = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before_birthday


@dataclass(frozen=True, slots=True)
class Habit:
    """What one shopper usually buys: a product, how often, when last and how much (in the product's unit).

    `weight` is the recency-decayed frequency (domain.insight); `every_days` the usual gap between purchases.
    """

    sku: str
    name: str
    family: str | None
    brand: str | None
    times: int
    weight: float
    every_days: float
    last_days_ago: float
    quantity: int

    @property
    def overdue(self) -> bool:
        """Whether it is due again."""
        return self.last_days_ago > self.every_days
