"""Links that name goods (UCP, `dev.ucp.shopping.permalink`): `/buy/SKU:2,~BASE64:1?discounts/codes/0=CODE`.

All of it is hostile until it is read: a link that cannot be read whole asks for nothing and leads to the page.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping

from cabas.kernel.errors import InvalidInput
from cabas.usecases.talk.handover import ITEMS_MAX, Parcel

PATH_MAX, QUANTITY_MAX = 8_000, 100_000
RAW = re.compile(r"[A-Za-z0-9._-]{1,100}")
CODES = re.compile(r"discounts/codes/\d{1,2}")
# Where it may lead inside of this page.
WITHIN = re.compile(r"/(?:p/[A-Za-z0-9._-]{1,100})?")


def parcel(items: str, query: Iterable[tuple[str, str]]) -> Parcel:
    """What a link asks for. Raises `InvalidInput` when it cannot be read, or says one thing twice."""
    fields: dict[str, str] = {}
    for name, value in query:
        pointer = name.removeprefix("/")
        if pointer in fields or len(value) > 200:
            raise _unread()
        fields[pointer] = value
    codes = tuple(fields[name] for name in sorted(fields) if CODES.fullmatch(name))
    found = re.fullmatch(r"[\w.-]{1,60}", fields.get("attribution/ref", ""), re.ASCII)
    return Parcel(_items(items), codes, f"link:{found[0]}" if found else "")


def destination(query: Mapping[str, str]) -> str:
    """Where to go then: what `continue_to` says if that is a page of ours, else the cart."""
    said = query.get("continue_to", "")
    return said if WITHIN.fullmatch(said) else "/"


def _items(text: str) -> tuple[tuple[str, int], ...]:
    if len(text) > PATH_MAX:
        raise _unread()
    found: dict[str, int] = {}
    for pair in text.split(",") if text else ():
        token, _, quantity = pair.partition(":")
        if not re.fullmatch(r"[1-9][0-9]{0,5}", quantity) or int(quantity) > QUANTITY_MAX:
            raise _unread()
        sku = _decoded(token)
        found[sku] = found.get(sku, 0) + int(quantity)
    if len(found) > ITEMS_MAX:
        raise _unread()
    return tuple(found.items())


def _decoded(token: str) -> str:
    """The id of a token: as it is, or base64url after "~", which must be canonical and hold what needs it."""
    if not token.startswith("~"):
        if not RAW.fullmatch(token):
            raise _unread()
        return token
    body = token[1:]
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        text = raw.decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise _unread() from error
    canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=") == body
    if not canonical or not text or len(text) > 100 or not text.isprintable():
        raise _unread()
    return text


def _unread() -> InvalidInput:
    return InvalidInput("This link cannot be read.", remedy="Ask for another one.", code="bad_link")
