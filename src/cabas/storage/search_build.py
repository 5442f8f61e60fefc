"""Making a search index: a writer, and a draft that is put in use whole or not at all.

A large catalog is indexed by a process of its own while others go on reading (`python -m cabas.storage.search_build
FOLDER LANG [KEPT WORDS]`). It takes entries from its standard input, each as four bytes of length and a MessagePack
document.
"""

from __future__ import annotations

import gc
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
import tantivy

from cabas.domain.catalog import Product
from cabas.kernel.errors import Unavailable
from cabas.storage import search_format
from cabas.storage.kept import for_children, take_over
from cabas.storage.search_cards import CardWriter, encode
from cabas.storage.search_entry import Entry, document, entry_of
from cabas.storage.search_folder import alone, new_draft, put_in_use
from cabas.storage.search_words import WordsBuilder

HEAP_BYTES = 64_000_000
# Starting a process takes as long as indexing so many products.
WORKER_FROM = 8_000
_LENGTH = struct.Struct("<I")

decode = msgspec.msgpack.Decoder(Entry).decode


def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("sku", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="words", index_option="freq")
    for name in ("holds", "inside", "family", "kin", "leaf", "brand", "label", "mark"):
        builder.add_text_field(name, tokenizer_name="words", index_option="basic")
    builder.add_unsigned_field("place", fast=True)
    return builder.build()


def register(index: tantivy.Index) -> None:
    """Names are cut and stemmed before they get to tantivy, the same way for documents and queries."""
    index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


class _Writer:
    """Writes the files of one generation."""

    def __init__(self, folder: Path, lang: str) -> None:
        self._folder = folder
        self._index = tantivy.Index(schema(), path=str(folder))
        register(self._index)
        self._writer = self._index.writer(HEAP_BYTES, 1)
        self._cards = CardWriter(folder)
        self._words = WordsBuilder(lang)

    def add(self, entry: Entry) -> None:
        self._writer.add_document(document(entry, self._cards.add(entry.card, entry.product)))
        self._words.add(entry)

    def close(self) -> None:
        self._cards.close()
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._words.build().save(self._folder)
        search_format.mark(self._folder)


class IndexDraft:
    """A new index of one retailer, being made. Nobody sees it before `publish`; `drop` forgets it.

    Raises `Conflict` when another process is writing the same index.
    """

    def __init__(self, root: Path, lang: str) -> None:
        self._root, self._lang = root, lang
        self._held = ExitStack()
        self._held.enter_context(alone(root))
        self._number, self._folder = new_draft(root)
        self._waiting: list[bytes] = []
        self._worker: subprocess.Popen[bytes] | None = None
        self.count = 0

    def add(self, products: Iterable[Product]) -> None:
        """Put products in."""
        for product in products:
            self.put(encode(entry_of(product)))

    def put(self, entry: bytes) -> None:
        """Put the entry of a product in, encoded as it was where the product was read."""
        self.count += 1
        if self._worker is not None:
            self._send(entry)
            return
        self._waiting.append(entry)
        if len(self._waiting) >= WORKER_FROM:
            self._hand_over()

    def end(self) -> None:
        """Nothing more is put in: what is left to do is done while others go on."""
        if self._worker is not None and self._worker.stdin is not None:
            source, self._worker.stdin = self._worker.stdin, None
            with suppress(BrokenPipeError):  # `publish` says why
                source.close()

    def publish(self) -> int:
        """Put the index in use at once; returns the number of its products."""
        try:
            self._finish()
            put_in_use(self._root, self._number, self._folder)
        finally:
            self.drop()
        return self.count

    def drop(self) -> None:
        """Forget what is not in use yet."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None
        shutil.rmtree(self._folder, ignore_errors=True)
        self._held.close()

    def _hand_over(self) -> None:
        command = [sys.executable, "-m", "cabas.storage.search_build", str(self._folder), self._lang, *for_children()]
        # This very program, with a folder of our own making.
        self._worker = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1 << 20
        )
        for entry in self._waiting:
            self._send(entry)
        self._waiting = []

    def _send(self, entry: bytes) -> None:
        if self._worker is None or self._worker.stdin is None:
            raise Unavailable("The indexing process is gone.", remedy="Try again.")
        try:
            self._worker.stdin.write(_LENGTH.pack(len(entry)))
            self._worker.stdin.write(entry)
        except BrokenPipeError:
            raise self._failed() from None

    def _finish(self) -> None:
        if self._worker is None:
            writer = _Writer(self._folder, self._lang)
            for entry in self._waiting:
                writer.add(decode(entry))
            writer.close()
            return
        try:
            _, self._said = self._worker.communicate()
        except BrokenPipeError:
            raise self._failed() from None
        if self._worker.returncode != 0:
            raise self._failed(self._said)
        self._worker = None

    def _failed(self, said: bytes = b"") -> Unavailable:
        if self._worker is not None and self._worker.stderr is not None and not said:
            said = self._worker.stderr.read() if not self._worker.stderr.closed else b""
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it was ended"]
        return Unavailable(f"The indexing process failed: {last[0]}.", remedy="Look at the space left on the disk.")


def work(source: BinaryIO, folder: Path, lang: str) -> None:
    """Index the entries that come from `source` into `folder`."""
    gc.disable()  # nothing made here refers back to what holds it
    writer = _Writer(folder, lang)
    while head := source.read(4):
        (size,) = _LENGTH.unpack(head)
        writer.add(decode(source.read(size)))
    writer.close()


if __name__ == "__main__":
    for kept in sys.argv[3:]:
        take_over(Path(kept))
    work(sys.stdin.buffer, Path(sys.argv[1]), sys.argv[2])
