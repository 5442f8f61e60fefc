"""The stage transcripts of the Dialogflow surface are played on: the key of its transcripts is "ck_k1.…"."""

from __future__ import annotations

from starlette.applications import Starlette

from cabas.surfaces.dialogflow.app import Webhook, routes
from support.premises import an_agreement, stage_of


def stage() -> Starlette:
    """A fresh shop with a phone line."""
    made = stage_of(an_agreement("phone", access='surfaces = ["dialogflow"]'))
    made.key("phone")
    # The words are read from disk on the first turn.
    return Starlette(routes=routes(made.premises, Webhook(made.premises, budget=120)))
