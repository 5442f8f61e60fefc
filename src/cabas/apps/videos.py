"""`cabas feed video`: products proposed for videos, approved by a person, and the orders that came through them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from cabas.apps.cli import run, show
from cabas.apps.cli.options import At, DataDir, Json, Retailer, clock, settings
from cabas.apps.wiring import House, open_house
from cabas.kernel.errors import InvalidInput, NotAllowed
from cabas.storage.videos import PostgresVideoLinks
from cabas.usecases.videos import (
    APPROVED,
    OPEN,
    REJECTED,
    SOURCE,
    VideoLink,
    decide,
    description,
    video_address,
)
from cabas.usecases.videos import clock as as_time
from cabas.usecases.videos.propose import Counter, candidates, proposals
from cabas.usecases.videos.read import FILE_MAX_BYTES, Video, read_videos

app = typer.Typer(help="Products linked under videos.", no_args_is_help=True)
Codes = Annotated[list[str] | None, typer.Argument(help="Codes of links (`cabas feed video list`).")]
Whole = Annotated[str, typer.Option("--video", help="All open links of a video.")]
Least = Annotated[int, typer.Option("--from", help="With --video: only those with at least this score.", min=0)]


@app.command("propose")
def propose(
    files: Annotated[list[Path], typer.Argument(help="ID.json (YouTube Data API), ID.vtt, ID.srt or ID.txt.")],
    platform: Annotated[str, typer.Option(help="Whose videos: the platform of an agreement.")] = "google",
    store: Annotated[str, typer.Option(help="The store that must sell it; the first one by default.")] = "",
    at: At = None,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Propose products for videos. Nothing is published before it is approved."""
    videos = read_videos([(one.name, _content(one)) for one in files])

    async def work() -> list[VideoLink]:
        async with open_house(settings(data_dir, retailer), clock=clock(at)) as house:
            found = [link for video in videos for link in await _proposals(house, video, platform, store)]
            await _links(house).propose(house.retailer, found, house.clock.now())
            return found

    _show(run(work()), as_json=json)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from None


async def _proposals(house: House, video: Video, platform: str, store: str) -> list[VideoLink]:
    stores = await house.postgres.shop.stores(house.retailer)
    here = await house.postgres.shop.store(house.retailer, store or (stores[0].id if stores else ""))
    day = house.clock.now().date()
    agreement = house.agreements.find(house.retailer, platform, day)
    if agreement is None:
        raise NotAllowed(f"{platform} has no agreement with {house.retailer}.", remedy="See `cabas agreement list`.")
    search = house.search(house.retailer)
    offers = await house.postgres.shop.offers(house.retailer, here.id, candidates(video, search), day=day)
    return proposals(video, Counter(agreement, search, offers, day))


@app.command("list")
def list_links(
    state: Annotated[str, typer.Option(help="open, approved or rejected; all by default.")] = "",
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """List the links, by video and time in it."""

    async def work() -> list[VideoLink]:
        async with open_house(settings(data_dir, retailer)) as house:
            return [one for one in await _links(house).all(house.retailer) if state in ("", one.state)]

    _show(run(work()), as_json=json)


@app.command("approve")
def approve(
    codes: Codes = None,
    video: Whole = "",
    least: Least = 0,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Approve links: feeds and descriptions hold them from now on."""
    show.console.print(f"{_decided(codes, video, least, APPROVED, data_dir, retailer)} approved.")


@app.command("reject")
def reject(
    codes: Codes = None,
    video: Whole = "",
    least: Least = 0,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Reject links: they are not proposed again, and lead to the page alone."""
    show.console.print(f"{_decided(codes, video, least, REJECTED, data_dir, retailer)} rejected.")


def _decided(
    codes: list[str] | None, video: str, least: int, state: str, data_dir: Path | None, retailer: str | None
) -> int:
    if not codes and not video:
        raise InvalidInput("Nothing is named.", remedy="Name codes, or a video with --video.")

    async def work() -> int:
        async with open_house(settings(data_dir, retailer)) as house:
            links, chosen = _links(house), list(codes or ())
            if video:
                known = await links.all(house.retailer)
                chosen += [
                    one.id for one in known if one.video_id == video and one.state == OPEN and one.score >= least
                ]
            return len(await decide(links, house.retailer, chosen, state, house.clock.now()))

    return run(work())


@app.command("description")
def description_(
    video: Annotated[str, typer.Argument(help="Id of the video.")],
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Print lines for a video's description: time, product, tracked link."""

    async def work() -> str:
        async with open_house(settings(data_dir, retailer)) as house:
            links = [one for one in await _links(house).all(house.retailer) if one.video_id == video]
            products = house.search(house.retailer).get([one.sku for one in links])
            return description(links, {sku: one.name for sku, one in products.items()}, house.config.public_url)

    typer.echo(run(work()), nl=False)


@app.command("report")
def report(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Tell which videos brought orders."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            links = _links(house)
            came, titles = await links.came(house.retailer), {}
            for one in await links.all(house.retailer):
                titles[one.source] = one.video_title
            if json:
                show.json_out(came)
                return
            table = Table("video", "title", "through", "orders", "total", box=None, header_style="dim")
            for row in came:
                title = escape(titles.get(row.source, ""))
                table.add_row(row.source.removeprefix(SOURCE), title, row.platform, str(row.orders), str(row.total))
            show.console.print(table)

    run(work())


def _links(house: House) -> PostgresVideoLinks:
    return PostgresVideoLinks(house.postgres.database)


def _show(links: list[VideoLink], *, as_json: bool) -> None:
    if as_json:
        show.json_out(links)
        return
    whole = [Column(name, no_wrap=True, overflow="ignore") for name in ("code", "video", "at", "sku")]
    table = Table(*whole, "for", "score", "why", "state", box=None, header_style="dim")
    for one in links:
        table.add_row(
            one.id, escape(one.video_id), as_time(one.seconds), one.sku, escape(one.words), str(one.score),
            ", ".join(one.reasons), one.state,
        )  # fmt: skip
    show.console.print(table)
    if links:
        show.notes.print(f"[dim]{len(links)} links; look at {video_address(links[0].video_id)}[/dim]")
