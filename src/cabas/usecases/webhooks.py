"""Where a platform is told of its orders, and the secret by which it knows that it is us."""

from __future__ import annotations

import hashlib
import hmac

from cabas.agreement.agreement import Agreement
from cabas.agreement.terms.access import Access


def webhook_of(agreements: tuple[Agreement, ...], platform: str) -> str:
    """The address of its agreement's [access]; empty when there is none."""
    for one in agreements:
        access = one.find(Access)
        if one.platform == platform and access is not None and access.webhook:
            return access.webhook
    return ""


def webhook_secret(secret: bytes, retailer_id: str, platform: str) -> str:
    """The secret shared with one platform, 64 hexadecimal digits. It follows from the installation's own `secret`."""
    label = f"webhook secret 1\n{retailer_id}\n{platform}"
    return hmac.new(secret, label.encode(), hashlib.sha256).hexdigest()
