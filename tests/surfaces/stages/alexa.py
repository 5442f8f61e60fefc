"""The stage transcripts of the Alexa surface are played on. Requests without a signature are signed on their way in,
as a transcript cannot sign; the header "x-unsigned" leaves one as it is.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cabas.storage.memory import Rows
from cabas.surfaces.alexa.app import routes
from cabas.surfaces.alexa.signed import Signatures
from cabas.surfaces.alexa.skill import Skill
from cabas.surfaces.contract import Premises
from support.access import Ask, World
from support.amazon import SKILL, Bucket, a_request, root, signed
from support.premises import an_agreement, stage_of


class Signing:
    """ASGI: signs what comes in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or any(name == b"x-unsigned" for name, _ in scope["headers"]):
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        added = [(name.encode(), value.encode()) for name, value in signed(body).items()]
        kept = [one for one in scope["headers"] if one[0] != b"content-type"]
        await self.app({**scope, "headers": [*kept, *added]}, again, send)


def stage() -> Starlette:
    """A fresh shop with a skill, and a bucket that has its certificate."""
    bucket = Bucket()
    access = f'surfaces = ["alexa"]\nclients = ["{SKILL}"]'
    made = stage_of(an_agreement("alexa", access=access), changes={"web": bucket}).premises
    signatures = Signatures(bucket.get, made.clock.now, [root()])
    skill = Skill(made, f"{made.url}/alexa", slow=60, budget=120)  # the words are read from disk on the first turn
    return Starlette(routes=routes(made, signatures, skill), middleware=[Middleware(Signing)])


# Amazon and the skill prove the platform; a token that is not good here links nobody, and the shopper is a stranger.
STRANGER = "200 stranger"
REFUSED = {
    "nobody": "400 signature_invalid", "closed": STRANGER, "key": STRANGER, "token": STRANGER, "scope": STRANGER,
    "narrow": STRANGER,
}  # fmt: skip
NUMBERS = itertools.count(1)


def access_routes(premises: Premises) -> list[BaseRoute]:
    """The surface with Amazon's certificate, and patience for the first turn."""
    bucket = Bucket()
    there = replace(premises, web=bucket)
    skill = Skill(there, f"{there.url}/alexa", slow=60, budget=120)
    return routes(there, Signatures(bucket.get, there.clock.now, [root()]), skill)


def asks(world: World, client: TestClient, method: str, path: str) -> Iterator[Ask]:
    """The skill is opened."""
    closed = world.shown["a partner whose agreement does not open this"]

    def send(web: TestClient, shown: str) -> Any:
        skill = f"{SKILL}.closed" if shown == closed else SKILL
        body = json.dumps(a_request(number=next(NUMBERS), token=shown or None, skill=skill)).encode()
        return web.request(method, path, content=body, headers=signed(body) if shown else {})

    yield Ask(f"{method} {path}", send, "new")


def kept(rows: Rows) -> Rows:
    """Without what a stranger says."""
    known = {key: one for key, one in rows.conversations.items() if one.shopper_id is not None}
    return replace(rows, conversations=known, request_answers={})


def outcome(answer: Any) -> str:
    """Status, and whether Camille was greeted."""
    body = answer.json()
    if "error" in body:
        return f"{answer.status_code} {body['error']}"
    return "200 Camille" if "Camille" in json.dumps(body) else STRANGER
