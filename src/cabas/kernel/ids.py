"""Identifiers: GTIN check digits (GS1 General Specifications 7.9), time-ordered ids, request fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from cabas.kernel.errors import InvalidInput

GTIN_LENGTHS = (8, 12, 13, 14)
IDEMPOTENCY_KEY_MAX = 255
# A catalog has hundreds of thousands of them: bytes are added up faster than the numbers of characters.
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))

NewId = Callable[[], str]


def gtin_check_digit(body: str) -> str:
    """The check digit that completes `body` (7, 11, 12 or 13 digits)."""
    digits = body.encode().translate(_VALUES)
    return str(-(3 * sum(digits[::-2]) + sum(digits[-2::-2])) % 10)


def is_gtin(text: str) -> bool:
    """Whether `text` is a GTIN-8, -12, -13 or -14 with a right check digit."""
    if len(text) not in GTIN_LENGTHS or not text.isascii() or not text.isdigit():
        return False
    return gtin_check_digit(text[:-1]) == text[-1]


def uuid7(now: datetime, random_bits: int) -> str:
    """A UUID version 7 (RFC 9562): time-ordered, made where the row is made. `random_bits` is 74 bits of chance."""
    millis = int(now.timestamp() * 1000)
    value = (millis & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= ((random_bits >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & (2**62 - 1)
    return str(UUID(int=value))


def order_number(identifier: str) -> str:
    """A number people can read aloud, of a UUID: ten characters of Crockford's base 32 in two groups."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value = int(hashlib.sha256(identifier.encode()).hexdigest(), 16)
    digits = "".join(alphabet[(value >> (5 * index)) & 31] for index in range(10))
    return f"{digits[:5]}-{digits[5:]}"


def fingerprint(body: bytes) -> str:
    """SHA-256 of the raw bytes of a request, as hex: what an idempotency key is bound to."""
    return hashlib.sha256(body).hexdigest()


def idempotency_key(text: str) -> str:
    """`text` if it can be an idempotency key. Raises `InvalidInput` when it is empty, too long or not printable."""
    if not text or len(text) > IDEMPOTENCY_KEY_MAX or not text.isprintable():
        raise InvalidInput(
            "An idempotency key needs 1 to 255 printable characters.", remedy="Use a fresh UUID for each new request."
        )
    return text
