"""cabas shopper: shoppers and what they usually buy."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich.table import Table

from cabas.agreement.book import HOUSE
from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.wiring import new_id, open_house
from cabas.domain.consent import PURPOSES
from cabas.kernel.errors import Conflict, NotAllowed
from cabas.storage.consent_record import Said
from cabas.usecases.link.grant import unlink_client
from cabas.usecases.link.sign_in import address as read_address

PANEL = "Shop"
app = typer.Typer(help="Shoppers and their habits.", no_args_is_help=True)


@app.command("habits")
def habits(
    shopper: Annotated[str, typer.Argument(help="Id of the shopper.")],
    most: Annotated[int, typer.Option(help="How many, the strongest first.", min=1, max=500)] = 25,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """What a shopper usually buys. Refused when the shopper did not agree to personal results."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            person = await house.postgres.shop.shopper(house.retailer, shopper)
            if not person.personal:
                raise NotAllowed(
                    f"{person.name} did not agree to personal results.", remedy="Ask for consent first.", code="consent"
                )
            found = await house.postgres.shop.habits(house.retailer, shopper, house.clock.now())
            if json:
                show.json_out(found[:most])
                return
            table = Table("product", "brand", "times", "every", "last", "due", box=None, header_style="dim")
            for habit in found[:most]:
                every, last = f"{habit.every_days:.0f} days", f"{habit.last_days_ago:.0f} days ago"
                table.add_row(
                    habit.name, habit.brand or "", str(habit.times), every, last, "yes" if habit.overdue else ""
                )
            show.console.print(table)

    run(work())


@app.command("consent")
def consent(
    shopper: Annotated[str, typer.Argument(help="Id of the shopper.")],
    purpose: Annotated[str, typer.Argument(help=f"One of {', '.join(PURPOSES)}.")],
    platform: Annotated[str, typer.Option(help="The platform it is for.")] = "house",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it back.")] = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Write down what a shopper said at the counter about their data: yes, or no longer."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            person = await house.postgres.shop.shopper(house.retailer, shopper)
            now = house.clock.now()
            said = Said(new_id(), person.id, platform, purpose, not withdraw, now, PURPOSES.get(purpose, ""), "counter")
            await house.postgres.consents.record(house.retailer, said)
            if (purpose, platform) == ("personal_results", HOUSE):
                # Told to the retailer itself, it holds for the account: without it no partner gets them either.
                await house.postgres.fill.shoppers(house.retailer, [replace(person, personal=not withdraw)])
            verb = "no longer agrees" if withdraw else "agrees"
            show.console.print(f"{person.name} {verb} to: {PURPOSES[purpose]} ({platform}).")

    run(work())


@app.command("email")
def email(
    shopper: Annotated[str, typer.Argument(help="Id of the shopper.")],
    address: Annotated[str, typer.Argument(help="Where a link to sign in is sent; empty takes it away.")],
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Write down a shopper's e-mail address, by which they sign in to link accounts."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            person = await house.postgres.shop.shopper(house.retailer, shopper)
            known = read_address(address) if address else None
            holder = await house.postgres.links.shopper_by_email(house.retailer, known) if known else None
            if holder is not None and holder.id != person.id:
                raise Conflict(f"{holder.id} has this address.", remedy="An address is one account's alone.")
            await house.postgres.fill.shoppers(house.retailer, [replace(person, email=known)])
            show.console.print(f"{person.name}: {known or 'no address'}.")

    run(work())


@app.command("links")
def links(
    shopper: Annotated[str, typer.Argument(help="Id of the shopper.")],
    end: Annotated[str, typer.Option(help="Id of a client: end its links, as the shopper could.")] = "",
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """The clients of platforms a shopper's account is linked to; with --end, no longer."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            person, now = await house.postgres.shop.shopper(house.retailer, shopper), house.clock.now()
            if end:
                ended = await unlink_client(house.linking(), house.retailer, person.id, end, now)
                show.console.print(f"{ended} link{'s' if ended != 1 else ''} ended.")
                return
            found = await house.postgres.links.links(house.retailer, person.id)
            if json:
                show.json_out(found)
                return
            table = Table("client", "platform", "since", "may", "agreed to", box=None, header_style="dim")
            for link in found:
                may, agreed = " ".join(sorted(link.scopes)), " ".join(sorted(link.purposes))
                table.add_row(link.client_id, link.platform, f"{link.created_at:%Y-%m-%d}", may, agreed)
            show.console.print(table)

    run(work())


@app.command("show")
def show_shopper(
    shopper: Annotated[str, typer.Argument(help="Id of the shopper.")],
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """One shopper's account, as JSON."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            show.json_out(await house.postgres.shop.shopper(house.retailer, shopper))

    run(work())
