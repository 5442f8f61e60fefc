"""The rules every row obeys, whatever its format. Each names its limit, its reason and its remedy."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from cabas.kernel.errors import InvalidInput
from cabas.kernel.ids import is_gtin
from cabas.kernel.money import Money
from cabas.kernel.text import INVISIBLE, fold

# Google's product data specification: title 150, id 50, brand 70 characters; a category path 750.
TITLE_MAX, ID_MAX, BRAND_MAX, CATEGORY_MAX = 150, 50, 70, 750
# Volunteers' lists put several names into the brand cell.
BRANDS_MAX = 1000
INGREDIENTS_MAX = 8000
PRICE_MAX = 10_000_000
QUANTITY_MAX = 10_000_000

_PRICE = re.compile(r"(-?\d{1,9}(?:\.\d{1,4})?) ?([A-Z]{3})")
_TAG = re.compile(r"<\s*[/!]?\s*[a-zA-Z][^<>]*>|&(?:lt|gt|quot|amp|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
# What a spreadsheet runs when it opens the file (OWASP, "CSV injection"): '=' at all; '+', '-', '@' before a call,
# a DDE link or arithmetic. "-25% de sel" and "+ de fruits" are names.
_CALL = re.compile(r"^[+\-@].*(?:\b[A-Za-z][A-Za-z0-9.]*\(|\|.*!)|^[+\-]\d+(?:\.\d+)?[+*/\-]\d")
AVAILABILITY = {
    "in_stock": True,
    "limited_availability": True,
    "on_display_to_order": False,
    "out_of_stock": False,
    "preorder": False,
    "backorder": False,
}


class RowError(Exception):
    """Why a row is not taken."""

    def __init__(self, field: str, code: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.field, self.code, self.reason, self.remedy = field, code, reason, remedy


def plain(field: str, text: str, maximum: int) -> str:
    """`text` fit to be shown: nothing invisible, no markup, no formula, at most `maximum` characters."""
    if len(text) > maximum:
        reason = f"The {field} has {len(text)} characters, the limit is {maximum}."
        raise RowError(field, f"{field}_too_long", reason, "Shorten it.")
    if text.isalnum():
        return text
    if INVISIBLE.search(text):
        found = INVISIBLE.findall(text)
        points = ", ".join(sorted({f"U+{ord(one):04X}" for one in found}))
        reason = f"The {field} holds invisible characters ({points})."
        raise RowError(field, "invisible_characters", reason, "Remove them: a shopper cannot see them.")
    if _TAG.search(text):
        raise RowError(field, f"html_in_{field}", f"The {field} holds HTML.", "Write plain text.")
    stripped = text.strip()
    if stripped[:1] == "=" or (stripped[:1] in ("+", "-", "@") and _CALL.search(stripped)):
        reason = f"The {field} is a formula: a spreadsheet would run it."
        raise RowError(field, "csv_injection", reason, "Start it with a letter or a digit.")
    return " ".join(stripped.split())


def title(text: str, field: str = "title") -> str:
    """The product's name, which must be there and hold a letter."""
    name = plain(field, text, TITLE_MAX)
    if not name:
        raise RowError(field, f"{field}_missing", "The row has no name.", "Give the product a name.")
    return name


def identifier(text: str, field: str = "id") -> str:
    """The retailer's own id, 1 to 50 characters."""
    value = plain(field, text, ID_MAX)
    if not value:
        raise RowError(field, f"{field}_missing", f"The row has no {field}.", "Give every row its own.")
    return value


def gtin(text: str, field: str = "gtin") -> str | None:
    """The GTIN, or None for an empty cell."""
    value = text.strip()
    if not value:
        return None
    if not is_gtin(value):
        reason = f"{value[:20]!r} is not a GTIN: 8, 12, 13 or 14 digits, the last of them a check digit."
        raise RowError(field, "gtin_check_digit", reason, "Copy it from the barcode, or leave it empty.")
    return value


def price(text: str, currency: str, field: str = "price") -> Money | None:
    """'3.20 EUR', or None for an empty cell. The currency must be said, and be the shop's."""
    value = text.strip()
    if not value:
        return None
    match = _PRICE.fullmatch(value)
    if match is None:
        reason = f"{value[:20]!r} is not an amount with a currency."
        raise RowError(field, "price_no_currency", reason, f"Write it like 3.20 {currency}.")
    amount, said = match.groups()
    return money(Decimal(amount), said, currency, field)


def money(amount: Decimal, said: str, currency: str, field: str = "price") -> Money:
    """A price of the shop: its currency, above zero, no finer than a cent, at most `PRICE_MAX` cents."""
    if said != currency:
        reason = f"The {field} is in {said}, the shop sells in {currency}."
        raise RowError(field, "foreign_currency", reason, f"Give the {field} in {currency}.")
    if amount <= 0:
        raise RowError(field, f"{field}_negative", f"A {field} of {amount} cannot be.", f"Give a {field} above zero.")
    try:
        result = Money.parse(str(amount), currency)
    except InvalidInput:
        raise RowError(field, f"{field}_too_fine", f"{amount} is finer than a cent.", "Round it.") from None
    if result.amount > PRICE_MAX:
        raise RowError(
            field, f"{field}_too_high", f"A {field} of {result} is surely wrong.", "Check the decimal point."
        )
    return result


def availability(text: str, field: str = "availability") -> bool:
    """Whether the shelf has it, from Google's words; the older spelling with spaces counts too."""
    value = text.strip().replace(" ", "_")
    if value not in AVAILABILITY:
        raise RowError(
            field, "availability_unknown", f"{text[:20]!r} is not an availability.", f"Use {', '.join(AVAILABILITY)}."
        )
    return AVAILABILITY[value]


def quantity(text: str, field: str = "quantity") -> int | None:
    """A whole number of pieces from 0, or None for an empty cell."""
    value = text.strip()
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or int(value) > QUANTITY_MAX:
        raise RowError(field, "quantity_unknown", f"{value[:20]!r} is not a quantity.", "Use a whole number from 0.")
    return int(value)


# The same few paths and lists stand in the rows of a file again and again.
@lru_cache(maxsize=8192)
def path(text: str, separators: str = ">") -> tuple[str, ...]:
    """A category path as its parts: "Crèmerie > Laits"."""
    value = text[:CATEGORY_MAX]
    for separator in separators:
        value = value.replace(separator, ">")
    return tuple(part for part in (piece.strip() for piece in value.split(">")) if part and not INVISIBLE.search(part))


@lru_cache(maxsize=8192)
def listed(text: str, separators: str = ",|;") -> tuple[str, ...]:
    """The words of a cell that lists several."""
    for separator in separators:
        text = text.replace(separator, "|")
    return tuple(part for part in (piece.strip() for piece in text.split("|")) if part)


def same(text: str) -> str:
    """Folded, for comparing words of a cell."""
    return fold(text)
