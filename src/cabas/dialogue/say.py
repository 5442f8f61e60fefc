"""How a language writes and says money, amounts, days and lists. The words are in `locales/<lang>/replies.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from importlib.resources import files
from typing import Any

import yaml

from cabas.dialogue import locales
from cabas.domain.cart import Amount
from cabas.domain.catalog import Product, SoldBy, unit_price
from cabas.kernel.errors import NotFound
from cabas.kernel.money import Money, exponent
from cabas.kernel.quantity import Quantity
from cabas.kernel.remember import remembered
from cabas.kernel.text import fold

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
VOWELS = frozenset("aeiouh")
# The size at the end of a product's name, "6 x 1,5 l", and a measure anywhere else in it.
_SIZE = re.compile(r"\s*(?:(?:\b\d+\s*[x×]\s*)?\b\d+(?:[.,]\d+)?\s*(?:kg|g|mg|l|cl|ml|dl)|[x×]\s*\d+)$", re.IGNORECASE)
_MEASURED = re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(kg|g|cl|ml|l)\b", re.IGNORECASE)


@remembered
def phrases(lang: str) -> Mapping[str, Any]:
    """The replies of a language. Raises `NotFound`, naming the languages there are."""
    folder = files("cabas.dialogue.locales")
    path = folder / lang / "replies.yaml"
    if not path.is_file():
        known = sorted(entry.name for entry in folder.iterdir() if (entry / "replies.yaml").is_file())
        raise NotFound(f"Cabas does not speak {lang!r} yet.", remedy=f"It speaks {', '.join(known)}.")
    loaded: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
    return loaded


def number(value: Fraction | int, lang: str) -> str:
    """At most two decimals, without trailing zeros: "1,5"."""
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return text.replace(".", phrases(lang)["format"]["decimal"])


def money(amount: Money, lang: str) -> str:
    """As written on a shelf label: "2,10 €", "€2.10"."""
    digits = exponent(amount.currency)
    value = f"{amount.amount / 10**digits:.{digits}f}".replace(".", phrases(lang)["format"]["decimal"])
    if amount.currency != "EUR":
        return f"{value} {amount.currency}"
    return str(phrases(lang)["format"]["money"].format(amount=value))


def cardinal(value: int, lang: str) -> str:
    """A whole number as it is said: "quatre-vingt-un", "two hundred and five"; digits from a million on."""
    sheet = locales.read(lang, "cardinals")
    if value < 0 or value >= 1_000_000:
        return str(value)
    if value < 100:
        return str(sheet["words"][value])
    size = "hundreds" if value < 1000 else "thousands"
    forms = sheet[size]
    whole, rest = divmod(value, 100 if value < 1000 else 1000)
    number = cardinal(whole, lang)
    if whole in forms.get("irregular", {}):
        return f"{forms['irregular'][whole]} {cardinal(rest, lang)}" if rest else str(forms["irregular"][whole])
    if not rest:
        return str(forms["one"] if whole == 1 else forms["many"].format(n=number))
    if size == "thousands":
        return f"{forms['one'] if whole == 1 else forms['many'].format(n=number)} {cardinal(rest, lang)}"
    return str(forms["one_rest" if whole == 1 else "rest"].format(n=number, rest=cardinal(rest, lang)))


def spoken_number(value: Fraction | int, lang: str) -> str:
    """A number as it is said, with at most two decimals: "un virgule cinq", "one point five"."""
    whole, part = divmod(round(Fraction(value) * 100), 100)
    if not part:
        return cardinal(int(whole), lang)
    digits = f"{part:02d}".rstrip("0")
    after = cardinal(int(digits), lang) if digits[0] != "0" else f"{cardinal(0, lang)} {cardinal(int(digits), lang)}"
    return f"{cardinal(int(whole), lang)} {locales.read(lang, 'cardinals')['point']} {after}"


def spoken_money(amount: Money, lang: str) -> str:
    """As people say it: "trois euros vingt", "ninety cents". Currencies without words fall back to the written form."""
    if amount.currency != "EUR" or amount.amount < 0:
        return money(amount, lang)
    words = phrases(lang)["format"]["spoken_money"]
    whole, cents = divmod(amount.amount, 100)
    few = "" if not cents else "_single" if cents == 1 else "_few" if cents < 10 else "_many"
    form = f"{'one' if whole == 1 else 'more'}{few}"
    if not whole:
        form = "cent" if cents == 1 else "cents" if cents else "none"
    return str(words[form].format(whole=cardinal(whole, lang), cents=cardinal(cents, lang)))


def spoken_name(name: str, lang: str) -> str:
    """A product's name for the ear: what one pack holds is seen, not heard, and units are words where they stay."""
    return spoken_measures(_SIZE.sub("", name).strip(" -–,") or name, lang)


def spoken_measures(text: str, lang: str) -> str:
    """`text` with its units in words: "750 grammes"."""
    words = phrases(lang)["format"]

    def said(match: re.Match[str]) -> str:
        one, more = words["spoken_units"][match[2].lower()]
        value = Fraction(match[1].replace(",", "."))
        return f"{number(value, lang)} {more if value >= words['many_from'] else one}"

    return _MEASURED.sub(said, text)


