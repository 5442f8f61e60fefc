"""What a pack holds, as retailers write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.sizes import read_size


@pytest.mark.parametrize(
    ("text", "content", "pieces"),
    [
        ("Eau 6x1,5L", "9000 ml", 6),
        ("Crèmes 4 x 125 g", "500 g", 4),
        ("Crèmes 125gx4", "500 g", 4),
        ("Crèmes 125 g x 4", "500 g", 4),
        ("Pack 6X1L5", "9000 ml", 6),
        ("Huile 1,5 L", "1500 ml", 1),
        ("Cidre 1/2 l", "500 ml", 1),
        ("Vin 75cl", "750 ml", 1),
        ("Farine 1 kg", "1000 g", 1),
        ("Pommes 2, 5Kg", "2500 g", 1),
        ("2 paquets de 230 g", "460 g", 2),
        ("4 fois 100 grammes", "400 g", 4),
        ("Jambon 4 tranches 160 g", "160 g", 4),
        ("Gâteaux x 12", "12", 12),
        ("Bières lot de 3", "3", 3),
        ("8 samoussas", "8", 8),
        ("Ham, 6 slices", "6", 6),
    ],
)
def test_a_size_is_read(text: str, content: str, pieces: int) -> None:
    quantity, count = read_size(text)
    assert (str(quantity), count) == (content, pieces)


@pytest.mark.parametrize(
    "text", ["Lait 1/2 écrémé", "Vin 12% vol", "4 fromages râpés", "Crème 30 % MG", "Édition 2024", "1664", "0 g", ""]
)
def test_what_is_no_size_is_none(text: str) -> None:
    assert read_size(text) == (None, 1)


@given(st.integers(1, 60), st.integers(1, 2000), st.sampled_from(["g", "ml"]))
def test_a_multipack_holds_the_product(units: int, each: int, unit: str) -> None:
    content, pieces = read_size(f"Chose {units} x {each} {unit}")
    assert content is not None
    assert (int(content.base), pieces) == (units * each, units)


@given(st.text(max_size=200))
def test_any_text_has_a_size_or_none(text: str) -> None:
    content, pieces = read_size(text)
    assert 1 <= pieces <= 200
    assert content is None or content.value > 0
