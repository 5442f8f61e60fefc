"""The Dialogflow CX webhook: who is let in, what a turn answers, and what the session is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.kernel.errors import Unavailable
from cabas.surfaces.dialogflow.app import Webhook, routes
from support.premises import Stage, an_agreement, stage_of

SESSION = "projects/shop/locations/europe-west1/agents/a/sessions/1"


@dataclass
class Agent:
    """An agent that keeps its session's parameters."""

    client: TestClient
    stage: Stage
    key: str
    parameters: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def post(self, body: object, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            "/dialogflow", content=content, headers=headers or {"authorization": f"Bearer {self.key}"}
        )

    def body(self, words: str = "", tag: str = "order", session: str = SESSION, **more: Any) -> dict[str, Any]:
        self.count += 1
        info = {"session": session, "parameters": dict(self.parameters)}
        return {
            "detectIntentResponseId": f"r{self.count}", "languageCode": "fr", "fulfillmentInfo": {"tag": tag},
            "sessionInfo": info, "transcript": words, **more,
        }  # fmt: skip

    def say(self, words: str = "", tag: str = "order", **more: Any) -> dict[str, Any]:
        answer = self.post(self.body(words, tag, **more))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        self.parameters.update(told["sessionInfo"].get("parameters", {}))
        return told

    @property
    def talks(self) -> list[Any]:
        return list(self.stage.memory.rows.conversations.values())


@contextmanager
def an_agent(*, access: str = "", budget: float = 120, **changes: Any) -> Iterator[Agent]:
    stage = stage_of(an_agreement("phone", access=access), an_agreement("google"))
    premises = replace(stage.premises, **changes)
    with TestClient(Starlette(routes=routes(premises, Webhook(premises, budget)))) as client:
        yield Agent(client, stage, stage.key("phone"))


def heard(told: dict[str, Any]) -> str:
    return str(told["fulfillmentResponse"]["messages"][1]["outputAudioText"]["ssml"])


def read(told: dict[str, Any]) -> str:
    return str(told["fulfillmentResponse"]["messages"][0]["text"]["text"][0])


def test_a_call_from_the_greeting_to_the_order() -> None:
    with an_agent() as agent:
        assert "assistant automatique de Halle Nation" in heard(agent.say(tag="welcome"))
        agent.say("du lait et un savon")
        assert agent.parameters["cabas_articles"] == 2
        agent.say("c'est tout")
        assert agent.parameters["cabas_asking"] is True
        agent.say("oui")
        assert agent.parameters["cabas_order"] is None
        told = agent.say("oui")
        (order,) = agent.stage.memory.rows.orders.values()
        assert (order.number, order.platform, order.total.amount) == (agent.parameters["cabas_order"], "phone", 285)
        assert order.number in read(told)
        assert order.number.replace("-", " ") in heard(told)
        (talk,) = agent.talks
        assert talk.order_id == order.id


def test_parameters_hold_nothing_of_a_person_and_nothing_that_opens_a_door() -> None:
    with an_agent() as agent:
        agent.say("du lait")
        names = {"cabas", "cabas_asking", "cabas_articles", "cabas_order", "cabas_link"}
        assert set(agent.parameters) == names
        shown = json.dumps(agent.parameters)
        assert "Lait" not in shown
        assert agent.key.partition(".")[2] not in shown


def test_typed_words_and_spoken_ones_are_the_same() -> None:
    with an_agent() as agent:
        agent.say("du lait")
        agent.say(transcript="", text="du savon")
        assert [line.sku for line in agent.talks[0].cart.lines] == ["milk", "soap"]


