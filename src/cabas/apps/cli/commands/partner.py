"""cabas partner: the keys by which platforms are known."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.wiring import new_id, open_house
from cabas.usecases.partners import make_key
from cabas.usecases.webhooks import webhook_of, webhook_secret

PANEL = "Partners"
app = typer.Typer(help="Keys for partner platforms. A platform needs an agreement first.", no_args_is_help=True)


@app.command("key")
def key(
    platform: Annotated[str, typer.Argument(help="The platform of an agreement (`cabas agreement list`).")],
    note: Annotated[str, typer.Option(help="What it is for, to know it again.")] = "",
    days: Annotated[int | None, typer.Option(help="Days until it ends; never when left out.", min=1)] = None,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Make a key. It is shown once: only a hash of it is stored."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            now = house.clock.now()
            made = await make_key(
                house.postgres.partners, house.agreements.of_retailer(house.retailer), house.retailer, platform,
                now=now, new_secret=lambda: secrets.token_urlsafe(32), new_id=new_id, note=note,
                expires_at=now + timedelta(days=days) if days else None,
            )  # fmt: skip
            if json:
                show.json_out({"platform": platform, "id": made.key.id, "key": made.secret})
                return
            typer.echo(made.secret)
            show.notes.print("Send it as `Authorization: Bearer KEY`. It is not shown again.")

    run(work())


@app.command("list")
def list_keys(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """List the keys, without their secrets."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            keys = await house.postgres.partners.keys(house.retailer)
            if json:
                show.json_out(keys)
                return
            now = house.clock.now()
            table = Table("id", "platform", "state", "made", "note", box=None, header_style="dim")
            for one in keys:
                ended = "revoked" if one.revoked_at else "ended"
                table.add_row(
                    one.id, one.platform, "open" if one.holds(now) else ended, f"{one.created_at:%F}", one.note
                )
            show.console.print(table)

    run(work())


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key (`cabas partner list`).")],
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Let a key open nothing any more, at once."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            await house.postgres.partners.revoke(house.retailer, key_id, house.clock.now())
            show.console.print(f"{key_id} opens nothing any more.")

    run(work())


@app.command("webhook")
def webhook(
    platform: Annotated[str, typer.Argument(help="The platform of an agreement (`cabas agreement list`).")],
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Show where a platform is told of its orders, and the secret by which it can check that it is us."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            address = webhook_of(house.agreements.of_retailer(house.retailer), platform)
            secret = webhook_secret(house.secret, house.retailer, platform)
            if json:
                show.json_out({"platform": platform, "webhook": address, "secret": secret})
                return
            typer.echo(secret)
            where = f"Orders are told to {address}." if address else "Its agreement's [access] names no webhook."
            show.notes.print(f"{where} ACP signs with this secret (Merchant-Signature). Keep it to yourselves.")

    run(work())
