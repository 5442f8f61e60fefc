"""The stage transcripts of the MCP surface are played on: a small shop, open to any assistant."""

from __future__ import annotations

from starlette.applications import Starlette

from cabas.apps.web import lifespan
from cabas.surfaces.mcp.app import routes
from support.premises import stage_of


def stage() -> Starlette:
    """A fresh shop."""
    return Starlette(routes=routes(stage_of().premises), lifespan=lifespan)
