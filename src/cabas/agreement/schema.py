"""A frozen dataclass is the schema of its TOML table: each field says its kind and what it means.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Channels(Term):
        allowed: tuple[str, ...] = key(names_of(CHANNELS), "Ways of ordering that are allowed.")

`read` turns a table into such an object and notes every `Problem` with its line; the reference is written from the
same fields (`reference.py`), so the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from cabas.agreement import goods as goods_
from cabas.agreement.problems import Problem, did_you_mean, nearest
from cabas.agreement.toml_lines import Path, dotted
from cabas.domain.pricing import BASIS
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money

T = TypeVar("T")


@dataclass(slots=True)
class Reader:
    """One file being read: where things stand, what was found wrong, and what names mean in it."""

    places: Mapping[Path, tuple[int, int]]
    filename: str = ""
    problems: list[Problem] = field(default_factory=list)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = "EUR"
    starts: date | None = None
    ends: date | None = None

    def problem(self, path: Path, message: str, remedy: str) -> None:
        """Notes what is wrong at `path`, or at what holds it when the text has no such key."""
        place = path
        while place and place not in self.places:
            place = place[:-1]
        line, column = self.places.get(place, (1, 1))
        self.problems.append(Problem(line, column, dotted(path), message, remedy, self.filename))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what the reference calls it, its choices with their meaning, and how it is read.

    `read` gets the raw TOML value, its path and the reader. It raises `InvalidInput` for a wrong value.
    """

    label: str
    read: Callable[[Any, Path, Reader], Any]
    choices: Mapping[str, str] = field(default_factory=dict)
    rows: type | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table, as the reference shows it. `default` is MISSING when the key must be given."""

    name: str
    field: str
    kind: Kind
    doc: str
    default: Any


def key(kind: Kind, doc: str, *, default: Any = MISSING, name: str = "") -> Any:  # noqa: ANN401 (as dataclasses.field)
    """A dataclass field read from the TOML key `name` (the field's own name when left out)."""
    metadata = {"kind": kind, "doc": doc, "name": name}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def keys(cls: type) -> tuple[Key, ...]:
    """The keys of a table, in the order they are written."""
    return tuple(
        Key(one.metadata["name"] or one.name, one.name, one.metadata["kind"], one.metadata["doc"], one.default)
        for one in fields(cls)
        if "kind" in one.metadata
    )


def read(cls: type[T], table: object, path: Path, reader: Reader) -> T | None:
    """`cls` read from `table`; None when it has problems, which `reader` then holds.

    An object with a method `verify(path, reader)` checks what one key alone cannot tell.
    """
    if not isinstance(table, dict):
        reader.problem(
            path, f"This must be a table, not {_called(table)}.", f"Write [{dotted(path)}] and keys below it."
        )
        return None
    before = len(reader.problems)
    values: dict[str, Any] = {}
    known = {one.name: one for one in keys(cls)}
    strange = [name for name in table if name not in known]
    for name in strange:
        reader.problem((*path, name), f'There is no key "{name}" here.', did_you_mean(name, known))
    misspelled = {nearest(name, known) for name in strange}
    for name, one in known.items():
        if name in table:
            try:
                values[one.field] = one.kind.read(table[name], (*path, name), reader)
            except InvalidInput as error:
                reader.problem((*path, name), error.message, error.remedy)
        elif one.default is MISSING and name not in misspelled:
            reader.problem(path, f'The key "{name}" is missing.', f"Add {name} = {one.kind.label}: {one.doc}")
    if len(reader.problems) > before:
        return None
    made = cls(**values)
    verify = getattr(made, "verify", None)
    if verify is not None:
        verify(path, reader)
    return made if len(reader.problems) == before else None


def _called(value: object) -> str:
    """What TOML calls the type of a value."""
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a text", int: "a whole number", Decimal: "a number", list: "a list", dict: "a table"}
    return next((label for kind, label in names.items() if isinstance(value, kind)), "a date or time")


def _must(kind: type, value: object, what: str, example: str) -> Any:  # noqa: ANN401 (a raw TOML value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InvalidInput(f"This must be {what}, not {_called(value)}.", remedy=f"Write it like {example}.")
    return value


def _text(value: object, _path: Path, _reader: Reader) -> str:
    text: str = _must(str, value, "a text", '"halle"')
    if not text.strip():
        raise InvalidInput("This text is empty.", remedy="Write something, or leave the key out.")
    return text.strip()


def _flag(value: object, _path: Path, _reader: Reader) -> bool:
    flag: bool = _must(bool, value, "true or false", "true")
    return flag


def _day(value: object, _path: Path, _reader: Reader) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidInput(f"This must be a date, not {_called(value)}.", remedy="Write it like 2019-01-01, no quotes.")
    return value


def _percent(value: object, _path: Path, _reader: Reader) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidInput(f"This must be a percentage, not {_called(value)}.", remedy="Write it like 4.5, no quotes.")
    points = Decimal(value) * 100
    if not Decimal(value).is_finite() or not 0 <= points <= BASIS:
        raise InvalidInput(f"A percentage of {value} is out of range.", remedy="Use 0 to 100.")
    if points != points.to_integral_value():
        raise InvalidInput(f"{value} is finer than a basis point.", remedy="Use at most two decimals.")
    return int(points)


def _money(value: object, _path: Path, reader: Reader) -> Money:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidInput(f"This must be an amount, not {_called(value)}.", remedy="Write it like 2.50, no quotes.")
    amount = Money.parse(str(value), reader.currency)
    if amount.amount < 0:
        raise InvalidInput("An amount cannot be below zero.", remedy="Use 0 or more.")
    return amount


def _goods(value: object, path: Path, reader: Reader) -> goods_.Goods:
    names: list[Any] = _must(list, value, "a list", '["food", "Crèmerie"]')
    if not names:
        raise InvalidInput("This list is empty.", remedy="Name groups or departments, or leave the key out.")
    good: list[str] = []
    for index, name in enumerate(names):
        try:
            goods_.goods([_text(name, path, reader)], reader.groups)
            good.append(name.strip())
        except InvalidInput as error:
            reader.problem((*path, index), error.message, error.remedy)
    return goods_.goods(good, reader.groups)


TEXT = Kind('"text"', _text)
FLAG = Kind("true or false", _flag)
DAY = Kind("date", _day)
PERCENT = Kind("percentage", _percent)
MONEY = Kind("amount", _money)
GOODS = Kind("list of goods", _goods)


def whole(low: int, high: int) -> Kind:
    """A whole number from `low` to `high`."""

    def read_whole(value: object, _path: Path, _reader: Reader) -> int:
        number: int = _must(int, value, "a whole number", str(low))
        if not low <= number <= high:
            raise InvalidInput(f"{number} is out of range.", remedy=f"Use {low} to {high}.")
        return number

    return Kind(f"whole number, {low} to {high}", read_whole)


def one_of(choices: Mapping[str, str]) -> Kind:
    """One of the words that are the keys of `choices`; the values say what they mean."""

    def read_choice(value: object, path: Path, reader: Reader) -> str:
        text = _text(value, path, reader)
        if text not in choices:
            raise InvalidInput(f'"{text}" is not known here.', remedy=did_you_mean(text, choices))
        return text

    return Kind("one word", read_choice, choices)


def names_of(choices: Mapping[str, str]) -> Kind:
    """A list of those words, at least one, each once."""
    single = one_of(choices)

    def read_names(value: object, path: Path, reader: Reader) -> tuple[str, ...]:
        items: list[Any] = _must(list, value, "a list", f'["{next(iter(choices))}"]')
        if not items:
            raise InvalidInput("This list is empty.", remedy=f"Use some of: {', '.join(choices)}.")
        names: list[str] = []
        for index, item in enumerate(items):
            try:
                name: str = single.read(item, (*path, index), reader)
            except InvalidInput as error:
                reader.problem((*path, index), error.message, error.remedy)
                continue
            if name in names:
                reader.problem((*path, index), f'"{name}" stands here twice.', "Take one of them out.")
            names.append(name)
        return tuple(names)

    return Kind("list of words", read_names, choices)


def list_of(kind: Kind) -> Kind:
    """A list of values of one kind, at least one."""

    def read_list(value: object, path: Path, reader: Reader) -> tuple[Any, ...]:
        items: list[Any] = _must(list, value, "a list", '["..."]')
        if not items:
            raise InvalidInput("This list is empty.", remedy="Write something into it, or leave the key out.")
        return tuple(kind.read(item, (*path, index), reader) for index, item in enumerate(items))

    return Kind(f"list of {kind.label}", read_list)


def rows(cls: type) -> Kind:
    """Any number of tables (`[[term.key]]`), each read as `cls`."""

    def read_rows(value: object, path: Path, reader: Reader) -> tuple[Any, ...]:
        tables: list[Any] = _must(list, value, "a list of tables", f"[[{dotted(path)}]]")
        made = (read(cls, table, (*path, index), reader) for index, table in enumerate(tables))
        return tuple(one for one in made if one is not None)

    return Kind("tables", read_rows, rows=cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A row that counts from a day until a day, both included; always when neither is given."""

    since: date | None = key(
        DAY, "First day it counts; the agreement's first day when left out.", default=None, name="from"
    )
    until: date | None = key(DAY, "Last day it counts; the agreement's last day when left out.", default=None)

    def on(self, day: date) -> bool:
        """Whether it counts that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def meets(self, other: Dated) -> bool:
        """Whether there is a day on which both count."""
        return not (
            (self.until is not None and other.since is not None and self.until < other.since)
            or (other.until is not None and self.since is not None and other.until < self.since)
        )

    def verify(self, path: Path, reader: Reader) -> None:
        """Notes dates that contradict each other or the agreement's."""
        if self.since and self.until and self.until < self.since:
            reader.problem(
                (*path, "until"), f"It ends on {self.until}, before it starts.", f"Use {self.since} or later."
            )
        if self.since and reader.ends and self.since > reader.ends:
            message = f"It starts on {self.since}, after the agreement ends on {reader.ends}."
            reader.problem((*path, "from"), message, "Take the row out, or let the agreement last longer.")
        if self.until and reader.starts and self.until < reader.starts:
            message = f"It ends on {self.until}, before the agreement starts on {reader.starts}."
            reader.problem((*path, "until"), message, "Take the row out, or let the agreement start earlier.")
