"""cabas stock: what a store has."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.wiring import open_house
from cabas.dialogue import say
from cabas.kernel.errors import NotFound
from cabas.usecases.ports import Query, StockLevel

PANEL = "Shop"
app = typer.Typer(help="Prices and stock of a store.", no_args_is_help=True)


@app.command("show")
def show_stock(
    store: Annotated[str, typer.Argument(help="Which store.")],
    words: Annotated[str, typer.Argument(help="A SKU, or words to search for.")],
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Price and available-to-sell of a SKU, or of the products found for some words."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            await house.postgres.shop.store(house.retailer, store)
            search = house.search(house.retailer)
            products = search.get([words]) or {
                hit.product.sku: hit.product for hit in search.find(Query(words, "fr"), 20)
            }
            offers = await house.postgres.shop.offers(house.retailer, store, list(products))
            if json:
                show.json_out([offers[sku] for sku in products if sku in offers])
                return
            table = Table("sku", "product", "brand", "price", "available", box=None, header_style="dim")
            for sku, product in products.items():
                offer = offers.get(sku)
                price = say.money(offer.price, "en") if offer and offer.price else "no price"
                left = f"{offer.available} {'g' if product.unit == 'GRM' else ''}" if offer else "not sold here"
                table.add_row(sku, product.name, product.brand or "", price, left)
            show.console.print(table)

    run(work())


@app.command("set")
def set_stock(
    store: Annotated[str, typer.Argument(help="Which store.")],
    sku: Annotated[str, typer.Argument(help="Which product.")],
    on_hand: Annotated[int, typer.Argument(help="What was counted, in pieces or grams.", min=0, max=10**9)],
    safety: Annotated[int, typer.Option(help="Never sold online.", min=0, max=10**9)] = 0,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Record a count. What orders reserved stays reserved."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            await house.postgres.shop.store(house.retailer, store)
            if sku not in house.search(house.retailer).get([sku]):
                raise NotFound(f"There is no product {sku!r}.", remedy="See `cabas stock show`.")
            await house.postgres.fill.stock(house.retailer, [StockLevel(store, sku, on_hand, safety)])
            offers = await house.postgres.shop.offers(house.retailer, store, [sku])
            left = offers[sku].available if sku in offers else 0
            show.console.print(f"{sku} at {store}: {on_hand} on hand, {left} available to sell.")

    run(work())
