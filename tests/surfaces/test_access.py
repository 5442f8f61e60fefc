"""Every address and tool of every surface, as everybody who should not get in: the protocol's refusal, nothing changed.

The addresses are found in the running app, the tools are listed by it: what is new is played, or fails here until its
stage says how it is asked for. See `support.access`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from starlette.testclient import TestClient
from test_contract import NAMES

from support.access import GOOD, NARROW, URL, WRONG, Ask, World, a_world, addresses, app_of, bearer

PARTNERS = [name for name in NAMES if not import_module(f"cabas.surfaces.{name}.app").surface.own]
CALLERS = [*WRONG, *NARROW]


class Played:
    """One surface with its world, served. The stage's `asks(world, client, method, path)` gives the requests of an
    address, none for one that everybody may read.
    """

    def __init__(self, name: str) -> None:
        self.stage: Any = import_module(f"stages.{name}")
        self.world: World = a_world()
        self.world.surface = name
        surface = import_module(f"cabas.surfaces.{name}.app").surface
        self.app = app_of(getattr(self.stage, "access_routes", surface.routes), self.world)
        self.client = TestClient(self.app, base_url=URL, follow_redirects=False)

    def asks(self) -> Iterator[Ask]:
        for method, path in addresses(self.app):
            yield from self.stage.asks(self.world, self.client, method, path)

    def snapshot(self, reason: str) -> str:
        """Everything that is stored, but for the answer to a key of somebody who was let in and found nothing. A stage
        whose platform is believed without the shopper's token says by `kept` what that changes.
        """
        rows = self.world.stage.memory.rows
        rows = replace(rows, request_answers={}) if reason == "gone" else rows
        return repr(self.stage.kept(rows) if hasattr(self.stage, "kept") else rows)

    def outcome(self, ask: Ask, who: str) -> str:
        outcome: str = self.stage.outcome(ask.send(self.client, self.world.shown[who]))
        return outcome


@pytest.fixture(scope="module", params=PARTNERS)
def surface(request: pytest.FixtureRequest) -> Iterator[Played]:
    """Refusals change nothing, so that one world serves them all."""
    played = Played(request.param)
    with played.client:
        yield played


@pytest.mark.parametrize("who", CALLERS)
def test_who_should_not_get_in_does_not(surface: Played, who: str) -> None:
    reason, areas = (WRONG[who], None) if who in WRONG else NARROW[who]
    asks = [one for one in surface.asks() if areas is None or one.area in areas]
    assert asks or areas is not None
    for ask in asks:
        before = surface.snapshot(reason)
        expected = surface.stage.REFUSED[reason]
        said = expected if isinstance(expected, str) else expected(ask)
        assert (ask.name, surface.outcome(ask, who)) == (ask.name, said)
        assert surface.snapshot(reason) == before, ask.name


@pytest.mark.parametrize("name", PARTNERS)
def test_the_shopper_gets_what_the_others_do_not(name: str) -> None:
    """Else a refusal would show nothing."""
    with (first := Played(name)).client:
        count = len(list(first.asks()))
    assert count > 0
    refused = {one for one in first.stage.REFUSED.values() if isinstance(one, str)}
    for number in range(count):
        fresh = Played(name)
        with fresh.client:
            ask = list(fresh.asks())[number]
            if ask.endless:
                continue
            said = fresh.outcome(ask, getattr(fresh.stage, "WELCOME", GOOD))
        assert said.startswith(("200", "201", "405")), (ask.name, said)
        assert said not in refused, ask.name


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PARTNERS])
def test_what_a_partner_shows_opens_nothing_on_the_retailer_s_own_pages(name: str) -> None:
    """There people are known by a cookie: a key or token is as good as none. What clients call proves itself apart."""
    stage = import_module(f"stages.{name}")
    world, fresh = a_world(), getattr(stage, "real", stage.stage)
    apart = getattr(stage, "APART", ())
    for method, path in addresses(fresh()):
        if path in apart:
            continue
        where = path.replace("{sku:path}", "milk").replace("{code}", "x")
        plain, *others = (
            TestClient(fresh(), base_url=URL, follow_redirects=False).request(method, where, headers=bearer(one))
            for one in ("", world.shown["another partner"], world.shown[GOOD])
        )
        for answer in others:
            assert (method, path, answer.status_code) == (method, path, plain.status_code)
            assert answer.headers.get("location") == plain.headers.get("location")


def test_who_the_shopper_is_is_told_to_good_tokens_with_that_scope() -> None:
    world = a_world()
    link = import_module("cabas.surfaces.link.app").surface
    client = TestClient(app_of(link.routes, world), base_url=URL)
    before = repr(world.stage.memory.rows)
    said = {who: client.get("/link/userinfo", headers=bearer(world.shown[who])) for who in (*WRONG, *NARROW, GOOD)}
    told = {who: (answer.status_code, answer.json().get("error", "")) for who, answer in said.items()}
    # At its own address every token of a link that holds is good; what it says is the id the token already holds.
    good = (GOOD, "a token for another audience", "a token that is not for shopping", "another shopper")
    assert {who for who, outcome in told.items() if outcome == (200, "")} == set(good)
    assert {who for who, outcome in told.items() if outcome == (403, "insufficient_scope")} == {
        "a token for orders alone", "a token for carts alone"
    }  # fmt: skip
    assert {outcome for who, outcome in told.items() if outcome[0] == 401} == {(401, "invalid_token")}
    assert repr(world.stage.memory.rows) == before
