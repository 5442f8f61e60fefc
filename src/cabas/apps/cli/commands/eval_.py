"""cabas eval: development sets, played through the real use cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cabas.apps.cli import run, show
from cabas.apps.eval import ingredients as ingredient_lines
from cabas.apps.eval import recipes as recipe_pages
from cabas.apps.eval import search as searches
from cabas.apps.eval import utterances as spoken_orders
from cabas.apps.eval.catalog import eval_shop
from cabas.apps.eval.sets import files_of, read_cases, write_answers

PANEL = "Measure"
app = typer.Typer(
    help="Play evaluation sets through the real use cases; the scorer beside each set scores the answers.",
    no_args_is_help=True,
)
Cases = Annotated[Path, typer.Argument(help="A file of cases, or a folder of them.")]
Catalog = Annotated[Path | None, typer.Option("--catalog", help="A catalog file; the demo retailer by default.")]
Packs = Annotated[
    list[Path] | None, typer.Option("--pack", help="A file or folder of words to teach first; repeatable.")
]
Answers = Annotated[Path | None, typer.Option("--answers", help="Where to write the answers, one a line.")]
AsJson = Annotated[bool, typer.Option("--json", help="A JSON summary on standard output.")]
Play = Callable[[Sequence[Mapping[str, Any]]], Iterable[dict[str, Any]]]


@app.command("utterances")
def utterances(
    path: Cases, catalog: Catalog = None, pack: Packs = None, answers: Answers = None, json: AsJson = False
) -> None:
    """Spoken orders: acts, lines, slots, questions."""
    with eval_shop(catalog, pack or ()) as shop:
        _play(path, "dev_*.jsonl", lambda cases: run(spoken_orders.run(cases, shop)), answers, json=json)


@app.command("ingredients")
def ingredients(path: Cases, answers: Answers = None, json: AsJson = False) -> None:
    """Ingredient lines of recipes: quantity, unit, food."""
    _play(path, "dev_*.jsonl", ingredient_lines.run, answers, json=json)


@app.command("recipes")
def recipes(
    path: Cases, catalog: Catalog = None, pack: Packs = None, answers: Answers = None, json: AsJson = False
) -> None:
    """Recipe pages to baskets. The cases are `index.jsonl` files beside their pages."""
    with eval_shop(catalog, pack or ()) as shop:
        files = files_of(path, "index.jsonl")
        found = [answer for file in files for answer in recipe_pages.run(read_cases(file), file.parent, shop)]
    _tell(found, answers, json=json)


@app.command("search")
def search(
    path: Cases, catalog: Catalog = None, pack: Packs = None, answers: Answers = None, json: AsJson = False
) -> None:
    """Queries: the best products, in order."""
    with eval_shop(catalog, pack or ()) as shop:
        _play(path, "*dev*.jsonl", lambda cases: searches.run(cases, shop), answers, json=json)


def _play(path: Path, pattern: str, play: Play, answers: Path | None, *, json: bool) -> None:
    found = [answer for file in files_of(path, pattern) for answer in play(read_cases(file))]
    _tell(found, answers, json=json)


def _tell(found: list[dict[str, Any]], answers: Path | None, *, json: bool) -> None:
    if answers is not None:
        write_answers(answers, found)
    times = sorted(ms for one in found for ms in _times(one))
    summary = {
        "cases": len(found),
        "ms_p50": times[len(times) // 2] if times else None,
        "ms_p95": times[min(len(times) - 1, int(len(times) * 0.95))] if times else None,
        "answers": str(answers) if answers else None,
    }
    if json:
        show.json_out(summary if answers else {**summary, "found": found})
        return
    if answers is None:
        show.json_out(found)
    show.notes.print(f"{summary['cases']} cases, p50 {summary['ms_p50']} ms, p95 {summary['ms_p95']} ms")
    if answers is not None:
        show.notes.print(f"Answers: {answers}. Score them with the score.py beside the cases.")


def _times(answer: Mapping[str, Any]) -> list[float]:
    latency = answer.get("latency_ms")
    return list(latency) if latency is not None else [answer["ms"]] if "ms" in answer else []
