"""What this shop can do, by version: the business profile, and what is said of it in every answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cabas.surfaces.ucp.signing import Key
from cabas.usecases.shop.caller import READ_ORDERS
from cabas.usecases.shop.ports import PaymentHandler

NEWEST, OLDER = "2026-08-25", "2026-04-08"
VERSIONS = (NEWEST, OLDER)
SERVICE = "dev.ucp.shopping"
HOME = "https://ucp.dev"
CHECKOUT, CART, ORDER = f"{SERVICE}.checkout", f"{SERVICE}.cart", f"{SERVICE}.order"
SEARCH, LOOKUP = f"{SERVICE}.catalog.search", f"{SERVICE}.catalog.lookup"
FULFILLMENT, DISCOUNT, CONSENT = f"{SERVICE}.fulfillment", f"{SERVICE}.discount", f"{SERVICE}.buyer_consent"
LOCATIONS, LOCATION = "dev.ucp.common.location.search", "dev.ucp.common.location.lookup"
LINKING = "dev.ucp.common.identity_linking"
PERMALINK, LOYALTY = f"{SERVICE}.permalink", "dev.ucp.common.loyalty"


@dataclass(frozen=True, slots=True)
class Capability:
    """`name` as on the wire; `file` is where its schema is, `extends` what it adds to, `since` its first version."""

    name: str
    file: str
    extends: tuple[str, ...] = ()
    since: str = OLDER


CAPABILITIES = (
    Capability(CHECKOUT, "shopping/checkout"),
    Capability(CART, "shopping/cart"),
    Capability(ORDER, "shopping/order"),
    Capability(SEARCH, "shopping/catalog_search"),
    Capability(LOOKUP, "shopping/catalog_lookup"),
    Capability(FULFILLMENT, "shopping/fulfillment", (CHECKOUT,)),
    Capability(DISCOUNT, "shopping/discount", (CHECKOUT, CART)),
    Capability(CONSENT, "shopping/buyer_consent", (CHECKOUT, CART)),
    Capability(LOCATIONS, "common/location_search", since=NEWEST),
    Capability(LOCATION, "common/location_lookup", since=NEWEST),
    Capability(LINKING, "common/identity_linking", since=NEWEST),
    Capability(PERMALINK, "shopping/permalink", since=NEWEST),
    Capability(LOYALTY, "common/loyalty", (CHECKOUT, CART), since=NEWEST),
)


@dataclass(frozen=True, slots=True)
class Face:
    """The shop in one version: where it is reached, and what it can do there. `leaf` profiles name no others."""

    url: str
    version: str
    path: str
    keys: tuple[Key, ...]
    extensions: tuple[tuple[Capability, str], ...] = ()
    handlers: tuple[PaymentHandler, ...] = ()
    older: Mapping[str, str] | None = None
    linking: bool = False

    @property
    def endpoint(self) -> str:
        """Where the REST operations are."""
        return f"{self.url}{self.path}"

    @property
    def profile_url(self) -> str:
        """Where this profile is."""
        return f"{self.url}{'' if self.older is not None else self.path}/.well-known/ucp"

    def capabilities(self) -> dict[str, tuple[str, ...]]:
        """Every capability of this version, with what it extends."""
        known = [*CAPABILITIES, *(one for one, _ in self.extensions)]
        return {one.name: one.extends for one in known if one.since <= self.version and self._offers(one.name)}

    def _offers(self, name: str) -> bool:
        """Linking only where accounts can be linked; links to browsers only by https, as their schema wants."""
        if name == PERMALINK:
            return self.url.startswith("https://")
        return self.linking if name in (LINKING, LOYALTY) else True

    def document(self) -> dict[str, Any]:
        """The profile."""
        ucp: dict[str, Any] = {"version": self.version}
        if self.older:
            ucp["supported_versions"] = dict(self.older)
        ucp["services"] = {
            SERVICE: [self._service("rest", "", "rest.openapi"), self._service("mcp", "/mcp", "mcp.openrpc")]
        }
        ucp["capabilities"] = {one: [self._entry(one)] for one in self.capabilities()}
        ucp["payment_handlers"] = handlers(self.handlers, self.url)
        listed = [key.public for key in self.keys]
        return {"ucp": ucp, ("keys" if self.version >= NEWEST else "signing_keys"): listed}

    def _service(self, transport: str, path: str, file: str) -> dict[str, str]:
        return {
            "version": self.version,
            "transport": transport,
            "endpoint": f"{self.endpoint}{path}",
            "spec": f"{HOME}/{self.version}/specification/overview",
            "schema": f"{HOME}/{self.version}/services/shopping/{file}.json",
        }

    def _entry(self, name: str) -> dict[str, Any]:
        own = next((base for one, base in self.extensions if one.name == name), None)
        found = next(one for one in (*CAPABILITIES, *(one for one, _ in self.extensions)) if one.name == name)
        base = own or f"{HOME}/{self.version}"
        page = found.file.rpartition("/")[2].replace("_", "-") if own is None else found.file
        entry: dict[str, Any] = {
            "version": self.version,
            "spec": f"{base}/{'specification/' if own is None else ''}{page}{'' if own is None else '.md'}",
            "schema": f"{base}/{'schemas/' if own is None else ''}{found.file}.json",
        }
        parents = [parent for parent in found.extends if parent in self.capabilities()]
        if parents:
            entry["extends"] = parents[0] if len(parents) == 1 else parents
        if name == LINKING:
            entry["config"] = {"scopes": {READ_ORDERS: {}}}
        if name == PERMALINK:
            entry["config"] = {"endpoint": f"{self.url}/buy"}
        return entry

    def said(
        self,
        agreed: Iterable[str],
        root: Sequence[str],
        offered: Sequence[PaymentHandler] | None = None,
        *,
        ok: bool = True,
    ) -> dict[str, Any]:
        """The `ucp` member of an answer: what of `agreed` matters to an operation of `root`."""
        known = self.capabilities()
        names = [one for one in agreed if one in known and (one in root or set(known[one]) & set(root))]
        ucp: dict[str, Any] = {
            "version": self.version,
            "status": "success" if ok else "error",
            "capabilities": {one: [{"version": self.version}] for one in names},
        }
        if offered is not None:
            ucp["payment_handlers"] = handlers(offered, self.url)
        return ucp


def handlers(offered: Sequence[PaymentHandler], url: str) -> dict[str, list[dict[str, Any]]]:
    """Ways to pay, by name."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for one in offered:
        entry = {"id": one.id, "version": one.version, "config": dict(one.config)}
        entry["schema"] = f"{url}/ucp/handlers/{one.id}.json"
        shown.setdefault(one.name, []).append(entry)
    return shown


def handler_schema(url: str, ident: str) -> dict[str, Any]:
    """What an instrument of a payment handler of ours holds (JSON Schema): a token, or nothing at all."""
    credential = {"type": "object", "properties": {"type": {"const": "token"}, "token": {"type": "string"}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{url}/ucp/handlers/{ident}.json",
        "type": "object",
        "required": ["id", "handler_id", "type"],
        "properties": {
            "id": {"type": "string"},
            "handler_id": {"const": ident},
            "type": {"type": "string"},
            "credential": credential,
        },
    }
