"""The words of retailers while the server runs: built once for each version of them, kept for the retailers in use."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from cabas.dialogue.knowledge import Knowledge
from cabas.dialogue.lexicon import Lexicon, lexicon
from cabas.dialogue.locales import languages
from cabas.usecases.learn.ports import Failure, Failures, Teachings

# Retailers whose words are kept ready; the one that talked longest ago goes first.
KEPT = 32


class Lexicons:
    """`usecases.learn.ports.Learning`, and the lexicon of each retailer and language.

    `brands` gives the brands of a retailer's catalog. A turn that finds new words has them built beside the event loop;
    turns that come meanwhile wait for the same building.
    """

    def __init__(self, teachings: Teachings, failures: Failures, brands: Callable[[str], Iterable[str]]) -> None:
        self._teachings, self._failures, self._brands = teachings, failures, brands
        self._knowledge: dict[str, Knowledge] = {}
        self._built: OrderedDict[str, dict[str, Lexicon]] = OrderedDict()
        self._building = asyncio.Lock()

    def of(self, retailer_id: str, lang: str) -> Lexicon:
        """The words of a retailer in a language: the families, its brands, and what it taught when last looked at."""
        built = self._built.get(retailer_id, {})
        if lang not in built:
            built = built | {lang: self._build(retailer_id, lang)}
            self._keep(retailer_id, built)
        self._built.move_to_end(retailer_id)
        return built[lang]

    async def refresh(self, retailer_id: str, *, now: bool = False) -> None:
        """Know the retailer's words as they are now. Without `now`, asks only when the last conversation told of a
        version other than the one that is known.
        """
        if not now and self._current(retailer_id):
            return
        async with self._building:
            if not now and self._current(retailer_id):
                return
            known = self._knowledge.get(retailer_id, Knowledge())
            found = await self._teachings.knowledge(retailer_id)
            self._knowledge[retailer_id] = found
            if found.words != known.words:
                self._keep(retailer_id, await asyncio.to_thread(self._all, retailer_id))

    async def keep(self, retailer_id: str, failures: Sequence[Failure]) -> None:
        """Keep what was not understood."""
        await self._failures.add(retailer_id, failures)

    def _current(self, retailer_id: str) -> bool:
        known = self._knowledge.get(retailer_id)
        return (known.version if known is not None else 0) == self._teachings.seen(retailer_id)

    def _all(self, retailer_id: str) -> dict[str, Lexicon]:
        return {lang: self._build(retailer_id, lang) for lang in languages()}

    def _build(self, retailer_id: str, lang: str) -> Lexicon:
        return lexicon(brands=self._brands(retailer_id), knowledge=self._knowledge.get(retailer_id), lang=lang)

    def _keep(self, retailer_id: str, built: dict[str, Lexicon]) -> None:
        self._built[retailer_id] = built
        self._built.move_to_end(retailer_id)
        while len(self._built) > KEPT:
            gone, _ = self._built.popitem(last=False)
            self._knowledge.pop(gone, None)
