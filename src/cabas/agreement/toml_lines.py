"""Where each key and value of a TOML text stands. `tomllib` gives values without places; errors need a line.

The text has been read by `tomllib` before, so this scanner may trust the syntax (TOML 1.0) and only keep count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# A path through the document: keys, and positions in arrays.
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]+")
_QUOTES = ('"""', "'''", '"', "'")


def locate(text: str) -> Mapping[Path, tuple[int, int]]:
    """Path -> (line, column), counted from 1, of every key, table header and array element."""
    return _Scanner(text).run()


def dotted(path: Path) -> str:
    """A path for people: ("commission", "rates", 0, "percent") -> "commission.rates[1].percent"."""
    result = ""
    for step in path:
        result += f"[{step + 1}]" if isinstance(step, int) else (f".{step}" if result else step)
    return result


class _Scanner:
    """Walks the text once. `at` is the position; `tables` counts the tables of each array of tables."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[Path, tuple[int, int]] = {}
        self.tables: dict[Path, int] = {}

    def run(self) -> Mapping[Path, tuple[int, int]]:
        """The places of the whole document."""
        table: Path = ()
        self._blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._blank()
        return self.places

    def _blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _mark(self, path: Path, position: int) -> None:
        line = self.text.count("\n", 0, position) + 1
        column = position - self.text.rfind("\n", 0, position)
        self.places.setdefault(path, (line, column))

    def _header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        names = self._key()
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        path: Path = ()
        for name in names[:-1]:
            path = self._inside((*path, name))
            self._mark(path, start)
        path = (*path, names[-1])
        self._mark(path, start)
        if not many:
            return path
        self.tables[path] = self.tables.get(path, 0) + 1
        path = self._inside(path)
        self._mark(path, start)
        return path

    def _inside(self, path: Path) -> Path:
        """The newest table of an array of tables; the path itself when it is not one."""
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table
        for name in self._key():
            path = (*path, name)
            self._mark(path, start)
        self.at = self.text.index("=", self.at) + 1
        self._value(path)

    def _key(self) -> list[str]:
        names: list[str] = []
        while True:
            self._blank()
            match = _BARE.match(self.text, self.at)
            if match:
                self.at = match.end()
                names.append(match.group())
            else:
                names.append(self._string())
            self._blank()
            if self.text[self.at] != ".":
                return names
            self.at += 1

    def _string(self) -> str:
        quote = next(mark for mark in _QUOTES if self.text.startswith(mark, self.at))
        start = self.at + len(quote)
        end = start
        while not self.text.startswith(quote, end):
            end += 2 if quote[0] == '"' and self.text[end] == "\\" else 1
        self.at = end + len(quote)
        if len(quote) == 3:
            # Up to two quotes may stand right before the closing three.
            while self.text.startswith(quote[0], self.at):
                self.at += 1
        return self.text[start:end]

    def _value(self, path: Path) -> None:
        self._blank()
        first = self.text[self.at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        elif first in "\"'":
            self._string()
        else:
            match = _SCALAR.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self._blank()
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._mark((*path, index), self.at)
            self._value((*path, index))
            index += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while True:
            self._blank()
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
