"""Train or check the weights of the search ranking (`src/cabas/dialogue/ranking.yaml`).

    python bench/ranking.py --check            what the weights in use reach
    python bench/ranking.py --train            better ones by coordinate ascent, written back

Two kinds of queries are used. Names of products, damaged by this program (words dropped, letters slipped, accents
lost), must find the product. Judged queries, when `../shared/eval/search/dev.jsonl` is there, must find what was
graded. A quarter of both is held out first, to see whether weights learned on the rest serve there as well.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from operator import mul
from pathlib import Path

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.query import Query, complete
from cabas.dialogue.ranking import FEATURES, features, weights
from cabas.domain.catalog import Product
from cabas.storage.search import TantivySearch, candidates, open_index, rebuild
from cabas.storage.search_query import sought
from cabas.usecases.formats import Draft, open_feed

SHARED = Path(__file__).parents[2] / "shared"
CATALOG = SHARED / "data" / "catalog" / "off_fr_20k.tsv.gz"
JUDGED = SHARED / "eval" / "search" / "dev.jsonl"
STEPS = (4.0, 2.0, 1.4, 1.15, 0.87, 0.7, 0.5, 0.25)
HELD_OUT = 4
# Sensible weights to begin with and to stay near: the queries at hand are too few to know better.
SENSIBLE = {
    "text": 6.0, "cover": 2.0, "head": 0.6, "first": 0.5, "exact": 1.5, "family": 1.5, "plain": 1.0, "called": 0.5,
    "near": 0.6, "kin": 0.6, "leaf": 0.6, "brand": 0.5, "label": 0.8, "size": 1.5, "pack": 0.6, "order": 0.8,
    "extra": -0.6, "popularity": 0.3, "alien": -5.0, "excluded": -10.0,
}  # fmt: skip
PRIOR = tuple(SENSIBLE[name] for name in FEATURES)
STRAIN = 0.002
# What hardly any query here is about, and the scale.
FIXED = {"text", "near", "size", "pack", "popularity", "alien", "excluded"}


@dataclass(frozen=True, slots=True)
class Case:
    """One query: the features of its candidates with the gain of each, and the best gain sum there could be.

    `known` cases are measured by the reciprocal rank of the one product, others by nDCG@10.
    """

    rows: tuple[tuple[tuple[float, ...], int, float], ...]
    ideal: float
    known: bool

    def measure(self, weight: tuple[float, ...]) -> float:
        """Reciprocal rank, or nDCG@10 less what is embarrassing in the first five."""
        ranked = sorted(self.rows, key=lambda row: (-sum(map(mul, weight, row[0])), -row[2]))
        if self.known:
            return next((1 / place for place, row in enumerate(ranked[:10], 1) if row[1] > 0), 0.0)
        dcg = sum((0, 1, 3)[max(row[1], 0)] / math.log2(place + 2) for place, row in enumerate(ranked[:10]))
        shame = sum(row[1] < 0 for row in ranked[:5]) / 5
        return (dcg / self.ideal if self.ideal else 1.0) - shame


def products(path: Path) -> Iterator[Product]:
    """The products of a catalog file."""
    annotator = Annotator("fr")
    with path.open("rb") as file:
        for row in open_feed(iter(lambda: file.read(1 << 20), b"")).rows:
            if isinstance(row, Draft):
                yield annotator.product(
                    sku=row.sku, name=row.name, gtin=row.gtin, brand=row.brand, category=row.category, size=row.size,
                    said_labels=row.labels, ingredients=row.ingredients, said_allergens=row.allergens,
                )  # fmt: skip


def damaged(names: list[tuple[str, str]], count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(query, SKU): names of products as people misremember, mistype and mishear them."""
    chance = random.Random(seed)  # noqa: S311
    keys = {one: near for row in ("azertyuiop", "qsdfghjklm", "wxcvbn") for one, near in pairwise(row)}
    for name, sku in chance.sample(names, count):
        words = name.lower().split()
        kind = chance.randrange(3)
        if kind == 0 and len(words) > 2:
            del words[chance.randrange(1, len(words))]
        elif kind == 1:
            place = max(range(len(words)), key=lambda at: len(words[at]))
            at = chance.randrange(1, max(2, len(words[place])))
            letters = list(words[place])
            letters[at : at + 1] = chance.choice(
                ([], [letters[at % len(letters)]] * 2, [keys.get(letters[at - 1], "e")])
            )
            words[place] = "".join(letters)
        else:
            plain = unicodedata.normalize("NFKD", " ".join(words))
            words = "".join(one for one in plain if not unicodedata.combining(one)).split()
        yield " ".join(words), sku


def known_cases(search: TantivySearch, every: list[Product], count: int, seed: int) -> Iterator[Case]:
    """Damaged names and the product each must find."""
    same: dict[str, set[str]] = {}
    for product in every:
        same.setdefault(" ".join(sorted(product.name.lower().split())), set()).add(product.sku)
    names = [(product.name, product.sku) for product in every if len(product.name.split()) > 1]
    twins = {sku: skus for skus in same.values() for sku in skus}
    for text, sku in damaged(names, count, seed):
        rows = rows_of(search, text, "fr", lambda found, sku=sku: 2 * (found.sku in twins[sku]))
        if any(row[1] for row in rows):
            yield Case(rows, 1.0, known=True)


