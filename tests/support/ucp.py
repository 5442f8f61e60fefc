"""A platform by UCP: every request it sends and every answer it gets fits the official models (ucp-sdk, 2026-08-25)."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.surfaces.contract import Linked
from cabas.surfaces.ucp import signing
from cabas.surfaces.ucp.app import routes
from cabas.surfaces.ucp.profile import CAPABILITIES, NEWEST, VERSIONS
from support.premises import Stage

sdk = pytest.importorskip("ucp_sdk.models.schemas", reason="ucp-sdk is not installed: run `uv sync`")

from pydantic import BaseModel, TypeAdapter  # noqa: E402
from ucp_sdk.models.schemas import profile as profiles  # noqa: E402
from ucp_sdk.models.schemas.common import location_lookup, location_search  # noqa: E402
from ucp_sdk.models.schemas.common.types import error_response  # noqa: E402
from ucp_sdk.models.schemas.shopping import (  # noqa: E402
    buyer_consent,
    cart,
    cart_create_request,
    cart_update_request,
    catalog_lookup,
    catalog_search,
    checkout,
    checkout_complete_request,
    checkout_create_request,
    checkout_update_request,
    discount,
    fulfillment,
    order,
)

Order = order.Order
PROFILE = "https://assistant.example/profile.json"
# No two requests have the same key, whichever platform sends them.
KEYS = itertools.count(1)
CHECKOUTS: tuple[Any, ...] = (checkout.Checkout, fulfillment.Checkout, discount.Checkout, buyer_consent.Checkout)
CARTS: tuple[Any, ...] = (cart.Cart, discount.Cart, buyer_consent.Cart)
MODELS: dict[tuple[str, str], tuple[Any, tuple[Any, ...]]] = {
    ("POST", "checkout-sessions"): (checkout_create_request.CheckoutCreateRequest, CHECKOUTS),
    ("PUT", "checkout-sessions"): (checkout_update_request.CheckoutUpdateRequest, CHECKOUTS),
    ("GET", "checkout-sessions"): (None, CHECKOUTS),
    ("POST", "complete"): (checkout_complete_request.CheckoutCompleteRequest, CHECKOUTS),
    ("POST", "checkout-sessions/cancel"): (None, CHECKOUTS),
    ("POST", "carts"): (cart_create_request.CartCreateRequest, CARTS),
    ("PUT", "carts"): (cart_update_request.CartUpdateRequest, CARTS),
    ("GET", "carts"): (None, CARTS),
    ("POST", "carts/cancel"): (None, CARTS),
    ("POST", "catalog/search"): (catalog_search.SearchRequest, (catalog_search.SearchResponse,)),
    ("POST", "catalog/lookup"): (catalog_lookup.LookupRequest, (catalog_lookup.LookupResponse,)),
    ("POST", "catalog/product"): (catalog_lookup.GetProductRequest, (catalog_lookup.GetProductResponse,)),
    ("POST", "locations/search"): (location_search.SearchRequest, (location_search.SearchResponse,)),
    ("POST", "locations/lookup"): (location_lookup.LookupRequest, (location_lookup.LookupResponse,)),
    ("GET", "orders"): (None, (order.Order,)),
}

AT_HANDOVER = {"payment": {"instruments": [{"id": "cash", "handler_id": "pay_at_handover", "type": "cash"}]}}
DRIVE = {"methods": [{"type": "pickup", "groups": [{"selected_option_id": "drive"}]}]}


def kind_of(method: str, path: str) -> tuple[str, str]:
    """The key of `MODELS` for a request below the endpoint."""
    parts = path.strip("/").split("/")
    if parts[0] in ("catalog", "locations"):
        return method, "/".join(parts)
    if parts[-1] == "complete":
        return method, "complete"
    return method, f"{parts[0]}/cancel" if parts[-1] == "cancel" else parts[0]


def fits(model: Any, value: Any) -> None:
    """Fails unless the model takes the value."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        model.model_validate(value)
    else:
        TypeAdapter(model).validate_python(value)


@dataclass
class FakeWeb:
    """Other people's servers: documents by address, and what was sent."""

    pages: dict[str, Any] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    status: int = 200

    async def get(self, url: str) -> bytes:
        self.asked.append(url)
        found = self.pages[url]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.sent.append((url, dict(headers), body))
        return self.status


