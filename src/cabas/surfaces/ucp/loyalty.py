"""The loyalty extension: the membership of a linked shopper, by the name the shop gives its program.

A claim alone is not taken: nothing here could verify it. Who linked their account is known, and needs no claim.
"""

from __future__ import annotations

from typing import Any

from cabas.surfaces.ucp.asked import Asked
from cabas.surfaces.ucp.extensions import namespace
from cabas.surfaces.ucp.profile import LOYALTY
from cabas.usecases.shop.loyalty import membership
from cabas.usecases.shop.view import SessionView
from cabas.usecases.shop.visit import enter

UNNAMED = "dev.cabas"


def program(url: str) -> str:
    """The claim that stands for the shop's program: its own name where it has one."""
    return f"{namespace(url) or UNNAMED}.loyalty"


def accepted(asked: Asked, claim: str) -> bool:
    """Whether a claim of eligibility needs no warning: it is the program's, of a shopper who is known."""
    return claim == program(asked.premises.url) and asked.caller.shopper_id is not None and asked.can(LOYALTY)


async def shown(asked: Asked, view: SessionView) -> dict[str, Any]:
    """What is added to a cart or checkout: nothing for whoever is no known member."""
    if asked.caller.shopper_id is None or not asked.can(LOYALTY):
        return {}
    found = await membership(await enter(asked.front, asked.caller, store_id=view.store.id))
    if found is None:
        return {}
    name = program(asked.premises.url)
    entry = {"id": name, "name": found.program, "display_id": found.shown, "provisional": False}
    return {"loyalty": {name: entry}}
