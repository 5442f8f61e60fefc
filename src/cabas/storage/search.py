"""The published catalog of a retailer as a tantivy index, found by name, family, brand and category.

An index is a folder with numbered generations and a file `CURRENT` that names the one in use. `rebuild` makes the next
generation beside it and moves `CURRENT` over in one rename; `update` commits to the one in use. Readers open files by
mmap and notice both by themselves. A crash leaves the old generation, or the new one: never half of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import msgspec
import tantivy

from cabas.dialogue.names import read_name
from cabas.dialogue.query import Query, complete
from cabas.dialogue.ranking import Card, Sought, score
from cabas.domain.catalog import Product
from cabas.kernel.recent import Recent
from cabas.storage import search_format
from cabas.storage.search_build import HEAP_BYTES, IndexDraft, register
from cabas.storage.search_cards import Cards, CardWriter
from cabas.storage.search_entry import document, entry_of
from cabas.storage.search_folder import CURRENT, REMEDY, IndexBroken, alone, folder_of, generation
from cabas.storage.search_query import all_in_name, pick, sought
from cabas.storage.search_words import Words, WordsBuilder
from cabas.usecases.ports import Hit

# Stands in an index folder while the catalog is ahead of the index.
BEHIND = "BEHIND"
CANDIDATES = 80
_META = "meta.json"

__all__ = ["CURRENT", "IndexBroken", "IndexFolders", "Query", "TantivySearch", "open_index", "rebuild", "update"]

# How many answers one process keeps for queries that are asked again; most shoppers ask for the same things.
ANSWERS_KEPT = 8_192


@dataclass(frozen=True, slots=True)
class _Opened:
    """One generation in use. `stamp` changes whenever its files do; nothing that is kept outlives it."""

    watched: tuple[Path, Path]
    stamp: tuple[int, ...]
    schema: tantivy.Schema
    searcher: tantivy.Searcher
    words: Words
    cards: Cards
    answers: Recent[tuple[Query, int], tuple[Hit, ...]]

    def is_current(self) -> bool:
        """Whether neither the generation in use nor its files have changed: two questions to the file system."""
        return _stamp_of(self.watched) == self.stamp


class TantivySearch:
    """`usecases.ports.Search` on an index folder; `open_index` makes one. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = _open(path)

    @property
    def words(self) -> Words:
        """The words of the catalog."""
        return self.now().words

    def find(self, query: Query, limit: int = 20) -> Sequence[Hit]:
        """The best products for `query`, best first. What it leaves open (the family) is read from its words. The very
        same answer comes again while it is remembered and the index has not changed.
        """
        now = self.now()
        hits = now.answers.get((query, limit))
        if hits is None:
            hits = _found(now, query, limit)
            now.answers.keep((query, limit), hits)
        return hits

    def search(self, text: str, lang: str, limit: int = 20) -> Sequence[Hit]:
        """The best products for words as typed or heard in `lang`."""
        return self.find(Query(text, lang), limit)

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        """Products by SKU; unknown ones are left out."""
        now = self.now()
        result = {}
        for sku in skus:
            term = tantivy.Query.term_query(now.schema, "sku", sku, "basic")
            for place in _places(now, now.searcher.search(term, 1, count=False)):
                result[sku] = now.cards.product(place)
        return result

    def knows(self, words: str) -> bool:
        """Whether products are called that: every word of `words`, together, in a name."""
        now = self._opened
        if not now.words.knows(words):
            return False
        stems = read_name(words, now.words.lang).words
        # Two by two they stand together: with three that may be in different names.
        return len(stems) < 3 or bool(now.searcher.search(all_in_name(now.schema, stems), 1, count=False).hits)

    def brands(self) -> dict[str, int]:
        """The brands of the catalog and how many products each has."""
        return dict(self.now().words.brands)

    def __len__(self) -> int:
        return int(self.now().searcher.num_docs)

    def now(self) -> _Opened:
        """The generation in use, opened again when it has changed."""
        if not self._opened.is_current():
            self._opened = _open(self._path)
        return self._opened


# (points of tantivy, card, place of the record)
_Picked = list[tuple[float, Card, int]]


def _found(now: _Opened, query: Query, limit: int) -> tuple[Hit, ...]:
    wanted = sought(complete(query, now.words.frequency), now.words)
    if not wanted.terms and not wanted.families and not wanted.labels:
        return ()
    picked = _picked(now, wanted, max(CANDIDATES, limit))
    if len(picked) < limit:
        wanted, picked = _more(now, wanted, picked)
    ranked = [(-score(wanted, held), -points, held.words, place) for points, held, place in picked]
    ranked.sort()
    return tuple(Hit(now.cards.product(place), -worth) for worth, _, _, place in ranked[:limit])


def _picked(now: _Opened, wanted: Sought, limit: int, *, strict: bool = True) -> _Picked:
    """What tantivy finds, with its points: the products that ranking then compares."""
    found = now.searcher.search(pick(now.schema, wanted, strict=strict), limit, count=False)
    card = now.cards.card
    return [(points, card(place), place) for (points, _), place in zip(found.hits, _places(now, found), strict=True)]


def _places(now: _Opened, found: tantivy.SearchResult) -> list[int]:
    """Where the records of what was found lie."""
    return cast("list[int]", now.searcher.fast_field_values("place", [address for _, address in found.hits]))


def _more(now: _Opened, wanted: Sought, picked: _Picked) -> tuple[Sought, _Picked]:
    """For a query that finds little: the like of what it found, or what was kept out by its ingredients."""
    if wanted.excluded and not picked:
        return wanted, _picked(now, wanted, CANDIDATES, strict=False)
    if picked and not wanted.families:
        families = Counter(held.families[0] for _, held, _ in picked if held.families)
        if families:
            (family, _), *_ = families.most_common(1)
            wanted = replace(wanted, families=frozenset({family}))
            return wanted, _picked(now, wanted, CANDIDATES)
    return wanted, picked


