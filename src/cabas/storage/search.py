"""The published catalog of a retailer as a tantivy index, found by name, family, brand and category.

An index is a folder with numbered generations and a file `CURRENT` that names the one in use. `rebuild` makes the next
generation beside it and moves `CURRENT` over in one rename; `update` commits to the one in use. Readers open files by
mmap and notice both by themselves. A crash leaves the old generation, or the new one: never half of one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import tantivy

from cabas.dialogue.names import ingredient_words
from cabas.dialogue.query import Query, complete
from cabas.dialogue.ranking import Card, Sought, card, score
from cabas.domain.catalog import Product
from cabas.kernel.errors import Conflict, Unavailable
from cabas.storage import search_format
from cabas.storage.search_query import pick, sought
from cabas.storage.search_words import Words, WordsBuilder
from cabas.usecases.ports import Hit

CURRENT = "CURRENT"
HEAP_BYTES = 64_000_000
CANDIDATES = 80
_META = "meta.json"

_cards = msgspec.msgpack.Decoder(Card)
_products = msgspec.msgpack.Decoder(Product)
_encoder = msgspec.msgpack.Encoder()


class IndexBroken(Unavailable):
    """The folder holds no search index, or a damaged one."""

    code = "search_index"


@dataclass(frozen=True, slots=True)
class _Opened:
    """One generation in use. `stamp` changes whenever its files do."""

    stamp: tuple[int, ...]
    schema: tantivy.Schema
    searcher: tantivy.Searcher
    words: Words


class TantivySearch:
    """`usecases.ports.Search` on an index folder; `open_index` makes one. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = _open(path)

    @property
    def words(self) -> Words:
        """The words of the catalog."""
        return self.now().words

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        """The best products for `query`, best first. What it leaves open (the family) is read from its words."""
        now = self.now()
        wanted = sought(complete(query, now.words.frequency), now.words)
        if not wanted.terms and not wanted.families and not wanted.labels:
            return []
        picked = _picked(now, wanted, max(CANDIDATES, limit))
        if len(picked) < limit:
            wanted, picked = _more(now, wanted, picked)
        ranked = [(score(wanted, held), points, held) for points, held in picked]
        ranked.sort(key=lambda one: (-one[0], -one[1], one[2].words))
        return [Hit(_products.decode(held.product), points) for points, _, held in ranked[:limit]]

    def search(self, text: str, lang: str, limit: int = 20) -> list[Hit]:
        """The best products for words as typed or heard in `lang`."""
        return self.find(Query(text, lang), limit)

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        """Products by SKU; unknown ones are left out."""
        now = self.now()
        result = {}
        for sku in skus:
            term = tantivy.Query.term_query(now.schema, "sku", sku, "basic")
            for _, address in now.searcher.search(term, 1, count=False).hits:
                result[sku] = _products.decode(_card(now, address).product)
        return result

    def knows(self, words: str) -> bool:
        """Whether products are called that: every word of `words`, together, in a name."""
        return self._opened.words.knows(words)

    def brands(self) -> dict[str, int]:
        """The brands of the catalog and how many products each has."""
        return dict(self.now().words.brands)

    def __len__(self) -> int:
        return int(self.now().searcher.num_docs)

    def now(self) -> _Opened:
        """The generation in use, opened again when it has changed."""
        if _stamp(self._path) != self._opened.stamp:
            self._opened = _open(self._path)
        return self._opened


def _picked(now: _Opened, wanted: Sought, limit: int, *, strict: bool = True) -> list[tuple[float, Card]]:
    """What tantivy finds, with its points: the products that ranking then compares."""
    found = now.searcher.search(pick(now.schema, wanted, strict=strict), limit, count=False).hits
    return [(points, _card(now, address)) for points, address in found]


