"""The same request sent again and again: one session, one order, one payment."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.kernel.errors import Unavailable
from cabas.surfaces.acp.app import routes
from cabas.surfaces.keyed import digest
from support.acp import Agent, Delegated, paying
from support.premises import an_agreement, stage_of
from support.shop import run

BODIES = [
    {"line_items": [{"id": "milk"}], "currency": "eur"},
    {"line_items": [{"id": "milk", "quantity": 2}], "currency": "eur"},
    {"line_items": [{"id": "bread"}], "currency": "usd"},
    {"line_items": [], "currency": "eur"},
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, len(BODIES) - 1)), max_size=12))
def test_a_key_has_one_answer(sent: list[tuple[str, int]]) -> None:
    """A model of the rule: the first body of a key is answered, the same again word for word, any other is refused."""
    agent = Agent()
    first: dict[str, tuple[int, Any]] = {}
    for key, index in sent:
        answer = agent.ask("POST", "/checkout_sessions", BODIES[index], idempotency_key=key)
        if key not in first:
            first[key] = (index, answer)
            assert answer.status_code == (201, 201, 400, 400)[index]
            assert "idempotent-replayed" not in answer.headers
        elif first[key][0] == index:
            assert (answer.status_code, answer.content) == (first[key][1].status_code, first[key][1].content)
            assert answer.headers["idempotent-replayed"] == "true"
        else:
            assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_conflict")
    opened = sum(1 for index, _ in first.values() if index < 2)
    assert len(agent.stage.memory.rows.conversations) == opened


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "declined"]), min_size=1, max_size=8))
def test_a_session_is_ordered_and_paid_once(keys: list[str]) -> None:
    service = Delegated()
    agent = Agent(payments=service)
    session_id = agent.ready("milk")
    for key in keys:
        token = "declined" if key == "declined" else "spt_1"
        agent.complete(session_id, paying("card", token), idempotency_key=key)
    good = any(key != "declined" for key in keys)
    assert agent.orders == int(good)
    assert sum(one.credential == "spt_1" for one in service.asked) == int(good)
    assert agent.stage.shop.free("milk") == 20 - int(good)


def test_a_key_belongs_to_one_partner_and_one_address() -> None:
    stage = stage_of(an_agreement("agent"), an_agreement("other"))
    agent, other = Agent(stage), Agent(stage)
    other.key = stage.key("other")
    one = agent.ask("POST", "/checkout_sessions", BODIES[0], idempotency_key="k")
    two = other.ask("POST", "/checkout_sessions", BODIES[0], idempotency_key="k")
    three = agent.ask("POST", "/carts", BODIES[0], idempotency_key="k")
    assert [one.status_code, two.status_code, three.status_code] == [201] * 3
    assert len({one.json()["id"], two.json()["id"], three.json()["id"]}) == 3


def test_a_key_in_flight_says_when_to_come_back() -> None:
    """Another process has begun with the key, and has not answered yet."""
    agent = Agent()
    scope = hashlib.sha256(b"\nPOST\n/carts\nk").hexdigest()
    body = b'{"line_items":[{"id":"milk"}]}'
    where = ("halle", "agent", "acp", scope, digest("POST", "/acp/carts", body))
    assert run(agent.stage.memory.answers.begin(*where, agent.stage.now)) is None
    headers = {"authorization": f"Bearer {agent.key}", "api-version": "2026-04-17", "idempotency-key": "k"}
    answer = agent.http.post("/acp/carts", content=body, headers=headers | {"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    assert answer.headers["retry-after"] == "1"
    assert agent.stage.memory.rows.conversations == {}


def test_a_failure_of_ours_is_not_kept() -> None:
    """The store of sessions is out of order for one request; the same request then goes through."""
    agent = Agent()
    conversations = agent.stage.memory.conversations
    saved = type(conversations).save

    class Broken(type(conversations)):  # type: ignore[misc]
        broken = True

        async def save(self, talk: Any) -> Any:
            if Broken.broken:
                raise Unavailable("The database does not answer.", remedy="Try again.")
            return await saved(self, talk)

    premises = agent.stage.premises
    desk = replace(premises.front.desk, conversations=Broken(agent.stage.memory.rows))
    changed = replace(premises, front=replace(premises.front, desk=desk))
    agent.http = TestClient(Starlette(routes=routes(changed)))
    answer = agent.ask("POST", "/checkout_sessions", BODIES[0], idempotency_key="k")
    assert (answer.status_code, answer.json()["type"]) == (503, "service_unavailable")
    Broken.broken = False
    again = agent.ask("POST", "/checkout_sessions", BODIES[0], idempotency_key="k")
    assert (again.status_code, "idempotent-replayed" in again.headers) == (201, False)
