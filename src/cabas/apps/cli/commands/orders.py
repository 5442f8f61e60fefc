"""cabas orders: what was ordered, picked, handed over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.table import Table

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.wiring import House, open_house
from cabas.dialogue import say
from cabas.domain.adjustment import as_picked
from cabas.domain.order import SUBSTITUTIONS, TRANSITIONS, Order
from cabas.usecases.prepare import ADJUST, advance, pick, substitute

PANEL = "Shop"
app = typer.Typer(help="Orders after they were placed: pick, adjust, hand over, cancel.", no_args_is_help=True)
Which = Annotated[str, typer.Argument(help="Number or id of the order.")]
Line = Annotated[int, typer.Argument(help="Number of the line.", min=1)]
EVENTS = ", ".join(one for one in TRANSITIONS if one != ADJUST)


@app.command("show")
def show_order(order: Which, json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """An order as it is now, line by line."""
    _done(lambda house: house.postgres.orders.get(house.retailer, order), data_dir, retailer, json)


@app.command("move")
def move(
    order: Which,
    event: Annotated[str, typer.Argument(help=f"One of: {EVENTS}.")],
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Let the next thing happen to an order. The platform that brought it is told."""
    _done(lambda house: advance(house.front, house.retailer, order, event), data_dir, retailer, json)


@app.command("pick")
def pick_line(
    order: Which,
    line: Line,
    quantity: Annotated[int, typer.Argument(help="What was found, in pieces or grams.", min=0)],
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Note a weight, or that less was found than ordered, while the order is picked."""
    _done(lambda house: pick(house.front, house.retailer, order, line, quantity), data_dir, retailer, json)


@app.command("substitute")
def substitute_line(
    order: Which,
    line: Line,
    sku: Annotated[str, typer.Argument(help="The product taken instead.")],
    quantity: Annotated[int, typer.Argument(help="How much of it, in pieces or grams.", min=1)],
    agreed: Annotated[bool, typer.Option("--agreed", help="The shopper was asked and said yes.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Note that another product was taken. It costs no more than what was ordered."""

    def work(house: House) -> Awaitable[Order]:
        return substitute(house.front, house.retailer, order, line, sku, quantity, agreed=agreed)

    _done(work, data_dir, retailer, json)


def _done(
    work: Callable[[House], Awaitable[Order]], data_dir: DataDir, retailer: Retailer, json: bool
) -> None:  # fmt: skip
    async def opened() -> Order:
        async with open_house(settings(data_dir, retailer)) as house:
            return await work(house)

    order = run(opened())
    if json:
        show.json_out(order)
    else:
        _shown(order)


def _shown(order: Order) -> None:
    final = as_picked(order)
    show.console.print(f"[bold]Order {order.number}[/bold] {order.status} · {order.platform} · {order.store_id}\n")
    table = Table("line", "product", "ordered", "now", "price", "if gone", box=None, header_style="dim")
    for sold, now in zip(order.lines, final.lines, strict=True):
        name = sold.name if sold.sku == now.sku else f"{sold.name} → {now.name}"
        unit = " g" if sold.sold_by == "weight" else ""
        table.add_row(
            str(sold.line), name, f"{sold.quantity}{unit}", f"{now.quantity}{unit}", say.money(now.price, "en"),
            SUBSTITUTIONS.get(sold.substitution, ""),
        )  # fmt: skip
    show.console.print(table)
    held = f" and {say.money(final.deposits, 'en')} of deposits" if final.deposits else ""
    show.console.print(f"\n{say.money(final.total, 'en')} with {say.money(final.fee, 'en')} for {order.method}{held}.")
