"""cabas discount: the retailer's discount codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated

import typer
from rich.table import Table

from cabas.agreement.problems import did_you_mean
from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.wiring import House, open_house
from cabas.dialogue import say
from cabas.domain.discount import BASIS, Discount, Kind, checked, tidy
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money

PANEL = "Shop"
app = typer.Typer(help="Discount codes: what they take off, for whom, until when.", no_args_is_help=True)


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="What shoppers say or type; capitals and spaces do not matter.")],
    percent: Annotated[str | None, typer.Option(help="Per cent off the goods, like 10 or 7.5.")] = None,
    amount: Annotated[str | None, typer.Option(help="Amount off the goods, like 5.00.")] = None,
    free_fee: Annotated[
        bool, typer.Option("--free-fee", help="Takes off the fee of the slot, when it is yours.")
    ] = False,
    title: Annotated[str, typer.Option(help="What receipts call it; the code when left out.")] = "",
    minimum: Annotated[str, typer.Option(help="What the goods must cost, like 30.00.")] = "0",
    starts: Annotated[str | None, typer.Option("--from", help="First day, like 2026-12-01.")] = None,
    ends: Annotated[str | None, typer.Option("--until", help="Last day.")] = None,
    family: Annotated[list[str] | None, typer.Option(help="Only this family of goods; may be repeated.")] = None,
    category: Annotated[
        list[str] | None, typer.Option(help='Only this department, like "Crèmerie > Laits"; may be repeated.')
    ] = None,
    sku: Annotated[list[str] | None, typer.Option(help="Only this product; may be repeated.")] = None,
    platform: Annotated[
        list[str] | None, typer.Option(help="Only through this platform; may be repeated. Everybody when left out.")
    ] = None,
    uses: Annotated[int | None, typer.Option(help="Orders in all.", min=1)] = None,
    uses_each: Annotated[int | None, typer.Option(help="Orders of one shopper.", min=1)] = None,
    automatic: Annotated[bool, typer.Option("--automatic", help="Counts without being said.")] = False,
    members: Annotated[
        bool, typer.Option("--members", help="Counts by itself, for members of your loyalty program alone.")
    ] = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Add a code, or replace it; what was counted of it stays."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            stores = await house.postgres.shop.stores(house.retailer)
            currency = stores[0].currency if stores else "EUR"
            kind, value = _worth(percent, amount, currency, free_fee=free_fee)
            least = Money.parse(minimum, currency).amount
            whom = (_families(house, family or ()), tuple(category or ()), tuple(sku or ()))
            one = Discount(code, title, kind, value, currency, least, _day(starts), _day(ends), *whom)
            partners = _platforms(house, platform or ())
            one = replace(one, platforms=partners, uses=uses, uses_each=uses_each, members=members)
            one = checked(replace(one, automatic=automatic))
            await house.postgres.discounts.keep(house.retailer, [one])
            show.console.print(f"{one.code}: {_said(one)}.")

    run(work())


@app.command("list")
def list_codes(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """List the codes, with how often they were used."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            known = await house.postgres.discounts.all(house.retailer)
            if json:
                show.json_out(known)
                return
            table = Table("code", "takes off", "for", "days", "used", box=None, header_style="dim")
            for one in known:
                days = f"{one.starts or ''} - {one.ends or ''}" if one.starts or one.ends else "any"
                most = "" if one.uses is None else f" of {one.uses}"
                each = "" if one.uses_each is None else f", {one.uses_each} each"
                table.add_row(one.code, _said(one), _whom(one), days, f"{one.used}{most}{each}")
            show.console.print(table)

    run(work())


@app.command("remove")
def remove(
    code: Annotated[str, typer.Argument(help="Which code.")], data_dir: DataDir = None, retailer: Retailer = None
) -> None:
    """Take a code away. Orders keep what it took off."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            await house.postgres.discounts.remove(house.retailer, tidy(code))
            show.console.print(f"{tidy(code)} is gone.")

    run(work())


def _worth(percent: str | None, amount: str | None, currency: str, *, free_fee: bool) -> tuple[str, int]:
    """Kind and value. Raises `InvalidInput` unless exactly one of the three is given."""
    if (percent is not None) + (amount is not None) + free_fee != 1:
        raise InvalidInput("A code takes off one thing.", remedy="Give one of --percent, --amount and --free-fee.")
    if amount is not None:
        return Kind.AMOUNT, Money.parse(amount, currency).amount
    if percent is None:
        return Kind.FEE, BASIS
    try:
        value = Fraction(percent.replace(",", ".")) * 100
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1, 2)
    if value.denominator != 1:
        raise InvalidInput(f"{percent!r} is no share.", remedy="Write it like 10 or 7.5, with two decimals at most.")
    return Kind.PERCENT, int(value)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput(f"{text!r} is no day.", remedy="Write it like 2026-12-31.") from None


def _families(house: House, names: Sequence[str]) -> tuple[str, ...]:
    """Those families and all that are kinds of them. Raises `InvalidInput` for one that nobody knows."""
    found: dict[str, None] = {}
    lexicon = house.lexicon(house.retailer, "fr")
    for name in names:
        if name not in lexicon.families:
            raise InvalidInput(f"{name!r} is no family of goods.", remedy=did_you_mean(name, lexicon.families))
        found |= dict.fromkeys((name, *sorted(lexicon.below(name))))
    return tuple(found)


def _platforms(house: House, names: Sequence[str]) -> tuple[str, ...]:
    """Raises `InvalidInput` for a platform without an agreement."""
    known = {one.platform for one in house.agreements.of_retailer(house.retailer)}
    for name in names:
        if name not in known:
            raise InvalidInput(f"There is no agreement with {name!r}.", remedy=did_you_mean(name, known))
    return tuple(names)


def _said(one: Discount) -> str:
    """What it takes off, in words."""
    worth = {
        Kind.PERCENT: f"{one.value / 100:g} %",
        Kind.AMOUNT: say.money(Money(one.value, one.currency), "en"),
        Kind.FEE: "the fee" if one.value == BASIS else f"{one.value / 100:g} % of the fee",
    }[Kind(one.kind)]
    least = f" from {say.money(Money(one.minimum, one.currency), 'en')}" if one.minimum else ""
    return f"{worth}{least}{' for members' if one.members else ' by itself' if one.automatic else ''}"


def _whom(one: Discount) -> str:
    goods = (*one.categories, *one.families, *one.skus)
    shown = f"{', '.join(goods[:3])}{' ...' if len(goods) > 3 else ''}" or "all goods"
    return f"{shown}; {', '.join(one.platforms)}" if one.platforms else shown
