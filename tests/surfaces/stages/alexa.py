"""The stage transcripts of the Alexa surface are played on. Requests without a signature are signed on their way in,
as a transcript cannot sign; the header "x-unsigned" leaves one as it is.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cabas.surfaces.alexa.app import routes
from cabas.surfaces.alexa.signed import Signatures
from cabas.surfaces.alexa.skill import Skill
from support.amazon import SKILL, Bucket, root, signed
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