def _more(now: _Opened, wanted: Sought, picked: list[tuple[float, Card]]) -> tuple[Sought, list[tuple[float, Card]]]:
    """For a query that finds little: the like of what it found, or what was kept out by its ingredients."""
    if wanted.excluded and not picked:
        return wanted, _picked(now, wanted, CANDIDATES, strict=False)
    if picked and not wanted.families:
        families = Counter(held.families[0] for _, held in picked if held.families)
        if families:
            (family, _), *_ = families.most_common(1)
            wanted = replace(wanted, families=frozenset({family}))
            return wanted, _picked(now, wanted, CANDIDATES)
    return wanted, picked


def candidates(search: TantivySearch, wanted: Sought) -> list[tuple[Card, Product, float]]:
    """The cards ranking would compare for a query, with their products: for training and explaining."""
    now = search.now()
    return [(held, _products.decode(held.product), points) for points, held in _picked(now, wanted, CANDIDATES)]


def _card(now: _Opened, address: tantivy.DocAddress) -> Card:
    held: bytes = now.searcher.doc(address).get_first("card") or b""
    return _cards.decode(held)


def open_index(path: Path | str) -> TantivySearch:
    """The index in that folder. Raises `IndexBroken` when there is none or it cannot be read."""
    return TantivySearch(Path(path))


class _Draft:
    """A generation being made."""

    def __init__(self, folder: Path, lang: str) -> None:
        self.folder, self.count = folder, 0
        self._index = tantivy.Index(_schema(), path=str(folder))
        _register(self._index)
        self._writer = self._index.writer(HEAP_BYTES, 1)
        self._words = WordsBuilder(lang)

    def add(self, products: Iterable[Product]) -> None:
        for product in products:
            self._writer.add_document(_document(product))
            self._words.add(product)
            self.count += 1

    def close(self) -> None:
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._words.build().save(self.folder)
        search_format.mark(self.folder)


@contextmanager
def _rebuilding(root: Path, lang: str) -> Iterator[_Draft]:
    """The next generation, put in use when the block ends well and forgotten when it does not."""
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        old = _generation(root)
        number = (old or 0) + 1
        folder = root / f"{number}.draft"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            draft = _Draft(folder, lang)
            yield draft
            draft.close()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(root / str(number), ignore_errors=True)
        folder.rename(root / str(number))
        _point(root, number)
        for entry in root.iterdir():
            if entry.is_dir() and entry.name not in (str(number), str(old)):
                shutil.rmtree(entry, ignore_errors=True)


def rebuild(path: Path | str, products: Iterable[Product], *, lang: str = "fr") -> int:
    """Make a new index of `products` and put it in use at once; the number of products is returned.

    Readers keep the old one until it stands. Raises `Conflict` when another process is writing here.
    """
    with _rebuilding(Path(path), lang) as draft:
        draft.add(products)
    return draft.count


def update(path: Path | str, changed: Iterable[Product], withdrawn: Iterable[str] = ()) -> int:
    """Put `changed` products in (in place of those of the same SKU) and take `withdrawn` SKUs out, in one commit.

    Returns how many were put in. Raises `IndexBroken` when there is no index yet, `Conflict` as `rebuild` does.
    """
    root = Path(path)
    with _alone(root):
        folder = _folder(root)
        _require_ours(folder)
        words = Words.load(folder)
        builder = WordsBuilder(words.lang, words)
        products = list(changed)
        # The words come first: a reader that knows a word too many is harmless, one too few is not.
        for product in products:
            builder.add(product)
        builder.build().save(folder)
        index = _tantivy(folder)
        _register(index)
        writer = index.writer(HEAP_BYTES, 1)
        for sku in (*(product.sku for product in products), *withdrawn):
            writer.delete_documents_by_term("sku", sku)
        for product in products:
            writer.add_document(_document(product))
        writer.commit()
        writer.wait_merging_threads()
    return len(products)


