"""Running other people's checkers against a server in test mode, with what they must know of this shop."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cabas.kernel.errors import NotFound, Unavailable
from cabas.surfaces.ucp.signing import Key, key_of
from cabas.surfaces.ucp.testing import CARD, CONFIRM, FAIL, RETIRED, TESTER

TOOL = "spck-conformance"
SECONDS = 600


@dataclass(frozen=True, slots=True)
class Goods:
    """Products of the shop by what a tool needs them for; empty ones are not tested. `query` finds `total`."""

    first: str
    second: str
    sold_out: str = ""
    promoted: str = ""
    query: str = ""
    total: int = 0


def paid_with(token: str) -> dict[str, Any]:
    """A completion with the test card."""
    credential = {"type": "token", "token": token}
    instrument = {"id": "card", "handler_id": CARD.id, "type": "card", "credential": credential}
    return {"payment": {"instruments": [instrument]}}


def spck_config(endpoint: str, goods: Goods) -> dict[str, Any]:
    """The checker's configuration for a server of ours in test mode whose REST operations are at `endpoint`."""
    profiles = f"{endpoint}/testing/profiles"
    known: dict[str, Any] = {
        "product_id": goods.first,
        "currency": "EUR",
        "complete_payment": paid_with("success_token"),
        "fail_payment": paid_with(FAIL),
        "out_of_stock_id": goods.sold_out,
        "unavailable": {"business_outcome": True},
        "payment": {
            "handler_key": CARD.name,
            "handler_id": CARD.id,
            "escalation_payment": paid_with(CONFIRM),
        },
        "cart": {"second_product_id": goods.second},
        "order": {"simulate_adjustment": True, "second_product_id": goods.second},
        "webhooks": {"simulate": True, "signed": True, "retries": True, "wait_seconds": 15},
        "signature": {
            "responses": True,
            "request_private_jwk": _private(key_of(TESTER)),
            "rotated_private_jwk": _private(key_of(RETIRED)),
            "unsupported_alg_kid": "ed25519",
            "platform_profile_url": f"{profiles}/signer",
        },
        "negotiation": {
            "harness": True,
            "validates_profile_url": True,
            "incompatible_caps_profile_url": f"{profiles}/incompatible",
            "unsupported_version_profile_url": f"{profiles}/unsupported",
            "malformed_profile_url": f"{profiles}/malformed",
            "unreachable_profile_url": f"{profiles}/missing",
        },
        "idempotency": {"age_hook": True, "outage_hook": True},
        "eligibility": {"unrecognized": "com.example.unknown_club"},
        "totals": {"sublines": True},
        "catalog": {"variant_id": goods.first, "max_batch": 50},
    }
    if goods.query:
        known["catalog"] |= {"paginated_query": goods.query, "paginated_total": goods.total}
    return {name: value for name, value in known.items() if value}


def run_spck(server: str, config: dict[str, Any]) -> dict[str, Any]:
    """The checker's report. Raises `NotFound` when it is not installed, `Unavailable` when it could not run."""
    tool = shutil.which(TOOL) or shutil.which(TOOL, path=str(Path(sys.executable).parent))
    if tool is None:
        raise NotFound(f"{TOOL} is not installed.", remedy="Run `uv sync --group conformance`.")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        command = [tool, "--server", server, "--config", file.name, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise Unavailable(
            f"{TOOL} gave no report: {done.stderr[-500:]}", remedy="Is the server in test mode?"
        ) from error
    return report


def _private(key: Key) -> dict[str, str]:
    number = key.private.private_numbers().private_value.to_bytes(32, "big")
    return {**key.public, "d": base64.urlsafe_b64encode(number).decode().rstrip("=")}
