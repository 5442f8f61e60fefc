"""Who calls, and what the token it shows is good for. A scope narrows what the agreement grants; it adds nothing."""

from __future__ import annotations

from dataclasses import dataclass

from cabas.kernel.errors import NotAllowed

SHOP, HISTORY = "shop", "history"
READ_ORDERS, MANAGE = "dev.ucp.shopping.order:read", "dev.ucp.shopping.checkout:manage"
# What needs which scope: any one of them will do.
CARTS, ORDERS, PAST = frozenset({SHOP, MANAGE}), frozenset({SHOP, READ_ORDERS}), frozenset({HISTORY})
SHOPPING = CARTS | ORDERS | PAST


@dataclass(frozen=True, slots=True)
class Caller:
    """A platform that was let in by `surface`, for a shopper whose account is linked, or for nobody it names.

    `scopes` is what its token allows (`domain.consent.PURPOSES` are asked for separately). A key or a signature names
    none and is not narrowed; whoever acts for a shopper always is. `country` and `postcode` are what the platform says
    of where the shopper is.
    """

    retailer_id: str
    platform: str
    surface: str
    channel: str = "chat"
    locale: str = "fr-FR"
    shopper_id: str | None = None
    scopes: frozenset[str] = frozenset()
    postcode: str = ""
    country: str = ""

    @property
    def lang(self) -> str:
        """The language of the locale."""
        return self.locale.partition("-")[0]

    @property
    def personal(self) -> bool:
        """Whether the shopper's past may speak, as far as the token goes: consents are asked for besides."""
        return self.may(PAST)

    def may(self, scopes: frozenset[str]) -> bool:
        """Whether its token, if it shows one, has any of `scopes`."""
        return bool(scopes & self.scopes) or (self.shopper_id is None and not self.scopes)

    def require(self, scopes: frozenset[str]) -> None:
        """Raise `NotAllowed` (code "insufficient_scope") unless its token has any of `scopes`."""
        if not self.may(scopes):
            raise NotAllowed(
                "The token is not for this.",
                remedy=f"Ask for the scope {SHOP if SHOP in scopes else min(scopes)}.",
                code="insufficient_scope",
            )
