"""Prompts a client may offer its user."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from pydantic import Field


def add(server: MCPServer[Any]) -> None:
    """Offer the prompts."""

    @server.prompt(title="Do the weekly shop")
    def weekly_shop(people: Annotated[str, Field(description="For how many people.")] = "2") -> str:
        """Fill a cart for the week, from what the household usually buys."""
        return (
            f"Do the weekly grocery shop for {people} people with the shop's tools. Begin with my_usual if my account "
            "is linked, ask me what is missing, use order_in_words with my own words, then show cart, total and slots. "
            "Never place the order before I said yes to the total and the slot."
        )

    @server.prompt(title="Shop for a recipe")
    def shop_for_recipe(
        dish: Annotated[str, Field(description="A dish, or the address of a recipe page.")],
        people: Annotated[str, Field(description="For how many people.")] = "4",
    ) -> str:
        """Put the ingredients of a recipe into the cart."""
        return (
            f"Use order_in_words to shop for {dish} for {people} people. Show which products were taken for which "
            "ingredient, what is left over, and ask about staples I may have at home."
        )
