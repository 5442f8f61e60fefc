"""The shop as a webhook of Dialogflow CX, at `/dialogflow`. The agent shows a partner key; a tag says what it wants."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cabas.kernel.errors import CabasError, Conflict, InvalidInput, NotAllowed, Unavailable
from cabas.surfaces.contract import Premises, Surface
from cabas.surfaces.dialogflow.wire import BODY_MAX_BYTES, WebhookRequest, read, told, turn
from cabas.surfaces.door import Door, TooMany, credential
from cabas.surfaces.keyed import once
from cabas.usecases.partners import NotKnown
from cabas.usecases.shop.visit import Caller
from cabas.usecases.shop.voice import Thread, converse

PATH = "/dialogflow"
# Dialogflow waits 5 s for a webhook unless it is told otherwise.
BUDGET_SECONDS = 4.0
# An error's HTTP status and its name in `google.rpc.Code`.
STATUS: tuple[tuple[type[CabasError], int, str], ...] = (
    (NotKnown, 401, "UNAUTHENTICATED"),
    (NotAllowed, 403, "PERMISSION_DENIED"),
    (Conflict, 409, "ABORTED"),
    (TooMany, 429, "RESOURCE_EXHAUSTED"),
    (Unavailable, 503, "UNAVAILABLE"),
)


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """The webhook's own sentences by language."""
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load((files(__package__) / "texts.yaml").read_text("utf-8"))
    return loaded


class Webhook:
    """Answers turns of an agent. `budget` is in seconds."""

    def __init__(self, premises: Premises, budget: float = BUDGET_SECONDS) -> None:
        self._premises, self._budget = premises, budget
        self._door = Door(premises, "dialogflow", f"{premises.url}{PATH}", "voice")

    async def __call__(self, request: Request) -> Response:
        """The answer to a turn, or an error as Google's APIs word it."""
        try:
            return await self._answer(request)
        except CabasError as error:
            status, name = next(
                ((status, name) for kind, status, name in STATUS if isinstance(error, kind)), (400, "INVALID_ARGUMENT")
            )
            headers = {"retry-after": str(error.seconds)} if isinstance(error, TooMany) else {}
            if status == 401:
                headers["www-authenticate"] = "Bearer"
            body = {"error": {"code": status, "status": name, "message": str(error), "reason": error.code}}
            return JSONResponse(body, status, headers)

    async def _answer(self, request: Request) -> Response:
        if not credential(request.headers):
            raise NotKnown("A key is needed here.", remedy="Let the webhook send `Authorization: Bearer KEY`.")
        caller = await self._door.admit(request)
        body = await request.body()
        asked = read(body)
        if asked.locale.partition("-")[0] not in texts():
            known = ", ".join(texts())
            raise InvalidInput(f"{asked.language_code} is not spoken here.", remedy=f"Use one of: {known}.")

        async def answer() -> Response:
            return JSONResponse(await self._turn(asked, replace(caller, locale=asked.locale)))

        if not asked.detect_intent_response_id:
            return await answer()
        # One answer of the agent may call us several times, so that its id alone is no key.
        digest = hashlib.sha256(body).hexdigest()
        return await once(self._premises, caller.platform, "dialogflow", digest, digest, answer)

    async def _turn(self, asked: WebhookRequest, caller: Caller) -> dict[str, Any]:
        words = texts()[caller.lang]
        text = "" if asked.fulfillment_info.tag == "welcome" else asked.said
        if not text and asked.fulfillment_info.tag != "welcome":
            return told(asked, words["not_heard"])
        info = asked.session_info
        thread = Thread(info.session, self._premises.secret, info.parameters.cabas)
        work = asyncio.ensure_future(converse(self._premises.front, caller, thread, text))
        try:
            await asyncio.wait({work}, timeout=self._budget)
            return turn(asked, work.result()) if work.done() else told(asked, words["too_slow"])
        except InvalidInput:
            return told(asked, words["not_heard"])
        except Unavailable:
            return told(asked, words["broken"])
        finally:
            work.cancel()  # does nothing to a turn that is over


def routes(premises: Premises, webhook: Webhook | None = None) -> list[BaseRoute]:
    """The route."""
    limit = [Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_MAX_BYTES)]
    endpoint = (webhook or Webhook(premises)).__call__
    return [Route(PATH, endpoint, methods=["POST"], middleware=limit)]


surface = Surface(name="dialogflow", title="Dialogflow CX webhook", path=PATH, routes=routes, version="v3")
