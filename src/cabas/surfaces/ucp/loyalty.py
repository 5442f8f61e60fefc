"""The loyalty extension: the membership of a linked shopper, by the name the shop gives its program.

Who linked their account is known, and needs no claim. A claim counts where there is something for members, until the
order: then the shopper must be known, or the claim is taken back (UCP, "Eligibility Verification at Completion").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cabas.dialogue.notices import sentence
from cabas.domain.session import LOYALTY as MEMBER
from cabas.surfaces.ucp.asked import Asked, Message, warning
from cabas.surfaces.ucp.extensions import namespace
from cabas.surfaces.ucp.profile import LOYALTY
from cabas.usecases.shop.loyalty import membership
from cabas.usecases.shop.view import SessionView
from cabas.usecases.shop.visit import enter

UNNAMED = "dev.cabas"


def program(url: str) -> str:
    """The claim that stands for the shop's program: its own name where it has one."""
    return f"{namespace(url) or UNNAMED}.loyalty"


def claims(asked: Asked, said: Sequence[str]) -> tuple[str, ...]:
    """What of the claims of a request means something here."""
    return (MEMBER,) if program(asked.premises.url) in said else ()


def told(asked: Asked, view: SessionView, said: Sequence[str]) -> list[Message]:
    """What becomes of the claims of a request, where the buyer should know."""
    name, known = program(asked.premises.url), asked.caller.shopper_id is not None and asked.can(LOYALTY)
    found = [warning("eligibility_not_accepted", one) for one in said if one != name]
    if name not in said or known:
        return found
    if view.unproved:
        text = sentence("eligibility_accepted", view.lang)
        return [*found, {"type": "info", "code": "eligibility_accepted", "content": text}]
    return [*found, warning("eligibility_not_accepted", name)]


async def shown(asked: Asked, view: SessionView) -> dict[str, Any]:
    """What is added to a cart or checkout: nothing for whoever is no member, and claims nothing that counts."""
    if not asked.can(LOYALTY):
        return {}
    if view.unproved:
        return _entry(asked, {"name": view.program, "provisional": True})
    if asked.caller.shopper_id is None:
        return {}
    found = await membership(await enter(asked.front, asked.caller, store_id=view.store.id))
    if found is None:
        return {}
    return _entry(asked, {"name": found.program, "display_id": found.shown, "provisional": False})


def _entry(asked: Asked, membership: dict[str, Any]) -> dict[str, Any]:
    name = program(asked.premises.url)
    return {"loyalty": {name: {"id": name, **membership}}}
