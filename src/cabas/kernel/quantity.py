"""Quantities as integer steps of 10^-scale of a UN/CEFACT Recommendation 20 unit (UCP, "Quantities and units").

No floats: 1.5 kg is `Quantity(15, "KGM", 1)`. Quantities of one dimension (count, mass, volume, length) compare and
add; mixing dimensions raises `InvalidInput`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from cabas.kernel.errors import InvalidInput

EACH, GRAM, KILOGRAM, MILLILITER, CENTILITER, LITER, METER = "C62", "GRM", "KGM", "MLT", "CLT", "LTR", "MTR"

# code: (dimension, how many base units it holds, symbol). The base units are one piece, one gram, one millilitre.
UNITS: dict[str, tuple[str, Fraction, str]] = {
    EACH: ("count", Fraction(1), ""),
    "MGM": ("mass", Fraction(1, 1000), "mg"),
    GRAM: ("mass", Fraction(1), "g"),
    KILOGRAM: ("mass", Fraction(1000), "kg"),
    MILLILITER: ("volume", Fraction(1), "ml"),
    CENTILITER: ("volume", Fraction(10), "cl"),
    "DLT": ("volume", Fraction(100), "dl"),
    LITER: ("volume", Fraction(1000), "l"),
    "CMT": ("length", Fraction(1, 100), "cm"),
    METER: ("length", Fraction(1), "m"),
}
BASE = {"count": EACH, "mass": GRAM, "volume": MILLILITER, "length": METER}
SYMBOLS = {symbol: code for code, (_, _, symbol) in UNITS.items() if symbol}


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` x 10^-`scale` of `unit` (UN/CEFACT Rec 20 code)."""

    value: int
    unit: str = EACH
    scale: int = 0

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise InvalidInput(f"Unknown unit {self.unit!r}.", remedy=f"Use one of {', '.join(UNITS)}.")
        if not 0 <= self.scale <= 6:
            raise InvalidInput(f"A scale of {self.scale} is out of range.", remedy="Use 0 to 6 decimal places.")

    @classmethod
    def of(cls, amount: int | Fraction, unit: str = EACH) -> Quantity:
        """`amount` of `unit`, to at most six decimal places (rounded down beyond)."""
        fraction = Fraction(amount)
        for scale in range(7):
            if (fraction * 10**scale).denominator == 1:
                return cls(int(fraction * 10**scale), unit, scale)
        return cls(int(fraction * 10**6), unit, 6)

    @property
    def dimension(self) -> str:
        """count, mass, volume or length."""
        return UNITS[self.unit][0]

    @property
    def amount(self) -> Fraction:
        """How many `unit`s, exactly."""
        return Fraction(self.value, 10**self.scale)

    @property
    def base(self) -> Fraction:
        """How many base units (pieces, grams, millilitres, metres), exactly."""
        return _base(self.value, self.unit, self.scale)

    def _same(self, other: Quantity) -> None:
        if self.dimension != other.dimension:
            raise InvalidInput(f"Cannot compare {self} with {other}.")

    def to(self, unit: str) -> Quantity:
        """The same quantity in another unit of its dimension."""
        self._same(Quantity(0, unit))
        return Quantity.of(self.base / UNITS[unit][1], unit)

    def times(self, factor: int | Fraction) -> Quantity:
        """`factor` times this, in the same unit."""
        return Quantity.of(self.amount * factor, self.unit)

    def __add__(self, other: Quantity) -> Quantity:
        self._same(other)
        return Quantity.of((self.base + other.base) / UNITS[self.unit][1], self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return self + other.times(-1)

    def __lt__(self, other: Quantity) -> bool:
        self._same(other)
        return self.base < other.base

    def __le__(self, other: Quantity) -> bool:
        self._same(other)
        return self.base <= other.base

    def __bool__(self) -> bool:
        return self.value != 0

    def __str__(self) -> str:
        number = f"{float(self.amount):g}"
        symbol = UNITS[self.unit][2]
        return f"{number} {symbol}" if symbol else number


@lru_cache(maxsize=16_384)
def _base(value: int, unit: str, scale: int) -> Fraction:
    """A store's packs come in a few thousand sizes, which are compared all the time."""
    return Fraction(value, 10**scale) * UNITS[unit][1]
