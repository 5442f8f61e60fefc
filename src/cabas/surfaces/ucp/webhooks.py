"""Telling a platform of an order: the whole order as it is now, signed, to the address it gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cabas.agreement.terms.access import Access
from cabas.kernel.errors import Unavailable
from cabas.surfaces.contract import News, Premises
from cabas.surfaces.ucp import signing
from cabas.surfaces.ucp.asked import Asked
from cabas.surfaces.ucp.orders import entity, remembered
from cabas.surfaces.ucp.profile import ORDER, Face
from cabas.usecases.shop.orders import news_of
from cabas.usecases.shop.visit import Caller

COVERED = ("@method", "@authority", "@path", "ucp-agent", "idempotency-key", "content-digest", "content-type",
           "webhook-id", "webhook-timestamp")  # fmt: skip


class NotTaken(Unavailable):
    """The platform did not take what it was told; it is told again later."""

    code = "webhook_refused"


def address_for(premises: Premises, platform: str, given: str) -> str:
    """Where the platform is told: as its agreement has it, else as its profile said."""
    for one in premises.agreements():
        access = one.find(Access)
        if one.platform == platform and access is not None and access.webhook:
            return access.webhook
    return given


Change = Callable[[dict[str, Any]], dict[str, Any]]


async def tell(premises: Premises, faces: Mapping[str, Face], news: News, change: Change = dict) -> bool:
    """Tell of an order that came through here, with `change` made to it. Raises `NotTaken`, `Unavailable`, or
    `InvalidInput` for an address that is not asked.
    """
    talk = await premises.front.desk.conversations.load(premises.retailer, news.order_id)
    version, _, given = remembered(talk)
    url = address_for(premises, news.platform, given)
    if talk is None or version not in faces or not url:
        return False
    face = faces[version]
    caller = Caller(premises.retailer, news.platform, "ucp", locale=talk.locale)
    view = await news_of(premises.front, caller, news.order_id)
    if view is None:
        return True  # the agreement does not let the platform know: that is all there is to tell
    asked = Asked(premises, premises.front, face, (ORDER,), caller)
    body = msgspec.json.encode({"ucp": asked.said((ORDER,)), **change(entity(view, talk, face.endpoint))})
    status = await premises.web.post(url, headers(face, url, news, body), body)
    if not 200 <= status < 300:
        raise NotTaken(f"{url[:200]} answered {status}.", remedy="It is told again later.")
    return True


def headers(face: Face, url: str, news: News, body: bytes) -> dict[str, str]:
    """The signed headers of a delivery; its id is the same at every try."""
    parts = urlsplit(url)
    sent = {
        "content-type": "application/json",
        "content-digest": signing.digest(body),
        "ucp-agent": f'profile="{face.profile_url}"',
        "idempotency-key": news.id,
        "webhook-id": news.id,
        "webhook-timestamp": str(int(news.at.timestamp())),
    }
    derived = {
        "@method": "POST",
        "@authority": parts.netloc.lower(),
        "@path": parts.path or "/",
        "@query": f"?{parts.query}",
    }
    covered = (*COVERED, "@query") if parts.query else COVERED
    return sent | signing.sign(face.keys[0], sent | derived, covered)
