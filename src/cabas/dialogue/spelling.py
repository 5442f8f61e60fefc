"""Which known words an odd one may stand for: misspelled by a letter or two, or written as it sounds.

Words are found by what is left of them when one letter is taken out (symmetric deletion), and by their sound. Both are
sorted arrays of 64-bit numbers (hash, index of the word), so that a catalog of 100,000 words costs a few megabytes.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from cabas.dialogue.sounds import sound

# Shorter words are too near to too many others; longer ones may have two letters wrong.
FUZZY_MIN, TWO_WRONG_MIN, JOINED_MAX = 4, 7, 3
# How many words' neighbors one speller remembers.
NEAR_KEPT = 8_192
# A table of words has two to the power of this many buckets.
BUCKET_BITS = 12
# How much a word counts that is not the very word: another form is as good as the word.
SAME_SOUND, ONE_WRONG, TWO_WRONG, JOINED = 0.8, 0.78, 0.6, 0.75


class Speller:
    """Looks up words like a given one among `words` (folded, sorted, unique), as they sound in `lang`."""

    def __init__(self, words: Sequence[str], lang: str, tables: tuple[bytes, bytes] | None = None) -> None:
        self.words, self.lang = words, lang
        self.near = lru_cache(NEAR_KEPT)(self._near)
        if tables is None:
            self._shorter = _Table.of(_deletions(words))
            self._sounds = _Table.of((sound(word, lang), index) for index, word in enumerate(words))
        else:
            self._shorter, self._sounds = map(_Table.read, tables)

    def tables(self) -> tuple[bytes, bytes]:
        """What `tables` of the constructor takes: little-endian, for a file."""
        return self._shorter.written(), self._sounds.written()

    def _near(self, word: str) -> tuple[tuple[str, float], ...]:
        """Other known words `word` may stand for and how surely (0-1), the surest first. Ask `near`."""
        found: dict[str, float] = {}
        if len(word) >= FUZZY_MIN:
            most = 2 if len(word) >= TWO_WRONG_MIN else 1
            for index in {index for left in {word, *_without_one(word)} for index in self._shorter.at(left)}:
                other = self.words[index]
                distance = OSA.distance(word, other, score_cutoff=most)
                # The first letter is seldom the wrong one.
                if 0 < distance <= most and (other[0] == word[0] or (distance == 1 and len(word) >= TWO_WRONG_MIN)):
                    found[other] = ONE_WRONG if distance == 1 else TWO_WRONG
        if len(word) >= 3:
            for other in self.sounding(sound(word, self.lang)):
                if other != word:
                    found[other] = SAME_SOUND
        return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def sounding(self, key: str) -> list[str]:
        """The known words of that sound; a sound of one letter says nothing."""
        if len(key) < 2:
            return []
        return [word for index in self._sounds.at(key) if sound(word := self.words[index], self.lang) == key]

    def joined(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """(start, end, word): two or three words in a row that sound like one known word ("épis nards")."""
        keys = [sound(word, self.lang) for word in words]
        for start in range(len(words)):
            for end in range(start + 2, min(start + JOINED_MAX, len(words)) + 1):
                key = "".join(keys[start:end])
                if len(key) >= 4:
                    for word in self.sounding(key):
                        yield start, end, word


@lru_cache(maxsize=4096)
def _without_one(word: str) -> tuple[str, ...]:
    return tuple(word[:place] + word[place + 1 :] for place in range(len(word)))


def _deletions(words: Iterable[str]) -> Iterator[tuple[str, int]]:
    for index, word in enumerate(words):
        if len(word) >= FUZZY_MIN - 1:
            yield word, index
            for left in {*_without_one(word)}:
                yield left, index


class _Table:
    """Numbers by a word: sorted 64-bit entries, the word's hash above, the number below.

    A look-up begins in the bucket of the first bits of the hash: all over the table it would wait for memory.
    """

    __slots__ = ("_entries", "_starts")

    def __init__(self, entries: array[int]) -> None:
        self._entries = entries
        self._starts = [bisect_left(entries, bucket << 64 - BUCKET_BITS) for bucket in range(1 << BUCKET_BITS)]
        self._starts.append(len(entries))

    @classmethod
    def of(cls, entries: Iterable[tuple[str, int]]) -> _Table:
        """The table of (word, number) pairs."""
        return cls(array("Q", sorted(zlib.crc32(key.encode()) << 32 | index for key, index in entries)))

    @classmethod
    def read(cls, written: bytes) -> _Table:
        """The table that `written` gave."""
        entries = array("Q")
        entries.frombytes(written)
        if sys.byteorder == "big":
            entries.byteswap()
        return cls(entries)

    def written(self) -> bytes:
        """The entries, little-endian."""
        copy = array("Q", self._entries)
        if sys.byteorder == "big":
            copy.byteswap()
        return copy.tobytes()

    def at(self, key: str) -> list[int]:
        """The numbers of a word, and of those of the same hash."""
        hashed, entries, found = zlib.crc32(key.encode()), self._entries, []
        bucket = hashed >> 32 - BUCKET_BITS
        end = self._starts[bucket + 1]
        place = bisect_left(entries, hashed << 32, self._starts[bucket], end)
        while place < end and entries[place] >> 32 == hashed:
            found.append(entries[place] & 0xFFFFFFFF)
            place += 1
        return found
