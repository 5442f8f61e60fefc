"""From the bytes of a file to its lines: gzip and UTF-16 are undone, bombs and endless lines are cut."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from cabas.kernel.errors import InvalidInput

# A gzip bomb reaches 1000:1; product feeds stay under 20:1. The ratio counts once RATIO_FROM bytes came out.
RATIO_MAX, RATIO_FROM = 150, 8 << 20
TOTAL_MAX = 8 << 30
LINE_MAX = 256 << 10
_STEP = 1 << 20


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file, without their ends. A line above `LINE_MAX` bytes comes cut, one byte longer than that.

    Raises `InvalidInput` for a broken or hostile gzip file and above `TOTAL_MAX` bytes.
    """
    plain = _decoded(_unpacked(chunks))
    rest, skipping, total = b"", False, 0
    for chunk in plain:
        total += len(chunk)
        if total > TOTAL_MAX:
            raise InvalidInput(
                f"The file is longer than {TOTAL_MAX >> 30} GiB.", remedy="Split it into smaller files.", code="too_big"
            )
        parts = (rest + chunk).split(b"\n")
        rest = parts.pop()
        if parts and skipping:
            parts.pop(0)
            skipping = False
        for part in parts:
            yield part[: LINE_MAX + 1].removesuffix(b"\r")
        if skipping:
            rest = b""
        elif len(rest) > LINE_MAX:
            yield rest[: LINE_MAX + 1]
            rest, skipping = b"", True
    if rest and not skipping:
        yield rest.removesuffix(b"\r")


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream = iter(chunks)
    head = b""
    for chunk in stream:
        head += chunk
        if len(head) >= 4:
            break
    everything = chain([head], stream)
    return _gunzip(everything) if head[:2] == b"\x1f\x8b" else everything


def _gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packed = plain = 0
    member = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            packed += len(chunk)
            data = chunk
            while data:
                if member.eof:
                    member = zlib.decompressobj(wbits=31)
                out = member.decompress(data, _STEP)
                plain += len(out)
                if plain > RATIO_FROM and plain > packed * RATIO_MAX:
                    raise InvalidInput(
                        f"The gzip file unpacks to more than {RATIO_MAX} times its size.",
                        remedy="Send the plain file if it is a real feed.",
                        code="gzip_bomb",
                    )
                if out:
                    yield out
                data = member.unused_data.lstrip(b"\0") if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise InvalidInput(f"The gzip file is damaged ({error}).", remedy="Send it again.", code="bad_gzip") from None
    if not member.eof:
        raise InvalidInput("The gzip file ends too early.", remedy="Send it again.", code="bad_gzip")


def _decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-16 (what spreadsheets call "Unicode text") as UTF-8; a byte-order mark is dropped."""
    head = next(chunks, b"")
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        return (decoder.decode(chunk).encode() for chunk in chain([head], chunks))
    return chain([head.removeprefix(codecs.BOM_UTF8)], chunks)
