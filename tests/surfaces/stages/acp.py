"""The stage transcripts of the ACP surface are played on: a small shop with a key for one agent.

The key is the first the stage makes: `Bearer ck_k1.secret-1-` and thirty times x.
"""

from __future__ import annotations

from starlette.applications import Starlette

from cabas.apps.web import lifespan
from cabas.surfaces.acp.app import routes
from support.premises import an_agreement, stage_of


def stage() -> Starlette:
    """A fresh shop."""
    made = stage_of(an_agreement("agent"))
    made.key("agent")
    return Starlette(routes=routes(made.premises), lifespan=lifespan)
