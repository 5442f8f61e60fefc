"""Tools that look: products, stores."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import Field

from cabas.kernel.errors import InvalidInput
from cabas.surfaces.mcp import show, wire
from cabas.surfaces.mcp.shop import Shop, told
from cabas.usecases.shop.catalog import PAGE_MAX, CatalogAsk, find, look_up
from cabas.usecases.shop.locations import stores_near
from cabas.usecases.shop.visit import enter

READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
Locale = Annotated[str, Field(description="The shopper's language, like fr-FR or en-GB.", max_length=35)]


def add(server: MCPServer[Any], shop: Shop) -> None:
    """Offer the tools."""

    @server.tool(title="Search products", annotations=READS)
    @told
    async def search_products(
        ctx: Context[Any],
        query: Annotated[str, Field(description="What is looked for, in any words.", min_length=1, max_length=200)],
        store_id: wire.StoreId = "",
        postcode: wire.Postcode = "",
        category: Annotated[str, Field(description="Part of a department's name.", max_length=80)] = "",
        brand: Annotated[str, Field(max_length=80)] = "",
        max_price: Annotated[int | None, Field(description="Minor units.", ge=0)] = None,
        in_stock: Annotated[bool, Field(description="Only what can be ordered now.")] = True,
        limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 10,
        cursor: wire.Cursor = "",
        locale: Locale = "",
    ) -> Annotated[CallToolResult, wire.Products]:
        """Find products of the shop, best first, with price and stock of one store.

        Words may be French or English, misspelled, with a brand, a size or "without sugar".
        """
        caller = shop.caller(ctx, locale)
        visit = await enter(shop.front, caller, store_id=store_id or None, postcode=postcode)
        ask = CatalogAsk(query, category, brand, price_max=max_price, available_only=in_stock)
        page = await find(visit, ask, start=_start(cursor), limit=limit)
        after = str(page.start + limit) if page.more else None
        return show.products(list(page.listings), caller.locale, after)

    @server.tool(title="Look up products", annotations=READS)
    @told
    async def get_products(
        ctx: Context[Any],
        skus: Annotated[list[wire.Sku], Field(min_length=1, max_length=50)],
        store_id: wire.StoreId = "",
        locale: Locale = "",
    ) -> Annotated[CallToolResult, wire.Products]:
        """Products by their ids, with price and stock of one store. Unknown ones are left out."""
        caller = shop.caller(ctx, locale)
        visit = await enter(shop.front, caller, store_id=store_id or None)
        found = await look_up(visit, skus)
        return show.products([found[sku] for sku in skus if sku in found], caller.locale, None)

    @server.tool(title="Find stores", annotations=READS)
    @told
    async def find_stores(
        ctx: Context[Any], postcode: wire.Postcode = "", method: wire.Method = "", locale: Locale = ""
    ) -> Annotated[CallToolResult, wire.Stores]:
        """The shop's stores, the one for the postcode first, with opening hours and ways to receive an order."""
        caller = shop.caller(ctx, locale)
        found = await stores_near(shop.front, caller, postcode=postcode, method=method)
        text = "\n".join(f"{one.name}, {one.where} [store {one.id}]" for one in found)
        return show.result(wire.Stores(stores=[show.store(one) for one in found]), text or "There is no such store.")


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    if not cursor.isascii() or not cursor.isdigit():
        raise InvalidInput("This is no cursor.", remedy="Give back `next_cursor` as it was.", code="bad_cursor")
    return int(cursor)
