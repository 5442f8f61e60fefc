"""Search queries, as a shopper's words are searched."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cabas.apps.eval.shop import EvalShop
from cabas.dialogue.query import parse
from cabas.usecases.learn.apply import taught_query

RESULTS, WARM_UP = 10, 20


def run(cases: Sequence[Mapping[str, Any]], shop: EvalShop) -> Iterator[dict[str, Any]]:
    """The best ten products of each query, with the time it took, after a few queries to warm up."""
    for case in cases[:WARM_UP]:
        _search(case, shop)
    for case in cases:
        start = time.perf_counter()
        gtins = _search(case, shop)
        yield {"id": case["id"], "gtins": gtins, "ms": round((time.perf_counter() - start) * 1000, 3)}


def _search(case: Mapping[str, Any], shop: EvalShop) -> list[str]:
    lang = str(case["lang"])
    query = parse(str(case["query"]), lang, shop.search.words.frequency)
    query = taught_query(query, shop.lexicons[lang].taught)
    return [hit.product.gtin or hit.product.sku for hit in shop.search.find(query, RESULTS)]
