"""Any language model behind an OpenAI-compatible `chat/completions`, for the words the dialogue left over.

Only those words and the language go out. The answer is small JSON of one shape or it is nothing; what it says is
believed only as far as `dialogue.reread` finds it in the text and in the catalog. Slow, broken or hostile servers cost
the bounded time, and after a few failures in a row nothing at all for a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from cabas.kernel.errors import InvalidInput
from cabas.kernel.lazy import Lazily
from cabas.usecases.ports import Reading

if TYPE_CHECKING:
    import httpx2
else:
    httpx2 = Lazily("httpx2")

log = logging.getLogger(__name__)

SECONDS = 2.0
ANSWER_BYTES_MAX, ANSWER_TOKENS_MAX = 65_536, 400
# After so many failures in a row the model is not asked for so many seconds.
FAILURES_MAX, REST_SECONDS = 3, 30.0


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Where the model is: `url` as clients of that interface write it ("http://127.0.0.1:11434/v1"), its name, and the
    seconds one answer may take in all. Raises `InvalidInput` naming the variable that cannot be used.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        url = httpx2.URL(self.url)
        if url.scheme not in ("http", "https") or not url.host:
            raise InvalidInput(
                f"CABAS_LLM_URL is {self.url!r}.", remedy="Set it to an address like http://127.0.0.1:11434/v1."
            )
        if not self.model:
            raise InvalidInput("CABAS_LLM_MODEL is empty.", remedy="Set it to the model's name, as its server has it.")
        if not 0 < self.seconds <= 30:
            raise InvalidInput(
                f"CABAS_LLM_SECONDS is {self.seconds:g}.", remedy="Set it to more than 0 and at most 30 seconds."
            )


class _Thing(msgspec.Struct, forbid_unknown_fields=True):
    said: str
    name: str
    amount: str = ""


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    things: list[_Thing]


class _Message(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


_FORM = {
    "type": "json_schema",
    "json_schema": {
        "name": "things",
        "strict": True,
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "required": ["things"],
            "properties": {
                "things": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["said", "name", "amount"],
                        "properties": {name: {"type": "string"} for name in ("said", "name", "amount")},
                    },
                }
            },
        },
    },
}


class LlmReader:
    """`usecases.ports.SecondReader` over HTTP. Close it at the end."""

    def __init__(self, settings: LlmSettings, *, clock: Callable[[], float] = monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._prompt = (files("cabas.extras") / "llm.md").read_text(encoding="utf-8")
        self._failures, self._rest_until = 0, 0.0
        headers = {"accept": "application/json", "user-agent": "Cabas"}
        if settings.key:
            headers["authorization"] = f"Bearer {settings.key}"
        self._client = httpx2.AsyncClient(headers=headers, timeout=settings.seconds, follow_redirects=False)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def read(self, words: str, lang: str) -> Sequence[Reading]:
        """What goods `words` mean, as the model says; nothing when it fails in any way or rests."""
        if self._clock() < self._rest_until:
            return ()
        try:
            async with asyncio.timeout(self._settings.seconds):
                answer = await self._ask(words, lang)
            read = msgspec.json.decode(answer, type=_Answer)
        except (TimeoutError, httpx2.HTTPError, httpx2.StreamError, msgspec.MsgspecError, ValueError, OSError) as error:
            self._failed(error)
            return ()
        self._failures = 0
        return tuple(Reading(one.said, one.name, one.amount) for one in read.things)

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        log.warning("The language model gave no answer that can be used (%s).", type(error).__name__)
        if self._failures >= FAILURES_MAX:
            self._failures, self._rest_until = 0, self._clock() + REST_SECONDS

    async def _ask(self, words: str, lang: str) -> bytes:
        """The text of the answer. Raises `httpx2.HTTPError`, `ValueError` or `msgspec.MsgspecError`."""
        body = {
            "model": self._settings.model,
            "messages": [
                {"role": "system", "content": self._prompt},
                {"role": "user", "content": msgspec.json.encode({"lang": lang, "words": words}).decode()},
            ],
            "temperature": 0,
            "max_tokens": ANSWER_TOKENS_MAX,
            "response_format": _FORM,
        }
        url = f"{self._settings.url.rstrip('/')}/chat/completions"
        async with self._client.stream("POST", url, json=body) as response:
            if response.status_code != httpx2.codes.OK:
                raise ValueError(response.status_code)
            raw = bytearray()
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > ANSWER_BYTES_MAX:
                    raise ValueError(len(raw))
        choices = msgspec.json.decode(bytes(raw), type=_Completion).choices
        return choices[0].message.content.encode() if choices else b""
