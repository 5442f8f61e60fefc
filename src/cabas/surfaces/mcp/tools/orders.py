"""What was ordered: a tool, and resources for receipts."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import Field

from cabas.domain.receipt import text
from cabas.kernel.errors import NotAllowed
from cabas.surfaces.mcp import show, wire
from cabas.surfaces.mcp.shop import Shop, readable, told
from cabas.usecases.shop.orders import get_order as order_of

READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def add(server: MCPServer[Any], shop: Shop) -> None:
    """Offer the tool and the resources."""

    @server.tool(title="Show an order", annotations=READS)
    @told
    async def get_order(
        ctx: Context[Any],
        order: Annotated[str, Field(description="Its id or number.", max_length=60)],
    ) -> Annotated[CallToolResult, wire.Order]:
        """An order placed through this assistant: where it is, and as much of the receipt as may be shared."""
        caller = shop.caller(ctx)
        view = await order_of(shop.front, caller, order)
        shown = show.order(view, caller.lang)
        return show.result(shown, f"Order {shown.number}: {shown.status}")

    @server.resource(
        "order://{order_id}", name="order", title="An order", mime_type="application/json",
        description="An order placed through this assistant.",
    )  # fmt: skip
    async def order_resource(order_id: str, ctx: Context[Any]) -> str:
        caller = shop.caller(ctx)
        with readable():
            return show.order(await order_of(shop.front, caller, order_id), caller.lang).model_dump_json()

    @server.resource(
        "receipt://{order_id}", name="receipt", title="A receipt", mime_type="text/plain",
        description="The receipt as a till prints it, if the shopper agreed to share it.",
    )  # fmt: skip
    async def receipt_resource(order_id: str, ctx: Context[Any]) -> str:
        caller = shop.caller(ctx)
        with readable():
            view = await order_of(shop.front, caller, order_id)
            if "lines" not in view.seen:
                raise NotAllowed("The shopper did not share this receipt.", remedy="Ask them to.", code="not_shared")
            return text(view.receipt, caller.lang)
