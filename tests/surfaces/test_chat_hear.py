"""What was said, sent as sound: bounded, in the page's language, and not there at all where nobody hears."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import httpx2
import pytest
from fake_shop import FakeShop
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.surfaces.chat.app import routes
from cabas.surfaces.chat.hear import AUDIO_MAX_BYTES, BURST, WAITING_MAX
from cabas.surfaces.chat.wire import TEXT_MAX_CHARS
from support.ears import Ears

HEADERS = {"origin": "http://testserver", "content-type": "audio/webm;codecs=opus", "accept-language": "en"}


def app(ears: Ears | None) -> Starlette:
    keys = count(1)
    return Starlette(routes=routes(FakeShop(), new_key=lambda: f"key-{next(keys)}", ears=ears))


def sent(ears: Ears | None, sound: bytes = b"sound", **headers: str) -> Any:
    given = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    return TestClient(app(ears)).post("/chat/hear", content=sound, headers=given)


def test_a_sound_becomes_words_in_the_language_of_the_page() -> None:
    ears = Ears("two bottles of milk")
    answer = sent(ears)
    assert (answer.status_code, answer.json()) == (200, {"text": "two bottles of milk"})
    assert sent(ears, cookie="cabas_language=fr-FR").status_code == 200
    assert ears.heard == [(b"sound", "en"), (b"sound", "fr")]
    assert answer.headers["cache-control"] == "no-store"


def test_where_nobody_hears_there_is_nothing() -> None:
    assert sent(None).status_code == 404
    assert "data-hear" not in TestClient(app(None)).get("/").text
    assert 'data-hear="/chat/hear"' in TestClient(app(Ears())).get("/").text


@pytest.mark.parametrize(
    ("changes", "status", "phrase"),
    [
        ({"origin": "https://elsewhere.example"}, 403, "broken"),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, "broken"),
        ({"content_type": "video/mp4"}, 200, ""),
        ({"sound": b"x" * (AUDIO_MAX_BYTES + 1)}, 413, "broken"),
    ],
)
def test_what_is_no_sound_of_this_page_is_not_heard(changes: dict[str, Any], status: int, phrase: str) -> None:
    ears = Ears()
    answer = sent(ears, changes.pop("sound", b"sound"), **changes)
    assert (answer.status_code, answer.json().get("error", "")) == (status, phrase)
    assert bool(ears.heard) is (status == 200)


def test_a_body_that_states_no_length_is_bounded_too() -> None:
    ears = Ears()

    def pieces() -> Any:
        for _ in range(AUDIO_MAX_BYTES // 50_000 + 1):
            yield b"x" * 50_000

    answer = TestClient(app(ears)).post("/chat/hear", content=pieces(), headers=HEADERS)
    assert (answer.status_code, ears.heard) == (413, [])


@pytest.mark.parametrize(
    ("ears", "status", "told"),
    [
        (Ears(trouble=InvalidInput("too long", remedy="shorter")), 422, {"error": "silence"}),
        (Ears(trouble=Unavailable("no model", remedy="install it")), 503, {"error": "broken"}),
        (Ears(""), 200, {"text": ""}),
        (Ears("x" * 3000), 200, {"text": "x" * TEXT_MAX_CHARS}),
    ],
)
def test_what_the_recognizer_says_is_told(ears: Ears, status: int, told: dict[str, str]) -> None:
    answer = sent(ears)
    assert (answer.status_code, answer.json()) == (status, told)


def test_silence_is_not_even_asked_about() -> None:
    ears = Ears()
    assert sent(ears, b"").json() == {"text": ""}
    assert ears.heard == []


def test_a_client_in_a_hurry_waits() -> None:
    ears = Ears()
    client = TestClient(app(ears))
    statuses = [client.post("/chat/hear", content=b"s", headers=HEADERS).status_code for _ in range(BURST + 1)]
    assert statuses == [200] * BURST + [429]
    assert len(ears.heard) == BURST


def test_few_wait_for_one_recognizer() -> None:
    async def work() -> list[int]:
        gate, listening = asyncio.Event(), asyncio.Semaphore(0)
        ears = Ears(gate=gate, listening=listening)
        transport = httpx2.ASGITransport(app=app(ears))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver", headers=HEADERS) as client:
            waiting = [asyncio.create_task(client.post("/chat/hear", content=b"s")) for _ in range(WAITING_MAX)]
            for _ in range(WAITING_MAX):
                await asyncio.wait_for(listening.acquire(), 10)
            refused = await client.post("/chat/hear", content=b"s")
            gate.set()
            answers = [(await one).status_code for one in waiting]
            return [refused.status_code, *answers, (await client.post("/chat/hear", content=b"s")).status_code]

    assert asyncio.run(work()) == [503, *[200] * WAITING_MAX, 200]
