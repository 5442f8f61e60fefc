"""What a recipe's amount is once it is read: so much of a unit, and how amounts are added up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

# One unit in teaspoons, so that spoons and cups can be added up.
SPOONS = {
    "tsp": 1, "tbsp": 3, "fl oz": 6, "cup": 48, "pint": 96, "quart": 192, "gallon": 768,
}  # fmt: skip
METRIC = {
    "mg": ("g", Fraction(1, 1000)), "g": ("g", Fraction(1)), "kg": ("g", Fraction(1000)), "ml": ("ml", Fraction(1)),
    "cl": ("ml", Fraction(10)), "dl": ("ml", Fraction(100)), "l": ("ml", Fraction(1000)),
}  # fmt: skip
CONTAINERS = frozenset({"can", "jar", "bottle", "pack", "sachet", "cube"})
WEIGHTS = frozenset({*METRIC, "oz", "lb", "fl oz"})
LENGTHS = frozenset({"inch", "cm"})
# Fractions of an inch or a pound are written with these below.
BINARY = (16, 32, 64)


@dataclass(frozen=True, slots=True)
class Measure:
    """`quantity` of `unit`, `most` the upper end of a range. No quantity: "some"; no unit: pieces."""

    quantity: Fraction | None
    unit: str | None = None
    most: Fraction | None = None

    def times(self, factor: Fraction) -> Measure:
        """`factor` times this, range and all."""
        return replace(
            self,
            quantity=self.quantity * factor if self.quantity is not None else None,
            most=self.most * factor if self.most is not None else None,
        )

    def plus(self, other: Measure) -> Measure | None:
        """The sum in this unit; None where the units cannot be added."""
        if self.quantity is None or other.quantity is None or self.most or other.most:
            return None
        if self.unit == other.unit:
            return replace(self, quantity=self.quantity + other.quantity)
        if self.unit in SPOONS and other.unit in SPOONS:
            return replace(self, quantity=self.quantity + other.quantity * SPOONS[other.unit] / SPOONS[self.unit])
        one, two = METRIC.get(self.unit or ""), METRIC.get(other.unit or "")
        if one and two and one[0] == two[0]:
            return replace(self, quantity=self.quantity + other.quantity * two[1] / one[1])
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """An amount read from the tokens up to `end` (the "of" after it included); `also` are the same amount otherwise.

    `open` is where a size in parentheses between number and unit would stand ("1 (14 oz) can").
    """

    measure: Measure
    end: int
    also: tuple[Measure, ...] = ()
    open: int = -1
