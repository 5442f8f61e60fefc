"""Account linking, used over HTTP by the clients other people wrote: `openid-client` and `oauth4webapi` (npm)."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from starlette.applications import Starlette

from cabas.surfaces.link.app import routes
from cabas.usecases.checkout.events import pairwise_id
from support.browser import serving
from support.linking import AGENT, BACK, Linking, a_stage
from support.premises import Stage, an_agreement

HERE = Path(__file__).parent
NODE = shutil.which("node")


@pytest.fixture
def stage() -> Iterator[Stage]:
    """The shop, served on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    stage = a_stage(now=datetime.now(UTC), url=f"http://127.0.0.1:{listener.getsockname()[1]}")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        yield Starlette(routes=routes(stage.premises))

    with serving(opened(), listener=listener):
        yield stage


def play(linking: Linking, package: str, script: str, *arguments: str, ticked: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the script tells at its end; the shopper says yes in between."""
    if NODE is None or not (HERE / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed: run `make conformance`")
    linking.sign_in()
    with subprocess.Popen(
        [NODE, script, *arguments], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        first = process.stdout.readline()
        if not first:
            pytest.fail(process.communicate(timeout=60)[1])
        query = json.loads(first)["address"].partition("?")[2]
        page = linking.web.get(f"/link/authorize?{query}", headers={"accept-language": "en"})
        back = linking.answer(page, *ticked).headers["location"]
        told, wrong = process.communicate(f"{back}\n", timeout=120)
    assert told, wrong
    answer: dict[str, Any] = json.loads(told)
    return answer


def test_openid_client_links_refreshes_and_revokes(stage: Stage) -> None:
    google = Linking(stage)
    told = play(google, "openid-client", "openid_client.mjs", stage.url, "google", str(google.secret), BACK,
                ticked=("personal_results",))  # fmt: skip
    premises = stage.premises
    sub = pairwise_id(premises.front.desk.pairwise_key, "google", stage.memory.rows.shoppers["halle", "camille"])
    assert told == {
        "scope": "history openid shop", "sub": sub, "userinfo": sub, "rotated": True, "audience": [f"{stage.url}/mcp"],
        "before": True, "after": False, "error": "invalid_grant",
    }  # fmt: skip


def test_oauth4webapi_links_without_a_secret_and_reads_the_token_itself(stage: Stage) -> None:
    redirect = "http://127.0.0.1:49152/callback"
    agent = Linking(stage, AGENT, redirect)
    told = play(agent, "oauth4webapi", "oauth4webapi.mjs", stage.url, AGENT, redirect)
    premises = stage.premises
    sub = pairwise_id(premises.front.desk.pairwise_key, AGENT, stage.memory.rows.shoppers["halle", "camille"])
    assert told == {
        "scope": "shop", "sub": sub, "client": AGENT, "elsewhere": "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
        "twice": "invalid_grant", "refreshed": "invalid_grant",
    }  # fmt: skip


def test_openid_client_signs_pushes_and_comes_on_its_own(stage: Stage) -> None:
    key = ECKey.generate_key("P-256", {"kid": "p1", "use": "sig", "alg": "ES256"})
    access = f'redirects = ["{BACK}"]\njwks = "https://partner.example/jwks.json"'
    stage.agreements = (an_agreement("google", seller="platform", access=access), *stage.agreements[1:])
    stage.documents.known["https://partner.example/jwks.json"] = {"keys": [key.as_dict(private=False)]}
    google = Linking(stage, secret="")
    jwk = json.dumps(key.as_dict(private=True))
    told = play(google, "openid-client", "openid_client_keys.mjs", stage.url, "google", jwk, BACK)
    assert told == {
        "named": ["client_id", "request_uri"], "scope": "shop", "own": "dev.ucp.shopping.order:read", "refresh": None,
        "sub": "google", "error": "invalid_scope",
    }  # fmt: skip
