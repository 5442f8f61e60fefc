"""Utterance to cart: the talk use case at twenty stores, in one process, one turn at a time, on one core.

    python bench/talk.py [CATALOG ...] [--postgres] [--keep FOLDER]

For each catalog (default: the demo retailer's names, and ../shared/data/catalog/*.tsv.gz where it is) the time from the
text of a turn to the reply, beside the baseline of the same run: understanding alone, without search and choice.
"new" sentences are said once in the life of the process, each of one to five things: what is bought often more often,
as one over its rank (Zipf), by the names people say first. "early" ones are the same while the server has not yet
looked for what is asked for often, which it does at leisure once it is open. "odd" ones are of anything that is sold,
slippers as likely as milk. "again" are a few sentences said over and over. CPU is the process's own time, wall the
clock's: on a machine that is busy with other things, read CPU. Memory is that of the process that answers, which did
not make the index.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from _stores import RETAILER, Counted, Ports, Range, in_memory, in_postgres, range_of, store_of
from cabas.agreement.agreement import Agreement
from cabas.agreement.book import AgreementBook
from cabas.apps.cli import GARBAGE
from cabas.apps.eval.shop import EVAL_RETAILER, HOUSE_BOOK, NoPages
from cabas.apps.warm import at_leisure, warm
from cabas.dialogue.estimate import estimated_price
from cabas.dialogue.families import sheets
from cabas.dialogue.lexicon import Lexicon, lexicon
from cabas.dialogue.locales import languages, words
from cabas.dialogue.understand import understand
from cabas.domain.cart import Conversation
from cabas.kernel.clock import FixedClock
from cabas.kernel.errors import InvalidInput
from cabas.storage.search import TantivySearch, open_index, rebuild
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.stage import load
from cabas.usecases.talk.turn import hearing, say
from ranking import SHARED, products

NOW = FixedClock(datetime.fromisoformat("2026-11-24T10:00:00+01:00"))
ROUNDS, NEW, SEED, PER_MILLE = 6, 400, 11, 1000
LOCALES = {"fr": "fr-FR", "en": "en-US"}
AGAIN = {
    "fr": (
        "deux litres de lait entier",
        "trois poireaux, un kilo de pommes de terre et du persil",
        "il me faudrait du beurre doux, une baguette et six œufs",
        "une bouteille de jus de pomme bio sans sucres ajoutés",
        "ajoute deux pots de moutarde et un paquet de riz basmati",
        "de quoi faire une ratatouille pour quatre",
        "combien coûte le saumon fumé",
        "enlève le dernier",
        "des biscottes, de la confiture d'abricot, du thé vert, du miel et quatre yaourts nature",
        "à retirer demain après dix-sept heures",
    ),
    "en": (
        "a gallon of milk and a loaf of bread",
        "three leeks, two pounds of potatoes and some parsley",
        "unsalted butter, a dozen eggs and orange marmalade",
        "everything for a shepherd's pie for four",
        "how much is the smoked salmon",
        "take the last one off",
    ),
}
FRAMES = {
    "fr": ("{}", "je voudrais {}", "ajoute {}", "il me faut {}"),
    "en": ("{}", "I need {}", "add {}", "get me {}"),
}
COUNTS = {"fr": ("", "deux ", "trois ", "six "), "en": ("", "two ", "three ", "six ")}


@dataclass(slots=True)
class Times:
    """Milliseconds of turns and of understanding alone, wall and CPU, and round trips of a turn."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    trips: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        ratio = statistics.median(self.cpu) / statistics.median(self.bare)
        return (
            f"CPU {_centiles(self.cpu)}   wall {_centiles(self.wall)}   understanding alone, CPU {_centiles(self.bare)}"
            f"   ratio {ratio:.1f}   round trips {statistics.mean(self.trips):.1f} ({len(self.wall)} turns)"
        )


