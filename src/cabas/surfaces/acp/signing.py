"""`Merchant-Signature: t=SECONDS,v1=HEX`: HMAC-SHA256 over the time, a dot and the raw body, by a shared secret."""

from __future__ import annotations

import hashlib
import hmac
import re

TOLERANCE_SECONDS = 300
_SHAPE = re.compile(r"t=(\d{1,12}),v1=([0-9a-fA-F]{64})")


def sign(secret: str, body: bytes, at: int) -> str:
    """The header for `body` sent `at` (seconds since 1970)."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def holds(secret: str, header: str, body: bytes, now: int) -> bool:
    """Whether the header is of that secret and body, and not older or newer than `TOLERANCE_SECONDS`."""
    found = _SHAPE.fullmatch(header)
    if found is None or abs(now - int(found[1])) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(sign(secret, body, int(found[1])), f"t={found[1]},v1={found[2].lower()}")
