"""How the sentences of an agreement write dates, money and shares, in French and in English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from cabas.kernel.money import Money, exponent

LANGS = ("fr", "en")
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


def money(amount: Money, lang: str) -> str:
    """ "12,40 €", "€12.40"; other currencies by their code."""
    digits = exponent(amount.currency)
    figure = f"{amount.amount / 10**digits:.{digits}f}"
    if amount.currency != "EUR":
        return f"{figure} {amount.currency}"
    return f"{figure.replace('.', ',')} €" if lang == "fr" else f"€{figure}"


def day(value: date, lang: str) -> str:
    """ "1er janvier 2019", "1 January 2019"."""
    month = _MONTHS["fr" if lang == "fr" else "en"].split()[value.month - 1]
    number = "1er" if lang == "fr" and value.day == 1 else str(value.day)
    return f"{number} {month} {value.year}"


def percent(basis_points: int, lang: str) -> str:
    """ "4,5 %", "4.5%"."""
    figure = f"{float(Fraction(basis_points, 100)):.2f}".rstrip("0").rstrip(".")
    return f"{figure.replace('.', ',')} %" if lang == "fr" else f"{figure}%"


def listed(names: Iterable[str], lang: str) -> str:
    """ "a, b et c", "a, b and c"."""
    items = list(names)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {'et' if lang == 'fr' else 'and'} {items[-1]}"


# What ids are called. Anything else is said as it is written.
_NAMES: Mapping[str, Mapping[str, str]] = {
    "fr": {"pickup": "le retrait", "delivery": "la livraison", "voice": "la voix", "chat": "la messagerie",
           "web": "le site", "app": "l'application", "store": "le magasin", "retailer": "l'enseigne"},
    "en": {"pickup": "pickup", "delivery": "delivery", "voice": "voice", "chat": "chat", "web": "the website",
           "app": "the app", "store": "the store", "retailer": "the retailer"},
}  # fmt: skip


def name(identifier: str, lang: str) -> str:
    """What a method, channel or party is called in `lang`."""
    return _NAMES["fr" if lang == "fr" else "en"].get(identifier, identifier)
