"""cabas catalog: publish products."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Lang, Retailer, settings
from cabas.apps.wiring import open_house
from cabas.dialogue import say
from cabas.dialogue.query import parse
from cabas.kernel.errors import InvalidInput
from cabas.storage.catalog import PostgresCatalog
from cabas.storage.reading import ReaderPool
from cabas.storage.search import IndexFolders
from cabas.usecases import publish
from cabas.usecases.formats import Reject
from cabas.usecases.learn.apply import taught_query

PANEL = "Shop"
app = typer.Typer(help="Publish and search products.", no_args_is_help=True)
CHUNK = 1 << 20


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A table of products or of stock: TSV or CSV, plain or gzip.")],
    form: Annotated[
        str, typer.Option("--format", help="auto, google, openfoodfacts, csv or google-inventory.")
    ] = "auto",
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be read, change nothing.")] = False,
    absent: Annotated[str, typer.Option(help="Products the file does not hold: keep or withdraw.")] = "keep",
    withdraw_many: Annotated[bool, typer.Option("--withdraw-many", help="Even when that is most of them.")] = False,
    prices: Annotated[str, typer.Option(help="given, or estimate: make prices up for a demonstration.")] = "given",
    stores: Annotated[str, typer.Option(help="Stores that get what the file counts, by commas; all by default.")] = "",
    uncounted: Annotated[int, typer.Option(help="Pieces of what is called available without a count.")] = 0,
    currency: Annotated[str, typer.Option(help="The currency of the shop (ISO 4217).")] = "EUR",
    lang: Annotated[str, typer.Option(help="The language product names are written in.")] = "fr",
    rejects: Annotated[Path | None, typer.Option(help="Where refused rows go; beside the file by default.")] = None,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Import a file of products: a preview first, then all or nothing; again, only what differs."""
    if absent not in ("keep", "withdraw") or prices not in ("given", "estimate"):
        raise InvalidInput("--absent is keep or withdraw, --prices is given or estimate.", remedy="See --help.")
    options = publish.Options(
        format=None if form == "auto" else form,
        lang=lang,
        currency=currency,
        absent=absent,
        withdraw_many=withdraw_many,
        prices=prices,
        uncounted=uncounted,
        stores=tuple(name.strip() for name in stores.split(",") if name.strip()),
    )
    seen = publish.preview(chunks(file), options)
    if preview:
        show.json_out(seen) if json else _preview(seen, lang)
        return
    if not json:
        _mapping(seen)
    report = _import(file, options, rejects or file.with_name(f"{file.name}.rejects.csv"), data_dir, retailer, json)
    if json:
        show.json_out(report)
    if report.rows and report.refused == report.rows:
        raise typer.Exit(1)


def chunks(file: Path) -> Iterator[bytes]:
    """The file, piece by piece. Raises `InvalidInput` when it cannot be read."""
    try:
        with file.open("rb") as stream:
            while piece := stream.read(CHUNK):
                yield piece
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", remedy="Check the path.") from None


def _import(
    file: Path, options: publish.Options, rejects: Path, data_dir: Path | None, retailer: str | None, quiet: bool
) -> publish.Report:
    refused: list[Reject] = []

    async def work() -> publish.Report:
        async with open_house(settings(data_dir, retailer)) as house:
            await house.postgres.fill.retailer(house.retailer, house.retailer)
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,} rows"),
                       TextColumn("{task.fields[refused]:,} refused"), TimeElapsedColumn())  # fmt: skip
            with Progress(*columns, console=show.notes, disable=quiet) as bar:
                task = bar.add_task("reading", total=None, rows=0, refused=0)

                def watch(now: publish.Progress) -> None:
                    bar.update(task, description=now.step, rows=now.rows, refused=now.rejected)

                return await publish.import_catalog(
                    PostgresCatalog(house.postgres.database),
                    IndexFolders(house.config.index_dir),
                    house.retailer,
                    chunks(file),
                    source=file.name,
                    now=house.clock.now(),
                    options=options,
                    watch=watch,
                    refused=refused.append,
                    readers=ReaderPool(),
                )

    report = run(work())
    if refused:
        _keep(refused, rejects)
    if not quiet:
        counts = f"{report.added:,} added, {report.changed:,} changed, {report.unchanged:,} unchanged"
        show.console.print(
            f"{report.rows:,} rows: {counts}, {report.withdrawn:,} withdrawn, {report.refused:,} refused."
        )
        if report.without_price:
            show.console.print(f"[dim]{report.without_price:,} without a price: shown, not sold.[/dim]")
        if refused:
            show.console.print(f"Refused rows, with reasons and remedies: [bold]{escape(str(rejects))}[/bold]")
    return report


def _keep(refused: list[Reject], file: Path) -> None:
    try:
        file.write_text("".join(publish.rejects_csv(refused)), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"The catalog was imported, but its {len(refused):,} refused rows cannot be written to {file}:"
            f" {error.strerror}.",
            remedy="Import again with --rejects and a file that can be written.",
        ) from None


def _mapping(seen: publish.Preview) -> None:
    columns = ", ".join(f"{field} from {column}" for field, column in seen.mapped.items())
    show.notes.print(f"[dim]{seen.format}: {columns}[/dim]")
    if seen.unused:
        show.notes.print(f"[dim]not used: {', '.join(seen.unused)}[/dim]")


def _preview(seen: publish.Preview, lang: str) -> None:
    _mapping(seen)
    table = Table("sku", "name", "brand", "family", "content", "price", box=None, header_style="dim")
    for row in seen.products:
        product = row.product
        price = say.money(row.price, lang) + (" (estimate)" if row.estimated else "") if row.price else "none"
        content = say.content(product, lang)
        table.add_row(product.sku, escape(product.name), product.brand or "", product.family or "", content, price)
    show.console.print(table)
    for reject in seen.rejects:
        show.console.print(
            f"[yellow]line {reject.line}, {reject.field}:[/yellow] {escape(reject.reason)} {reject.remedy}"
        )
    extent = "the whole file" if seen.whole else f"the first {seen.rows:,} rows"
    refused = sum(seen.rejected.values())
    show.console.print(f"In {extent}: {refused:,} refused, {seen.families:,} of a known family. Nothing was changed.")


@app.command("search")
def search(
    words: Annotated[str, typer.Argument(help="What to look for.")],
    most: Annotated[int, typer.Option(help="How many.", min=1, max=100)] = 10,
    lang: Lang = "fr",
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Search the published products, as a shopper's words are searched."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            index = house.search(house.retailer)
            code = (lang or "fr").partition("-")[0]
            await house.lexicons.refresh(house.retailer, now=True)
            query = parse(words, code, index.words.frequency)
            hits = index.find(taught_query(query, house.lexicon(house.retailer, code).taught), most)
            if json:
                show.json_out([{"score": hit.score, "product": hit.product} for hit in hits])
                return
            table = Table("sku", "name", "brand", "family", "content", box=None, header_style="dim")
            for hit in hits:
                product = hit.product
                content = say.content(product, product.lang)
                table.add_row(product.sku, escape(product.name), product.brand or "", product.family or "", content)
            show.console.print(table)

    run(work())


@app.command("reindex")
def reindex(data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Make the search index anew from the database: after a restore, or when `cabas doctor` says so."""

    async def work() -> int:
        async with open_house(settings(data_dir, retailer)) as house:
            catalog = PostgresCatalog(house.postgres.database)
            folders = IndexFolders(house.config.index_dir)
            return await folders.rebuild(house.retailer, catalog.products(house.retailer), lang="fr")

    show.console.print(f"{run(work()):,} products indexed.")