def measure(quantity: Quantity, lang: str) -> str:
    """A content in the unit people read: 1500 ml -> "1,5 l", 75 cl stays under a litre as "75 cl"."""
    base = quantity.base
    if quantity.dimension == "mass":
        return f"{number(base / 1000, lang)} kg" if base >= 1000 else f"{number(base, lang)} g"
    if quantity.dimension == "volume":
        if base >= 1000:
            return f"{number(base / 1000, lang)} l"
        return f"{number(base / 10, lang)} cl" if base >= 100 and base % 10 == 0 else f"{number(base, lang)} ml"
    return number(base, lang)


def content(product: Product, lang: str) -> str:
    """What one pack holds: "1 l", "6 x 1,5 l", "12"; empty when unknown or sold by weight."""
    if product.content is None or product.sold_by is SoldBy.WEIGHT:
        return ""
    if product.pieces > 1 and product.content.dimension != "count":
        return f"{product.pieces} x {measure(product.content.times(Fraction(1, product.pieces)), lang)}"
    return measure(product.content, lang)


def per_unit(price: Money | None, product: Product, lang: str) -> str:
    """The unit price people compare by: "1,05 €/l", "€1.05/l"; empty when unknown."""
    found = unit_price(price, product) if price is not None else None
    if found is None or (found[1] == "C62" and product.pieces <= 1):
        return ""
    amount, unit = found
    value = f"{amount.amount / 100:.2f}".replace(".", phrases(lang)["format"]["decimal"])
    return str(phrases(lang)["format"]["per"][unit].format(amount=value))


def amount(said: Amount, lang: str) -> str:
    """An amount as it was said: "1,5 kg", "4 boîtes", "2"."""
    words = phrases(lang)["format"]
    unit = words["units"].get(said.unit, said.unit)
    if said.value >= words["many_from"]:
        unit = words["units_many"].get(said.unit, unit)
    return f"{number(said.value, lang)} {unit}".strip()


def join(parts: Sequence[str], lang: str, most: int = 0) -> str:
    """ "a, b et c"; with `most`, the rest is counted: "a, b et 3 autres"."""
    shown = list(parts)
    if most and len(shown) > most:
        rest = len(shown) - most
        more = phrases(lang)["format"]["and_more"]
        shown = [*shown[:most], (more["one"] if rest == 1 else more["other"]).format(n=rest)]
    comma, last = phrases(lang)["format"]["join"]
    return last.join([comma.join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def day(when: date, today: date, lang: str) -> str:
    """ "aujourd'hui", "demain", "samedi 28 novembre"."""
    words = phrases(lang)["format"]
    ahead = (when - today).days
    if ahead in (0, 1):
        return str(words["day"]["today" if ahead == 0 else "tomorrow"])
    return str(
        words["day"]["other"].format(
            weekday=words["weekdays"][when.weekday()], day=when.day, month=words["months"][when.month - 1]
        )
    )


def hour(when: datetime, lang: str, *, spoken: bool = False) -> str:
    """ "18 h", "18 h 30"; spoken "18 heures 30", "6:30 pm"."""
    words, kind = phrases(lang)["format"], "minute" if when.minute else "hour"
    form: str = words.get(f"spoken_{kind}", words[kind]) if spoken else words[kind]
    half = words.get("halves", ["", ""])[when.hour >= 12]
    return form.format(hour=when.hour, minute=when.minute, twelve=(when.hour - 1) % 12 + 1, half=half)


def window(starts_at: datetime, ends_at: datetime, today: date, lang: str, *, spoken: bool = False) -> str:
    """ "demain entre 18 h et 19 h", in the time zone of its arguments."""
    start, end = hour(starts_at, lang, spoken=spoken), hour(ends_at, lang, spoken=spoken)
    return str(phrases(lang)["format"]["window"].format(day=day(starts_at.date(), today, lang), start=start, end=end))


def elides(before: str, lang: str) -> bool:
    """Whether small words lose their vowel in front of `before`: "d'œufs", but "de haricots"."""
    words, plain = phrases(lang)["format"], fold(before).strip()
    first = plain.partition(" ")[0]
    aspirated = {fold(word) for word in words.get("aspirated", ())}
    keeps = first in aspirated or first[:-1] in aspirated or " ".join(plain.split()[:2]) in aspirated
    return bool(words["elide"]) and plain[:1] in VOWELS and not keeps


def elided(word: str, before: str, lang: str) -> str:
    """`word` in front of `before`: "de lait", "d'œufs"."""
    short = phrases(lang)["format"]["elide"].get(word)
    return f"{short}{before}" if short and elides(before, lang) else f"{word} {before}"


def reasons(why: Iterable[str], lang: str) -> tuple[str, ...]:
    """Reason codes in words; "label:bio" carries its own word."""
    words = phrases(lang)["why"]
    result = []
    for code in why:
        kind, _, value = code.partition(":")
        if kind in words:
            result.append(words[kind].format(label=value))
    return tuple(result)
