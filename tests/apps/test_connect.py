"""cabas connect: what is told for which agreement, and what is found to be done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

import cabas.surfaces
from cabas.apps.connect import BY_HAND, CHECKS, DONE, OPEN, Walk, guide, walk
from cabas.kernel.errors import NotFound
from cabas.surfaces.contract import Surface
from support.amazon import SKILL
from support.premises import Stage, an_agreement, stage_of

FOLDER = Path(cabas.surfaces.__file__).parent
GUIDED = sorted(path.parent.name for path in FOLDER.glob("*/connect.yaml"))


def surfaces(*names: str) -> list[Surface]:
    return [import_module(f"cabas.surfaces.{name}.app").surface for name in names]


def walked(
    stage: Stage, platform: str, *names: str, lang: str = "en", served: bool = False, **changes: Any
) -> list[Walk]:
    """What is told. With `served` the surfaces' own routes answer what is asked of the server."""
    premises = replace(stage.premises, **{"url": "https://shop.example", **changes})

    async def work() -> list[Walk]:
        if not served:
            return await walk(premises, platform, surfaces(*names), lang)
        routes = [route for one in surfaces(*names) for route in one.routes(premises)]
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=Starlette(routes=routes))) as client:
            return await walk(premises, platform, surfaces(*names), lang, client=client)

    return asyncio.run(work())


@pytest.mark.parametrize("name", GUIDED)
def test_a_guide_is_whole(name: str) -> None:
    made = guide(name)
    assert made is not None
    assert made.when in ("", *CHECKS)
    values = {"url": "U", "platform": "P", "retailer": "R"}
    for step in made.steps:
        assert step.check in ("", *CHECKS)
        assert bool(step.check or step.probe) == bool(step.mend), step.say.en
        for text in (step.say, step.mend or step.say):
            assert text.en.format(**values) != text.fr.format(**values)
        step.give.format(**values)


def test_a_surface_without_a_guide_is_left_out() -> None:
    assert guide("nothing") is None


def test_a_platform_without_an_agreement_in_force_is_refused() -> None:
    with pytest.raises(NotFound, match="assistant, google"):
        walked(stage_of(), "nobody", "mcp")


def test_only_what_the_agreement_opens_is_told() -> None:
    stage = stage_of(an_agreement("phone", access='surfaces = ["dialogflow"]'))
    assert [one.surface for one in walked(stage, "phone", "alexa", "dialogflow", "mcp")] == ["dialogflow"]


def test_what_is_missing_is_said_and_what_is_done_is_not() -> None:
    stage = stage_of(an_agreement("phone", access='surfaces = ["dialogflow"]'))
    (before,) = walked(stage, "phone", "dialogflow", served=True)
    assert not before.ready
    assert [step.state for step in before.steps] == [DONE, OPEN, BY_HAND, BY_HAND, BY_HAND, DONE]
    assert before.steps[1].why == "phone has no key that opens anything now."
    assert before.steps[2].give == "https://shop.example/dialogflow"
    stage.key("phone")
    (after,) = walked(stage, "phone", "dialogflow", served=True, lang="fr")
    assert after.ready
    assert after.steps[1].say.startswith("Créez une clé")


def test_a_private_address_is_no_address_for_a_platform() -> None:
    stage = stage_of(an_agreement("phone", access='surfaces = ["dialogflow"]'))
    (told,) = walked(stage, "phone", "dialogflow", url="http://127.0.0.1:8000")
    assert told.steps[0].state == OPEN
    assert "http://127.0.0.1:8000" in told.steps[0].why


def test_a_skill_is_asked_for_and_an_unsigned_request_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = stage_of(an_agreement("alexa", access='surfaces = ["alexa"]'))
    (before,) = walked(bare, "alexa", "alexa", served=True)
    assert [step.state for step in before.steps].count(OPEN) == 1
    assert "names no skill" in before.steps[4].why
    stage = stage_of(an_agreement("alexa", access=f'surfaces = ["alexa"]\nclients = ["{SKILL}"]'))
    (after,) = walked(stage, "alexa", "alexa", served=True)
    assert after.ready
    assert after.steps[6].state == DONE
    monkeypatch.setenv("SSL_CERT_FILE", "nothing.pem")
    (rootless,) = walked(stage, "alexa", "alexa")
    assert rootless.steps[5].why.startswith("Requests cannot be verified. no root certificates")


def test_a_server_that_does_not_answer_is_noticed() -> None:
    stage = stage_of(an_agreement("phone", access='surfaces = ["dialogflow"]'))
    premises = replace(stage.premises, url="https://shop.example")

    def away(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no")

    async def work(transport: httpx2.MockTransport) -> str:
        async with httpx2.AsyncClient(transport=transport) as client:
            (told,) = await walk(premises, "phone", surfaces("dialogflow"), "en", client=client)
            return told.steps[5].why

    assert "(/dialogflow: ConnectError)" in asyncio.run(work(httpx2.MockTransport(away)))
    other = httpx2.MockTransport(lambda _: httpx2.Response(200, text="another site"))
    assert "(/dialogflow: 200, not 401)" in asyncio.run(work(other))
    blank = httpx2.MockTransport(lambda _: httpx2.Response(401, text="a proxy"))
    assert "(/dialogflow: no 'UNAUTHENTICATED')" in asyncio.run(work(blank))


def test_linking_is_told_where_the_agreement_has_somewhere_to_return_to() -> None:
    access = 'surfaces = ["mcp"]\nredirects = ["https://pitangui.amazon.com/api/skill/link/M1"]'
    assert [one.surface for one in walked(stage_of(an_agreement("a", access=access)), "a", "link")] == ["link"]
    assert walked(stage_of(an_agreement("a", access='surfaces = ["mcp"]')), "a", "link") == []


@pytest.mark.parametrize("name", ["alexa", "dialogflow", "mcp", "ucp", "acp"])
def test_probes_hold_against_our_own_routes(name: str) -> None:
    stage = stage_of(an_agreement("partner", access=f'surfaces = ["{name}"]'))
    (told,) = walked(stage, "partner", name, served=True)
    made = guide(name)
    assert made is not None
    probed = [one.state for one, step in zip(told.steps, made.steps, strict=True) if step.probe is not None]
    assert probed == [DONE]
