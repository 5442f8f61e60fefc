"""cabas lexicon: words a retailer teaches, what was not understood, and what might be learned from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cabas.apps.cli import run, show
from cabas.apps.cli.options import DataDir, Json, Retailer, settings
from cabas.apps.openfoodfacts import taxonomy_texts
from cabas.apps.wiring import open_house
from cabas.apps.word_files import read_texts
from cabas.dialogue.knowledge import Word, content, name_of
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.tokens import tokenize
from cabas.kernel.errors import InvalidInput, NotFound
from cabas.usecases.learn import review
from cabas.usecases.learn.ports import KEEP_FAILURES, LEARNED_PACK, WAITING, Proposal
from cabas.usecases.learn.propose import propose
from cabas.usecases.learn.teach import Taught, products_of, teach, words_of
from cabas.usecases.learn.words_file import BadWords

PANEL = "Shop"
app = typer.Typer(help="Teach Cabas your words, and learn from what was not understood.", no_args_is_help=True)
Pack = Annotated[str, typer.Argument(help="Name of a pack: see `cabas lexicon list`.")]
Ids = Annotated[list[str], typer.Argument(help="Ids of proposals: see `cabas lexicon learn`.")]


@app.command("import")
def import_(
    path: Annotated[
        Path | None, typer.Argument(help="A file of words (CSV, YAML), a taxonomy (JSON), or a folder.")
    ] = None,
    openfoodfacts: Annotated[
        bool, typer.Option("--openfoodfacts", help="The taxonomies of Open Food Facts (needs cabas[openfoodfacts]).")
    ] = False,
    name: Annotated[str, typer.Option("--name", help="What to call the pack; after the file by default.")] = "",
    lang: Annotated[str, typer.Option(help="The language of rows that name none.")] = "fr",
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be taught, change nothing.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Teach words: all of the file, or nothing. Again, it takes the place of what the pack held before."""
    if openfoodfacts == (path is not None):
        raise InvalidInput("Give a file or a folder, or --openfoodfacts.", remedy="See `cabas lexicon import --help`.")
    config = settings(data_dir, retailer)
    texts = read_texts(path) if path is not None else taxonomy_texts(config.data_dir / "taxonomies")
    pack_id = name or (path.name.partition(".")[0] if path is not None else "openfoodfacts")
    if pack_id == LEARNED_PACK:
        raise InvalidInput(f"{LEARNED_PACK!r} is the pack of accepted proposals.", remedy="Use another --name.")

    async def work() -> Taught:
        async with open_house(config) as house:
            published = (config.index_dir / house.retailer).is_dir()
            if not published and not await house.postgres.shop.stores(house.retailer):
                raise NotFound(f"{house.retailer} has neither products nor stores.", remedy="Check --retailer.")
            products = products_of(house.search(house.retailer)) if published else _none
            taught = words_of(texts, pack_id, products, lang, house.clock.now())
            if not preview:
                await teach(house.postgres.teachings, house.retailer, taught)
            return taught

    try:
        _tell(run(work()), preview=preview, json=json)
    except BadWords as error:
        _refuse(error, json=json)


def _none(skus: Iterable[str]) -> dict[str, str | None]:
    """Nothing is published: no SKU is known."""
    return {}


def _tell(taught: Taught, *, preview: bool, json: bool) -> None:
    if json:
        shown = {"pack": taught.pack, "examples": taught.examples, "imported": not preview}
        show.json_out(shown | ({"words": taught.words} if preview else {}))
        return
    if preview:
        show.console.print(_words_table(taught.words))
    done = "would be taught" if preview else "taught"
    show.console.print(f"[bold]{escape(taught.pack.id)}[/bold]: {taught.pack.words:,} words {done}.")
    for reason, count in sorted(taught.pack.report.items(), key=lambda one: -one[1]):
        few = ", ".join(taught.examples.get(reason, ()))
        show.console.print(f"[dim]left alone, {reason}: {count:,} ({escape(few)})[/dim]")


def _refuse(error: BadWords, *, json: bool) -> None:
    if json:
        show.json_out({"imported": False, "source": error.source, "problems": error.problems})
    else:
        for one in error.problems:
            place = f"[bold]{escape(error.source)}:{one.line}[/bold] {one.field}"
            show.console.print(f"{place}: {escape(one.reason)} [dim]{escape(one.remedy)}[/dim]", soft_wrap=True)
        show.console.print("Nothing was imported.")
    raise typer.Exit(2)


