"""What Cabas answers: facts of a turn, put into the words of a language.

A handler tells facts (`Fact("added", items=lines)`), never sentences. The sentences are in `replies.yaml`; values are
formatted here by what they are: money, lines, slots, names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from cabas.dialogue import nouns, say
from cabas.domain.cart import Amount, LineItem, Want
from cabas.domain.fulfillment import Slot
from cabas.kernel.money import Money
from cabas.kernel.quantity import Quantity
from cabas.kernel.text import fold

# A screen shows 300 characters well (as assistants advise) and an ear keeps about four items: more lines are counted,
# not listed, and of options to choose from three are enough.
TEXT_MAX = 300
ITEMS_SHOWN, ITEMS_SPOKEN = 6, 4
# A list of this many names is not shortened for the sake of what is minor.
COUNTED_FROM = 3
# A name is shortened at a word beyond this, where a reply would be too long.
NAME_MAX = 40
# Reasons worth a word in a reply; that something sells well is not.
NOTABLE = ("usual", "brand", "promotion", "substitute", "closest")
# The values that hold names of products, as handlers tell them.
NAMES = frozenset({"name", "names", "old", "taken"})
_FIELD = re.compile(r"\{(\w+)(?:\|(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened or must be said. `kind` is a key of `facts:` in replies.yaml."""

    kind: str
    values: Mapping[str, object]


def fact(kind: str, **values: object) -> Fact:
    """`fact("added", items=lines)`."""
    return Fact(kind, values)


@dataclass(frozen=True, slots=True)
class _Way:
    """How values are put into words: for the eye or the ear, and how many of a list, in names of what length."""

    lang: str
    today: date
    spoken: bool
    most: int
    name: int = 0


def render(facts: Iterable[Fact], lang: str, today: date, said: Sequence[str] = ()) -> tuple[str, str]:
    """(text, speech) of a turn, each of at most `TEXT_MAX` characters: what happened, then what is asked.

    The same sentence is never said twice, and of several ways to say something (`ways` in replies.yaml) the first is
    taken that is not in `said`, the last replies of the conversation: nobody hears the same excuse twice in a row.
    Lists that are too long are counted, then names are shortened, then the least important sentences are left out.
    """
    told = _questions_last(list(facts), lang)
    text = _fitted(told, lang, today, said, spoken=False)
    return text, _fitted(told, lang, today, said, spoken=True) or text  # what is only shown is read out if it is all


def _questions_last(facts: list[Fact], lang: str) -> list[Fact]:
    return sorted(facts, key=lambda item: _asks(item, lang))


def _asks(item: Fact, lang: str) -> bool:
    """Whether a fact is told as a question."""
    return "?" in str(_template(item, lang, ())["text"])


def _fitted(facts: Sequence[Fact], lang: str, today: date, said: Sequence[str], *, spoken: bool) -> str:
    """The sentences, made to fit: lists are counted from a third name on, then what is minor is left out, then names
    are shortened and counted, then the least important sentences go, questions last. The one that stays may be cut.
    """
    minor = {kind: place for place, kind in enumerate(say.phrases(lang)["minor"])}
    kept, most, name = list(facts), ITEMS_SPOKEN if spoken else ITEMS_SHOWN, 0
    while True:
        text = " ".join(_sentences(kept, _Way(lang, today, spoken, most, name), said))
        if len(text) <= TEXT_MAX:
            return text
        weakest = min(
            range(len(kept)), key=lambda at: (minor.get(kept[at].kind, len(minor)), _asks(kept[at], lang), -at)
        )
        if most > COUNTED_FROM:
            most -= 1
        elif len(kept) > 1 and (kept[weakest].kind in minor or (most, name) == (1, NAME_MAX)):
            del kept[weakest]
        elif (most, name) == (1, NAME_MAX):
            return shortened(text, TEXT_MAX)
        else:
            most, name = max(1, most - 1), NAME_MAX


