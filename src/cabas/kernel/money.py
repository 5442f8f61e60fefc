"""Money as an integer number of minor units; every split adds up to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from cabas.kernel.errors import InvalidInput

# Digits after the point, ISO 4217. A currency that is not listed has two.
EXPONENTS = {"JPY": 0, "KRW": 0, "XPF": 0, "XAF": 0, "XOF": 0, "TND": 3, "BHD": 3, "KWD": 3}


def exponent(currency: str) -> int:
    """Digits after the point of `currency` (ISO 4217)."""
    return EXPONENTS.get(currency, 2)


def round_half_up(value: Fraction) -> int:
    """The nearest integer, halves away from zero: what a till prints."""
    return _rounded(value.numerator, value.denominator)


def _rounded(numerator: int, denominator: int) -> int:
    """The same for `numerator / denominator` (greater than 0), without making fractions: carts are full of these."""
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return nearest if numerator >= 0 else -nearest


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units (cents) of `currency` (ISO 4217). Adding two currencies raises `InvalidInput`."""

    amount: int
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str, currency: str = "EUR") -> Money:
        """'3.20' or '3,20' -> 320 cents. Raises `InvalidInput` for anything finer than a minor unit."""
        try:
            value = Decimal(text.strip().replace(",", "."))
        except InvalidOperation:
            raise InvalidInput(f"{text!r} is not an amount of money.", remedy="Write it like 3.20.") from None
        scaled = value.scaleb(exponent(currency))
        if not value.is_finite() or scaled != scaled.to_integral_value():
            raise InvalidInput(f"{text!r} is finer than a cent.", remedy="Round it to the minor unit.")
        return cls(int(scaled), currency)

    @classmethod
    def zero(cls, currency: str = "EUR") -> Money:
        """Nothing, in `currency`."""
        return cls(0, currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise InvalidInput(f"Cannot mix {self.currency} and {other.currency}.")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def times(self, factor: int | Fraction) -> Money:
        """`factor` times this, rounded half up to the minor unit."""
        return Money(_rounded(self.amount * factor.numerator, factor.denominator), self.currency)

    def allocate(self, weights: Sequence[int | Fraction]) -> tuple[Money, ...]:
        """Split by `weights`, exactly: each part is floored, left-over cents go to the first parts in order.

        Formance's allotment does the same. Raises `InvalidInput` when no weight is positive or one is negative.
        """
        total = sum(Fraction(weight) for weight in weights)
        if total <= 0 or any(weight < 0 for weight in weights):
            raise InvalidInput("A split needs weights of zero or more, one of them positive.")
        sign = -1 if self.amount < 0 else 1
        parts = [int(abs(self.amount) * Fraction(weight) / total) for weight in weights]
        left = abs(self.amount) - sum(parts)
        for index, weight in enumerate(weights):
            if left == 0:
                break
            if weight > 0:
                parts[index] += 1
                left -= 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def __str__(self) -> str:
        digits = exponent(self.currency)
        sign, value = ("-" if self.amount < 0 else ""), abs(self.amount)
        if digits == 0:
            return f"{sign}{value} {self.currency}"
        whole, rest = divmod(value, 10**digits)
        return f"{sign}{whole}.{rest:0{digits}d} {self.currency}"


def total(amounts: Iterable[Money], currency: str = "EUR") -> Money:
    """The sum of `amounts`; zero `currency` when there are none."""
    items = list(amounts)
    result = Money.zero(items[0].currency if items else currency)
    for item in items:
        result += item
    return result
