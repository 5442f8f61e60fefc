"""Conversations and other values as JSON.

A conversation holds up to ten earlier carts that share most of their lines with the present one. Lines are therefore
written once, in one list, and the carts point into it: a tenth of the size, and undo still works after a reload.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import msgspec

from cabas.domain.cart import Cart, Conversation, LineItem
from cabas.kernel.errors import InvalidInput


def to_json(value: object) -> str:
    """`value` as JSON; exact fractions become "3/2"."""
    try:
        return msgspec.json.encode(value, enc_hook=_encode).decode()
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"This cannot be stored as JSON: {error}.") from error


def dump_conversation(conversation: Conversation) -> str:
    """The conversation as a JSON document, without its version, which the database counts."""
    lines: list[LineItem] = []
    index: dict[int, int] = {}

    def flat(cart: Cart) -> dict[str, object]:
        for line in cart.lines:
            if id(line) not in index:
                index[id(line)] = len(lines)
                lines.append(line)
        return _shallow(cart) | {"lines": [index[id(line)] for line in cart.lines]}

    document = _shallow(conversation)
    del document["version"]
    document |= {"cart": flat(conversation.cart), "past": [flat(cart) for cart in conversation.past], "lines": lines}
    return to_json(document)


def load_conversation(document: str, version: int) -> Conversation:
    """The conversation of a document. Fields added to the dataclasses since it was written get their defaults."""
    raw = msgspec.json.decode(document)
    lines = msgspec.convert(raw.pop("lines"), tuple[LineItem, ...], dec_hook=_decode)
    cart = _cart(raw.pop("cart"), lines)
    past = tuple(_cart(one, lines) for one in raw.pop("past"))
    conversation = msgspec.convert(raw, Conversation, dec_hook=_decode)
    return replace(conversation, cart=cart, past=past, version=version)


def _cart(raw: dict[str, Any], lines: Sequence[LineItem]) -> Cart:
    chosen = tuple(lines[number] for number in raw.pop("lines"))
    return replace(msgspec.convert(raw, Cart, dec_hook=_decode), lines=chosen)


def _shallow(value: Cart | Conversation) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _encode(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no JSON form")


def _decode(kind: type, value: object) -> object:
    if kind is Fraction:
        return Fraction(str(value))
    raise TypeError(f"a {kind.__name__} has no JSON form")
