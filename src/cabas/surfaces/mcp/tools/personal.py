"""What is known of a linked shopper, as far as they agreed to it."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult, ToolAnnotations

from cabas.surfaces.mcp import show, wire
from cabas.surfaces.mcp.shop import Shop, told
from cabas.usecases.shop.usual import usual
from cabas.usecases.shop.visit import enter

READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def add(server: MCPServer[Any], shop: Shop) -> None:
    """Offer the tool."""

    @server.tool(title="What the shopper usually buys", annotations=READS)
    @told
    async def my_usual(ctx: Context[Any], store_id: wire.StoreId = "") -> Annotated[CallToolResult, wire.Products]:
        """The products the shopper buys again and again, most usual first. Needs a linked account and their consent."""
        caller = shop.caller(ctx)
        visit = await enter(shop.front, caller, store_id=store_id or None)
        return show.products([listing for _, listing in await usual(visit)], caller.locale, None)
