"""What can be done here: addresses, and the names of tools for those that the MCP binding has."""

from __future__ import annotations

from dataclasses import dataclass

from cabas.surfaces.acp import carts, sessions
from cabas.surfaces.acp.asked import Operation


@dataclass(frozen=True, slots=True)
class Action:
    """One operation. `tool` is its name in the MCP binding."""

    method: str
    path: str
    operation: Operation
    tool: str = ""

    @property
    def writes(self) -> bool:
        """Whether it must happen once: it needs a key."""
        return self.method != "GET"


SESSION, CART = "/checkout_sessions/{id}", "/carts/{id}"
ACTIONS = (
    Action("POST", "/checkout_sessions", sessions.create, "create_checkout_session"),
    Action("GET", SESSION, sessions.read, "get_checkout_session"),
    Action("POST", SESSION, sessions.update, "update_checkout_session"),
    Action("POST", f"{SESSION}/complete", sessions.finish, "complete_checkout_session"),
    Action("POST", f"{SESSION}/cancel", sessions.cancel, "cancel_checkout_session"),
    Action("POST", "/carts", carts.create),
    Action("GET", CART, carts.read),
    Action("PUT", CART, carts.update),
    Action("POST", f"{CART}/cancel", carts.cancel),
)
