"""cabas agreement: what was signed with whom, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cabas.agreement.agreement import check as problems_of
from cabas.agreement.agreement import parse
from cabas.agreement.explain import explain as sentences_of
from cabas.agreement.problems import BadAgreement
from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.wiring import open_house
from cabas.kernel.errors import InvalidInput, NotFound

PANEL = "Partners"
app = typer.Typer(help="Agreements with platforms.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="An agreement file (TOML).")]


@app.command("list")
def list_agreements(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """List the agreements, with their parties and days."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            found = house.agreements.of_retailer(house.retailer)
            if json:
                show.json_out([one.head for one in found])
                return
            day = house.clock.now().date()
            table = Table("id", "platform", "from", "until", "live", "terms", box=None, header_style="dim")
            for one in found:
                head = one.head
                until = str(head.ends or "open")
                live = "yes" if one.live_on(day) else "no"
                terms = ", ".join(type(term).__module__.rpartition(".")[2] for term in one.terms)
                table.add_row(head.id, head.platform, str(head.starts), until, live, terms)
            show.console.print(table)

    run(work())


@app.command("check")
def check(file: File, json: Json = False) -> None:
    """Check an agreement file: every problem with its line, column and remedy."""
    found = problems_of(_read(file), str(file))
    if json:
        show.json_out(found)
    else:
        for one in found:
            place = f"[bold]{escape(str(file))}:{one.line}:{one.column}[/bold]"
            show.console.print(f"{place} {escape(one.message)} [dim]{escape(one.remedy)}[/dim]", soft_wrap=True)
        if not found:
            agreement = parse(_read(file), str(file))
            show.console.print(f"{agreement.id}: a good agreement of {agreement.retailer} with {agreement.platform}.")
    if found:
        raise typer.Exit(1)


@app.command("load")
def load(file: File, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Put an agreement file in force. Earlier versions are kept: orders name the terms they were placed under."""
    text = _read(file)
    agreement = parse(text, str(file))

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            if agreement.retailer != house.retailer:
                raise InvalidInput(
                    f"{file} is an agreement of {agreement.retailer}, not of {house.retailer}.",
                    remedy=f"Use --retailer {agreement.retailer}.",
                )
            clashes = house.agreements.joined(agreement, str(file))
            if clashes:
                raise BadAgreement(clashes)
            new = await house.postgres.agreements.keep(house.retailer, agreement.id, text, house.clock.now())
            show.console.print(f"{agreement.id}: {'in force' if new else 'unchanged'}.")

    run(work())


@app.command("explain")
def explain(
    order: Annotated[str, typer.Argument(help="Number or id of an order.")],
    lang: Annotated[str, typer.Option("--lang", help="fr or en.")] = "en",
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Say which term decided what for an order, and what it posted to the ledger."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            found = await house.postgres.orders.get(house.retailer, order)
            day = found.placed_at.date()
            agreement = house.agreements.find(house.retailer, found.platform, day)
            if agreement is None:
                raise NotFound(f"The agreement {found.agreement_id} is no longer there.", remedy="Load it again.")
            purposes: frozenset[str] = frozenset()
            if found.shopper_id is not None:
                asked = (house.retailer, found.shopper_id, found.platform, found.placed_at)
                purposes = await house.postgres.consents.purposes(*asked)
            sentences = sentences_of(found, agreement, lang, purposes)
            postings = await house.postgres.orders.postings(house.retailer, found.id)
            if json:
                show.json_out(
                    {"order": found.number, "agreement": agreement.id, "why": sentences, "postings": postings}
                )
                return
            show.console.print(f"Order [bold]{found.number}[/bold] under [bold]{agreement.id}[/bold]\n")
            for sentence in sentences:
                show.console.print(f"- {escape(sentence)}")
            show.console.print()
            show.console.print(show.ledger_table(postings, lang))

    run(work())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8 text (byte {error.start}).", remedy="Save it as UTF-8.") from None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", remedy="Check the path.") from None