def _sentences(facts: Sequence[Fact], way: _Way, said: Sequence[str]) -> list[str]:
    return [text for text in dict.fromkeys(_sentence(item, way, said) for item in facts) if text]


def _template(item: Fact, lang: str, said: Sequence[str]) -> Mapping[str, Any]:
    """The template of a fact: one of several ways to say it, for one thing or for more."""
    template: Mapping[str, Any] = say.phrases(lang)["facts"][item.kind]
    if "one" in template:
        template = template["one" if _count(item.values) == 1 else "other"]
    if "ways" not in template:
        return template
    ways: Sequence[Mapping[str, Any]] = template["ways"]
    starts = [_FIELD.split(way["text"])[0] or way["text"] for way in ways]
    recent = [max((place for place, old in enumerate(said) if start.strip() in old), default=-1) for start in starts]
    return ways[min(range(len(ways)), key=lambda at: (recent[at], at))]


def _sentence(item: Fact, way: _Way, said: Sequence[str]) -> str:
    template = _template(item, way.lang, said)
    most = min(max(way.most, int(template.get("least", 0))), int(template.get("most", way.most)))
    inner = way if most == way.most else replace(way, most=most)
    fields = {key: _words(value, inner) for key, value in _heard_names(item.values, way).items()}
    items = item.values.get("items")
    if isinstance(items, Sequence) and items and isinstance(items[0], LineItem) and way.spoken:
        fields |= {"spoken": fields["items"], **_about(items[0], way)}
    return _fill(template.get("speech", template["text"]) if way.spoken else template["text"], fields, way.lang)


def _heard_names(values: Mapping[str, object], way: _Way) -> Mapping[str, object]:
    """The values, with names of products as one hears them."""
    if not way.spoken:
        return values
    heard = dict(values)
    for key in NAMES & values.keys():
        value = values[key]
        if isinstance(value, str):
            heard[key] = say.spoken_name(value, way.lang)
        elif isinstance(value, (list, tuple)):
            heard[key] = [say.spoken_name(str(one), way.lang) for one in value]
    return heard


def _about(line: LineItem, way: _Way) -> dict[str, str]:
    """What was asked for with one line and what came of it: "trois pommes ajoutées", ": Golden, 500 grammes"."""
    wish, lang = line.want, way.lang
    name = _named(say.spoken_name(line.name, lang), way)
    how = str(say.phrases(lang)["format"]["chosen"])
    weight = ""
    if line.sold_by == "weight":
        weight = say.spoken_measures(say.measure(Quantity(line.quantity, "GRM"), lang), lang)
    if wish.lang != lang or fold(wish.words) == fold(line.name):
        many = line.sold_by == "each" and line.quantity > 1
        wish, chosen = Want(name, lang, Amount(Fraction(line.quantity)) if many else None), weight
        asked = nouns.numbered_name(Fraction(line.quantity), name, lang) if many else name
    else:
        asked = nouns.asked(wish, lang)[0]
        usual = f"{nouns.yours(wish.words, lang)}, " if _is_usual(line) else ""
        chosen = f"{usual}{name}{', ' if weight else ''}{weight}"
    chosen = how.format(name=chosen) if chosen else ""
    asked = f"{asked} {nouns.asked_agreed('added', wish, lang)}"
    price = f", {say.spoken_money(line.price, lang)}" if line.price is not None else ""
    return {"asked": f"{asked[:1].upper()}{asked[1:]}{chosen}{price}"}


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


def _words(value: object, way: _Way) -> str:
    lang = way.lang
    if isinstance(value, Money):
        return say.spoken_money(value, lang) if way.spoken else say.money(value, lang)
    if isinstance(value, LineItem):
        return line_words(value, way)
    if isinstance(value, Slot):
        return say.window(value.starts_at, value.ends_at, way.today, lang, spoken=way.spoken)
    if isinstance(value, Amount):
        return say.amount(value, lang)
    if isinstance(value, Quantity):
        return say.measure(value, lang)
    if isinstance(value, (int, Fraction)):
        return say.number(value, lang)
    if isinstance(value, (tuple, list)):
        return _list(value, way)
    return _named(str(value), way)


