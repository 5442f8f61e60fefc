"""cabas feed: the catalog as partner platforms read it, and products linked under videos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cabas.apps.cli import run, show
from cabas.apps.cli.options import At, DataDir, Json, Retailer, clock, settings
from cabas.apps.videos import app as video
from cabas.apps.wiring import House, open_house
from cabas.kernel.errors import InvalidInput, NotAllowed
from cabas.kernel.ids import fingerprint
from cabas.storage.feed_files import FeedFolder
from cabas.storage.feeds import PostgresFeeds
from cabas.storage.videos import PostgresVideoLinks
from cabas.usecases.feeds import FeedFormat, Gate, Setting, find_format
from cabas.usecases.feeds.export import Counts, Job, export, published, total
from cabas.usecases.ports import Store
from cabas.usecases.videos import video_links

PANEL = "Partners"
app = typer.Typer(help="Feeds for partner platforms, and products under videos.", no_args_is_help=True)
app.add_typer(video, name="video")


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options of an export."""

    platform: str
    form: FeedFormat
    out: Path
    store: str
    since: str
    link: str
    image: str
    unbranded: str
    country: str
    estimated: bool
    packed: bool
    keep: int
    quiet: bool


@app.command("export")
def export_(
    platform: Annotated[str, typer.Option(help="The platform of an agreement (`cabas agreement list`).")],
    out: Annotated[
        Path | None, typer.Option(help="Where exports go; when left out, where partners fetch them (/feeds/PLATFORM).")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="google, google-local, openai or acp.")] = "google",
    store: Annotated[str, typer.Option(help="One store; google-local does all of them by default.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Everything that may be listed. This is the default.")] = False,
    delta_since: Annotated[str, typer.Option(help="Only what changed since: last, a day, or an export's name.")] = "",
    link: Annotated[str, typer.Option(help='A product\'s page: "https://shop.example/p/{sku}", also {gtin}.')] = "",
    image: Annotated[str, typer.Option(help="Pictures of products that name none, written the same way.")] = "",
    unbranded: Annotated[str, typer.Option(help="The brand of goods without one, such as your own name.")] = "",
    country: Annotated[str, typer.Option(help="Where it is sold (ISO 3166-1).")] = "FR",
    estimated: Annotated[bool, typer.Option("--estimated", help="Let made-up prices through, for a trial.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Do not compress.")] = False,
    keep: Annotated[int, typer.Option(help="How many exports stay.", min=1)] = 10,
    at: At = None,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Write a feed: only what the agreement lets this platform list that day, or what changed since."""
    if full and delta_since:
        raise InvalidInput("--full and --delta-since exclude each other.", remedy="Use one of them.")
    config = settings(data_dir, retailer)
    asked = _Asked(
        platform, find_format(form), out or config.feeds_dir / config.retailer, store, delta_since, link, image,
        unbranded, country.upper(), estimated, not plain, keep, json,
    )  # fmt: skip

    async def work() -> list[dict[str, object]]:
        async with open_house(config, clock=clock(at)) as house:
            stores = await house.postgres.shop.stores(house.retailer)
            chosen = [one for one in stores if not asked.store or one.id == asked.store]
            if asked.store and not chosen:
                await house.postgres.shop.store(house.retailer, asked.store)  # raises, naming those there are
            apart = [one.id for one in chosen] if asked.store or asked.form.NAME == "google-local" else [""]
            return [await _one(house, asked, one, stores) for one in apart]

    told = run(work())
    if json:
        show.json_out(told)


async def _one(house: House, asked: _Asked, store_id: str, stores: list[Store]) -> dict[str, object]:
    """Export one feed."""
    zone = next((one.timezone for one in stores if store_id in ("", one.id)), "UTC")
    now = house.clock.now()
    setting = await _setting(house, asked, store_id, now, zone)
    agreement = house.agreements.find(house.retailer, asked.platform, setting.day)
    if agreement is None:
        raise NotAllowed(
            f"{asked.platform} has no agreement with {house.retailer}: it gets no products.",
            remedy="Write one (docs/howto/write-an-agreement.md).",
        )
    feeds = PostgresFeeds(house.postgres.database)
    folder = FeedFolder(asked.out / "-".join(part for part in (asked.platform, asked.form.NAME, store_id) if part))
    with folder.locked():
        delta = bool(asked.since)
        known = folder.exports()
        base = folder.before(asked.since) if delta else known[-1] if known else ""
        generation = await feeds.generation(house.retailer)
        about = f"{setting}{asked.form.NAME}{base}{delta}{asked.packed}{generation}{agreement.head}{agreement.terms}"
        draft = folder.begin(fingerprint(about.encode()), packed=asked.packed)
        if draft.resumed and not asked.quiet:
            show.notes.print(f"[dim]going on after {draft.counts.rows:,} rows[/dim]")
        within = [one.id for one in stores if store_id in ("", one.id)]
        job = Job(asked.form, setting, Gate(agreement, setting, asked.form.PLACE, asked.form.SURFACE), within, delta)
        before = published(folder.state(base) if base else iter(()), draft.after)
        try:
            counts = await _watched(job, feeds, draft, before, asked.quiet)
        except BaseException:
            draft.leave()
            raise
        report = {
            "retailer": house.retailer, "platform": asked.platform, "format": asked.form.NAME, "store": store_id,
            "day": setting.day.isoformat(), "agreement": agreement.id, "since": base if delta else "",
        }  # fmt: skip
        path = folder.finish(draft, now, "delta" if delta else "full", report, asked.keep)
    if not asked.quiet:
        _tell(path, counts)
    return {**report, "path": str(path), "counts": counts}


async def _setting(house: House, asked: _Asked, store_id: str, now: datetime, zone: str) -> Setting:
    day = now.astimezone(ZoneInfo(zone)).date()
    return Setting(
        retailer=house.retailer,
        retailer_name=await PostgresFeeds(house.postgres.database).name(house.retailer),
        platform=asked.platform,
        day=day,
        link=asked.link or f"{house.config.public_url}/p/{{sku}}",
        store=store_id,
        country=asked.country,
        image=asked.image,
        unbranded=asked.unbranded,
        estimated=asked.estimated,
        timezone=zone,
        videos=video_links(await PostgresVideoLinks(house.postgres.database).all(house.retailer), asked.platform),
    )


async def _watched(job: Job, feeds: PostgresFeeds, draft: object, before: object, quiet: bool) -> Counts:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,} rows"),
               TextColumn("{task.fields[out]:,} published"), TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=show.notes, disable=quiet) as bar:
        task = bar.add_task("writing", total=None, rows=0, out=0)

        def watch(now: Counts) -> None:
            bar.update(task, rows=now.rows, out=now.published)

        return await export(job, feeds, draft, before, watch)  # type: ignore[arg-type]


def _tell(path: Path, counts: Counts) -> None:
    show.console.print(
        f"{counts.rows:,} rows: {counts.published:,} published ({counts.added:,} added, {counts.changed:,} changed), "
        f"{counts.withdrawn:,} withdrawn, {total(counts.withheld):,} withheld, {total(counts.rejected):,} rejected."
    )
    for code, number in sorted({**counts.withheld, **counts.rejected}.items(), key=lambda one: -one[1]):
        show.console.print(f"[dim]  {number:>9,}  {code}[/dim]")
    if counts.estimated:
        show.console.print(f"[yellow]{counts.estimated:,} prices are made up: never send this feed.[/yellow]")
    show.console.print(f"[bold]{escape(str(path))}[/bold]")
