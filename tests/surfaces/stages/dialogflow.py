"""The stage transcripts of the Dialogflow surface are played on: the key of its transcripts is "ck_k1.…"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from cabas.surfaces.contract import Premises
from cabas.surfaces.dialogflow.app import Webhook, routes
from support.access import Ask, World, bearer
from support.premises import an_agreement, stage_of


def stage() -> Starlette:
    """A fresh shop with a phone line."""
    made = stage_of(an_agreement("phone", access='surfaces = ["dialogflow"]'))
    made.key("phone")
    # The words are read from disk on the first turn.
    return Starlette(routes=routes(made.premises, Webhook(made.premises, budget=120)))


REFUSED = {
    "nobody": "401 unauthorized", "key": "401 invalid_key", "token": "401 invalid_token",
    "closed": "403 surface_not_granted", "scope": "403 insufficient_scope", "narrow": "403 insufficient_scope",
}  # fmt: skip


def access_routes(premises: Premises) -> list[BaseRoute]:
    """The surface, with patience for the first turn."""
    return routes(premises, Webhook(premises, budget=120))


def asks(world: World, client: TestClient, method: str, path: str) -> Iterator[Ask]:
    """A turn."""
    turn = {"languageCode": "fr", "sessionInfo": {"session": "projects/p/sessions/5"}, "text": "du lait"}
    yield Ask(f"{method} {path}", lambda web, shown: web.request(method, path, json=turn, headers=bearer(shown)), "new")


def outcome(answer: Any) -> str:
    """Status and reason."""
    return f"{answer.status_code} {answer.json().get('error', {}).get('reason', '')}".strip()
