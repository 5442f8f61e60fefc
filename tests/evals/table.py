"""`make eval`: plays the development sets through `cabas eval`, scores them with the scorer beside each set, and prints
a table and the worst cases. The figures are the scorers'; only the targets are ours.

    python tests/evals/table.py [--catalog FILE] [--out DIR] [--pack FILE]... [--no-packs]

Sets that read words are played twice: with the words every shop shares, and with knowledge packs (by default the
taxonomies beside the sets) taught first.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
WORST = 8


@dataclass(frozen=True)
class Set:
    """One set of cases: how to play it, and the figures that matter with their targets (">" at least, "<" at most)."""

    name: str
    kind: str
    cases: Path
    targets: tuple[tuple[str, str, float], ...]
    catalog: bool = True


UTTERANCES = (
    ("exact_case", ">", 0.85),
    ("line_f1", ">", 0.95),
    ("false_add_rate", "<", 0.015),
    ("clarify_precision", ">", 0.85),
    ("clarify_recall", ">", 0.85),
    ("act_accuracy", ">", 0.9),
)
RECIPES = (
    ("covered", ">", 0.95),
    ("good", ">", 0.90),
    ("wrong_items_per_page", "<", 0.3),
    ("lines_recall", ">", 0.98),
    ("lines_precision", ">", 0.98),
    ("ms_p95", "<", 300.0),
)


def sets() -> list[Set]:
    """The development sets, where they are."""
    home = SHARED / "eval"
    french = (("quantity", ">", 0.98), ("food", ">", 0.96), ("all_three", ">", 0.94))
    english = (("quantity", ">", 0.99), ("food", ">", 0.975), ("all_three", ">", 0.96))
    judged = (("ndcg@10", ">", 0.90), ("embarrassing_results@5", "<", 0.01))
    return [
        Set("utterances fr", "utterances", home / "utterances" / "dev_fr.jsonl", UTTERANCES),
        Set("utterances en", "utterances", home / "utterances" / "dev_en.jsonl", UTTERANCES),
        Set("ingredients fr", "ingredients", home / "ingredients" / "dev_fr.jsonl", french, catalog=False),
        Set("ingredients en", "ingredients", home / "ingredients" / "dev_en.jsonl", english, catalog=False),
        Set("recipes fr", "recipes", home / "recipes" / "fr" / "index.jsonl", RECIPES),
        Set("recipes en", "recipes", home / "recipes" / "en" / "index.jsonl", RECIPES),
        Set("search", "search", home / "search" / "dev.jsonl", judged),
        Set("known items", "search", home / "search" / "known_item_dev.jsonl", (("mrr@10", ">", 0.88),)),
    ]


def play(one: Set, catalog: Path, out: Path, packs: Sequence[Path] = ()) -> dict[str, object]:
    """The scorer's figures for one set, played with `packs` taught first."""
    answers = out / f"{one.name.replace(' ', '_')}{'_packs' if packs else ''}.jsonl"
    command = [sys.executable, "-m", "cabas.apps.cli", "eval", one.kind, str(one.cases), "--answers", str(answers)]
    options = [part for pack in packs for part in ("--pack", str(pack))]
    subprocess.run([*command, *(["--catalog", str(catalog), *options] if one.catalog else [])], check=True)
    scorer = SHARED / "eval" / one.kind / "score.py"
    arguments = [str(one.cases), str(answers), *([str(catalog)] if one.kind in ("recipes", "search") else [])]
    done = subprocess.run([sys.executable, str(scorer), *arguments], check=True, capture_output=True, text=True)
    figures: dict[str, object] = json.JSONDecoder().raw_decode(done.stdout.lstrip())[0]
    if one.kind == "utterances" and not packs:
        worst(one.cases, answers, scorer)
    return figures


def worst(cases: Path, answers: Path, scorer: Path) -> None:
    """The first cases that are not exact, with what was said."""
    sys.path.insert(0, str(scorer.parent))
    import score  # type: ignore[import-not-found]

    given = {answer["id"]: answer for answer in map(json.loads, answers.open(encoding="utf-8"))}
    missed = [
        case
        for case in map(json.loads, cases.open(encoding="utf-8"))
        if not score.judge(case, given.get(case["id"], {"acts": [], "lines": []}))["exact"]
    ]
    for case in missed[:WORST]:
        print(f"  {case['id']} ({case['cell']}): {' / '.join(case['turns'])}")
    if len(missed) > WORST:
        print(f"  ... and {len(missed) - WORST} more")


def main() -> int:
    """Print the table; exit 0 whatever the figures, so that a shortfall is read and not hidden."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--catalog", type=Path, default=SHARED / "data" / "catalog" / "off_fr_20k.tsv.gz")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pack", type=Path, action="append", default=[])
    parser.add_argument("--no-packs", action="store_true")
    chosen = parser.parse_args()
    if not (SHARED / "eval").is_dir():
        print("There are no development sets beside this checkout (../shared/eval): nothing to score.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        out = chosen.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        packs = [] if chosen.no_packs else chosen.pack or [SHARED / "data" / "taxonomy"]
        rows = [
            (
                one,
                play(one, chosen.catalog, out),
                play(one, chosen.catalog, out, packs) if packs and one.catalog else {},
            )
            for one in sets()
        ]
    print(f"\n{'set':16} {'figure':24} {'value':>8} {'packs':>8}   target")
    for one, figures, taught in rows:
        for name, sense, target in one.targets:
            value = figures.get(name)
            if not isinstance(value, (int, float)):
                continue
            met = value >= target if sense == ">" else value <= target
            bound = "at least" if sense == ">" else "at most"
            more = taught.get(name)
            beside = f"{more:>8.4g}" if isinstance(more, (int, float)) else " " * 8
            print(f"{one.name:16} {name:24} {value:>8.4g} {beside}   {bound} {target:g}  {'pass' if met else 'SHORT'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