def test_fallback_tries_the_words_and_else_says_how_to_ask() -> None:
    with an_agent() as agent:
        agent.say("du lait", tag="fallback")
        assert agent.parameters["cabas_articles"] == 1
        before = dict(agent.parameters)
        assert "pas compris" in read(agent.say("  ", tag="fallback"))
        assert "pas compris" in read(agent.say("\u200b\u0000"))
        assert agent.parameters == before


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"x-nothing": "1"}, "unauthorized"),
        ({"authorization": "Bearer ck_k1.wrong"}, "invalid_key"),
        ({"authorization": "Bearer nonsense"}, "invalid_token"),
        ({"authorization": "Basic Og=="}, "unauthorized"),
    ],
)
def test_without_a_good_key_nobody_comes_in(headers: dict[str, str], reason: str) -> None:
    with an_agent() as agent:
        answer = agent.post(agent.body("du lait"), **headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["status"] == "UNAUTHENTICATED"
        assert answer.json()["error"]["reason"] == reason
        assert agent.talks == []


def test_a_key_of_an_agreement_that_does_not_open_the_webhook_is_refused() -> None:
    with an_agent(access='surfaces = ["mcp"]') as agent:
        answer = agent.post(agent.body("du lait"))
        assert (answer.status_code, answer.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
        assert agent.talks == []


def test_a_handle_is_good_for_one_platform_and_one_session() -> None:
    with an_agent() as agent:
        agent.say("du lait")
        (mine,) = agent.talks
        agent.say("vide le panier", session=f"{SESSION}2")
        stranger = agent.stage.key("google")
        agent.parameters = {"cabas": f"{mine.id}.{'0' * 40}"}
        agent.post(agent.body("vide le panier"), authorization=f"Bearer {stranger}")
        kept = agent.stage.memory.rows.conversations["halle", mine.id]
        assert kept.cart == mine.cart
        assert len(agent.talks) == 3


def test_the_same_turn_twice_is_one_turn() -> None:
    with an_agent() as agent:
        agent.say("du lait")
        body = agent.body("un savon")
        assert agent.post(body).content == agent.post(body).content
        assert [line.quantity for line in agent.talks[0].cart.lines] == [1, 1]


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 10_000, {"sessionInfo": {"session": ""}},
     {"sessionInfo": {"session": SESSION, "parameters": {"cabas": 5}}},
     {"sessionInfo": {"session": SESSION}, "languageCode": "../etc"},
     {"sessionInfo": {"session": SESSION}, "languageCode": "de"},
     {"sessionInfo": {"session": SESSION}, "fulfillmentInfo": {"tag": "delete"}},
     {"sessionInfo": {"session": SESSION}, "text": "x" * 5_000}],
)  # fmt: skip
def test_what_is_no_request_is_refused(body: object) -> None:
    with an_agent() as agent:
        answer = agent.post(body)
        assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
        assert agent.talks == []


def test_a_large_body_is_not_read() -> None:
    with an_agent() as agent:
        assert agent.post(agent.body("du lait", payload={"x": "x" * 300_000})).status_code == 413
        assert agent.talks == []


def test_an_agent_beyond_its_quota_waits() -> None:
    with an_agent(access="requests_per_minute = 4") as agent:
        agent.say(tag="welcome")
        answer = agent.post(agent.body("du lait"))
        assert (answer.status_code, answer.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
        assert answer.headers["retry-after"] == "15"
        assert len(agent.talks) == 1


@pytest.mark.parametrize(("wait", "sentence"), [(True, "plus long que prévu"), (False, "joindre le magasin")])
def test_a_store_that_is_slow_or_away_is_said(wait: bool, sentence: str) -> None:
    class Away:
        async def load(self, *_: object) -> None:
            return None

        async def save(self, *_: object) -> None:
            if wait:
                await asyncio.Event().wait()
            raise Unavailable("The database does not answer.")

    with an_agent() as agent:
        front = agent.stage.premises.front
    away = replace(front, desk=replace(front.desk, conversations=Away()))  # type: ignore[arg-type]
    with an_agent(front=away, budget=0.02 if wait else 120) as agent:
        told = agent.say(tag="welcome")
        assert sentence in read(told)
        assert "parameters" not in told["sessionInfo"]
