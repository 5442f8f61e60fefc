"""From lines to rows of cells. Tab-separated files are split as they are; others follow RFC 4180, quotes included."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cabas.kernel.errors import InvalidInput
from cabas.kernel.text import fold
from cabas.usecases.formats._bytes import LINE_MAX
from cabas.usecases.formats._checks import RowError

DELIMITERS = "\t;,|"
# A quote that is never closed would swallow the file: a record may span so many lines.
RECORD_LINES_MAX = 60
COLUMNS_MAX = 1000
_QUOTES = 'Write a quote inside a cell as "".'

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and, walked once, the rows with their first line (the header is line 1)."""

    header: tuple[str, ...]
    rows: Iterator[tuple[int, Cells | RowError]]


def column(cell: str) -> str:
    """A header cell as formats compare it: folded, with underscores."""
    return fold(cell.strip().strip('"')).replace(" ", "_").replace("-", "_").replace("'", "_")


def wrong_width(got: int, expected: int) -> RowError:
    """The complaint about a row with too many or too few cells."""
    return RowError(
        "",
        "column_count",
        f"The row has {got} columns, the header {expected}.",
        "Look for a missing cell, or a separator inside one.",
    )


def open_table(lines: Iterator[bytes]) -> Table:
    """Read the header and find the delimiter. Raises `InvalidInput` when there is no header line."""
    head = next(lines, b"")
    try:
        first = head.decode()
    except UnicodeDecodeError:
        first = ""
    delimiter = max(DELIMITERS, key=first.count)
    if not first.strip() or len(head) > LINE_MAX or "\0" in first:
        raise InvalidInput(
            "The file does not begin with a line of column names in UTF-8.",
            remedy="Export it as UTF-8 text with a header line.",
            code="no_header",
        )
    header = next(csv.reader([first], delimiter=delimiter)) if delimiter != "\t" else first.split("\t")
    if len(header) > COLUMNS_MAX or len({column(cell) for cell in header}) != len(header):
        raise InvalidInput(
            f"The header has {len(header)} columns, some of them twice or too many.",
            remedy="Give every column its own name.",
            code="bad_header",
        )
    rows = _tab_rows(lines, header) if delimiter == "\t" else _csv_rows(lines, delimiter)
    return Table(tuple(header), rows)


def _text(line: bytes, header: Sequence[str] = (), delimiter: str = "\t") -> str:
    """The line as text. Raises `RowError`, with the column, when it is too long, not UTF-8 or holds a NUL byte."""
    if len(line) > LINE_MAX:
        raise RowError("", "line_too_long", f"The line is longer than {LINE_MAX >> 10} KiB.", "Shorten it.")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        reason = f"The line is not UTF-8 (byte {error.object[error.start]:#04x} at {error.start + 1})."
        where = line[: error.start].count(delimiter.encode())
        raise RowError("".join(header[where : where + 1]), "bad_encoding", reason, "Export it as UTF-8.") from None
    if "\0" in text:
        where = text[: text.index("\0")].count(delimiter)
        raise RowError("".join(header[where : where + 1]), "bad_encoding", "The line holds a NUL byte.", "Remove it.")
    return text


def _tab_rows(lines: Iterator[bytes], header: Sequence[str]) -> Iterator[tuple[int, Cells | RowError]]:
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        try:
            cells = _text(line, header).split("\t")
        except RowError as error:
            yield number, error
            continue
        if '"' in line.decode():
            cells = [_unquoted(cell) for cell in cells]
        yield number, cells


def _unquoted(cell: str) -> str:
    """Spreadsheets quote a cell that holds a quote, even in tab-separated text; a lone quote is part of the name."""
    if len(cell) > 1 and cell[0] == '"' == cell[-1] and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"')
    return cell


def _csv_rows(lines: Iterator[bytes], delimiter: str) -> Iterator[tuple[int, Cells | RowError]]:
    number, ahead = 1, deque[bytes]()
    while (line := ahead.popleft() if ahead else next(lines, None)) is not None:
        record = [line]
        number += 1
        if not record[0]:
            continue
        cells = _record(record, delimiter)
        while cells is None and len(record) < RECORD_LINES_MAX:
            following = ahead.popleft() if ahead else next(lines, None)
            if following is None:
                break
            record.append(following)
            cells = _record(record, delimiter)
        if cells is None:
            # The quote never closes: only its own line is lost, the others are read again.
            yield number, RowError("", "bad_quotes", "A quote is opened and never closed.", _QUOTES)
            ahead.extendleft(reversed(record[1:]))
        else:
            yield number, cells
            number += len(record) - 1


def _record(record: Sequence[bytes], delimiter: str) -> Cells | RowError | None:
    """The cells; None while a quote is open."""
    try:
        return next(csv.reader([_text(line) + "\n" for line in record], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None if "unexpected end" in str(error) else RowError("", "bad_quotes", f"Not CSV: {error}.", _QUOTES)
    except RowError as error:
        return error
