"""What an index keeps of a product, made once where the product is read: its texts, its words, its card.

An entry needs the words of a language and is slow to make; the process that writes the index only files it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import msgspec
import tantivy

from cabas.dialogue.names import LACKING, ingredient_words, read_name
from cabas.dialogue.ranking import card
from cabas.domain.catalog import Product
from cabas.storage.search_cards import encode

# Pairs are counted among so many words of a name: a longer one is a sentence.
TOGETHER_MAX = 14


class Entry(msgspec.Struct, array_like=True, gc=False):
    """A product made ready for the index.

    `texts` are the fields of the index and what stands in them, as stems. `words` are those of the name and brand, each
    once; `pairs` what of them stands together (`pairs_of`). `card` and `product` are the record, see `search_cards`.
    """

    sku: str
    texts: dict[str, str]
    words: list[str]
    pairs: list[int]
    brand: str | None
    family: str | None
    card: bytes
    product: bytes


def entry_of(product: Product) -> Entry:
    """The entry of a product."""
    held, lang = card(product), product.lang
    name = read_name(product.name, lang)
    brand = read_name(product.brand, lang) if product.brand else None
    stems = (*name.words, *(brand.words if brand else ()))
    texts = {
        "name": " ".join(held.words),
        "holds": " ".join(held.words + held.brand),
        "inside": " ".join(ingredient_words(product.ingredients, lang)) if product.ingredients else "",
        "family": " ".join(held.families),
        "kin": " ".join(held.kin),
        "leaf": " ".join(held.leaf + held.path),
        "brand": " ".join(held.brand),
        "label": " ".join(held.labels),
        "mark": "" if held.extra else "plain",
    }
    return Entry(
        product.sku, {field: text for field, text in texts.items() if text},
        sorted({*name.raw, *(brand.raw if brand else ())}),
        list(pairs_of([stem.lstrip(LACKING) for stem in stems[:TOGETHER_MAX]])),
        product.brand, product.family, encode(held), encode(product),
    )  # fmt: skip


def document(entry: Entry, place: int) -> tantivy.Document:
    """What is indexed of a product; `place` is where its record lies."""
    made = tantivy.Document()
    made.add_text("sku", entry.sku)
    for field, text in entry.texts.items():
        made.add_text(field, text)
    made.add_unsigned("place", place)
    return made


def pairs_of(stems: Sequence[str]) -> Iterator[int]:
    """A number for every two different stems, whatever their order."""
    words = [stem.encode() for stem in sorted(set(stems))]
    for index, first in enumerate(words):
        begun = zlib.crc32(first + b" ")  # of "first second", the checksum goes on from that of "first "
        for second in words[index + 1 :]:
            yield zlib.crc32(second, begun)