def _centiles(values: Sequence[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return f"p50 {cuts[49]:.1f} p95 {cuts[94]:.1f} p99 {cuts[98]:.1f} ms"


def new_sentences(search: TantivySearch, kind: str = "", *, odd: bool = False) -> Iterator[tuple[str, str]]:
    """(language, text): things that are sold here, one to five in a breath. Each `kind` hears others, so that none was
    said before.
    """
    chance = random.Random(f"{SEED}{kind}{odd or ''}")  # noqa: S311
    sold = [one for one in search.words.families if sheets().get(one, {}).get("fr") and sheets()[one].get("en")]
    sold.sort(key=lambda one: (-int(sheets()[one].get("popularity", 0)), one))
    fame = [1.0 if odd else 1 / (rank + 1) for rank in range(len(sold))]
    said: set[str] = set()
    while len(said) < NEW:
        lang = chance.choice(("fr", "fr", "en"))
        picked = chance.choices(sold, fame, k=chance.choice((1, 1, 2, 2, 3, 4, 5)))
        things = [chance.choice(COUNTS[lang]) + _called(chance, one, lang, odd=odd) for one in dict.fromkeys(picked)]
        last = {"fr": " et ", "en": " and "}[lang]
        listed = last.join(filter(None, (", ".join(things[:-1]), things[-1])))
        text = chance.choice(FRAMES[lang]).format(listed)
        if text not in said:
            said.add(text)
            yield lang, text


def _called(chance: random.Random, family: str, lang: str, *, odd: bool) -> str:
    names = words(sheets()[family][lang])
    return chance.choices(names, [1.0 if odd else 1 / (rank + 1) for rank in range(len(names))])[0]


@dataclass(frozen=True, slots=True)
class Bench:
    """One catalog, ready to be talked to."""

    search: TantivySearch
    lexicons: dict[str, Lexicon]

    def desk(self, ports: Ports) -> Desk:
        """The desk over the ports of one kind, each question counted."""
        house = [one for one in HOUSE_BOOK.agreements if one.retailer == EVAL_RETAILER]
        book = AgreementBook(tuple(_renamed(one) for one in house))
        return Desk(
            conversations=Counted(ports.conversations), shop=Counted(ports.shop), orders=Counted(ports.orders),
            agreements=book, consents=Counted(ports.consents), pages=NoPages(), search=lambda _: self.search,
            lexicon=lambda _, lang: self.lexicons[lang], clock=NOW, new_id=lambda: "id",
        )  # fmt: skip

    async def turn(self, desk: Desk, lang: str, text: str, number: int, times: Times) -> None:
        """One conversation of one turn."""
        store = store_of(text)
        talk = Conversation(f"{store}.{number}", RETAILER, store, "house", "shopper", LOCALES[lang])
        await desk.conversations.save(talk)
        heard = hearing(await load(desk, RETAILER, talk.id, "voice"))
        Counted.asked, wall, cpu = 0, time.perf_counter(), time.process_time()
        with suppress(InvalidInput):  # more things than a cart holds are refused, after all the work
            await say(desk, RETAILER, talk.id, text)
        times.wall.append((time.perf_counter() - wall) * 1000)
        times.cpu.append((time.process_time() - cpu) * 1000)
        times.trips.append(Counted.asked)
        cpu = time.process_time()
        understand(text, heard)
        times.bare.append((time.process_time() - cpu) * 1000)

    async def measure(self, name: str, ports: Ports) -> None:
        """Print the figures of one kind of ports."""
        desk, number = self.desk(ports), iter(range(1_000_000))
        warmed, early, new, odd, again, long = Times(), Times(), Times(), Times(), Times(), Times()
        start = time.process_time()
        warm(desk, RETAILER)
        print(f"  {name}, made ready in {time.process_time() - start:.1f} s of CPU")
        for lang, sentences in AGAIN.items():
            for text in sentences:
                await self.turn(desk, lang, text, next(number), warmed)
        for lang, text in new_sentences(self.search, f"{name}, early"):
            await self.turn(desk, lang, text, next(number), early)
        start = time.process_time()
        at_leisure(desk, RETAILER, lambda _: None)
        print(f"  {name}, the rest at leisure in {time.process_time() - start:.1f} s of CPU, {resident():.0f} MiB")
        gc.collect()
        gc.freeze()
        for lang, text in new_sentences(self.search, name):
            await self.turn(desk, lang, text, next(number), new)
        for lang, text in new_sentences(self.search, name, odd=True):
            await self.turn(desk, lang, text, next(number), odd)
        for _ in range(ROUNDS):
            for lang, sentences in AGAIN.items():
                for text in sentences:
                    await self.turn(desk, lang, text, next(number), again)
        for text in (", ".join(AGAIN["fr"][:5]) + ", ") * 40, "lait et " * 1250, "pâté-" * 2000, "x" * 10_000:
            await self.turn(desk, "fr", text[:10_000], next(number), long)
        print(f"  {name}, early  {early}")
        print(f"  {name}, new    {new}")
        print(f"  {name}, odd    {odd}")
        print(f"  {name}, again  {again}")
        print(
            f"  {name}, 10,000 characters: CPU {max(long.cpu):.0f} ms at most, {max(long.bare):.0f} ms of understanding"
        )


def _renamed(agreement: Agreement) -> Agreement:
    return replace(agreement, head=replace(agreement.head, retailer=RETAILER))


def make(catalog: Path, folder: Path) -> None:
    """The index of a catalog, and its range, in a folder."""
    priced: list[tuple[str, int]] = []

    def noted() -> Iterator[object]:
        for product in products(catalog):
            price = estimated_price(product)
            priced.append((product.sku, price.amount if price else 199))
            yield product

    rebuild(folder / "index", noted())  # type: ignore[arg-type]
    (folder / "range.json").write_text(json.dumps(priced))


def resident() -> float:
    """MiB of this process in memory."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


async def run(folder: Path, *, postgres: bool) -> None:
    """Print the figures of the catalog made in `folder`."""
    gc.set_threshold(*GARBAGE)  # as in every process of `cabas`
    search = open_index(folder / "index")
    bench = Bench(search, {lang: lexicon(search.brands(), lang=lang) for lang in languages()})
    before = resident()
    known: Range = range_of(json.loads((folder / "range.json").read_text()))
    stores = resident() - before
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file()) / 2**20
    print(f"  {len(search):,} products, index {size:.0f} MiB")
    async with in_memory(known, NOW) as ports:
        await bench.measure("memory", ports)
    print(f"  the process takes {resident() - stores:.0f} MiB, the figures of the stores aside")
    if postgres:
        async with in_postgres(known, NOW) as ports:
            await bench.measure("PostgreSQL", ports)


def main() -> None:
    """Make what is not there yet, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalog", type=Path, nargs="*")
    parser.add_argument(
        "--postgres", action="store_true", help="also with prices, stock and conversations in PostgreSQL"
    )
    parser.add_argument("--keep", type=Path, help="a folder where indexes are made, and found again the next time")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        make(asked.catalog[0], asked.make)
        return
    catalogs = asked.catalog or [SHARED / "data" / "catalog" / f"{name}.tsv.gz" for name in ("off_fr_20k", "off_fr")]
    for catalog in catalogs:
        if not catalog.exists():
            sys.exit(f"There is no catalog at {catalog}: give one.")
        with tempfile.TemporaryDirectory(prefix="cabas-bench-") as temporary:
            folder = (asked.keep or Path(temporary)) / catalog.name.partition(".")[0]
            if not (folder / "range.json").exists():
                folder.mkdir(parents=True, exist_ok=True)
                subprocess.run([sys.executable, __file__, str(catalog), "--make", str(folder)], check=True)
            print(catalog.name, flush=True)
            asyncio.run(run(folder, postgres=asked.postgres))


if __name__ == "__main__":
    main()
