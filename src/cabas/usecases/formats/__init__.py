"""What retailers hand over: files of products and of stock, in the formats they already have.

One file here is one format, found by scanning the folder (names starting with "_" are helpers). A format has:

    NAME = "google"                                # what a person types
    COLUMNS = {"sku": ("id",), ...}                # field of the draft: header names it is read from, folded
    def fits(header) -> int                        # how surely this header is that format; 0: it is not
    def read(row: Row, rules: Rules) -> Draft | StockRow     # raises RowError for a row that breaks a rule

The rules and their limits are in `_checks`; the bytes (gzip, lines, encodings) in `_bytes`. Nothing here does I/O.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.formats import _bytes, _table
from cabas.usecases.formats._checks import RowError

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the shop accepts: the one `currency` (ISO 4217) it sells in and the language its names are written in."""

    currency: str = "EUR"
    lang: str = "fr"


@dataclass(frozen=True, slots=True)
class Draft:
    """A product as its row says it, checked but not yet understood. Empty text and None mean: not said.

    `size` is the content as written ("6x1,5L"), `labels`, `allergens` words of the retailer. `available` is what the
    row says of the shelf; `deposit` is on a bottle, beside the price; `line` the first line of the row in the file, 1
    being the header.
    """

    line: int
    sku: str
    name: str
    lang: str = "fr"
    gtin: str | None = None
    brand: str = ""
    category: tuple[str, ...] = ()
    size: str = ""
    labels: tuple[str, ...] = ()
    ingredients: str = ""
    allergens: tuple[str, ...] = ()
    image: str = ""
    price: Money | None = None
    available: bool | None = None
    quantity: int | None = None
    deposit: Money | None = None

    def digest(self, rules: str) -> bytes:
        """What the row says of the product itself, price and stock aside, in 16 bytes; `rules` are how it is read."""
        told = (rules, self.name, self.lang, self.gtin or "", self.brand, self.size, self.ingredients, self.image,
                *self.category, "", *self.labels, "", *self.allergens,
                *([f"\x1e{self.deposit}"] if self.deposit else []))  # fmt: skip
        return hashlib.blake2b("\x1f".join(told).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class StockRow:
    """What one store asks and has: `quantity` in pieces (None: not counted), `price` None where the row has none."""

    line: int
    store_id: str
    sku: str
    available: bool
    quantity: int | None = None
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: where, which field, why (`code` is stable, `reason` a sentence), how to mend it."""

    line: int
    field: str
    code: str
    reason: str
    remedy: str
    sku: str = ""


class Format(Protocol):
    """A module of this folder."""

    NAME: str
    COLUMNS: Mapping[str, Sequence[str]]

    def fits(self, header: Sequence[str]) -> int:
        """How many columns of `header` it knows; 0 when it cannot read such a file."""
        ...

    def read(self, row: Row, line: int, rules: Rules) -> Draft | StockRow:
        """The row's meaning. Raises `RowError`."""
        ...


@dataclass(frozen=True, slots=True)
class Feed:
    """An opened file: its format, the columns of it that mean something (`mapped`: field -> header) and its rows.

    `rows` can be walked once; it keeps one row in memory, and the keys seen.
    """

    format: str
    header: tuple[str, ...]
    mapped: Mapping[str, str]
    rows: Iterator[Draft | StockRow | Reject]

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns nothing is read from."""
        used = set(self.mapped.values())
        return tuple(name for name in self.header if name not in used)


@cache
def formats() -> Mapping[str, Format]:
    """Every format of the folder by name."""
    found: dict[str, Format] = {}
    for entry in pkgutil.iter_modules(__path__):
        if not entry.name.startswith("_"):
            module: Format = importlib.import_module(f"{__name__}.{entry.name}")
            found[module.NAME] = module
    return found


def detect(header: Sequence[str]) -> Format:
    """The format that knows most of the columns. Raises `InvalidInput` naming what each format would need."""
    ranked = sorted(formats().values(), key=lambda one: (-one.fits(header), one.NAME))
    if not ranked or ranked[0].fits(header) == 0:
        known = "; ".join(
            f"{one.NAME}: {', '.join(names[0] for names in list(one.COLUMNS.values())[:4])}, ..." for one in ranked
        )
        raise InvalidInput(
            f"The first line names no format Cabas reads ({', '.join(header[:8])}).",
            remedy=f"Put the column names in the first line. Known columns are {known}",
            code="unknown_format",
        )
    return ranked[0]


def open_feed(chunks: Iterable[bytes], *, name: str | None = None, rules: Rules | None = None) -> Feed:
    """Read the header of a file given as chunks of bytes (plain or gzip) and find its format, unless `name` says it.

    Raises `InvalidInput` for an empty file, an unknown format, a compression bomb or text that is no table.
    """
    table = _table.open_table(_bytes.lines(chunks))
    header = tuple(_table.column(cell) for cell in table.header)
    if name is None:
        chosen = detect(header)
    elif name in formats():
        chosen = formats()[name]
    else:
        raise InvalidInput(f"There is no format {name!r}.", remedy=f"Use one of {', '.join(sorted(formats()))}.")
    mapped = {
        field: next(alias for alias in aliases if alias in header)
        for field, aliases in chosen.COLUMNS.items()
        if any(alias in header for alias in aliases)
    }
    return Feed(chosen.NAME, header, mapped, _rows(table, header, chosen, mapped, rules or Rules()))


def _rows(
    table: _table.Table, header: tuple[str, ...], chosen: Format, mapped: Mapping[str, str], rules: Rules
) -> Iterator[Draft | StockRow | Reject]:
    wanted = [(field, header.index(name)) for field, name in mapped.items()]
    seen: dict[object, int] = {}
    for line, cells in table.rows:
        if isinstance(cells, RowError):
            yield _reject(line, cells)
            continue
        if len(cells) != len(header):
            yield _reject(line, _table.wrong_width(len(cells), len(header)), cells[0] if cells else "")
            continue
        try:
            item = chosen.read({field: cells[index] for field, index in wanted}, line, rules)
        except RowError as error:
            yield _reject(line, error, next((cells[index] for field, index in wanted if field == "sku"), ""))
            continue
        key = item.sku if isinstance(item, Draft) else (item.store_id, item.sku)
        first = seen.setdefault(key, line)
        if first != line:
            yield _reject(
                line, RowError("id", "duplicate_id", f"Line {first} has the same id.", "Keep one row."), item.sku
            )
            continue
        yield item


def _reject(line: int, error: RowError, sku: str = "") -> Reject:
    return Reject(line, error.field, error.code, error.reason, error.remedy, sku[:80])
