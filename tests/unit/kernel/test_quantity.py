from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.kernel.errors import InvalidInput
from cabas.kernel.quantity import UNITS, Quantity

units = st.sampled_from(sorted(UNITS))
quantities = st.builds(Quantity, st.integers(-(10**9), 10**9), units, st.integers(0, 6))


@given(quantities)
def test_of_gives_the_same_quantity_in_the_fewest_steps(quantity: Quantity) -> None:
    again = Quantity.of(quantity.amount, quantity.unit)
    assert again.base == quantity.base
    assert again.scale <= quantity.scale


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.sampled_from(["GRM", "KGM", "MGM"]))
def test_sums_are_exact_over_units(left: int, right: int, unit: str) -> None:
    assert (Quantity(left, "GRM") + Quantity(right, unit)).base == left + right * UNITS[unit][1]


def test_one_and_a_half_kilo() -> None:
    quantity = Quantity.of(Fraction(3, 2), "KGM")
    assert quantity == Quantity(15, "KGM", 1)
    assert quantity.to("GRM") == Quantity(1500, "GRM")
    assert str(quantity) == "1.5 kg"
    assert Quantity(75, "CLT") < Quantity(1, "LTR")
    assert str(Quantity(6)) == "6"


def test_dimensions_do_not_mix() -> None:
    with pytest.raises(InvalidInput):
        Quantity(1, "KGM") + Quantity(1, "LTR")
    with pytest.raises(InvalidInput):
        Quantity(1).to("GRM")


@pytest.mark.parametrize(("unit", "scale"), [("XXX", 0), ("GRM", -1), ("GRM", 7)])
def test_unknown_units_and_scales_are_refused(unit: str, scale: int) -> None:
    with pytest.raises(InvalidInput):
        Quantity(1, unit, scale)
