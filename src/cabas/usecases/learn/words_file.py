"""A retailer's own words, as a table (CSV) or a list (YAML) that people keep by hand.

    words,lang,means,never
    flotte,fr,water,
    chocolatine | choco,fr,pain au chocolat,
    the house loaf,en,sku:B-1,
    filet,fr,,laundry_net

`words` are what shoppers say, several ways with "|" between. `means` is one family (its id, or its name in that
language) or one product (its SKU); `never` are families or products that the words never mean. `lang` may be left
out. A YAML file is a list of mappings with the same keys. All rows are good, or nothing is taken.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import yaml

from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.dialogue.knowledge import Word, content, tidied
from cabas.dialogue.trie import NAME_WORDS_MAX
from cabas.kernel.errors import CabasError, InvalidInput
from cabas.kernel.text import clean

COLUMNS = ("words", "lang", "means", "never")
FILE_MAX, ROWS_MAX, LENGTH_MAX = 5_000_000, 20_000, 80
BETWEEN, SKU, FAMILY = "|", "sku:", "family:"
# The family of each SKU there is (None where it has none); unknown SKUs are left out.
Products = Callable[[Iterable[str]], Mapping[str, str | None]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used: its line (1 is the first of the file), the column, the reason, and how to mend it."""

    line: int
    field: str
    reason: str
    remedy: str


