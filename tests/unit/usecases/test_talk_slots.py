"""Asked when, the shop names the next slots and books none."""

from __future__ import annotations

import pytest

from cabas.storage.memory import Memory
from cabas.usecases.talk.desk import Desk
from support.talking import talk

pytestmark = pytest.mark.anyio
Shop = tuple[Desk, Memory]


@pytest.mark.parametrize(
    ("locale", "text", "method"),
    [
        ("fr-FR", "Quand est-ce que vous pouvez livrer ?", "delivery"),
        ("fr-FR", "Je peux venir chercher quand ?", "pickup"),
        ("en-GB", "When can you deliver?", "delivery"),
        ("en-GB", "What time can I pick it up?", "pickup"),
    ],
)
async def test_slots_are_offered(desk: Shop, locale: str, text: str, method: str) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    view = await talker.say(text)
    assert view.acts == ("choose_slot",)
    assert (view.cart.slot, view.cart.method) == (None, method)
    assert view.pending is not None
    assert (view.pending.kind, len(view.pending.options)) == ("slot", 3)