class IndexFolders:
    """`usecases.publish.Index`: one folder per retailer under `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def rebuild(self, retailer_id: str, batches: AsyncIterator[Sequence[Product]], *, lang: str) -> int:
        """A new index of all products, put in use at once; returns how many."""
        with _rebuilding(self._root / retailer_id, lang) as draft:
            async for batch in batches:
                draft.add(batch)
        return draft.count

    async def update(
        self, retailer_id: str, batches: AsyncIterator[Sequence[Product]], withdrawn: Sequence[str]
    ) -> int:
        """Changed products put in and withdrawn SKUs taken out; returns how many were put in."""
        changed = [product async for batch in batches for product in batch]
        return update(self._root / retailer_id, changed, withdrawn)

    def exists(self, retailer_id: str) -> bool:
        """Whether there is an index that can be updated: not one of another version."""
        root = self._root / retailer_id
        return search_format.is_ours(root / str(_generation(root)))


def _document(product: Product) -> tantivy.Document:
    held = card(product, _encoder.encode(product))
    document = tantivy.Document()
    document.add_text("sku", product.sku)
    document.add_text("name", " ".join(held.words))
    document.add_text("holds", " ".join(held.words + held.brand))
    if product.ingredients:
        document.add_text("inside", " ".join(ingredient_words(product.ingredients, product.lang)))
    for name, values in (
        ("family", held.families), ("kin", held.kin), ("leaf", (*held.leaf, *held.path)), ("brand", held.brand),
        ("label", held.labels),
    ):  # fmt: skip
        if values:
            document.add_text(name, " ".join(values))
    if not held.extra:
        document.add_text("mark", "plain")
    document.add_bytes("card", _encoder.encode(held))
    return document


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("sku", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="words", index_option="freq")
    for name in ("holds", "inside", "family", "kin", "leaf", "brand", "label", "mark"):
        builder.add_text_field(name, tokenizer_name="words", index_option="basic")
    builder.add_bytes_field("card", stored=True)
    return builder.build()


def _register(index: tantivy.Index) -> None:
    # Names are cut and stemmed before they get here, the same way for documents and queries.
    index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def _tantivy(folder: Path) -> tantivy.Index:
    try:
        return tantivy.Index.open(str(folder))
    except ValueError as error:
        raise IndexBroken(f"The search index in {folder} cannot be read ({error}).", remedy=_REMEDY) from error


_REMEDY = "Make it again: `cabas catalog reindex`."


def _require_ours(folder: Path) -> None:
    if folder.is_dir() and not search_format.is_ours(folder):
        raise IndexBroken(f"The search index in {folder} was made by another version of Cabas.", remedy=_REMEDY)


def _open(root: Path) -> _Opened:
    for _ in range(3):  # a writer may move on between the reads
        stamp = _stamp(root)
        folder = _folder(root)
        try:
            _require_ours(folder)
            words = Words.load(folder)
            index = _tantivy(folder)
        except (OSError, IndexBroken, msgspec.DecodeError) as error:
            if _stamp(root) != stamp:
                continue
            if isinstance(error, IndexBroken):
                raise
            raise IndexBroken(f"The search index in {folder} is damaged ({error}).", remedy=_REMEDY) from error
        _register(index)
        return _Opened(stamp, index.schema, index.searcher(), words)
    raise IndexBroken(f"The search index in {root} changes too fast to be read.", remedy="Try again.")


def _stamp(root: Path) -> tuple[int, ...]:
    try:
        current = (root / CURRENT).stat()
        meta = (root / str(_generation(root)) / _META).stat()
    except OSError:
        return (0,)
    return current.st_ino, current.st_mtime_ns, meta.st_ino, meta.st_mtime_ns


def _generation(root: Path) -> int | None:
    try:
        return int((root / CURRENT).read_text())
    except (FileNotFoundError, ValueError):
        return None


def _folder(root: Path) -> Path:
    number = _generation(root)
    if number is None:
        raise IndexBroken(
            f"There is no search index in {root}.", remedy="Publish a catalog: `cabas catalog import FILE`."
        )
    return root / str(number)


def _point(root: Path, number: int) -> None:
    draft = root / f"{CURRENT}.new"
    with draft.open("w") as file:
        file.write(str(number))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(root / CURRENT)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(f"Another process is writing the search index in {root}.", remedy="Wait for it.") from None
        yield
