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


@pytest.mark.parametrize(
    ("locale", "asked", "answer", "place"),
    [
        ("fr-FR", "Vous livrez à quelle heure demain ?", "le premier créneau", 0),
        ("fr-FR", "Vous livrez à quelle heure demain ?", "Je prends le deuxième", 1),
        ("en-GB", "When can you deliver tomorrow?", "the second one", 1),
        ("en-GB", "What time can I collect it tomorrow?", "the last one", 2),
    ],
)
async def test_those_of_the_day_are_offered_and_one_is_chosen_by_its_place(
    desk: Shop, locale: str, asked: str, answer: str, place: int
) -> None:
    talker = await talk(desk, shopper=None, locale=locale)
    view = await talker.say(asked)
    assert view.cart.slot is None
    assert view.pending is not None
    offered = view.pending.options
    taken = (await talker.say(answer)).cart.slot
    assert taken is not None
    assert (taken.slot_id, taken.starts_at[:10]) == (offered[place], "2026-11-25")
