"""The products of an index as one file that is mapped into memory, each beside the card that ranking reads.

A record is the length of the product (four bytes, little-endian), the card, then the product, both as MessagePack.
Its place is one number, `offset of the card * 2^16 + length of the card`: the fast field `place` of the index holds
it, so that neither is looked for. Records are only ever added; what is replaced or withdrawn stays until a rebuild.
"""

from __future__ import annotations

import mmap
import struct
from functools import lru_cache
from pathlib import Path

import msgspec

from cabas.dialogue.ranking import Card
from cabas.domain.catalog import Product

FILE = "cards"
CARD_BITS = 16
_LENGTH = struct.Struct("<I")
# What one process keeps read: some 1.5 KB a card, 2 KB a product.
CARDS_KEPT, PRODUCTS_KEPT = 16_384, 8_192

encode = msgspec.msgpack.Encoder(order="deterministic").encode
_card = msgspec.msgpack.Decoder(Card).decode
_product = msgspec.msgpack.Decoder(Product).decode


class CardWriter:
    """Adds records to the file of a folder. Close it before the index is committed: a place must never lead nowhere."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / FILE).open("ab")
        self._end = self._file.tell()

    def add(self, card: bytes, product: bytes) -> int:
        """The place of a new record. Raises `ValueError` for a card of 64 KiB or more, which no name makes."""
        if len(card) >> CARD_BITS:
            raise ValueError(f"A card takes {len(card)} bytes.")
        self._file.write(b"".join((_LENGTH.pack(len(product)), card, product)))
        place = self._end + _LENGTH.size << CARD_BITS | len(card)
        self._end += _LENGTH.size + len(card) + len(product)
        return place

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


class Cards:
    """The records of a folder, for reading. The last ones read are kept, so that what is asked for often is at hand."""

    def __init__(self, folder: Path) -> None:
        with (folder / FILE).open("rb") as file:
            size = file.seek(0, 2)
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        self.card = lru_cache(CARDS_KEPT)(self._read_card)
        self.product = lru_cache(PRODUCTS_KEPT)(self._read_product)

    def _read_card(self, place: int) -> Card:
        start = place >> CARD_BITS
        return _card(self._bytes[start : start + (place & 0xFFFF)])

    def _read_product(self, place: int) -> Product:
        start = place >> CARD_BITS
        (length,) = _LENGTH.unpack(self._bytes[start - _LENGTH.size : start])
        start += place & 0xFFFF
        return _product(self._bytes[start : start + length])