def judged_cases(search: TantivySearch, every: list[Product]) -> Iterator[Case]:
    """The judged queries, when they are there; the rules are those of the set's README."""
    if not JUDGED.exists():
        return
    texts = {product.sku: judged_text(product) for product in every}
    for line in JUDGED.read_text().splitlines():
        query = json.loads(line)
        rules = [re.compile(query[key]) if query[key] else None for key in ("bad_re", "highly_re", "relevant_re")]

        def grade(text: str, rules: list[re.Pattern[str] | None] = rules) -> int:
            return next((value for rule, value in zip(rules, (-1, 2, 1), strict=True) if rule and rule.search(text)), 0)

        best = sorted((max(grade(text), 0) for text in texts.values()), reverse=True)[:10]
        ideal = sum((0, 1, 3)[value] / math.log2(place + 2) for place, value in enumerate(best))
        rows = rows_of(search, query["query"], query["lang"], lambda found, grade=grade: grade(texts[found.sku]))
        yield Case(rows, ideal, known=False)


def judged_text(product: Product) -> str:
    """Name, brand and path, folded."""
    parts = (product.name, product.brand or "", " > ".join(product.category))
    text = " | ".join(part.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'") for part in parts)
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.sub(r"\s+", " ", plain)


def rows_of(
    search: TantivySearch, text: str, lang: str, gain: Callable[[Product], int]
) -> tuple[tuple[tuple[float, ...], int, float], ...]:
    """The candidates of a query as (features, gain, points of the first pick)."""
    wanted = sought(complete(Query(text, lang), search.words.frequency), search.words)
    return tuple(
        (features(wanted, held), gain(product), points) for held, product, points in candidates(search, wanted)
    )


def mean(cases: Iterable[Case], weight: tuple[float, ...]) -> float:
    """The mean measure."""
    values = [case.measure(weight) for case in cases]
    return sum(values) / len(values) if values else 0.0


def objective(known: list[Case], judged: list[Case], weight: tuple[float, ...]) -> float:
    """Both kinds count the same. A weight far from what was thought sensible (`PRIOR`) must earn it."""
    strain = sum(
        abs(math.log((abs(one) + 0.05) / (abs(prior) + 0.05))) for one, prior in zip(weight, PRIOR, strict=True)
    )
    return mean(known, weight) + mean(judged, weight) - STRAIN * strain


def train(known: list[Case], judged: list[Case], weight: tuple[float, ...], rounds: int) -> tuple[float, ...]:
    """Coordinate ascent: one weight at a time is stretched or shrunk while that helps."""
    best = objective(known, judged, weight)
    for number in range(rounds):
        start = best
        for index, name in enumerate(FEATURES):
            base = weight[index]
            for value in () if name in FIXED else (base * step for step in STEPS):
                trial = (*weight[:index], round(value, 2), *weight[index + 1 :])
                reached = objective(known, judged, trial)
                if reached > best + 1e-5:
                    best, weight = reached, trial
        print(f"round {number + 1}: {best:.4f}")
        if best - start < 1e-4:
            break
    return weight


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", type=Path, default=CATALOG)
    parser.add_argument("--known", type=int, default=600, help="how many damaged names")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    if not asked.catalog.exists():
        sys.exit(f"There is no catalog at {asked.catalog}: give one with --catalog.")
    every = list(products(asked.catalog))
    with tempfile.TemporaryDirectory() as folder:
        rebuild(folder, every)
        search = open_index(folder)
        known = list(known_cases(search, every, asked.known, seed=7))
        judged = list(judged_cases(search, every))
    learn = [[case for at, case in enumerate(cases) if at % HELD_OUT] for cases in (known, judged)]
    held = [cases[::HELD_OUT] for cases in (known, judged)]
    report("in use", held, learn, weights())
    if asked.train:
        found = train(learn[0], learn[1], PRIOR, asked.rounds)
        report("trained without the part held out", held, learn, found)
        found = train(known, judged, PRIOR, asked.rounds)
        report("trained on everything", held, learn, found)
        target = Path(str(files("cabas.dialogue") / "ranking.yaml"))
        head = [line for line in target.read_text().splitlines() if line.startswith("#")]
        lines = [f"{name}: {value:g}" for name, value in zip(FEATURES, found, strict=True)]
        target.write_text("\n".join([*head, *lines]) + "\n")


def report(title: str, held: list[list[Case]], learn: list[list[Case]], weight: tuple[float, ...]) -> None:
    """One line of figures."""
    figures = [f"{mean(cases, weight):.4f}" for cases in (*learn, *held)]
    parts = ("names", "judged", "held out names", "held out judged")
    print(f"{title}:", ", ".join(f"{part} {figure}" for part, figure in zip(parts, figures, strict=True)))


if __name__ == "__main__":
    main()
