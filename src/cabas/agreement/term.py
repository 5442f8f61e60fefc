"""What a term is: it is asked questions and decides those it knows about; after an order it says who is owed what.

A term is one file in `terms/`, named like its table in the agreement file. It never imports another term.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Self

from cabas.agreement.schema import Reader, read
from cabas.agreement.toml_lines import Path
from cabas.domain.ledger import Posting
from cabas.domain.order import Order
from cabas.kernel.money import Money

PARTIES = {"retailer": "the retailer", "platform": "the partner platform"}
CHANNELS = {
    "voice": "spoken to a speaker, a phone or a car",
    "chat": "written to an assistant",
    "web": "on a web page",
    "app": "in an app",
    "store": "in the store",
}
METHODS = {"pickup": "at the drive or the counter", "delivery": "to the door"}
PLACES = {
    "shop": "the platform's own shop",
    "search": "search results",
    "answers": "an assistant's answers",
    "shopping": "product comparison pages",
    "video": "under videos",
    "map": "store pages on a map",
    "app": "a shop inside the platform's app",
}


@dataclass(frozen=True, slots=True)
class Sell:
    """May this product be sold that day? `category` is its path; `pieces` how many in all (1 when sold by weight)."""

    silence: ClassVar[bool] = False
    day: date
    channel: str
    category: tuple[str, ...]
    minimum_age: int = 0
    pieces: int = 1
    about: str = ""


@dataclass(frozen=True, slots=True)
class Show:
    """May the platform show this product in that place (a key of `PLACES`)?"""

    silence: ClassVar[bool] = False
    day: date
    place: str
    category: tuple[str, ...]
    minimum_age: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """May an order of that worth and that many lines be placed? `linked`: the shopper's account is linked."""

    silence: ClassVar[bool] = True
    day: date
    channel: str
    goods: Money
    lines: int
    linked: bool


@dataclass(frozen=True, slots=True)
class Fulfill:
    """May it reach the shopper so? Times are time-zone aware, in the store's zone."""

    silence: ClassVar[bool] = False
    method: str
    ordered_at: datetime
    starts_at: datetime
    ends_at: datetime

    @property
    def day(self) -> date:
        """The day it is ordered."""
        return self.ordered_at.date()


@dataclass(frozen=True, slots=True)
class See:
    """May the platform see this field (`fields.py`), given the purposes the shopper agreed to?"""

    silence: ClassVar[bool] = False
    day: date
    field: str
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Who:
    """Who `does` it ("sells", "prepares", "delivers", "owns_data")? The decision's value is a key of `PARTIES`."""

    silence: ClassVar[bool] = True
    day: date
    does: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class Earn:
    """What does the platform earn on this order? The decision's value is in minor units."""

    silence: ClassVar[bool] = True
    order: Order

    @property
    def day(self) -> date:
        """The day it was placed, in the store's zone."""
        return self.order.placed_at.date()


@dataclass(frozen=True, slots=True)
class Enter:
    """May the platform come in by this surface (the name of a folder in `surfaces/`)?"""

    silence: ClassVar[bool] = True
    day: date
    surface: str


# `silence` is the answer when no term has a word to say: what is not granted is not sold, shown, brought or seen.
Question = Sell | Show | Place | Fulfill | See | Who | Earn | Enter


@dataclass(frozen=True, slots=True)
class Decision:
    """What one term decided. `code` is stable; `words` maps a language to a sentence; `value` answers Who and Earn."""

    allowed: bool
    code: str
    term: str
    words: Mapping[str, str] = field(default_factory=dict)
    value: str = ""

    def sentence(self, lang: str) -> str:
        """The reason in `lang`, in English when the term does not speak it."""
        return self.words.get(lang) or self.words.get("en", self.code)


class Term:
    """One kind of clause. A subclass is a frozen dataclass whose fields are the keys of its table (`schema.key`).

    `required` terms must be in every agreement. Sentences may say "{platform}" and "{retailer}": both are filled in.
    """

    __slots__ = ()
    required: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The name of its file, which is the name of its table."""
        return type(self).__module__.rpartition(".")[2]

    @classmethod
    def parse(cls, table: Mapping[str, Any], path: Path, reader: Reader) -> Self | None:
        """The term of a TOML table; None when `reader` noted problems."""
        return read(cls, table, path, reader)

    def decide(self, question: Question) -> Decision | None:
        """What it says to `question`; None when it has no say in it."""
        return None

    def postings(self, order: Order) -> tuple[Posting, ...]:
        """What it moves in the ledger because of `order`."""
        return ()

    def yes(self, code: str, *, fr: str, en: str, value: str = "") -> Decision:
        """It is allowed, and why."""
        return Decision(True, code, self.name, {"fr": fr, "en": en}, value)

    def no(self, code: str, *, fr: str, en: str) -> Decision:
        """It is denied, and why."""
        return Decision(False, code, self.name, {"fr": fr, "en": en})
