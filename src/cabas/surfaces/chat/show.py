"""How a view is shown: sections of the cart, slots by day, prices and days in words. No markup here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import groupby

import yaml

from cabas.dialogue import say
from cabas.domain.cart import Cart, LineItem, SlotChoice
from cabas.domain.fulfillment import Slot
from cabas.domain.pricing import vat_by_rate
from cabas.kernel.money import Money, total
from cabas.kernel.text import fold
from cabas.surfaces.chat.texts import text, texts
from cabas.usecases.talk.view import Alternative

NBSP = "\u00a0"
# Grams one touch of plus or minus is worth: a shopper asks for 100 g of ham, then for kilograms of potatoes.
STEP_SMALL, STEP_LARGE, LARGE_FROM = 50, 250, 1_000
# Reasons a clerk would not mention: they are true of most of the cart.
PLAIN = frozenset({"popular", "asked"})
# Spaces that must not break: beside a sign, and between a number and a short word ("2,38 €", "« oui »", "10 h").
_TIGHT = re.compile(r" (?=[€%:?!;»])|(?<=«) |(?<= x) (?=\d)|(?<=\d) (?=\w{1,2}\b)")


@dataclass(frozen=True, slots=True)
class Section:
    """Lines shown together: a dish, or the rest. `proposed` are pantry goods that are not counted until added."""

    title: str
    lines: tuple[LineItem, ...]
    proposed: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The slots of one day."""

    day: date
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class SlotPanel:
    """The open slot chooser: the methods there are, the one shown, its days, and the day shown."""

    methods: tuple[str, ...]
    method: str
    days: tuple[Day, ...]
    day: Day | None


def sections(cart: Cart) -> tuple[Section, ...]:
    """The lines of the cart: those of no dish first, then dish by dish, in the order they came."""
    titles = ["", *dict.fromkeys(line.recipe for line in cart.lines if line.recipe)]
    found = []
    for title in titles:
        mine = [line for line in cart.lines if (line.recipe or "") == title]
        if mine:
            kept = tuple(line for line in mine if line.ticked)
            found.append(Section(title, kept, tuple(line for line in mine if not line.ticked)))
    return tuple(found)


def changed(before: Cart, after: Cart) -> tuple[str, ...]:
    """Ids of the lines that are new or not what they were."""
    old = {line.id: line for line in before.lines}
    return tuple(line.id for line in after.lines if old.get(line.id) != line)


