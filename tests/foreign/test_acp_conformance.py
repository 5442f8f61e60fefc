"""Schemathesis against the ACP surface: requests from the OpenAPI files, half about real things."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from starlette.applications import Starlette

from cabas.kernel.money import Money
from cabas.surfaces.acp.app import routes
from support.acp import Agent, Delegated, paying
from support.acp_spec import SPEC, needs_spec
from support.browser import serving
from support.premises import an_agreement, stage_of
from support.shop import slot

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: run `make conformance`")
CASES = int(os.environ.get("CABAS_CASES", "100"))
FILES = {"openapi.agentic_checkout.yaml": 5, "openapi.cart.yaml": 4}
KEYS = count(1)
pytestmark = [needs_spec, pytest.mark.filterwarnings("default")]


@pytest.mark.parametrize("file", FILES)
def test_no_request_of_the_openapi_file_breaks_it(file: str) -> None:
    hurried = an_agreement("agent", access="requests_per_minute = 1_000_000")  # no quota: that is tested elsewhere
    agent = Agent(stage_of(hurried, payments=Delegated()))
    starts = agent.stage.now + timedelta(hours=3)
    agent.stage.shop.add_slots(slot("drive", starts, method="pickup", fee=Money(0), capacity=1_000_000))
    agent.stage.shop.stock("milk", 1_000_000)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        yield Starlette(routes=routes(agent.stage.premises))

    schema = _published(SPEC / "openapi" / file)
    with serving(opened()) as address:
        operations = [one.ok() for one in schema.get_all_operations()]
        assert len(operations) == FILES[file]
        seen = [_hold(one, agent, f"{address}/acp") for one in operations]
    assert all(any(status < 300 for status in statuses) for statuses in seen), seen


def _published(file: Path) -> Any:
    """The OpenAPI file, with what it forgets: the `order` that completing requires and its closed session leaves out,
    and that a session to be canceled may not be there.
    """
    found: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    schemas = found["components"]["schemas"]
    if "CheckoutSessionBase" not in schemas:
        return schemathesis.openapi.from_path(file)
    schemas["CheckoutSessionBase"]["properties"].setdefault("order", {"$ref": "#/components/schemas/Order"})
    missing = found["paths"]["/checkout_sessions/{checkout_session_id}"]["get"]["responses"]["404"]
    found["paths"]["/checkout_sessions/{checkout_session_id}/cancel"]["post"]["responses"].setdefault("404", missing)
    return schemathesis.openapi.from_dict(found)


def _hold(operation: Any, agent: Agent, base: str) -> set[int]:
    statuses: set[int] = set()

    @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def held(case: Any) -> None:
        _made_real(case, agent, operation.path)
        response = case.call(base_url=base, timeout=30)
        statuses.add(response.status_code)
        case.validate_response(response, checks=held_to())

    held()
    return statuses


def held_to() -> list[Any]:
    """Schemathesis's checks of answers. Not that everything the schema lets through is taken: a currency may be ""."""
    schemathesis.checks.load_all_checks()
    names = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
             "response_headers_conformance", "response_schema_conformance")  # fmt: skip
    return [schemathesis.checks.CHECKS.get_one(name) for name in names]


def _made_real(case: Any, agent: Agent, path: str) -> None:
    """Let in, and half of the time about products, sessions, slots and ways to pay that there are."""
    chance = Random(repr((case.path_parameters, case.body)))  # noqa: S311
    case.headers = {
        **(case.headers or {}), "Authorization": f"Bearer {agent.key}", "API-Version": "2026-04-17",
        "Idempotency-Key": f"schemathesis-{next(KEYS)}", "Timestamp": agent.stage.now.isoformat(), "Signature": "",
    }  # fmt: skip
    if chance.random() < 0.5:
        return
    kind = "/carts" if path.startswith("/carts") else "/checkout_sessions"
    if case.path_parameters:
        body = {"line_items": [{"id": "milk"}], "currency": "eur"}
        there = agent.ask("POST", kind, body).json()["id"] if kind == "/carts" else agent.ready("milk")
        case.path_parameters = dict.fromkeys(case.path_parameters, there)
    if not isinstance(case.body, dict):
        return
    if "currency" in case.body:
        case.body["currency"] = "eur"
    if case.body.get("line_items"):
        case.body["line_items"] = [{"id": chance.choice(["milk", "apples", "none"])} for _ in case.body["line_items"]]
    for one in case.body.get("selected_fulfillment_options") or ():
        one |= {"type": "pickup", "option_id": "drive"}
    if "payment_data" in case.body:
        case.body |= paying("card", chance.choice(["spt_1", "declined", "confirm"]))
