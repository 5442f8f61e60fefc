"""Every operation of the protocol, by the name it has as an MCP tool, with the address it has by REST."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from cabas.surfaces.ucp import catalog, extensions, locations, orders, sessions
from cabas.surfaces.ucp.asked import Operation
from cabas.surfaces.ucp.profile import CART, CHECKOUT, LOCATION, LOCATIONS, LOOKUP, NEWEST, OLDER, ORDER, SEARCH


@dataclass(frozen=True, slots=True)
class Action:
    """`member` holds its body by MCP; `root` is its capability (none for the shop's own history); `writes` says that it
    changes something.
    """

    name: str
    method: str
    path: str
    root: str
    operation: Operation
    member: str = ""
    writes: bool = False
    since: str = OLDER


def _session(kind: str, path: str, root: str) -> list[Action]:
    return [
        Action(f"create_{kind}", "POST", path, root, partial(sessions.create, kind=kind), kind, writes=True),
        Action(f"get_{kind}", "GET", f"{path}/{{id}}", root, partial(sessions.read, kind=kind)),
        Action(f"update_{kind}", "PUT", f"{path}/{{id}}", root, partial(sessions.update, kind=kind), kind, writes=True),
        Action(
            f"cancel_{kind}", "POST", f"{path}/{{id}}/cancel", root, partial(sessions.cancel, kind=kind), writes=True
        ),
    ]


ACTIONS = (
    Action("search_catalog", "POST", "/catalog/search", SEARCH, catalog.search, "catalog"),
    Action("lookup_catalog", "POST", "/catalog/lookup", LOOKUP, catalog.lookup, "catalog"),
    Action("get_product", "POST", "/catalog/product", LOOKUP, catalog.product, "catalog"),
    *_session("cart", "/carts", CART),
    *_session("checkout", "/checkout-sessions", CHECKOUT),
    Action(
        "complete_checkout", "POST", "/checkout-sessions/{id}/complete", CHECKOUT, sessions.complete_checkout,
        "checkout", writes=True,
    ),
    Action("get_order", "GET", "/orders/{id}", ORDER, orders.read),
    Action("get_usual", "POST", "/history/usual", "", extensions.habits, "history"),
    Action("search_locations", "POST", "/locations/search", LOCATIONS, locations.search, "location", since=NEWEST),
    Action("lookup_locations", "POST", "/locations/lookup", LOCATION, locations.lookup, "location", since=NEWEST),
)  # fmt: skip