def turns(history: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """What the log shows: all that was said, and the "note" of a touch as long as it is the newest. What the touches
    before it did is in the cart for all to see.
    """
    return tuple(one for place, one in enumerate(history) if one[0] != "note" or place == len(history) - 1)


def slot_panel(methods: Sequence[str], slots: Iterable[Slot], method: str, day: date | None, cart: Cart) -> SlotPanel:
    """The slots of `method` by day; the day asked for, else that of the slot in the cart, else the first one open."""
    mine = sorted((one for one in slots if one.method == method), key=lambda one: one.starts_at)
    days = tuple(Day(key, tuple(group)) for key, group in groupby(mine, lambda one: one.starts_at.date()))
    chosen = day or (datetime.fromisoformat(cart.slot.starts_at).date() if cart.slot else None)
    shown = next((one for one in days if one.day == chosen), None)
    free = next((one for one in days if any(slot.taken < slot.capacity for slot in one.slots)), None)
    return SlotPanel(tuple(methods), method, days, shown or free or (days[0] if days else None))


@cache
def _glyph_words() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    rows = yaml.safe_load((files(__package__) / "glyphs.yaml").read_text("utf-8"))
    return tuple((row[0], row[1], tuple(row[2:])) for row in rows)


@cache
def glyph(category: tuple[str, ...], name: str) -> tuple[str, str]:
    """(glyph, tint) for a product, by the words of its categories, deepest first, then of its name."""
    for place in (*reversed(category), name):
        words = f" {fold(place)} "
        for mark, tint, starts in _glyph_words():
            if any(f" {start}" in words for start in starts):
                return mark, tint
    return "bag", "plain"


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language on one day in one store: everything a template writes goes through it."""

    lang: str
    today: date

    def __call__(self, path: str, **values: object) -> object:
        """The page's own text at `path`."""
        return text(self.lang, path, **values)

    def money(self, amount: Money) -> str:
        """ "2,38 €", which never breaks across lines."""
        return tight(say.money(amount, self.lang))

    def free_or(self, amount: Money) -> str:
        """The fee, or the word for none."""
        return self.money(amount) if amount else str(self("free"))

    def quantity(self, quantity: int, sold_by: str) -> str:
        """ "3", "250 g", "1,2 kg"."""
        if sold_by != "weight":
            return str(quantity)
        if quantity < 1000 or quantity % 10:
            return f"{quantity}{NBSP}g"
        return f"{say.number(Fraction(quantity, 1000), self.lang)}{NBSP}kg"

    def details(self, line: LineItem | Alternative) -> tuple[str, ...]:
        """Brand, content, unit price: what tells one product from another; a content the name says is left out."""
        content = _bare(line.content)
        told = line.content == "1" or any(one in _bare(line.name) for one in (content, *_same(content)))
        parts = (line.brand or "", "" if told else line.content, line.per_unit)
        return tuple(tight(part) for part in parts if part)

    def why(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Why it was chosen, in words."""
        return say.reasons((code for code in codes if code not in PLAIN), self.lang)

    def allergens(self, ids: Iterable[str]) -> str:
        """Allergens in words, an unknown one as it is written."""
        words = texts(self.lang)["allergens"]
        return ", ".join(sorted(words.get(one, one) for one in ids))

    def step(self, line: LineItem) -> int:
        """What one touch of plus adds: a piece, or a sensible number of grams."""
        if line.sold_by != "weight":
            return 1
        return STEP_LARGE if line.quantity >= LARGE_FROM else STEP_SMALL

    def less(self, line: LineItem) -> int:
        """What one touch of minus takes away: the step below, so that 1000 g goes to 950 g and not to 750 g."""
        if line.sold_by != "weight":
            return 1
        return min(line.quantity, STEP_LARGE if line.quantity > LARGE_FROM else STEP_SMALL)

    def vat(self, cart: Cart) -> str:
        """The VAT inside the goods of the cart."""
        return self.money(total(self._vat(cart), cart.currency))

    def _vat(self, cart: Cart) -> Iterable[Money]:
        amounts = [(line.price, line.vat_rate) for line in cart.bought if line.price is not None]
        rates = {line.id: line.vat_rate for line in cart.bought}
        off = [(-share, rates[line]) for one in cart.taken_off[0] for line, share in one.shares]
        return vat_by_rate([*amounts, *off]).values()

    def minimum_age(self, cart: Cart) -> int:
        """The highest age any line of the cart asks for; 0 for none."""
        return max((line.minimum_age for line in cart.bought), default=0)

    def short_day(self, day: date) -> tuple[str, str]:
        """("sam.", "28") for a calendar strip."""
        return texts(self.lang)["weekdays"][day.weekday()], str(day.day)

    def day(self, day: date) -> str:
        """ "Demain", "Samedi 28 novembre"."""
        words = say.day(day, self.today, self.lang)
        return words[:1].upper() + words[1:]

    def hours(self, starts_at: datetime, ends_at: datetime) -> str:
        """ "10:00–11:00"."""
        return f"{starts_at:%H:%M}–{ends_at:%H:%M}"

    def slot(self, choice: SlotChoice) -> str:
        """ "Demain, 10:00–11:00"."""
        starts_at, ends_at = datetime.fromisoformat(choice.starts_at), datetime.fromisoformat(choice.ends_at)
        return f"{self.day(starts_at.date())}, {self.hours(starts_at, ends_at)}"

    def when(self, at: datetime) -> tuple[str, str]:
        """Date and time of a receipt."""
        return at.strftime(texts(self.lang)["date"]), f"{at:%H:%M}"

    def rate(self, basis_points: int) -> str:
        """ "5,5"."""
        return say.number(Fraction(basis_points, 100), self.lang)


def _bare(words: str) -> str:
    """Letters and figures only, so that "4 x 250 g" meets "4×250g"."""
    return "".join(mark for mark in fold(words).replace("×", "x") if mark.isalnum())


def _same(content: str) -> tuple[str, ...]:
    """The other way a name may put a bare volume: "40cl" is "400ml", "375ml" is "37,5 cl" ("375cl")."""
    if content.endswith("cl"):
        return (f"{content[:-2]}0ml",)
    return (f"{content[:-2]}cl",) if content.endswith("ml") else ()


def tight(words: str) -> str:
    """`words` with no-break spaces where a line must not end."""
    return _TIGHT.sub(NBSP, words)
