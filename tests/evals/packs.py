"""What a knowledge pack brings: names it teaches, said as orders over a catalog, before and after.

    python tests/evals/packs.py [--catalog FILE] [--names 240]

A product of the family that the pack names counts as right. The pack's own reading is the judge, so this shows what
reaches a product, not whether the pack is right: read the names that it prints.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

from cabas.apps.eval.catalog import eval_shop
from cabas.apps.eval.shop import EVAL_RETAILER, EvalShop
from cabas.apps.eval.utterances import open_case
from cabas.dialogue.knowledge import Word
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.locales import languages
from cabas.usecases.talk.turn import say

SHARED = Path(__file__).parents[3] / "shared"
ORDERS = {"fr": "ajoute {}", "en": "add {}"}


async def ordered(word: Word, shop: EvalShop) -> str:
    """What an order of a taught name leads to."""
    desk, talk = await open_case({"lang": word.lang, "turns": []}, shop)
    view = await say(desk, EVAL_RETAILER, talk.id, ORDERS[word.lang].format(word.words))
    words, lines = shop.lexicons[word.lang], [line for line in view.cart.lines if line.sku is not None]
    kin = {*words.above(word.family or ""), *words.below(word.family or "")}
    if not lines:
        return "no product"
    return "right" if all(line.family in kin for line in lines) else "another thing"


def main() -> None:
    """Print the counts without and with the taxonomies beside the checkout."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--catalog", type=Path, default=SHARED / "data" / "catalog" / "off_fr_20k.tsv.gz")
    parser.add_argument("--names", type=int, default=240)
    chosen = parser.parse_args()
    pack = SHARED / "data" / "taxonomy"
    if not pack.is_dir():
        print("There are no taxonomies beside this checkout (../shared/data/taxonomy): nothing to measure.")
        return
    with eval_shop(chosen.catalog, [pack]) as shop:
        plain = replace(shop, lexicons={lang: lexicon(shop.search.brands(), lang=lang) for lang in languages()})
        taught = shop.lexicons["fr"].taught
        words = [word for word in taught.words if word.lang in ORDERS] if taught is not None else []
        names = random.Random(7).sample(words, min(chosen.names, len(words)))  # noqa: S311 (the same names each time)
        print(", ".join(f"{word.words} = {word.like}" for word in names[:100]))
        for title, where in (("without", plain), ("with", shop)):
            print(title, dict(Counter(asyncio.run(ordered(word, where)) for word in names)))


if __name__ == "__main__":
    main()
