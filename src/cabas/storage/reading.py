"""Rows of a large file are read into products by processes of their own, one per core, in the order of the file.

A process (`python -m cabas.storage.reading [KEPT WORDS]`) takes messages from its standard input and answers each on
its standard output: four bytes of length and a MessagePack document. The first message is the task, each other one a
chunk of drafts. A product is packed where it is read: its line for PostgreSQL and its entry for the index are made
there, while its words are at hand. What a process could not finish ends the import; nothing is stored then.
"""

from __future__ import annotations

import gc
import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO, Self

import msgspec

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.estimate import estimated_price
from cabas.kernel.errors import Unavailable
from cabas.storage.catalog_lines import columns
from cabas.storage.kept import for_children, take_over
from cabas.storage.search_cards import encode
from cabas.storage.search_entry import entry_of
from cabas.usecases.formats import Draft
from cabas.usecases.publishing import Packed, Task, product_of

# Starting the processes takes as long as reading so many rows.
POOL_FROM = 5_000
# One process reads the file and stores it: it cannot feed more than a few others. Each takes about 70 MB.
PROCESSES_MAX = 4
# Chunks a process may have before it and behind it, so that it has work while rows are merged; about 300 kB each.
CHUNKS_AHEAD = 12

_drafts = msgspec.msgpack.Decoder(list[Draft]).decode
# (stored, entry, price) of every product
_answers = msgspec.msgpack.Decoder(list[tuple[bytes, bytes, int | None]]).decode


class Packer:
    """Reads drafts into products and packs them."""

    def __init__(self, task: Task) -> None:
        self._task, self._annotator = task, Annotator(task.lang, task.brands, task.own_brands)

    def pack(self, draft: Draft) -> tuple[bytes, bytes, int | None]:
        """What `Packed` holds."""
        product, task = product_of(self._annotator, draft), self._task
        price = None
        if task.estimated and draft.price is None:
            price = estimated_price(product, task.estimated).amount
        return columns(product), encode(entry_of(product)) if task.indexed else b"", price


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ReaderPool:
    """`usecases.publishing.Readers`: the first rows are read here, those of a large file by other processes, which take
    over the words of this one.
    """

    def __init__(self, processes: int | None = None, *, from_rows: int = POOL_FROM) -> None:
        self._processes = min(cores(), PROCESSES_MAX) if processes is None else processes
        self._from_rows = from_rows

    def read(self, task: Task, chunks: Iterable[Sequence[Draft]]) -> Iterator[Sequence[Packed]]:
        """The products of every chunk, in order. Raises `Unavailable` when a process that reads is gone."""
        chunks, count = iter(chunks), 0
        pack = Packer(task).pack
        while self._processes < 2 or count < self._from_rows:
            chunk = next(chunks, None)
            if chunk is None:
                return
            yield [Packed(*pack(draft)) for draft in chunk]
            count += len(chunk)
        yield from self._shared(task, chunks)

    def _shared(self, task: Task, chunks: Iterator[Sequence[Draft]]) -> Iterator[Sequence[Packed]]:
        words = for_children()
        with ExitStack() as stack:
            idle = deque(stack.enter_context(_Reader(task, words)) for _ in range(self._processes))
            asked: deque[_Reader | None] = deque()
            for chunk in chunks:
                if chunk:
                    idle[0].ask(chunk)
                asked.append(idle[0] if chunk else None)
                idle.rotate(-1)
                if len(asked) > CHUNKS_AHEAD * self._processes:
                    yield _answer(asked.popleft())
            while asked:
                yield _answer(asked.popleft())


def _answer(reader: _Reader | None) -> Sequence[Packed]:
    return () if reader is None else reader.answer()


class _Reader:
    """One process that reads. It gives its answers in the order it was asked."""

    def __init__(self, task: Task, words: Sequence[str]) -> None:
        program = [sys.executable, "-m", "cabas.storage.reading", *words]
        # This very program. Its own group: Ctrl-C is for the process that stores, which then ends this one.
        self._process = subprocess.Popen(  # noqa: S603
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=1 << 18, process_group=0,
        )  # fmt: skip
        self._send(encode(task))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(BrokenPipeError):
                _pipe(stream).close()

    def ask(self, chunk: Sequence[Draft]) -> None:
        """Hand over drafts."""
        self._send(encode(chunk))

    def answer(self) -> list[Packed]:
        """The products of the chunk that was asked first."""
        message = _receive(_pipe(self._process.stdout))
        if message is None:
            raise self._gone()
        return [Packed(*one) for one in _answers(message)]

    def _send(self, message: bytes) -> None:
        pipe = _pipe(self._process.stdin)
        try:
            _put(pipe, message)
        except BrokenPipeError:
            raise self._gone() from None

    def _gone(self) -> Unavailable:
        self._process.kill()
        said = _pipe(self._process.stderr).read().decode(errors="replace").strip().splitlines()
        why = said[-1] if said else f"it ended with {self._process.wait()}"
        return Unavailable(
            f"A process that reads the rows is gone: {why}. Nothing was changed.",
            remedy="Import the file again, with more memory free.",
            code="reader_gone",
        )


def _pipe(stream: object) -> BinaryIO:
    return stream  # type: ignore[return-value]  # Popen was asked for pipes


def _put(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(struct.pack("<I", len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: BinaryIO) -> bytes | None:
    """The next message; None at the end, or when the rest of it never comes."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    (size,) = struct.unpack("<I", head)
    message = pipe.read(size)
    return message if len(message) == size else None


def work(source: BinaryIO, target: BinaryIO) -> None:
    """Answer the messages of `source` on `target` until they end."""
    first = _receive(source)
    if first is None:
        return
    pack = Packer(msgspec.msgpack.decode(first, type=Task)).pack
    # Messages are taken while others are answered: whoever asks is never held up, so that nobody waits for the other.
    asked: SimpleQueue[bytes | None] = SimpleQueue()
    taker = Thread(target=_take, args=(source, asked), daemon=True)
    taker.start()
    gc.disable()  # nothing made here refers back to what holds it
    while (message := asked.get()) is not None:
        _put(target, encode([pack(draft) for draft in _drafts(message)]))
    taker.join()


def _take(source: BinaryIO, asked: SimpleQueue[bytes | None]) -> None:
    message: bytes | None = b""
    while message is not None:
        message = _receive(source)
        asked.put(message)


if __name__ == "__main__":
    for kept in sys.argv[1:]:
        take_over(Path(kept))
    work(sys.stdin.buffer, sys.stdout.buffer)