def _list(values: Sequence[object], way: _Way) -> str:
    """The first of `values` in words, and how many more there are."""
    shown = values[: way.most]
    lines = [one for one in shown if isinstance(one, LineItem)]
    if len(values) == 1 or len(lines) < len(shown):
        parts = [_words(one, way) for one in shown]
    elif way.spoken:
        parts = [_heard(one, way) for one in lines]
    else:
        # A reason all of them share is said by the sentence.
        told = len({one.why[:1] for one in values if isinstance(one, LineItem)}) > 1
        parts = [listed(one, way, reason=told) for one in lines]
    return say.join([*parts, *[""] * (len(values) - len(parts))], way.lang, way.most)


def _heard(line: LineItem, way: _Way) -> str:
    """One line among others, for the ear: how many of what; prices are summed up at the end."""
    name = _named(say.spoken_name(line.name, way.lang), way) if line.sku else _named(line.want.words, way)
    if line.sku is None or line.sold_by == "weight" or line.quantity == 1:
        return name
    return nouns.numbered_name(Fraction(line.quantity), name, way.lang)


def _named(name: str, way: _Way) -> str:
    return shortened(name, way.name) if way.name else name


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut at a word."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    whole = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return f"{whole.rstrip(' ,;:.(')}…"


def line_words(line: LineItem, way: _Way) -> str:
    """One line: "2 x Lait demi-écrémé 1 l (Vallon), 2,10 €"; for the ear without sizes and brands of loose goods."""
    lang, spoken, price = way.lang, way.spoken, ""
    if line.price is not None:
        price = ", " + (say.spoken_money(line.price, lang) if spoken else say.money(line.price, lang))
    if line.sku is None:
        return _named(line.want.words, way)
    own = _named(say.spoken_name(line.name, lang) if spoken else line.name, way)
    if line.sold_by == "weight":
        weight = say.measure(Quantity(line.quantity, "GRM"), lang)
        return f"{own} {say.spoken_measures(weight, lang) if spoken else weight}{price}"
    name = own if spoken or not line.brand or line.brand in line.name else f"{own} ({_named(line.brand, way)})"
    if spoken and line.quantity > 1:
        name = nouns.numbered_name(Fraction(line.quantity), name, lang)
    count = "" if spoken or line.quantity == 1 else f"{line.quantity} x "
    why = "" if spoken or not _notable(line, lang) else f" ({_named(_notable(line, lang), way)})"
    return f"{count}{name}{price}{why}"


def listed(line: LineItem, way: _Way, *, reason: bool = True) -> str:
    """One line among others: "2 x Lait demi-écrémé 1 l (2,10 €)". Commas part the lines, so none are inside one."""
    lang, own = way.lang, _named(line.name, way)
    if line.sku is None:
        return _named(line.want.words, way)
    told = [say.money(line.price, lang)] if line.price is not None else []
    told += [_notable(line, lang)] if reason and not way.name and _notable(line, lang) else []
    if line.sold_by == "weight":
        name = f"{own} {say.measure(Quantity(line.quantity, 'GRM'), lang)}"
    else:
        name = own if line.quantity == 1 else f"{line.quantity} x {own}"
    return f"{name} ({', '.join(told)})" if told else name


def _notable(line: LineItem, lang: str) -> str:
    """Why it was chosen, where that is worth saying."""
    if not line.why or line.why[0] not in NOTABLE:
        return ""
    if _is_usual(line) and line.want.lang == lang and fold(line.want.words) != fold(line.name):
        return nouns.yours(line.want.words, lang)
    reasons = say.reasons(line.why[:1], lang)
    return reasons[0] if reasons else ""


def _is_usual(line: LineItem) -> bool:
    return line.why[:1] == ("usual",)


def chips(kind: str, lang: str) -> tuple[str, ...]:
    """Up to three things to say next."""
    return tuple(say.phrases(lang)["chips"].get(kind, ()))[:3]
