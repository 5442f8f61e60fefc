"""The words of a catalog: how often they are met, together with which, sounding like which. A file beside the index."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import msgspec

from cabas.dialogue import locales
from cabas.dialogue.classify import names_of
from cabas.dialogue.names import LACKING, light
from cabas.dialogue.spelling import Speller
from cabas.dialogue.trie import small_words
from cabas.domain.catalog import Product
from cabas.kernel.text import fold
from cabas.storage.search_entry import Entry, entry_of, pairs_of

FILE = "words.msgpack"


class _File(msgspec.Struct, array_like=True):
    lang: str
    products: int
    words: list[str]
    counts: list[int]
    pairs: bytes
    shorter: bytes
    sounds: bytes
    brands: dict[str, int]
    families: list[str]
    paths: list[str]


class WordsBuilder:
    """Gathers the words of products, on top of those known (`base`). Only a rebuild forgets words."""

    def __init__(self, lang: str, base: Words | None = None) -> None:
        self.lang, self.base = lang, base
        self.counts: Counter[str] = Counter(base.counts if base else ())
        self.pairs: set[int] = set()
        self.brands: Counter[str] = Counter(base.brands if base else ())
        self.families: set[str] = set(base.families if base else ())
        self.paths: set[str] = set(base.paths if base else ())
        self._seen: set[str] = set()
        self.products = base.products if base else 0

    def add(self, entry: Entry) -> None:
        """Count the words of a product."""
        self.counts.update(entry.words)
        self.pairs.update(entry.pairs)
        if entry.brand:
            self.brands[entry.brand] += 1
        path = entry.texts.get("leaf", "")
        if path not in self._seen:
            self._seen.add(path)
            self.paths.update(path.split())
        if entry.family and entry.family not in self.families:
            self.families.add(entry.family)
            for code in locales.languages():
                for words in names_of(code).names.get(entry.family, ()):
                    self.pairs.update(pairs_of(words))
        self.products += 1

    def build(self) -> Words:
        """The words gathered so far."""
        pairs = self.pairs.union(self.base.pairs) if self.base else self.pairs
        words = sorted(self.counts)
        base = self.base
        same = base is not None and list(base.speller.words) == words
        speller = base.speller if base and same else Speller(tuple(words), self.lang)
        return Words(
            self.lang, self.products, dict(self.counts), array("I", sorted(pairs)), speller, dict(self.brands),
            frozenset(self.families), frozenset(self.paths),
        )  # fmt: skip


class Words:
    """The words of a catalog, for reading. `counts` maps a folded word to the number of names it stands in,
    `paths` are stems of category paths.
    """

    def __init__(
        self, lang: str, products: int, counts: dict[str, int], pairs: array[int], speller: Speller,
        brands: dict[str, int], families: frozenset[str], paths: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.lang, self.products, self.counts, self.pairs = lang, products, counts, pairs
        self.speller, self.brands, self.families = speller, brands, families
        self.paths = paths
        self.stems: Counter[str] = Counter()
        for word, count in counts.items():
            self.stems[light(word)] += count
        self.most = max(self.stems.values(), default=0)  # in how many names the most frequent stem stands
        self._single = frozenset(stem.lstrip(LACKING) for stem in self.stems) | frozenset(
            stem for code in locales.languages() for family in families for name in names_of(code).names.get(family, ())
            for stem in name
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path) -> Words:
        """Read the file of an index folder. Raises `OSError` or `msgspec.DecodeError` when it is missing or damaged."""
        held = msgspec.msgpack.decode((folder / FILE).read_bytes(), type=_File)
        pairs = array("I")
        pairs.frombytes(held.pairs)
        if sys.byteorder == "big":
            pairs.byteswap()
        speller = Speller(tuple(held.words), held.lang, (held.shorter, held.sounds))
        counts = dict(zip(held.words, held.counts, strict=True))
        return cls(held.lang, held.products, counts, pairs, speller, held.brands, frozenset(held.families),
                   frozenset(held.paths))  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write the file, whole or not at all."""
        pairs = array("I", self.pairs)
        if sys.byteorder == "big":
            pairs.byteswap()
        words = list(self.speller.words)
        shorter, sounds = self.speller.tables()
        held = _File(
            self.lang, self.products, words, [self.counts[word] for word in words], pairs.tobytes(), shorter, sounds,
            self.brands, sorted(self.families), sorted(self.paths),
        )  # fmt: skip
        draft = folder / f"{FILE}.new"
        draft.write_bytes(msgspec.msgpack.encode(held))
        draft.replace(folder / FILE)

    def frequency(self, word: str) -> int:
        """In how many names a folded word stands, in any form."""
        return self.stems.get(light(word), 0)

    def knows(self, words: str) -> bool:
        """Whether every word of `words` stands together in a name, or names a family that is sold here."""
        said = [light(word) for word in fold(words).replace("-", " ").replace("'", " ").split() if word not in _small()]
        if not said:
            return False
        if len(said) == 1:
            return said[0] in self._single
        return all(self._together(pair) for pair in pairs_of(said))

    def _together(self, pair: int) -> bool:
        place = bisect_left(self.pairs, pair)
        return place < len(self.pairs) and self.pairs[place] == pair


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    return frozenset().union(*(small_words(lang) for lang in locales.languages()))


def words_of(lang: str, products: Iterable[Product]) -> Words:
    """The words of a whole catalog at once."""
    builder = WordsBuilder(lang)
    for product in products:
        builder.add(entry_of(product))
    return builder.build()
