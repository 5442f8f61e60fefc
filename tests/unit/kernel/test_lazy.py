"""Libraries that are imported when they are first used."""

from __future__ import annotations

import sys

import pytest

from cabas.kernel.lazy import Lazily


def test_a_module_is_imported_when_something_of_it_is_asked_for() -> None:
    sys.modules.pop("colorsys", None)
    module = Lazily("colorsys")
    assert "colorsys" not in sys.modules
    assert module.rgb_to_hsv(0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert "colorsys" in sys.modules
    with pytest.raises(AttributeError):
        module.nothing_of_it  # noqa: B018 (asking is the test)