def profile(
    *, names: list[str] | None = None, version: str = NEWEST, keys: tuple[bytes, ...] = (), webhook: str = ""
) -> dict[str, Any]:
    """A platform's profile that knows `names` (all of ours, when left out), in every version up to `version`."""
    known = [one.name for one in CAPABILITIES] if names is None else names
    versions = [one for one in VERSIONS if one <= version]
    entries: dict[str, list[dict[str, Any]]] = {one: [{"version": each} for each in versions] for one in known}
    if webhook and "dev.ucp.shopping.order" in entries:
        for entry in entries["dev.ucp.shopping.order"]:
            entry["config"] = {"webhook_url": webhook}
    return {
        "ucp": {"version": version, "capabilities": entries},
        "keys": [dict(signing.key_of(one).public) for one in keys],
    }


class Platform:
    """A platform at the shop of a stage. Answers are checked against the official models of 2026-08-25."""

    def __init__(self, stage: Stage, *, url: str = PROFILE, document: Any = None, endpoint: str = "/ucp") -> None:
        self.web = stage.changes.setdefault("web", FakeWeb())
        self.web.pages.setdefault(url, profile() if document is None else document)
        self.url, self.endpoint = url, endpoint
        self.client = TestClient(Starlette(routes=routes(stage.premises)), base_url="http://testserver")

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        """The response to a request with a fresh idempotency key, or `key`."""
        sent = {"UCP-Agent": f'profile="{self.url}"', **headers}
        if method != "GET" and key != "":
            sent["Idempotency-Key"] = key or f"test-key-{next(KEYS):020}"
        return self.client.request(method, f"{self.endpoint}{path}", json=body, headers=sent)

    def do(self, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """The body of the answer, a resource that fits the models."""
        asks, gives = MODELS[kind_of(method, path)]
        if asks is not None and body is not None:
            fits(asks, body)
        response = self.ask(method, path, body, **more)
        assert response.status_code in (200, 201), response.text
        shown: dict[str, Any] = response.json()
        assert shown["ucp"]["status"] == "success", shown
        for model in gives:
            fits(model, shown)
        return shown

    def fails(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """The status and code of an error that fits the models."""
        response = self.ask(method, path, body, **more)
        shown = response.json()
        if "messages" not in shown:
            assert (set(shown), response.status_code == 200) == ({"code", "content"}, False)
            return response.status_code, shown["code"]
        error_response.ErrorResponse.model_validate(shown)
        assert shown["ucp"]["status"] == "error"
        return response.status_code, shown["messages"][0]["code"]

    def sign(self, method: str, path: str, body: Any, secret: bytes, **changes: str) -> Any:
        """The response to a request signed by the key of `secret`; `changes` replace headers after signing."""
        raw = json.dumps(body).encode()
        sent = {
            "ucp-agent": f'profile="{self.url}"', "idempotency-key": f"test-key-{next(KEYS):020}",
            "content-type": "application/json", "content-digest": signing.digest(raw),
        }  # fmt: skip
        derived = {"@method": method, "@authority": "testserver", "@path": f"{self.endpoint}{path}"}
        covered = [*derived, *sent]
        sent |= signing.sign(signing.key_of(secret), sent | derived, covered)
        return self.client.request(method, f"{self.endpoint}{path}", content=raw, headers=sent | changes)


def check_profile(document: dict[str, Any]) -> None:
    """Fails unless the business profile fits the official model."""
    profiles.BusinessSchema.model_validate(document)


def holds(key: dict[str, str], headers: Any, body: bytes, derived: dict[str, str]) -> None:
    """Fails unless a signature is by that published key."""
    import msgspec

    from cabas.surfaces.ucp.wire import Jwk

    parts = {name.lower(): value for name, value in headers.items()} | derived
    signing.verify([msgspec.convert(key, Jwk)], parts, body, ("content-digest",))
    assert len(base64.b64decode(parts["signature"].split(":")[1])) == 64


class Links:
    """Tokens of Camille's account, by the scopes they have."""

    async def read(self, token: str, audience: str) -> Linked | None:
        assert audience.endswith("/ucp")
        return Linked("google", "camille", frozenset(token.split("+"))) if "+" in token else None


def lines(**wanted: int) -> list[dict[str, Any]]:
    return [{"item": {"id": sku}, "quantity": quantity} for sku, quantity in wanted.items()]


def codes(shown: dict[str, Any]) -> list[str]:
    return [one["code"] for one in shown["messages"]]


def amounts(shown: dict[str, Any]) -> dict[str, int]:
    return {one["type"]: one["amount"] for one in shown["totals"]}
