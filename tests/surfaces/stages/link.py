"""The stage transcripts of account linking are played on: a small shop, a partner with an address to return to."""

from __future__ import annotations

from starlette.applications import Starlette

from cabas.surfaces.link.app import routes
from support.premises import an_agreement, stage_of

# Called by clients that prove themselves (`test_link`), or by the token alone (`test_access`).
APART = ("/link/token", "/link/revoke", "/link/introspect", "/link/par", "/link/userinfo")


def stage() -> Starlette:
    """A fresh shop."""
    google = an_agreement("google", seller="platform", access='redirects = ["https://client.example/back"]')
    return Starlette(routes=routes(stage_of(google).premises))
