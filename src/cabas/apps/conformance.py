"""Running other people's checkers against a server in test mode, with what they must know of this shop."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2

from cabas.kernel.errors import NotFound, Unavailable
from cabas.surfaces.ucp.loyalty import program
from cabas.surfaces.ucp.signing import Key, key_of
from cabas.surfaces.ucp.testing import CARD, CONFIRM, FAIL, RETIRED, TESTER

TOOL = "spck-conformance"
SECONDS = 600
WELL_KNOWN = "/.well-known/ucp"
AGENT = 'profile="https://spck.dev/agent"'
# So many products a tool needs, and so many pages of ten to see whether pages follow one another.
PIECES, PAGES = 2, 2
ENOUGH = 40


@dataclass(frozen=True, slots=True)
class Goods:
    """Products of the shop by what a tool needs them for; empty ones are not tested. `query` finds `total`. `codes` are
    discount codes that count for everything; `promoted` is a product with a promotion, `code` one for `second` alone;
    `members` says that something is taken off for members of the loyalty program.
    """

    first: str
    second: str
    sold_out: str = ""
    query: str = ""
    total: int = 0
    codes: tuple[str, ...] = ()
    code: str = ""
    promoted: str = ""
    members: bool = False


def profiles(server: str, *, insecure: bool = False) -> dict[str, str]:
    """By version, the address below which a profile is. Raises `Unavailable`."""
    document = _fetched(f"{server}{WELL_KNOWN}", None, insecure=insecure)["ucp"]
    others = {version: url.removesuffix(WELL_KNOWN) for version, url in document.get("supported_versions", {}).items()}
    return {document["version"]: server, **others}


def goods(server: str, words: str, *, insecure: bool = False) -> Goods:
    """Products found with `words` at a server of ours. Raises `NotFound` when there are too few."""
    asked = {"query": words, "pagination": {"limit": 50}}
    found = _fetched(f"{endpoint(server)}/catalog/search", asked, insecure=insecure)
    pieces = [one["variants"][0] for one in found["products"] if "quantity_unit" not in one["variants"][0]]
    sold = [one["id"] for one in pieces if one["availability"]["available"]]
    random.shuffle(sold)  # a run buys a few dozen: not always of the same shelf
    plenty = list(islice((one for one in sold if _plenty(server, one, insecure=insecure)), PIECES))
    if len(plenty) < PIECES:
        raise NotFound(f"{words!r} finds too few products.", remedy="Use other `--words`.")
    gone = next((one["id"] for one in pieces if not one["availability"]["available"]), "")
    promoted = next((one["id"] for one in pieces if "list_price" in one and one["id"] in sold), "")
    total = found["pagination"]["total_count"]
    many = words if total > PAGES * 10 else ""
    return Goods(plenty[0], plenty[1], gone, many, total, promoted=promoted)


def _plenty(server: str, sku: str, *, insecure: bool) -> bool:
    """Whether there is enough of it for a run."""
    asked = {"line_items": [{"item": {"id": sku}, "quantity": ENOUGH}]}
    return not _fetched(f"{endpoint(server)}/carts", asked, insecure=insecure).get("messages")


def endpoint(server: str) -> str:
    """Where the REST operations of a profile's address are: the newest version's are one step below it."""
    return server if server.rpartition("/")[2][:2] == "20" else f"{server}/ucp"


def counts(report: dict[str, Any]) -> dict[str, Any]:
    """What a report says, in numbers: checks of other versions or of what we do not claim are not applicable."""
    said = report["checks_summary"]
    beside = said["not_applicable"]
    return {
        "passed": said["clean"],
        "deviated": said["deviation"],
        "not_tested": said["not_tested"] + beside["config"] + said["inconclusive"],
        "not_applicable": sum(value for name, value in beside.items() if name != "config"),
        "what": [one["id"] for one in report["checks"] if one["status"] == "deviation"],
    }


def _fetched(url: str, body: dict[str, Any] | None, *, insecure: bool) -> dict[str, Any]:
    try:
        with httpx2.Client(verify=not insecure, timeout=30, trust_env=False) as client:
            response = client.get(url) if body is None else client.post(url, json=body, headers={"UCP-Agent": AGENT})
            response.raise_for_status()
            found: dict[str, Any] = response.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise Unavailable(
            f"{url} does not answer ({type(error).__name__}).", remedy="Start it: `CABAS_TESTING=1 cabas demo`."
        ) from error
    return found


def paid_with(token: str) -> dict[str, Any]:
    """A completion with the test card."""
    credential = {"type": "token", "token": token}
    instrument = {"id": "card", "handler_id": CARD.id, "type": "card", "credential": credential}
    return {"payment": {"instruments": [instrument]}}


def spck_config(server: str, goods: Goods) -> dict[str, Any]:
    """The checker's configuration for a server of ours in test mode."""
    profiles = f"{endpoint(server)}/testing/profiles"
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
        "eligibility": {"unrecognized": "com.example.unknown_club"}
        | ({"unverifiable": program(server)} if goods.members else {}),
        "totals": {"sublines": True},
        "discovery": {"supported_versions": True} if endpoint(server) != server else {},
        "catalog": {"variant_id": goods.first, "max_batch": 50},
    }
    if goods.codes:
        known["discount"] = discounts(goods)
    if goods.query:
        known["catalog"] |= {"paginated_query": goods.query, "paginated_total": goods.total}
    return {name: value for name, value in known.items() if value}


def discounts(goods: Goods) -> dict[str, Any]:
    """What the checker wants to know of codes."""
    said: dict[str, Any] = {
        "valid_code": goods.codes[0],
        "invalid_code": "NO-SUCH-CODE",
        "rejected_messages": True,
        "case_insensitive": True,
        "second_valid_code": goods.codes[1] if len(goods.codes) > 1 else "",
    }
    if goods.code:
        said["item"] = {"code": goods.code, "product_id": goods.second, "quantity": 1}
    if goods.promoted:
        said["automatic"] = {"product_id": goods.promoted, "quantity": 1}
    return {name: value for name, value in said.items() if value}


def run_spck(server: str, config: dict[str, Any], *, insecure: bool = False) -> dict[str, Any]:
    """The checker's report. Raises `NotFound` when it is not installed, `Unavailable` when it could not run."""
    tool = shutil.which(TOOL) or shutil.which(TOOL, path=str(Path(sys.executable).parent))
    if tool is None:
        raise NotFound(f"{TOOL} is not installed.", remedy="Run `uv sync --group conformance`.")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        command = [tool, "--server", server, "--config", file.name, "--json", *(["--insecure"] if insecure else [])]
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
