"""The catalog that evaluations are played over: a file in any import format, or the demo retailer."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cabas.apps.eval.shop import EvalShop
from cabas.apps.word_files import read_texts
from cabas.demo.retailer import build
from cabas.dialogue.annotate import Annotator
from cabas.dialogue.estimate import estimated_price
from cabas.dialogue.knowledge import Knowledge
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.locales import languages
from cabas.domain.catalog import Product
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.storage.search import open_index, rebuild
from cabas.usecases.formats import Draft, open_feed
from cabas.usecases.learn.teach import products_of, words_of
from cabas.usecases.ports import Search

BLOCK = 1 << 20
DEMO_DAY = date(2026, 11, 24)


@contextmanager
def eval_shop(path: Path | None, packs: Sequence[Path] = ()) -> Iterator[EvalShop]:
    """The shop of a catalog file (None: of the demo retailer) that was taught `packs` (files or folders of words), its
    index in a folder that is removed afterwards.
    """
    products, prices = _read(path) if path is not None else _demo()
    with TemporaryDirectory(prefix="cabas-eval-") as folder:
        rebuild(Path(folder), products)
        search = open_index(Path(folder))
        known = _knowledge(packs, search)
        words = {lang: lexicon(search.brands(), known, lang) for lang in languages()}
        gc.collect()
        gc.freeze()  # as a server does once it is ready: what it holds is looked through no more
        try:
            yield EvalShop(products, search, words, prices)
        finally:
            gc.unfreeze()


def _knowledge(packs: Sequence[Path], search: Search) -> Knowledge:
    """What a retailer would know who had imported `packs`."""
    now, products = datetime(DEMO_DAY.year, DEMO_DAY.month, DEMO_DAY.day, tzinfo=UTC), products_of(search)
    taught = [words_of(read_texts(path), path.name, products, "fr", now) for path in packs]
    return Knowledge(len(taught), tuple(word for one in taught for word in one.words))


def _demo() -> tuple[list[Product], dict[str, Money]]:
    demo = build(DEMO_DAY)
    prices = {
        sku: offer.price for by_sku in demo.offers.values() for sku, offer in by_sku.items() if offer.price is not None
    }
    return list(demo.products), prices


def _read(path: Path) -> tuple[list[Product], dict[str, Money]]:
    """The products of a file; prices it does not give are estimated from the family."""
    feed = open_feed(_blocks(path))
    annotator = Annotator("fr")
    products: list[Product] = []
    prices: dict[str, Money] = {}
    for draft in feed.rows:
        if not isinstance(draft, Draft):
            continue
        product = annotator.product(
            sku=draft.sku, name=draft.name, gtin=draft.gtin, brand=draft.brand, category=draft.category,
            size=draft.size, said_labels=draft.labels, ingredients=draft.ingredients,
            said_allergens=draft.allergens, image=draft.image,
        )  # fmt: skip
        products.append(product)
        prices[product.sku] = draft.price or estimated_price(product)
    if not products:
        raise InvalidInput(f"{path} holds no product.", remedy="Give a catalog file.")
    return products, prices


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                yield block
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from None
