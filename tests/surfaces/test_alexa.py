"""The Alexa skill: who is let in, what a turn says, and what happens when something does not go well."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.kernel.errors import Unavailable
from cabas.surfaces.alexa.app import routes
from cabas.surfaces.alexa.signed import (
    Signatures,
)
from cabas.surfaces.alexa.skill import Skill, words_of
from cabas.surfaces.alexa.wire import Intent, Slot
from cabas.surfaces.contract import Linked
from support.amazon import (
    ADDRESS,
    SKILL,
    Bucket,
    a_key,
    a_request,
    root,
    signature,
    signed,
)
from support.premises import Stage, an_agreement, stage_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Tokens:
    """One linked account."""

    known: dict[str, Linked] = field(default_factory=dict)

    async def read(self, token: str, audience: str) -> Linked | None:
        return self.known.get(token) if audience == "http://testserver/alexa" else None


@dataclass
class Alexa:
    """A device in front of a skill."""

    client: TestClient
    stage: Stage
    bucket: Bucket
    attributes: dict[str, Any] | None = None
    count: int = 0

    def send(self, body: bytes, headers: Mapping[str, str]) -> Any:
        return self.client.post("/alexa", content=body, headers=dict(headers))

    def ask(self, kind: str = "IntentRequest", **parts: Any) -> dict[str, Any]:
        self.count += 1
        parts = {"number": self.count, "attributes": self.attributes, **parts}
        body = json.dumps(a_request(kind, **parts)).encode()
        answer = self.send(body, signed(body))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        self.attributes = told.get("sessionAttributes", self.attributes)
        return told

    def say(self, wish: str, **parts: Any) -> dict[str, Any]:
        return self.ask(intent="OrderIntent", slots={"wish": wish}, **parts)

    @property
    def conversations(self) -> int:
        return len(self.stage.memory.rows.conversations)

    def nothing_happened(self) -> bool:
        return not self.conversations and not self.stage.memory.rows.orders


@contextmanager
def alexa(
    *, access: str = f'clients = ["{SKILL}"]', slow: float = 60, budget: float = 120, linked: Any = None,
    agreement: Any = None, **changes: Any,
) -> Iterator[Alexa]:  # fmt: skip
    bucket = Bucket()
    tokens = Tokens({"token": linked}) if linked else Tokens()
    stage = stage_of(agreement or an_agreement("alexa", access=access), tokens=tokens, changes={"web": bucket})
    premises = replace(stage.premises, **changes)
    signatures = Signatures(bucket.get, premises.clock.now, [root()])
    skill = Skill(premises, f"{premises.url}/alexa", slow=slow, budget=budget)
    with TestClient(Starlette(routes=routes(premises, signatures, skill))) as client:
        yield Alexa(client, stage, bucket)


def speech(told: Mapping[str, Any]) -> str:
    return str(told["response"]["outputSpeech"]["ssml"])


class TestTheDoor:
    BODY = json.dumps(a_request()).encode()

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, "signature_invalid"),
            ({**signed(BODY), "signature-256": ""}, "signature_invalid"),
            ({**signed(BODY), "signature-256": "%%%"}, "signature_invalid"),
            ({**signed(BODY), "signature-256": signature(BODY + b" ")}, "signature_invalid"),
            ({**signed(BODY), "signature-256": signature(BODY, a_key("a stranger's"))}, "signature_invalid"),
            ({"signaturecertchainurl": ADDRESS, "signature": signature(BODY)}, "signature_invalid"),
            ({**signed(BODY), "signaturecertchainurl": "https://evil.example/echo.api/c.pem"}, "signature_invalid"),
        ],
    )
    def test_what_alexa_did_not_sign_is_refused(self, headers: dict[str, str], code: str) -> None:
        with alexa() as device:
            answer = device.send(self.BODY, headers)
            assert (answer.status_code, answer.json()["error"]) == (400, code)
            assert device.nothing_happened()

    @pytest.mark.parametrize(("at", "status"), [
        ("2026-11-24T08:57:30Z", 200), ("2026-11-24T08:57:29Z", 400),
        ("2026-11-24T09:02:30Z", 200), ("2026-11-24T09:02:31Z", 400),
    ])  # fmt: skip
    def test_a_request_is_good_for_150_seconds(self, at: str, status: int) -> None:
        with alexa() as device:
            body = json.dumps(a_request(at=at)).encode()
            assert device.send(body, signed(body)).status_code == status
            assert device.conversations == (1 if status == 200 else 0)

    def test_another_skill_is_refused_though_amazon_signed(self) -> None:
        with alexa() as device:
            body = json.dumps(a_request(skill="amzn1.ask.skill.another")).encode()
            answer = device.send(body, signed(body))
            assert (answer.status_code, answer.json()["error"]) == (403, "skill_unknown")
            assert device.nothing_happened()

    def test_a_platform_whose_agreement_does_not_open_alexa_hears_why(self) -> None:
        with alexa(access=f'surfaces = ["mcp"]\nclients = ["{SKILL}"]') as device:
            told = device.ask("LaunchRequest")
            assert "n'ouvre pas alexa" in speech(told)
            assert told["response"]["shouldEndSession"] is True
            assert device.nothing_happened()

    def test_a_captured_request_does_nothing_when_sent_again(self) -> None:
        with alexa() as device:
            device.say("du lait")
            body = json.dumps(
                a_request("IntentRequest", intent="OrderIntent", slots={"wish": "du savon"}, number=2,
                          attributes=device.attributes)
            ).encode()  # fmt: skip
            first, second = (device.send(body, signed(body)) for _ in range(2))
            assert first.content == second.content
            (talk,) = device.stage.memory.rows.conversations.values()
            assert [line.quantity for line in talk.cart.lines] == [1, 1]

    def test_another_body_under_a_known_request_id_is_refused(self) -> None:
        with alexa() as device:
            device.ask("LaunchRequest")
            body = json.dumps(a_request(session="another", number=1)).encode()
            assert device.send(body, signed(body)).status_code == 409
            assert device.conversations == 1

    @pytest.mark.parametrize(
        "body",
        [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 10_000, b'{"context":{"System":{}}}', b'{"request":1}',
         json.dumps({**a_request(), "session": {"sessionId": 5}}).encode(),
         json.dumps(a_request(locale="fr_FR\n")).encode(),
         json.dumps(a_request(at="yesterday")).encode(),
         json.dumps(a_request(at="2026-11-24T09:00:00")).encode(),
         json.dumps(a_request(attributes={"cabas": {"a": 1}})).encode(),
         json.dumps(a_request(locale="de-DE")).encode()],
    )  # fmt: skip
    def test_what_is_no_request_is_answered_with_400(self, body: bytes) -> None:
        with alexa() as device:
            assert device.send(body, signed(body)).status_code == 400
            assert device.nothing_happened()

    def test_a_large_body_is_not_read(self) -> None:
        with alexa() as device:
            body = json.dumps({**a_request(), "more": "x" * 200_000}).encode()
            assert device.send(body, signed(body)).status_code == 413
            assert device.nothing_happened()

    def test_a_platform_beyond_its_quota_is_asked_to_wait(self) -> None:
        with alexa(access=f'clients = ["{SKILL}"]\nrequests_per_minute = 4') as device:
            device.ask("LaunchRequest")
            body = json.dumps(a_request(number=2)).encode()
            answer = device.send(body, signed(body))
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "15")
            assert device.conversations == 1

    def test_only_post_is_answered(self) -> None:
        with alexa() as device:
            assert device.client.get("/alexa").status_code == 405


class TestTurns:
    def test_the_handle_of_another_session_opens_nothing(self) -> None:
        with alexa() as device:
            device.say("du lait")
            mine = next(iter(device.stage.memory.rows.conversations.values()))
            told = device.say("retire le lait", session="SessionId.stranger")
            assert told["sessionAttributes"]["cabas"].split(".")[1] != mine.id.split(".")[1]
            assert device.stage.memory.rows.conversations[("halle", mine.id)].cart == mine.cart

    def test_a_handle_that_was_made_up_opens_nothing(self) -> None:
        with alexa() as device:
            device.say("du lait")
            mine = next(iter(device.stage.memory.rows.conversations.values()))
            device.attributes = {"cabas": f"{mine.id}.{'0' * 40}", "asking": False}
            device.say("vide le panier")
            assert device.stage.memory.rows.conversations[("halle", mine.id)].cart == mine.cart
            assert device.conversations == 2

    def test_a_linked_shopper_is_known(self) -> None:
        with alexa(linked=Linked("alexa", "camille", frozenset({"shop"}))) as device:
            told = device.ask("LaunchRequest", token="token")
            talk = next(iter(device.stage.memory.rows.conversations.values()))
            assert talk.shopper_id == "camille"
            assert "camille" not in json.dumps(told["sessionAttributes"])

    @pytest.mark.parametrize("linked", [Linked("google", "camille"), None])
    def test_a_token_of_another_platform_or_none_of_ours_links_nobody(self, linked: Linked | None) -> None:
        with alexa(linked=linked) as device:
            device.ask("LaunchRequest", token="token")
            assert next(iter(device.stage.memory.rows.conversations.values())).shopper_id is None

    def test_linking_in_the_middle_keeps_the_cart(self) -> None:
        with alexa(linked=Linked("alexa", "camille", frozenset({"shop"}))) as device:
            device.say("du lait")
            device.say("du savon", token="token")
            (talk,) = device.stage.memory.rows.conversations.values()
            assert (talk.shopper_id, [line.sku for line in talk.cart.lines]) == ("camille", ["milk", "soap"])

    def test_a_personal_request_sends_the_linking_card(self) -> None:
        with alexa() as device:
            told = device.ask(intent="UsualIntent")
            assert told["response"]["card"] == {"type": "LinkAccount"}
            assert "lier votre compte" in speech(told)

    def test_cancel_means_no_to_a_question_and_the_end_without_one(self) -> None:
        with alexa() as device:
            device.say("du lait")
            assert device.ask(intent="CheckoutIntent")["sessionAttributes"]["asking"] is True
            told = device.ask(intent="AMAZON.CancelIntent")
            assert told["sessionAttributes"]["asking"] is False
            assert told["response"]["shouldEndSession"] is False
            assert device.stage.memory.rows.orders == {}
            assert device.ask(intent="AMAZON.CancelIntent")["response"]["shouldEndSession"] is True

    def test_what_is_not_understood_keeps_the_conversation(self) -> None:
        with alexa() as device:
            before = device.say("du lait")["sessionAttributes"]
            for intent in ("AMAZON.FallbackIntent", "SomethingElse", "OrderIntent"):
                told = device.ask(intent=intent)
                assert told["sessionAttributes"] == before
                assert "pas compris" in speech(told)

    def test_what_cannot_be_said_is_not_heard(self) -> None:
        with alexa() as device:
            assert "pas compris" in speech(device.say("\u200b\u0000"))

    def test_hostile_words_are_data(self) -> None:
        with alexa() as device:
            told = device.say("</speak><audio src='soundbank'/> {0.__class__} {wish}")
            assert "<audio" not in speech(told)
            assert speech(told).count("<speak>") == 1

    def test_types_we_never_asked_for_are_answered_with_nothing(self) -> None:
        with alexa() as device:
            for kind in ("SessionEndedRequest", "System.ExceptionEncountered", "Connections.Response"):
                assert device.ask(kind) == {"version": "1.0", "response": {}}
            assert device.nothing_happened()

    def test_a_store_that_does_not_answer_is_said(self) -> None:
        class Gone:
            async def load(self, *_: object) -> None:
                raise Unavailable("The database does not answer.")

            async def save(self, *_: object) -> None:
                raise Unavailable("The database does not answer.")

        with alexa() as device:
            front = device.stage.premises.front
            broken = replace(front, desk=replace(front.desk, conversations=Gone()))
        with alexa(front=broken) as device:
            told = device.ask("LaunchRequest")
            assert "joindre le magasin" in speech(told)
            assert told["response"]["shouldEndSession"] is True


class TestSlowTurns:
    def slow_front(self, seconds: float) -> Any:
        with alexa() as device:
            front = device.stage.premises.front
        inner = front.desk.conversations

        class Slow:
            async def load(self, *where: Any) -> Any:
                return await inner.load(*where)

            async def save(self, talk: Any) -> Any:
                await asyncio.wait_for(asyncio.Event().wait(), seconds) if seconds > 1 else await asyncio.sleep(0.05)
                return await inner.save(talk)

        return replace(front, desk=replace(front.desk, conversations=Slow()))

    def test_a_slow_turn_says_that_it_goes_on(self) -> None:
        with alexa(front=self.slow_front(0.05), slow=0.001) as device:
            told = device.ask("LaunchRequest")
            assert "Bonjour" in speech(told)
            ((url, headers, sent),) = device.bucket.posted
            assert url == "https://api.eu.amazonalexa.com/v1/directives"
            assert headers["authorization"] == "Bearer a.pass.for.this.request"
            assert sent == {
                "header": {"requestId": "amzn1.echo-api.request.1"},
                "directive": {
                    "type": "VoicePlayer.Speak",
                    "speech": '<speak>Je prépare votre panier, un instant.</speak>',
                },
            }  # fmt: skip

    def test_a_turn_that_takes_too_long_is_let_go(self) -> None:
        with alexa(front=self.slow_front(600), slow=0.001, budget=0.02) as device:
            told = device.ask("LaunchRequest")
            assert "plus long que prévu" in speech(told)
            assert told["response"]["shouldEndSession"] is False
            assert device.nothing_happened()


@pytest.mark.parametrize(
    ("intent", "slots", "expected"),
    [
        ("GoodsIntent", {"amount": "2", "goods": "pommes"}, "2 pommes"),
        ("GoodsIntent", {"amount": "2", "unit": "kilos", "goods": "pommes"}, "2 kilos de pommes"),
        ("GoodsIntent", {"goods": "pommes", "more": "lait"}, "pommes et lait"),
        ("RemoveIntent", {"wish": "le lait"}, "enlève le lait"),
        ("OrderIntent", {"wish": "{amount} {x!r} {"}, "{amount} {x!r} {"),
        ("OrderIntent", {}, ""),
        ("AMAZON.YesIntent", {}, "oui"),
        ("Nobody", {"wish": "x"}, ""),
    ],
)
def test_words_of_an_intent(intent: str, slots: dict[str, str], expected: str) -> None:
    made = Intent(name=intent, slots={name: Slot(value=value) for name, value in slots.items()})
    assert words_of(made, "fr") == expected
