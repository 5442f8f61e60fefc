"""Turn a conversation's cart into an order: allowed by the agreement, at today's prices, from real stock, once."""

from cabas.usecases.checkout.command import (
    Alternative,
    Checkout,
    CheckoutResult,
    PriceChange,
    Refusal,
    Shortage,
    Status,
)
from cabas.usecases.checkout.flow import checkout

__all__ = [
    "Alternative",
    "Checkout",
    "CheckoutResult",
    "PriceChange",
    "Refusal",
    "Shortage",
    "Status",
    "checkout",
]
