"""What Cabas answers: facts of a turn, put into the words of a language.

A handler tells facts (`Fact("added", items=lines)`), never sentences. The sentences are in `replies.yaml`; values are
formatted here by what they are: money, lines, slots, names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cabas.dialogue import say
from cabas.domain.cart import Amount, LineItem
from cabas.domain.fulfillment import Slot
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity

# A screen shows about 300 characters and an ear keeps about four items: more lines are counted, not listed.
ITEMS_SHOWN, ITEMS_SPOKEN = 6, 4
# Reasons worth a word in a reply; that something sells well is not.
NOTABLE = ("usual", "brand", "promotion", "substitute", "closest")
_FIELD = re.compile(r"\{(\w+)(?:\|(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened or must be said. `kind` is a key of `facts:` in replies.yaml."""

    kind: str
    values: Mapping[str, object]


def fact(kind: str, **values: object) -> Fact:
    """`fact("added", items=lines)`."""
    return Fact(kind, values)


def render(facts: Iterable[Fact], lang: str, today: date) -> tuple[str, str]:
    """(text, speech) of a turn, in order; the same sentence is never said twice."""
    texts: list[str] = []
    speeches: list[str] = []
    for item in facts:
        text, speech = _sentence(item, lang, today)
        if text not in texts:
            texts.append(text)
            speeches.append(speech)
    return " ".join(texts), " ".join(speeches)


def _sentence(item: Fact, lang: str, today: date) -> tuple[str, str]:
    template = say.phrases(lang)["facts"][item.kind]
    if "one" in template:
        template = template["one" if _count(item.values) == 1 else "other"]
    fields = {key: _words(value, lang, today, spoken=False) for key, value in item.values.items()}
    heard = {key: _words(value, lang, today, spoken=True) for key, value in item.values.items()}
    for key in ("items",):
        if key in item.values:
            fields["spoken"] = heard["spoken"] = heard[key]
    text = _fill(template["text"], fields, lang)
    return text, _fill(template.get("speech", template["text"]), heard, lang)


def _count(values: Mapping[str, object]) -> int:
    for key in ("count", "names", "items"):
        value = values.get(key)
        if isinstance(value, int):
            return value
        if isinstance(value, Sequence) and not isinstance(value, str):
            return len(value)
    return 1


def _fill(template: str, fields: Mapping[str, str], lang: str) -> str:
    def put(match: re.Match[str]) -> str:
        value = fields.get(match[1], "")
        return say.elided(match[2], value, lang) if match[2] else value

    return re.sub(r"\s+", " ", _FIELD.sub(put, template)).strip()


def _words(value: object, lang: str, today: date, *, spoken: bool) -> str:
    if isinstance(value, Money):
        return say.spoken_money(value, lang) if spoken else say.money(value, lang)
    if isinstance(value, LineItem):
        return line_words(value, lang, spoken=spoken)
    if isinstance(value, Slot):
        return say.window(value.starts_at, value.ends_at, today, lang)
    if isinstance(value, Amount):
        return say.amount(value, lang)
    if isinstance(value, Quantity):
        return say.measure(value, lang)
    if isinstance(value, (int, Fraction)):
        return say.number(value, lang)
    if isinstance(value, (tuple, list)):
        if not spoken and len(value) > 1 and all(isinstance(one, LineItem) for one in value):
            told = len({one.why[:1] for one in value}) > 1  # a reason all of them share is said by the sentence
            return say.join([listed(one, lang, reason=told) for one in value], lang, ITEMS_SHOWN)
        most = ITEMS_SPOKEN if spoken else ITEMS_SHOWN
        return say.join([_words(one, lang, today, spoken=spoken) for one in value], lang, most)
    return str(value)


def line_words(line: LineItem, lang: str, *, spoken: bool) -> str:
    """One line: "2 x Lait demi-écrémé 1 l (Vallon), 2,10 €"; for the ear without sizes and brands of loose goods."""
    price = ""
    if line.price is not None:
        price = ", " + (say.spoken_money(line.price, lang) if spoken else say.money(line.price, lang))
    if line.sku is None:
        return line.want.words
    if line.sold_by == "weight":
        return f"{line.name} {say.measure(Quantity(line.quantity, 'GRM'), lang)}{price}"
    name = line.name if spoken or not line.brand or line.brand in line.name else f"{line.name} ({line.brand})"
    count = "" if line.quantity == 1 else (f"{line.quantity} " if spoken else f"{line.quantity} x ")
    why = "" if spoken or not _notable(line) else f" ({_notable(line, lang)})"
    return f"{count}{name}{price}{why}"


def listed(line: LineItem, lang: str, *, reason: bool = True) -> str:
    """One line among others: "2 x Lait demi-écrémé 1 l (2,10 €)". Commas part the lines, so none are inside one."""
    if line.sku is None:
        return line.want.words
    told = [say.money(line.price, lang)] if line.price is not None else []
    told += [_notable(line, lang)] if reason and _notable(line) else []
    if line.sold_by == "weight":
        name = f"{line.name} {say.measure(Quantity(line.quantity, 'GRM'), lang)}"
    else:
        name = line.name if line.quantity == 1 else f"{line.quantity} x {line.name}"
    return f"{name} ({', '.join(told)})" if told else name


def _notable(line: LineItem, lang: str = "en") -> str:
    """Why it was chosen, where that is worth saying."""
    reasons = say.reasons(line.why[:1], lang) if line.why and line.why[0] in NOTABLE else ()
    return reasons[0] if reasons else ""


def chips(kind: str, lang: str) -> tuple[str, ...]:
    """Up to three things to say next."""
    return tuple(say.phrases(lang)["chips"].get(kind, ()))[:3]
