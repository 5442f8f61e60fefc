"""Discount codes: those a shopper gave read again, and those the retailer keeps."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from cabas.domain.cart import Cart, Conversation
from cabas.domain.discount import Denied, Discount, Kind, tidy, why_not
from cabas.usecases.members import Member, nobody
from cabas.usecases.ports import Shop

CODES_MAX = 10


class Discounts(Protocol):
    """The codes of a retailer, as its staff keep them."""

    async def keep(self, retailer_id: str, discounts: Sequence[Discount]) -> None:
        """Store them; one of the same code is replaced, what was counted of it stays."""
        ...

    async def all(self, retailer_id: str) -> tuple[Discount, ...]:
        """Every code, by its letters, with how often it was used in all."""
        ...

    async def remove(self, retailer_id: str, code: str) -> None:
        """Take a code away; orders keep what it took off. Raises `NotFound`."""
        ...


def given(codes: Sequence[str]) -> tuple[str, ...]:
    """Codes as a cart keeps them: each once, in order."""
    known: dict[str, str] = {}
    for code in codes:
        if code.strip():
            known.setdefault(tidy(code), code.strip()[:40])
    return tuple(known.values())[:CODES_MAX]


def holder_of(talk: Conversation, secret: bytes) -> str:
    """Whose uses are counted: the shopper's, or those of a guest's mail address, of which only a mark is kept that
    nobody without `secret` can make. Empty when nobody knows who it is.
    """
    if talk.shopper_id:
        return talk.shopper_id
    mail = talk.session.buyer.email.strip().lower() if talk.session and talk.session.buyer else ""
    if not mail or not secret:
        return ""
    return "mail:" + hmac.digest(secret, f"{talk.retailer_id}\n{mail}".encode(), "sha256").hex()[:32]


async def read_codes(
    shop: Shop, talk: Conversation, cart: Cart, day: date, *, secret: bytes, own_fee: bool, member: Member = nobody
) -> tuple[Cart, tuple[Denied, ...]]:
    """The cart with the discounts that count now, and the codes of it that do not, in the order they were given.

    `own_fee`: the fee of the slot is the retailer's, so that its codes may take it off. `member` is asked when there is
    something for members of the loyalty program.
    """
    holder = holder_of(talk, secret)
    wanted = {tidy(code): code for code in cart.codes}
    known = await shop.discounts(talk.retailer_id, list(wanted), holder)
    if any(one.members for one in known.values()) and not await member():
        known = {code: one for code, one in known.items() if not one.members or code in wanted}
        strange = {code for code, one in known.items() if one.members}
    else:
        strange = set[str]()
    denied, counted = [], []
    for code, said in wanted.items():
        one = known.get(code)
        reason = "code_unknown" if one is None else _why_not(one, day, talk.platform, holder, own_fee=own_fee)
        reason = "code_sign_in" if code in strange else reason
        if one is None or reason is not None:
            denied.append(Denied(said, reason or "code_unknown"))
        else:
            counted.append(one)
    for code, one in sorted(known.items()):
        if one.automatic and code not in wanted and not _why_not(one, day, talk.platform, holder, own_fee=own_fee):
            counted.append(one)
    cart = replace(cart, discounts=tuple(counted))
    _, idle = cart.taken_off
    more = [replace(one, code=wanted[one.code]) for one in idle if one.code in wanted]
    return cart, (*denied, *more)


def _why_not(one: Discount, day: date, platform: str, holder: str, *, own_fee: bool) -> str | None:
    if one.kind == Kind.FEE and not own_fee:
        return "code_elsewhere"
    return why_not(one, day, platform, holder)
