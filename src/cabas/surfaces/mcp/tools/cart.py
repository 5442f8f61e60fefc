"""Tools that fill a cart and order it."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.apps import Apps
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import Field

from cabas.domain.session import Address, Buyer
from cabas.surfaces.mcp import show, wire
from cabas.surfaces.mcp.shop import Shop, fingerprint, told
from cabas.usecases.shop.complete import Pay, complete
from cabas.usecases.shop.cook import SERVINGS_MAX, RecipeWish, cook_for
from cabas.usecases.shop.sessions import cancel_session, change_session, get_session, open_session
from cabas.usecases.shop.view import ItemAsk, SessionAsk
from cabas.usecases.shop.words import order_in_words as say_in_session

VIEW = "ui://cabas/cart.html"
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
ORDERS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
Locale = Annotated[str, Field(description="The shopper's language, like fr-FR or en-GB.", max_length=35)]
Codes = Annotated[
    list[Annotated[str, Field(max_length=40)]] | None,
    Field(description="All discount codes the shopper gave; what they take off is in `discounts`.", max_length=10),
]
Shown = Annotated[CallToolResult, wire.Cart]


def add(apps: Apps, shop: Shop) -> None:
    """Offer the tools, each with the cart as its view."""
    _fill(apps, shop)
    _cook(apps, shop)
    _order(apps, shop)


def _fill(apps: Apps, shop: Shop) -> None:
    @apps.tool(resource_uri=VIEW, title="Order in words", annotations=CHANGES)
    @told
    async def order_in_words(
        ctx: Context[Any],
        text: Annotated[
            str,
            Field(
                description="What the shopper said, word for word: several things at once, a recipe for six, "
                "'my usual', 'the cheaper one', 'tomorrow before seven'.",
                min_length=1,
                max_length=4000,
            ),
        ],
        cart_id: wire.CartId = "",
        store_id: wire.StoreId = "",
        locale: Locale = "",
    ) -> Shown:
        """Let the shop understand the shopper's own words, in French or English, and fill the cart with real products.

        Prefer this to searching product by product. Give back `cart_id` to go on; tell the shopper `reply`.
        """
        caller = shop.caller(ctx, locale)
        view, turn = await say_in_session(shop.front, caller, text, session_id=cart_id, store_id=store_id or None)
        return show.cart_result(view, turn.reply.text)

    @apps.tool(resource_uri=VIEW, title="Fill the cart", annotations=CHANGES)
    @told
    async def fill_cart(
        ctx: Context[Any],
        items: Annotated[list[wire.Item], Field(description="All lines the cart shall have.", max_length=200)],
        cart_id: wire.CartId = "",
        store_id: wire.StoreId = "",
        codes: Codes = None,
        locale: Locale = "",
    ) -> Shown:
        """Give the cart exactly these products. Without `cart_id` a new cart is begun."""
        caller = shop.caller(ctx, locale)
        lines = [ItemAsk(one.sku, one.quantity, substitution=one.if_gone or None) for one in items]
        ask = SessionAsk(items=lines, store_id=store_id or None, codes=codes)
        if cart_id:
            return show.cart_result(await change_session(shop.front, caller, cart_id, ask))
        return show.cart_result(await open_session(shop.front, caller, "checkout", ask))

    @apps.tool(resource_uri=VIEW, title="Show the cart", annotations=READS)
    @told
    async def view_cart(ctx: Context[Any], cart_id: wire.CartId, locale: Locale = "") -> Shown:
        """The cart now, with today's prices, the slots that are free and what is still missing for an order."""
        return show.cart_result(await get_session(shop.front, shop.caller(ctx, locale), cart_id))


