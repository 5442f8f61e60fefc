"""When the two parties settle what they owe each other, and how.

    [settlement]
    period = "month"
    payment_days = 30
    netting = true

With netting one payment is made, of the difference; without, each pays in full what it owes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cabas.agreement.schema import FLAG, key, one_of, whole
from cabas.agreement.term import Term

PERIODS = {"day": "every day", "week": "Monday to Sunday", "month": "calendar month"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(Term):
    """When the two parties settle what they owe each other, and how."""

    period: str = key(one_of(PERIODS), "What one statement covers.", default="month")
    payment_days: int = key(whole(0, 60), "Days from the end of the period to the payment.", default=30)
    netting: bool = key(FLAG, "Whether only the difference is paid.", default=True)

    def period_of(self, day: date) -> tuple[date, date]:
        """The first and the last day of the period that holds `day`."""
        if self.period == "day":
            return day, day
        if self.period == "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def due_on(self, last_day: date) -> date:
        """When the statement of the period that ended on `last_day` is paid."""
        return last_day + timedelta(days=self.payment_days)
