"""How often a caller may ask: over all surfaces, exactly as agreed, and without work for who does not wait."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from cabas.surfaces.quotas import BURST_SHARE, Quotas, TooMany
from cabas.usecases.shop.ports import PartnerKey
from support.acp import Agent
from support.premises import an_agreement, stage_of


@given(st.integers(1, 6000), st.lists(st.floats(0, 5), max_size=60))
def test_never_more_than_agreed(per_minute: int, pauses: list[float]) -> None:
    """Over any time, what is let through is at most a burst and the time's own share."""
    at = 0.0
    quotas = Quotas(now=lambda: at)
    let_through = 0
    for pause in pauses:
        at += pause
        try:
            quotas.take("p", per_minute)
        except TooMany as told:
            assert 0 < told.exactly <= 60 / per_minute + 1e-6  # noqa: PT017
            assert told.seconds >= 1  # noqa: PT017
        else:
            let_through += 1
    assert let_through <= max(1.0, per_minute * BURST_SHARE) + at * per_minute / 60 + 1e-6


@dataclass
class Counted:
    """`PartnerKeys` that counts how often it is asked."""

    others: object
    asked: int = 0

    async def find(self, retailer_id: str, key_id: str) -> tuple[PartnerKey, bytes] | None:
        self.asked += 1
        return await self.others.find(retailer_id, key_id)  # type: ignore[attr-defined, no-any-return]


def test_who_does_not_wait_costs_no_look_up() -> None:
    at = 0.0
    stage = stage_of(an_agreement("agent", access="requests_per_minute = 8"))
    agent = Agent(stage)
    keys = Counted(stage.memory.partners)
    premises = replace(stage.premises, keys=keys, quotas=Quotas(now=lambda: at))  # type: ignore[arg-type]
    other = Agent(stage, premises=premises)
    other.key = agent.key
    statuses = [other.ask("GET", "/carts/none").status_code for _ in range(50)]
    assert statuses == [404] * 2 + [429] * 48
    assert keys.asked == 3  # the third found out that there is nothing left
    at = 7.6  # eight a minute: one in 7.5 s
    assert other.ask("GET", "/carts/none").status_code == 404
    assert other.ask("GET", "/carts/none").status_code == 429


def test_the_share_is_one_for_all_surfaces() -> None:
    stage = stage_of(an_agreement("agent", access="requests_per_minute = 8"))
    premises = stage.premises
    one, two = Agent(stage, premises=premises), Agent(stage, premises=premises)
    two.key = one.key
    statuses = [who.ask("GET", "/carts/none").status_code for who in (one, two, one, two)]
    assert statuses == [404, 404, 429, 429]