def _cook(apps: Apps, shop: Shop) -> None:
    @apps.tool(resource_uri=VIEW, title="Buy for a recipe", annotations=CHANGES)
    @told
    async def add_recipe(
        ctx: Context[Any],
        dish: Annotated[str, Field(description="A dish by its name, like quiche lorraine.", max_length=200)] = "",
        url: Annotated[str, Field(description="The https address of a recipe's page.", max_length=2000)] = "",
        ingredients: Annotated[
            list[Annotated[str, Field(max_length=500)]] | None,
            Field(description="The lines of a recipe's ingredients as written, amounts included.", max_length=100),
        ] = None,
        title: Annotated[str, Field(description="The name of a recipe given by its ingredients.", max_length=200)] = "",
        written_for: Annotated[
            int | None, Field(description="How many people these ingredients are for.", ge=1, le=SERVINGS_MAX)
        ] = None,
        servings: Annotated[
            int | None,
            Field(description="For how many people to buy; as the recipe says when left out.", ge=1, le=SERVINGS_MAX),
        ] = None,
        cart_id: wire.CartId = "",
        store_id: wire.StoreId = "",
        locale: Locale = "",
    ) -> Shown:
        """Add what a recipe needs to the cart, in packs of real products: say one of dish, url or ingredients.

        What is in the cart already is used first. `recipes` says what a portion costs and what the shopper surely has
        at home, which is not bought.
        """
        caller = shop.caller(ctx, locale)
        data = {"name": title, "recipeIngredient": ingredients, "recipeYield": str(written_for or "")}
        wish = RecipeWish(dish, url, data if ingredients else None, servings)
        if not cart_id:
            begun = await open_session(shop.front, caller, "checkout", SessionAsk(store_id=store_id or None))
            cart_id = begun.id
        view, unread = await cook_for(shop.front, caller, cart_id, (wish,))
        return show.cart_result(view, " ".join(one.text for one in unread))


def _order(apps: Apps, shop: Shop) -> None:
    @apps.tool(resource_uri=VIEW, title="Choose how and when", annotations=CHANGES)
    @told
    async def choose_slot(
        ctx: Context[Any],
        cart_id: wire.CartId,
        slot_id: Annotated[str, Field(description="One of the cart's `slots`.", max_length=120)] = "",
        method: wire.Method = "",
        address: Annotated[wire.Address | None, Field(description="Needed for a delivery.")] = None,
        codes: Codes = None,
        locale: Locale = "",
    ) -> Shown:
        """Keep a slot for this cart for half an hour, or say by which method, or where to deliver."""
        place = None
        if address is not None:
            place = Address(
                street=address.street, city=address.city, postcode=address.postcode, country=address.country,
                name=address.name,
            )  # fmt: skip
        ask = SessionAsk(slot_id=slot_id or None, method=method or None, destination=place, codes=codes)
        return show.cart_result(await change_session(shop.front, shop.caller(ctx, locale), cart_id, ask))

    @apps.tool(resource_uri=VIEW, title="Place the order", annotations=ORDERS)
    @told
    async def place_order(
        ctx: Context[Any],
        cart_id: wire.CartId,
        confirmed_total: Annotated[int, Field(description="The total the shopper said yes to, in minor units.", ge=0)],
        first_name: Annotated[str, Field(max_length=80)] = "",
        last_name: Annotated[str, Field(max_length=80)] = "",
        email: Annotated[str, Field(max_length=200)] = "",
        phone: Annotated[str, Field(max_length=30)] = "",
        adult: Annotated[bool, Field(description="The shopper confirmed the age asked for.")] = False,
        pay_by: Annotated[str, Field(description="One of the cart's `ways_to_pay`.", max_length=80)] = "",
        payment_token: Annotated[str, Field(description="A token for that way to pay.", max_length=2000)] = "",
        locale: Locale = "",
    ) -> Shown:
        """Order what is in the cart, after the shopper heard products, total and slot and said yes.

        Nothing is ordered when the total is another one than confirmed. Sending it again places no second order.
        """
        caller = shop.caller(ctx, locale)
        said = SessionAsk(buyer=Buyer(first_name, last_name, email, phone), adult=adult or None)
        view = await get_session(shop.front, caller, cart_id)
        if view.order is None:
            view = await change_session(shop.front, caller, cart_id, said)
            if view.totals.total.amount != confirmed_total:
                return show.cart_result(view, f"The total is {show.cart(view).total.text}: ask the shopper again.")
        key = f"mcp-{cart_id}"
        order = fingerprint(cart_id, str(confirmed_total))
        done = await complete(shop.front, caller, cart_id, Pay(pay_by, payment_token), key=key, request_hash=order)
        return show.cart_result(done)

    @apps.tool(resource_uri=VIEW, title="Give the cart up", annotations=ORDERS)
    @told
    async def cancel_cart(ctx: Context[Any], cart_id: wire.CartId, locale: Locale = "") -> Shown:
        """Let go of the cart and of the slot kept for it. Nothing was ordered."""
        return show.cart_result(await cancel_session(shop.front, shop.caller(ctx, locale), cart_id))
