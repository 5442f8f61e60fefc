"""The search beside a plain tantivy index of names (French stems, no accents, BM25), over the same catalog.

    python bench/search.py                               the catalogs of ../shared, if they are there
    python bench/search.py --catalog shop.tsv.gz         another file `cabas catalog import` reads

Each engine runs in a process of its own, one after the other: build time, size on disk, growth of memory from the
opened file to the first answer, then the time of single queries (one thread, warm, each asked once): by the clock, and
the CPU time of the process, which a busy machine disturbs less. Queries are damaged names.
Found is the mean reciprocal rank of the product; products of the same words count as the same.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import quantiles

import tantivy

from cabas.domain.catalog import Product
from cabas.storage.search import Query, open_index, rebuild
from ranking import SHARED, damaged, products

QUERIES, WARM_UP, RESULTS = 400, 20, 10
Find = Callable[[str], list[str]]


def ours(folder: str, catalog: Iterable[Product]) -> Find:
    """The search of this project."""
    rebuild(folder, catalog)
    search = open_index(folder)
    return lambda text: [hit.product.sku for hit in search.find(Query(text, "fr"), RESULTS)]


def plain(folder: str, catalog: Iterable[Product]) -> Find:
    """Names, stemmed, any word counts."""
    schema = tantivy.SchemaBuilder().add_text_field("name", tokenizer_name="french").add_text_field("sku", stored=True)
    index = tantivy.Index(schema.build(), path=folder)
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    french = builder.filter(tantivy.Filter.stemmer("french")).filter(tantivy.Filter.ascii_fold()).build()
    index.register_tokenizer("french", french)
    writer = index.writer(64_000_000, 1)
    for product in catalog:
        writer.add_document(tantivy.Document(name=product.name, sku=product.sku))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def find(text: str) -> list[str]:
        query, _ = index.parse_query_lenient(text, ["name"])
        return [searcher.doc(address)["sku"][0] for _, address in searcher.search(query, RESULTS).hits]

    return find


def memory() -> float:
    """The largest resident size so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(engine: Callable[[str, Iterable[Product]], Find], catalog: Path) -> dict[str, float]:
    """The figures of one engine."""
    names: list[tuple[str, str]] = []
    same: dict[str, set[str]] = {}

    def remembered() -> Iterable[Product]:
        for product in products(catalog):
            if len(names) < 60_000:
                names.append((product.name, product.sku))
                same.setdefault(product.name.lower(), set()).add(product.sku)
            yield product

    with tempfile.TemporaryDirectory() as folder:
        before, start = memory(), time.perf_counter()
        find = engine(folder, remembered())
        find("lait")
        built = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 2**20
        grown = memory() - before
        several = [pair for pair in names if len(pair[0].split()) > 1]
        twins = {sku: skus for skus in same.values() for sku in skus}
        asked = list(damaged(several, min(QUERIES, len(several)), seed=3))
        for text, _ in asked[:WARM_UP]:
            find(text)
        times, own, ranks = [], [], []
        gc.collect()
        gc.freeze()  # as a serving process does once it is ready
        for text, sku in asked[WARM_UP:]:
            start, begun = time.perf_counter(), time.process_time()
            found = find(text)
            times.append((time.perf_counter() - start) * 1000)
            own.append((time.process_time() - begun) * 1000)
            ranks.append(next((1 / place for place, one in enumerate(found, 1) if one in twins[sku]), 0.0))
    cuts, cpu = quantiles(times, n=100), quantiles(own, n=100)
    return {
        "build_s": round(built, 1), "index_mb": round(size, 1), "memory_mb": round(grown), "p50_ms": round(cuts[49], 2),
        "p95_ms": round(cuts[94], 2), "cpu_p50_ms": round(cpu[49], 2), "cpu_p95_ms": round(cpu[94], 2),
        "found": round(sum(ranks) / len(ranks), 3),
    }  # fmt: skip


ENGINES = {"cabas": ours, "plain tantivy": plain}


def main() -> None:
    """Run every engine over every catalog."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", type=Path, action="append")
    parser.add_argument("--engine", choices=list(ENGINES), help="run this one in this process, for the parent")
    asked = parser.parse_args()
    catalogs = asked.catalog or [SHARED / "data" / "catalog" / f"{name}.tsv.gz" for name in ("off_fr_20k", "off_fr")]
    if asked.engine:
        print(json.dumps(measure(ENGINES[asked.engine], catalogs[0])))
        return
    for catalog in catalogs:
        if not catalog.exists():
            sys.exit(f"There is no catalog at {catalog}: give one with --catalog.")
        for name in ENGINES:
            command = [sys.executable, __file__, "--catalog", str(catalog), "--engine", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
            print(f"{catalog.name:22} {name:14} {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main()
