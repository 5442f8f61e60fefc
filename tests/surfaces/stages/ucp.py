"""The stage transcripts of the UCP surface are played on: a small shop, open to any assistant."""

from __future__ import annotations

from starlette.applications import Starlette

from cabas.apps.web import lifespan
from cabas.surfaces.ucp.app import routes
from support.premises import stage_of


def stage() -> Starlette:
    """A fresh shop that takes testers without a profile of their own."""
    return Starlette(routes=routes(stage_of(testing=True).premises), lifespan=lifespan)