@app.command("list")
def list_packs(json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """List the packs of words that were taught."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            packs = await house.postgres.teachings.packs(house.retailer)
            if json:
                show.json_out(packs)
                return
            if not packs:
                show.console.print("Nothing was taught: every word is one that all shops share.")
                return
            table = Table("pack", "kind", "words", "from", "since", box=None, header_style="dim")
            for pack in packs:
                since = f"{pack.at:%Y-%m-%d %H:%M}"
                table.add_row(escape(pack.id), pack.kind, f"{pack.words:,}", escape(pack.source), since)
            show.console.print(table)

    run(work())


@app.command("show")
def show_pack(pack: Pack, json: Json = False, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Show the words of a pack and what they mean."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            words = await house.postgres.teachings.words(house.retailer, pack)
            show.json_out(words) if json else show.console.print(_words_table(words))

    run(work())


@app.command("remove")
def remove(pack: Pack, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Forget a pack. Conversations know it from their next turn on."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            await house.postgres.teachings.drop(house.retailer, pack)
            show.console.print(f"{escape(pack)} is forgotten.")

    run(work())


@app.command("families")
def families(
    words: Annotated[str, typer.Argument(help="What a shopper says, or a part of a family's id.")],
    lang: Annotated[str, typer.Option(help="The language of the words.")] = "fr",
    json: Json = False,
) -> None:
    """Find the id of a family, to name in a file of words."""
    shared = lexicon(lang=lang)
    named = [match.id for match in shared.matches(tokenize(words)) if match.kind == "family"]
    spelled = words.lower().replace(" ", "_")
    parts = set(content(words, lang))
    like = [one for one in shared.families if spelled in one or parts & set(content(name_of(one, lang), lang))]
    found = list(dict.fromkeys((*named, *like)))[:30]
    if json:
        show.json_out([{"family": one, "name": name_of(one, lang)} for one in found])
        return
    if not found:
        raise NotFound(f"No family is called like {words!r}.", remedy="Try a shorter word, or another language.")
    table = Table("family", "name", box=None, header_style="dim")
    for one in found:
        table.add_row(one, escape(name_of(one, lang)))
    show.console.print(table)


@app.command("failures")
def failures(
    lang: Annotated[str | None, typer.Option(help="Only of this language.")] = None,
    since: Annotated[str, typer.Option(help="A day like 2026-11-01, or a number of days like 7.")] = "30",
    group: Annotated[bool, typer.Option("--group/--each", help="By likely cause, or one by one.")] = True,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """What was not understood, by likely cause, with counts and examples. Words are only there with consent."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            after = _after(since, house.clock.now())
            found = await house.postgres.failures.since(house.retailer, after, lang)
            if not group:
                show.json_out(found) if json else show.console.print(_failures_table(found))
                return
            groups = review.groups(found)
            show.json_out(groups) if json else show.console.print(_groups_table(groups))

    run(work())


def _after(since: str, now: datetime) -> datetime:
    try:
        if since.isdigit():
            return now - min(timedelta(days=int(since)), KEEP_FAILURES)
        return datetime.fromisoformat(since).replace(tzinfo=now.tzinfo)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{since!r} is no day.", remedy="Write it like 2026-11-01, or as a number of days."
        ) from None


@app.command("learn")
def learn(
    least: Annotated[int, typer.Option(help="Propose only what failed at least so often.", min=1)] = 1,
    json: Json = False,
    data_dir: DataDir = None,
    retailer: Retailer = None,
) -> None:
    """Propose words from what was not understood, for a person to accept or reject."""

    async def work() -> None:
        async with open_house(settings(data_dir, retailer)) as house:
            now, ports = house.clock.now(), house.postgres
            found = await ports.failures.since(house.retailer, now - KEEP_FAILURES)
            known = await ports.teachings.knowledge(house.retailer)
            made = propose(found, known, house.search(house.retailer), now, least=least)
            await ports.teachings.propose(house.retailer, made)
            waiting = [one for one in await ports.teachings.proposals(house.retailer) if one.state == WAITING]
            show.json_out(waiting) if json else _proposed(waiting)

    run(work())


def _proposed(waiting: list[Proposal]) -> None:
    if not waiting:
        show.console.print("Nothing to propose: see `cabas lexicon failures`.")
        return
    table = Table("id", "lang", "words", "would mean", "score", "seen", "because", box=None, header_style="dim")
    for one in waiting:
        table.add_row(
            one.id, one.lang, escape(one.words), escape(_meaning(one.word)), str(one.score), str(one.seen),
            escape("; ".join(one.reasons)),
        )  # fmt: skip
    show.console.print(table)
    show.console.print("[dim]cabas lexicon accept ID... or cabas lexicon reject ID...[/dim]")


@app.command("accept")
def accept(ids: Ids, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Accept proposals: running servers know the words with the next thing a shopper says."""
    run(_decide(ids, data_dir, retailer, accept=True))


@app.command("reject")
def reject(ids: Ids, data_dir: DataDir = None, retailer: Retailer = None) -> None:
    """Reject proposals: they are not made again."""
    run(_decide(ids, data_dir, retailer, accept=False))


async def _decide(ids: list[str], data_dir: Path | None, retailer: str | None, *, accept: bool) -> None:
    async with open_house(settings(data_dir, retailer)) as house:
        await house.postgres.teachings.decide(house.retailer, ids, accept=accept, at=house.clock.now())
        show.console.print(f"{len(set(ids))} {'accepted' if accept else 'rejected'}.")


def _words_table(words: Iterable[Word]) -> Table:
    table = Table("lang", "words", "means", box=None, header_style="dim")
    for word in words:
        table.add_row(word.lang, escape(word.words), escape(("never " if word.never else "") + _meaning(word)))
    return table


def _meaning(word: Word) -> str:
    if word.sku is not None:
        return f"sku:{word.sku}"
    return f"{word.family} ({word.like})" if word.like else str(word.family)


def _failures_table(found: Iterable[review.Failure]) -> Table:
    table = Table("at", "lang", "why", "words", "said", box=None, header_style="dim")
    for one in found:
        said = escape(one.said) if one.said is not None else "[dim]not kept[/dim]"
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}", one.lang, one.why, escape(one.words or ""), said)
    return table


def _groups_table(groups: Iterable[review.Group]) -> Table:
    table = Table("why", "lang", "words", "times", "without words", "examples", box=None, header_style="dim")
    for one in groups:
        table.add_row(
            one.why,
            one.lang,
            escape(one.words or ""),
            str(one.count),
            str(one.unheard),
            escape(" / ".join(one.examples)),
        )
    return table
