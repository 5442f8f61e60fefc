"""Teaching: files of words and taxonomies become packs of a retailer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cabas.dialogue.knowledge import Word
from cabas.kernel.errors import InvalidInput
from cabas.usecases.learn.ports import OPEN, OWN, Pack, Teachings
from cabas.usecases.learn.taxonomy import Entry, harvest, read_entries
from cabas.usecases.learn.words_file import Products, read_words
from cabas.usecases.ports import Search

# The taxonomies whose entries are goods; labels and allergens name none.
GOODS = ("categories", "ingredients")
WORDS_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Taught:
    """What a pack holds, and what of its source was left alone: reason -> how many names, and a few of them."""

    pack: Pack
    words: tuple[Word, ...]
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)


def is_taxonomy(name: str, text: str) -> bool:
    """Whether a file is a taxonomy, by what it begins with; the others are a retailer's own words."""
    return name.endswith((".json", ".jsonl")) or text.lstrip()[:1] == "{"


def words_of(files: Mapping[str, str], pack_id: str, products: Products, lang: str, now: datetime) -> Taught:
    """The pack that `files` (name -> text) make: all taxonomies, or all own words. Nothing is stored.

    Raises `BadWords` for rows that cannot be used, `InvalidInput` for files that are none or of both kinds.
    """
    kinds = {is_taxonomy(name, text) for name, text in files.items()}
    if not files or len(kinds) > 1:
        raise InvalidInput(
            "There are no words here." if not files else "A pack holds a taxonomy or words of your own, not both.",
            remedy="Give a CSV or YAML file of words, or the folder of a taxonomy.",
        )
    source = ", ".join(files)
    if kinds == {True}:
        entries = [
            entry for name, text in files.items() if name.startswith(GOODS) for entry in read_entries(text, name)
        ]
        return of_taxonomy(entries, pack_id, source, now)
    words = [word for name, text in files.items() for word in read_words(text, name, products, lang)]
    return _taught(Pack(pack_id, OWN, source, now), words)


def of_taxonomy(entries: Iterable[Entry], pack_id: str, source: str, now: datetime) -> Taught:
    """The pack that the entries of taxonomies make. Raises `InvalidInput` when they teach nothing."""
    found = harvest(entries)
    if not found.words:
        raise InvalidInput(
            f"{source} teaches nothing: no entry has a name that is beyond doubt.",
            remedy=f"Taxonomies of goods are read: files called {' and '.join(GOODS)}.",
        )
    return _taught(Pack(pack_id, OPEN, source, now, report=dict(found.skipped)), found.words, found.examples)


def _taught(pack: Pack, words: Sequence[Word], examples: Mapping[str, Sequence[str]] | None = None) -> Taught:
    if len(words) > WORDS_MAX:
        raise InvalidInput(f"{pack.source} holds {len(words):,} words.", remedy=f"At most {WORDS_MAX:,} fit in a pack.")
    kept = tuple(dict.fromkeys(words))
    return Taught(Pack(pack.id, pack.kind, pack.source, pack.at, len(kept), pack.report), kept, examples or {})


async def teach(teachings: Teachings, retailer_id: str, taught: Taught) -> None:
    """Store a pack in place of the one of the same id: all of it, or nothing. The next turn knows its words."""
    await teachings.put(retailer_id, taught.pack, taught.words)


def products_of(search: Search) -> Products:
    """The published products by SKU, with their families."""

    def known(skus: Iterable[str]) -> Mapping[str, str | None]:
        return {sku: product.family for sku, product in search.get(skus).items()}

    return known