class BadWords(CabasError):
    """A file of words with rows that cannot be used. Nothing was taken from it."""

    code = "bad_words"

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(
            f"{source}:{first.line}: {first.field}: {first.reason}"
            + (f" {len(problems) - 1} more rows cannot be used." if len(problems) > 1 else ""),
            remedy=f"{first.remedy} Nothing was imported.",
        )
        self.source, self.problems = source, problems


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file, as written; `line` is where it begins."""

    line: int
    cells: Mapping[str, str]


def read_words(text: str, source: str, products: Products, lang: str = "fr") -> tuple[Word, ...]:
    """The words of a file; `source` is its name and tells the format. Raises `BadWords` with every row that is wrong,
    and `InvalidInput` for a file that is none.

    `lang` is the language of rows that name none.
    """
    if len(text) > FILE_MAX:
        raise InvalidInput(f"{source} is longer than {FILE_MAX:,} characters.", remedy="Split it.")
    rows = list(_yaml_rows(text, source) if source.endswith((".yaml", ".yml")) else _table_rows(text, source))
    if len(rows) > ROWS_MAX:
        raise InvalidInput(f"{source} has {len(rows):,} rows.", remedy=f"At most {ROWS_MAX:,} fit in one pack.")
    reader = _Reader(products, lang)
    for row in rows:
        reader.read(row)
    reader.check()
    if reader.problems:
        raise BadWords(source, tuple(sorted(reader.problems, key=lambda one: one.line)))
    return tuple(dict.fromkeys(reader.words))


class _Reader:
    def __init__(self, products: Products, lang: str) -> None:
        self.lang = lang
        self.words: list[Word] = []
        self.problems: list[Problem] = []
        self._products = products
        self._meant: dict[tuple[str, tuple[str, ...]], tuple[int, tuple[str | None, str | None]]] = {}

    def read(self, row: Row) -> None:
        lang = row.cells.get("lang", "").lower() or self.lang
        if lang not in locales.languages():
            self._problem(row, "lang", f"{lang!r} is no language here.", f"Use {', '.join(locales.languages())}.")
            return
        said = [
            phrase for part in row.cells.get("words", "").split(BETWEEN) if (phrase := self._phrase(row, part, lang))
        ]
        if not said:
            if not any(problem.line == row.line for problem in self.problems):
                self._problem(row, "words", "There are no words.", "Write what shoppers say.")
            return
        means, never = row.cells.get("means", ""), row.cells.get("never", "")
        if not means and not never:
            self._problem(row, "means", "The words mean nothing.", "Name a family or a SKU in `means` or `never`.")
            return
        targets = [(part.strip(), no) for cell, no in ((means, False), (never, True)) for part in cell.split(BETWEEN)]
        for target, no in targets:
            found = self._target(row, target, lang, no=no) if target else None
            if found is not None:
                like = tidied(target).lower() if not no and families_called(target, lang) else None
                self.words.extend(Word(phrase, lang, *found, never=no, like=like) for phrase in said)
                if not no:
                    self._once(row, said, lang, found)

    def check(self) -> None:
        """Nothing may be meant and never meant."""
        meant = {(word.lang, word.words, word.family, word.sku) for word in self.words if not word.never}
        for word in self.words:
            if word.never and (word.lang, word.words, word.family, word.sku) in meant:
                line = self._meant[word.lang, content(word.words, word.lang)][0]
                target = word.sku or word.family
                reason = f"{word.words!r} means {target} and never means it."
                self.problems.append(Problem(line, "never", reason, "Remove one of the two."))

    def _once(self, row: Row, said: Iterable[str], lang: str, found: tuple[str | None, str | None]) -> None:
        for phrase in said:
            key = (lang, content(phrase, lang))
            line, before = self._meant.setdefault(key, (row.line, found))
            if before != found:
                reason = f"{phrase!r} means {before[1] or before[0]} in line {line}."
                self._problem(row, "means", reason, "One meaning for the same words: remove one of the two rows.")

    def _phrase(self, row: Row, part: str, lang: str) -> str:
        phrase = tidied(clean(part)).lower()
        if not phrase:
            return ""
        words = content(phrase, lang)
        if not words or not any(one.isalpha() for one in phrase):
            self._problem(row, "words", f"{phrase!r} has no word of its own.", "Write the name of a thing.")
        elif len(words) > NAME_WORDS_MAX or len(phrase) > LENGTH_MAX:
            reason = f"{phrase[:LENGTH_MAX]!r} is too long."
            self._problem(row, "words", reason, f"At most {NAME_WORDS_MAX} words and {LENGTH_MAX} characters.")
        else:
            return phrase
        return ""

    def _target(self, row: Row, target: str, lang: str, *, no: bool) -> tuple[str | None, str | None] | None:
        """(family, SKU) of a cell; None after noting a problem."""
        field = "never" if no else "means"
        if target.startswith(FAMILY) or (not target.startswith(SKU) and target in sheets()):
            family = target.removeprefix(FAMILY).strip()
            if family in sheets():
                return family, None
            self._problem(row, field, f"There is no family {family!r}.", near(family))
            return None
        sku = target.removeprefix(SKU).strip()
        known = self._products([sku])
        if sku in known:
            return (None if no else known[sku]), sku
        named = families_called(target, lang) if not target.startswith(SKU) else frozenset()
        if len(named) == 1:
            return next(iter(named)), None
        if named:
            reason = f"{target!r} is the name of several families."
            self._problem(row, field, reason, f"Write one of {', '.join(sorted(named))}.")
        elif target.startswith(SKU):
            self._problem(
                row, field, f"No product {sku!r} is published.", "Check the SKU, or import the catalog first."
            )
        else:
            self._problem(row, field, f"{target!r} is neither a family nor a published SKU.", near(target))
        return None

    def _problem(self, row: Row, field: str, reason: str, remedy: str) -> None:
        self.problems.append(Problem(row.line, field, reason, remedy))


def families_called(name: str, lang: str) -> frozenset[str]:
    """The families that have exactly that name, number and small words aside."""
    return _called(lang).get(content(name, lang), frozenset())


@cache
def _called(lang: str) -> Mapping[tuple[str, ...], frozenset[str]]:
    found: dict[tuple[str, ...], frozenset[str]] = {}
    more: Mapping[str, object] = locales.read(lang, "foods")
    for family, sheet in sheets().items():
        for name in (*locales.words(sheet.get(lang)), *locales.words(more.get(family))):
            key = content(name, lang)
            found[key] = found.get(key, frozenset()) | {family}
    return found


def near(family: str) -> str:
    """A remedy: the ids that look like it."""
    close = get_close_matches(family.lower().replace(" ", "_"), list(sheets()), n=3, cutoff=0.6)
    listed = "see `cabas lexicon families WORDS`"
    return f"Did you mean {' or '.join(close)}? Else {listed}." if close else f"{listed[0].upper()}{listed[1:]}."


def _table_rows(text: str, source: str) -> Iterator[Row]:
    text = text.removeprefix("\ufeff")
    head = text.split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=mark, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if "words" not in names or not {"means", "never"} & set(names):
            raise InvalidInput(
                f"{source}:1: this is no table of words.",
                remedy=f"Its first line names the columns: {', '.join(COLUMNS)}.",
            )
        unknown = [name for name in names if name and name not in COLUMNS]
        if unknown:
            raise InvalidInput(f"{source}:1: unknown column {unknown[0]!r}.", remedy=f"Use {', '.join(COLUMNS)}.")
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                yield Row(line, {name: cell.strip() for name, cell in zip(names, cells, strict=False)})
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(f"{source}:{reader.line_num}: {error}.", remedy="Quote cells that hold commas.") from None


def _yaml_rows(text: str, source: str) -> Iterator[Row]:
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.SequenceNode):
            raise InvalidInput(f"{source}: this is no list.", remedy=f"Write a list of mappings: {', '.join(COLUMNS)}.")
        for item in node.value:
            line = item.start_mark.line + 1
            cells = loader.construct_object(item, deep=True)
            if not isinstance(cells, dict) or not set(cells) <= set(COLUMNS):
                raise InvalidInput(f"{source}:{line}: not a row.", remedy=f"Use the keys {', '.join(COLUMNS)}.")
            yield Row(line, {key: _cell(value, source, line) for key, value in cells.items()})
    except RecursionError:
        raise InvalidInput(f"{source}: lists in lists in lists.", remedy="Write one flat list of mappings.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{source}:{mark.line + 1}" if mark else source
        raise InvalidInput(f"{where}: this is no YAML.", remedy="Check the indentation and the quotes.") from None


def _cell(value: object, source: str, line: int) -> str:
    """A cell as a table would hold it."""
    parts = value if isinstance(value, list) else [value]
    if any(isinstance(part, (list, dict, set)) for part in parts):
        raise InvalidInput(f"{source}:{line}: lists in lists.", remedy="Write a text, or a list of texts.")
    return BETWEEN.join(str(part).strip() for part in parts if part is not None)