def candidates(search: TantivySearch, wanted: Sought) -> list[tuple[Card, Product, float]]:
    """The cards ranking would compare for a query, with their products: for training and explaining."""
    now = search.now()
    return [(held, now.cards.product(place), points) for points, held, place in _picked(now, wanted, CANDIDATES)]


def open_index(path: Path | str) -> TantivySearch:
    """The index in that folder. Raises `IndexBroken` when there is none or it cannot be read."""
    return TantivySearch(Path(path))


def rebuild(path: Path | str, products: Iterable[Product], *, lang: str = "fr") -> int:
    """Make a new index of `products` and put it in use at once; the number of products is returned.

    Readers keep the old one until it stands. Raises `Conflict` when another process is writing here.
    """
    draft = IndexDraft(Path(path), lang)
    try:
        draft.add(products)
    except BaseException:
        draft.drop()
        raise
    return draft.publish()


def update(path: Path | str, changed: Iterable[Product], withdrawn: Iterable[str] = ()) -> int:
    """Put `changed` products in (in place of those of the same SKU) and take `withdrawn` SKUs out, in one commit.

    Returns how many were put in. Raises `IndexBroken` when there is no index yet, `Conflict` as `rebuild` does.
    """
    root = Path(path)
    with alone(root):
        folder = folder_of(root)
        _require_ours(folder)
        words = Words.load(folder)
        builder = WordsBuilder(words.lang, words)
        entries = [entry_of(product) for product in changed]
        # The words come first: a reader that knows a word too many is harmless, one too few is not.
        for entry in entries:
            builder.add(entry)
        builder.build().save(folder)
        index = _tantivy(folder)
        register(index)
        writer = index.writer(HEAP_BYTES, 1)
        for sku in (*(entry.sku for entry in entries), *withdrawn):
            writer.delete_documents_by_term("sku", sku)
        cards = CardWriter(folder)
        for entry in entries:
            writer.add_document(document(entry, cards.add(entry.card, entry.product)))
        cards.close()
        writer.commit()
        writer.wait_merging_threads()
    return len(entries)


class IndexFolders:
    """`usecases.publish.Index`: one folder per retailer under `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def begin(self, retailer_id: str) -> bool:
        """Note that the catalog is about to change; True when an earlier change never reached the index."""
        mark = self._root / retailer_id / BEHIND
        if mark.exists():
            return True
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        return False

    def end(self, retailer_id: str) -> None:
        """Note that the index agrees with the catalog."""
        (self._root / retailer_id / BEHIND).unlink(missing_ok=True)

    def draft(self, retailer_id: str, *, lang: str) -> IndexDraft:
        """A new index to fill."""
        return IndexDraft(self._root / retailer_id, lang)

    async def rebuild(self, retailer_id: str, batches: AsyncIterator[Sequence[Product]], *, lang: str) -> int:
        """A new index of all products, put in use at once; returns how many."""
        draft = self.draft(retailer_id, lang=lang)
        try:
            async for batch in batches:
                draft.add(batch)
        except BaseException:
            draft.drop()
            raise
        count = draft.publish()
        self.end(retailer_id)
        return count

    async def update(
        self, retailer_id: str, batches: AsyncIterator[Sequence[Product]], withdrawn: Sequence[str]
    ) -> int:
        """Changed products put in and withdrawn SKUs taken out; returns how many were put in."""
        changed = [product async for batch in batches for product in batch]
        return update(self._root / retailer_id, changed, withdrawn)

    def exists(self, retailer_id: str) -> bool:
        """Whether there is an index that can be updated: not one of another version."""
        root = self._root / retailer_id
        return search_format.is_ours(root / str(generation(root)))


def _tantivy(folder: Path) -> tantivy.Index:
    try:
        return tantivy.Index.open(str(folder))
    except ValueError as error:
        raise IndexBroken(f"The search index in {folder} cannot be read ({error}).", remedy=REMEDY) from error


def _require_ours(folder: Path) -> None:
    if folder.is_dir() and not search_format.is_ours(folder):
        raise IndexBroken(f"The search index in {folder} was made by another version of Cabas.", remedy=REMEDY)


def _open(root: Path) -> _Opened:
    for _ in range(3):  # a writer may move on between the reads
        stamp = _stamp(root)
        folder = folder_of(root)
        try:
            _require_ours(folder)
            words = Words.load(folder)
            index = _tantivy(folder)
            cards = Cards(folder)
        except (OSError, IndexBroken, msgspec.DecodeError) as error:
            if _stamp(root) != stamp:
                continue
            if isinstance(error, IndexBroken):
                raise
            raise IndexBroken(f"The search index in {folder} is damaged ({error}).", remedy=REMEDY) from error
        register(index)
        return _Opened(
            (root / CURRENT, folder / _META), stamp, index.schema, index.searcher(), words, cards, Recent(ANSWERS_KEPT)
        )
    raise IndexBroken(f"The search index in {root} changes too fast to be read.", remedy="Try again.")


def _stamp(root: Path) -> tuple[int, ...]:
    return _stamp_of((root / CURRENT, root / str(generation(root)) / _META))


def _stamp_of(watched: tuple[Path, Path]) -> tuple[int, ...]:
    try:
        current, meta = watched[0].stat(), watched[1].stat()
    except OSError:
        return (0,)
    return current.st_ino, current.st_mtime_ns, meta.st_ino, meta.st_mtime_ns
