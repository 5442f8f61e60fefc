"""Utterance to cart: the talk use case, in one process, one turn at a time, on one core.

    python -m bench.talk [CATALOG ...]

For each catalog (default: the demo retailer, and ../shared/data/catalog/*.tsv.gz where it is) the time from the text of
a turn to the reply, p50 and p99, beside the baseline of the same run: understanding alone, without search and choice.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import time
from pathlib import Path

from cabas.apps.eval.catalog import eval_shop
from cabas.apps.eval.shop import EvalShop
from cabas.apps.eval.utterances import open_case
from cabas.dialogue.understand import understand
from cabas.usecases.talk.stage import load
from cabas.usecases.talk.turn import hearing, say

ROUNDS = 5
SENTENCES = {
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


async def _measure(shop: EvalShop) -> tuple[list[float], list[float]]:
    turns, bare = [], []
    for lang, sentences in SENTENCES.items():
        for round_ in range(ROUNDS + 1):
            for text in sentences:
                desk, talk = await open_case({"id": "bench", "lang": lang, "turns": [text]}, shop)
                scene = await load(desk, talk.retailer_id, talk.id, "voice")
                start = time.perf_counter()
                understand(text, hearing(scene))
                between = time.perf_counter()
                await say(desk, talk.retailer_id, talk.id, text)
                end = time.perf_counter()
                if round_:  # the first round warms up
                    bare.append((between - start) * 1000)
                    turns.append((end - between) * 1000)
    return turns, bare


def _centiles(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return f"p50 {cuts[49]:6.2f} ms   p99 {cuts[98]:6.2f} ms"


def main() -> None:
    """Print a line per catalog."""
    shared = Path(__file__).parents[2] / "shared" / "data" / "catalog"
    given = [Path(name) for name in sys.argv[1:]]
    for path in given or [None, *sorted(shared.glob("off_fr*.tsv.gz"), key=lambda one: one.stat().st_size)]:
        with eval_shop(path) as shop:
            turns, bare = asyncio.run(_measure(shop))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{path.name if path else 'demo':20} {len(shop.products):>8,} products")
            print(f"  utterance to cart    {_centiles(turns)}   ({len(turns)} turns, peak memory {memory:.0f} MiB)")
            ratio = statistics.median(turns) / statistics.median(bare)
            print(f"  understanding alone  {_centiles(bare)}   ratio {ratio:.1f}")


if __name__ == "__main__":
    main()
