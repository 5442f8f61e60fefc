"""Discount codes of the retailer: what one is worth, whom and what it is for, and how it is split among the lines.

Codes are taken one after the other, in the order they were given, each off what those before it left: whatever is
stacked, nothing costs less than nothing. What a code takes is split among its lines by what they cost, exactly, so
that VAT and commissions are of what was really paid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money, total
from cabas.kernel.text import fold

BASIS = 10_000
CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,39}")


class Kind(StrEnum):
    """What a code takes off: a share of the goods, an amount of the goods, or the fee of the slot."""

    PERCENT = "percent"
    AMOUNT = "amount"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class Discount:
    """A code as the retailer wrote it. `value` is basis points of the goods ("percent"), minor units ("amount") or
    basis points of the fee ("fee").

    `minimum` is what the goods must cost before any code, in minor units. `ends` is the last day. `families`,
    `categories` (paths like "Crèmerie > Laits") and `skus` say which goods; all of them when the three are empty.
    `platforms` may offer it; everybody when empty. `uses` counts orders in all, `uses_each` of one shopper; None is no
    limit. An `automatic` one needs no code to be said, nor does one for `members` of the loyalty program. `used` and
    `used_by` are what was counted when it was read: in all, and by the shopper who asks.
    """

    code: str
    title: str
    kind: str
    value: int
    currency: str = "EUR"
    minimum: int = 0
    starts: date | None = None
    ends: date | None = None
    families: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    uses: int | None = None
    uses_each: int | None = None
    automatic: bool = False
    members: bool = False
    used: int = 0
    used_by: int = 0

    @property
    def whole(self) -> bool:
        """Whether it is for the order as a whole: all goods, or the fee."""
        return self.kind == Kind.FEE or not (self.families or self.categories or self.skus)

    def covers(self, line: Line) -> bool:
        """Whether it is for the goods of that line."""
        if not (self.families or self.categories or self.skus):
            return True
        path = " > ".join(fold(step) for step in line.category)
        wanted = (" > ".join(fold(step) for step in one.split(">")) for one in self.categories)
        return (
            line.sku in self.skus
            or line.family in self.families
            or any(path == one or path.startswith(f"{one} > ") for one in wanted)
        )


class Line(Protocol):
    """A line of a cart, as codes see it: `price` is for all of it, after promotions, VAT included."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def sku(self) -> str | None:
        """Its product."""
        ...

    @property
    def price(self) -> Money | None:
        """What it costs."""
        ...

    @property
    def family(self) -> str | None:
        """The kind of goods."""
        ...

    @property
    def category(self) -> tuple[str, ...]:
        """The path of its department."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    """A code that counts: `amount` is all it takes off, `shares` what of it falls on which line (by id), `fee` on the
    fee of the slot. A `whole` one is shown with the order, not with its lines.
    """

    code: str
    title: str
    amount: Money
    shares: tuple[tuple[str, Money], ...]
    fee: Money
    automatic: bool = False
    whole: bool = False

    @property
    def goods(self) -> Money:
        """What falls on goods."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Denied:
    """A code that does not count, as it was given, and why: a code of `notices.yaml` ("code_expired", ...).

    `minimum` is what the goods would have to cost, where that is why.
    """

    code: str
    reason: str
    minimum: Money | None = None


def tidy(code: str) -> str:
    """A code as it is kept: capitals without spaces."""
    return "".join(code.split()).upper()[:40]


def checked(one: Discount) -> Discount:
    """The same, tidied. Raises `InvalidInput` for one that makes no sense."""
    code = tidy(one.code)
    if not CODE.fullmatch(code):
        raise InvalidInput(
            f"{one.code[:60]!r} cannot be a code.", remedy="Use 2 to 40 letters, digits, dashes.", code="bad_code"
        )
    most = BASIS if one.kind in (Kind.PERCENT, Kind.FEE) else 10**9
    if one.kind not in list(Kind) or not 0 < one.value <= most:
        raise InvalidInput(
            f"The code {code} takes off nothing that can be taken off.",
            remedy="Use more than 0 % and at most 100 %, or an amount above zero.",
            code="bad_discount",
        )
    limits = [limit for limit in (one.uses, one.uses_each) if limit is not None]
    if one.minimum < 0 or any(limit < 1 for limit in limits):
        raise InvalidInput(
            f"The limits of the code {code} let nobody use it.", remedy="Use limits of 1 or more.", code="bad_discount"
        )
    if one.starts and one.ends and one.ends < one.starts:
        raise InvalidInput(
            f"The code {code} ends on {one.ends}, before it starts on {one.starts}.",
            remedy="Use a later last day.",
            code="bad_discount",
        )
    return replace(one, code=code, automatic=one.automatic or one.members)


def why_not(one: Discount, day: date, platform: str, holder: str) -> str | None:
    """Why the code is not for this day, platform or shopper (`holder`, empty when unknown); None when it is."""
    if one.starts and day < one.starts:
        return "code_early"
    if one.ends and one.ends < day:
        return "code_expired"
    if one.platforms and platform not in one.platforms:
        return "code_elsewhere"
    if one.uses is not None and one.used >= one.uses:
        return "code_used_up"
    if one.uses_each is not None and not holder:
        return "code_sign_in"
    if one.uses_each is not None and one.used_by >= one.uses_each:
        return "code_used"
    return None


def apply(
    discounts: Sequence[Discount], lines: Sequence[Line], fee: Money
) -> tuple[tuple[Applied, ...], tuple[Denied, ...]]:
    """What those discounts take off the lines that have a price, and off the fee; and those that take nothing."""
    left = {line.id: line.price for line in lines if line.price is not None}
    goods, applied, denied = total(left.values(), fee.currency), list[Applied](), list[Denied]()
    for one in discounts:
        covered = [line.id for line in lines if line.id in left and one.covers(line)]
        if goods.amount < one.minimum:
            denied.append(Denied(one.code, "code_minimum", Money(one.minimum, goods.currency)))
        elif not covered or one.currency != goods.currency:
            denied.append(Denied(one.code, "code_goods"))
        elif one.kind == Kind.FEE:
            off = fee.times(Fraction(one.value, BASIS))
            fee = fee - off
            if off:
                applied.append(Applied(one.code, one.title, off, (), off, one.automatic, one.whole))
        elif shares := _shares(one, {line: left[line] for line in covered}):
            left |= {line: left[line] - share for line, share in shares}
            off = total(share for _, share in shares)
            none = Money.zero(off.currency)
            applied.append(Applied(one.code, one.title, off, shares, none, one.automatic, one.whole))
        else:
            denied.append(Denied(one.code, "code_goods"))
    return tuple(applied), tuple(denied)


def _shares(one: Discount, left: dict[str, Money]) -> tuple[tuple[str, Money], ...]:
    """What falls on each line of what is left to pay; nothing on lines that are paid for already."""
    worth = total(left.values())
    off = worth.times(Fraction(one.value, BASIS)) if one.kind == Kind.PERCENT else Money(one.value, worth.currency)
    off = min(off, worth)
    if not off:
        return ()
    parts = off.allocate([amount.amount for amount in left.values()])
    return tuple((line, part) for line, part in zip(left, parts, strict=True) if part)
