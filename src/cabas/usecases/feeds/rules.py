"""Which rows of the catalog a platform gets on a day, and what keeps the others out. Pure: the day is in the setting.

The agreement decides first (shown in the format's place, sold through any channel, served by the format's surface).
Then the law and the shop: nothing with a minimum age, nothing without a price. Then the rules of product data
(Google's product data specification, OpenAI's product feed): what breaks one is rejected with its reason and remedy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.term import CHANNELS, Enter, Sell, Show
from cabas.domain.catalog import Offer, Promotion
from cabas.domain.pricing import price_today
from cabas.kernel.ids import is_gtin
from cabas.kernel.money import Money
from cabas.kernel.quantity import UNITS, Quantity
from cabas.kernel.text import INVISIBLE, clean
from cabas.usecases.feeds.item import Item, Rejected, Setting, Ware, Withheld

# Google's product data specification; OpenAI's has the same limits for title and description.
ID_MAX, TITLE_MAX, DESCRIPTION_MAX, BRAND_MAX, LINK_MAX = 50, 150, 5000, 70, 2000
# So many kinds of goods (category path and minimum age) are remembered with what the agreement says of them.
KINDS_KEPT = 50_000
# The unit price is told for so much of each dimension (directive 98/6/EC).
_PER = {"mass": ((Fraction(1), "g"), (Fraction(1000), "kg")), "volume": ((Fraction(1), "ml"), (Fraction(1000), "l"))}
_Kind = tuple[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the agreement says of one kind of goods: empty `denial` when it may be shown."""

    denial: str
    buyable: bool


class Gate:
    """The agreement's answers for one export. `place` is where its rows are shown, `surface` where they are bought."""

    def __init__(self, agreement: Agreement, setting: Setting, place: str, surface: str) -> None:
        self._agreement, self._setting, self._place = agreement, setting, place
        self._known: dict[_Kind, Allowed] = {}
        enters = self._ask(Enter(setting.day, surface)) == "" if surface else False
        self._channels = tuple(CHANNELS) if enters else ()

    def _ask(self, question: Show | Sell | Enter) -> str:
        setting = self._setting
        verdict = evaluate(self._agreement, Request(setting.retailer, setting.platform, (question,)))
        return "" if verdict.allowed else verdict.denials[0].code

    def allows(self, category: tuple[str, ...], minimum_age: int) -> Allowed:
        """Whether goods of that category and age may be shown, and whether the platform may sell them."""
        kind = (category, minimum_age)
        known = self._known.get(kind)
        if known is None:
            day = self._setting.day
            denial = self._ask(Show(day, self._place, category, minimum_age))
            buyable = not denial and any(
                not self._ask(Sell(day, channel, category, minimum_age)) for channel in self._channels
            )
            if len(self._known) >= KINDS_KEPT:
                self._known.clear()
            known = self._known[kind] = Allowed(denial, buyable)
        return known


def judge(item: Item, gate: Gate, setting: Setting, required: frozenset[str]) -> Ware | Rejected | Withheld:
    """What becomes of a row: published, rejected (it could be mended), or withheld (it shall not be there)."""
    allowed = gate.allows(item.category, item.minimum_age)
    if allowed.denial:
        return Withheld(item.sku, allowed.denial)
    if item.minimum_age > 0:
        return Withheld(item.sku, "age_restricted")
    if item.sold is False or (item.sold is None and setting.store):
        return Withheld(item.sku, "not_sold")
    image = item.image or (_address(setting.image, item) if setting.image else "")
    wrong = _wrong(item, setting) or _missing(item, image, setting, required)
    if wrong is not None:
        return Rejected(item.sku[:80], *wrong)
    price = Money(item.price or 0, item.currency or setting.currency)
    measure, base = _unit_pricing(item)
    return Ware(
        item,
        _spaced(item.name),
        _description(item),
        _address(setting.link, item),
        image,
        item.brand or setting.unbranded,
        item.gtin or "",
        price,
        None if item.kind is None else _sale(item, item.kind, price, setting),
        item.available > 0,
        measure,
        base,
        allowed.buyable,
        setting.videos.get(item.sku, ()),
    )


def _wrong(item: Item, setting: Setting) -> tuple[str, str, str, str] | None:
    """Field, code, reason and remedy of the first rule a row breaks."""
    if item.price is None:
        remedy = "Import prices; where each store has its own, name one (--store)."
        return "price", "price_missing", "No price is published for every store.", remedy
    if item.estimated and not setting.estimated:
        return (
            "price",
            "price_estimated",
            "The price was made up for a demonstration.",
            "Import prices, or export with --estimated for a trial.",
        )
    if item.price == 0:
        return "price", "price_zero", "A price of nothing is refused by every platform.", "Give a price above zero."
    if item.currency != setting.currency:
        said = f"The price is in {item.currency}, the store sells in {setting.currency}."
        return "price", "foreign_currency", said, f"Give the price in {setting.currency}."
    sku, name, brand = item.sku, item.name, item.brand or ""
    if len(sku) > ID_MAX or len(name) > TITLE_MAX or len(brand) > BRAND_MAX or not (sku + name + brand).isprintable():
        unreadable = _unreadable((("id", sku, ID_MAX), ("title", name, TITLE_MAX), ("brand", brand, BRAND_MAX)))
        if unreadable is not None:
            return unreadable
    if not name.strip():
        return "title", "title_missing", "The product has no name.", "Give it one."
    if item.gtin and not is_gtin(item.gtin):
        said = f"{item.gtin[:20]!r} is not a GTIN: its check digit is wrong."
        return "gtin", "gtin_check_digit", said, "Copy it from the barcode, or leave it empty."
    return None


def _unreadable(fields: Iterable[tuple[str, str, int]]) -> tuple[str, str, str, str] | None:
    """The first field that is too long, or holds what nobody sees."""
    for field, text, most in fields:
        if len(text) > most:
            said = f"The {field} has {len(text)} characters, the limit is {most}."
            return field, f"{field}_too_long", said, "Shorten it."
        if INVISIBLE.search(text):
            return field, "invisible_characters", f"The {field} holds invisible characters.", "Remove them."
    return None


def _missing(item: Item, image: str, setting: Setting, required: frozenset[str]) -> tuple[str, str, str, str] | None:
    """The same for what the format requires and the row has not."""
    if "image" in required:
        if not image:
            return "image", "image_missing", "The product has no picture.", "Give it one, or export with --image URL."
        if not image.startswith(("https://", "http://")) or len(image) > LINK_MAX or not image.isprintable():
            said = "The picture's address is none a platform can read."
            return "image", "image_address", said, "Write it with https://, in at most 2,000 characters."
    if "brand" in required and not (item.brand or setting.unbranded):
        said = "The product has no brand."
        return "brand", "brand_missing", said, "Give it one, or export with --unbranded NAME."
    if "description" in required and len(item.name.strip()) < 2 and not item.ingredients:
        return "description", "description_missing", "There is nothing to describe it by.", "Give it a longer name."
    return None


def _address(template: str, item: Item) -> str:
    sku = item.sku if item.sku.isalnum() and item.sku.isascii() else quoted(item.sku)
    address = template.replace("{sku}", sku)
    return address.replace("{gtin}", item.gtin or sku) if "{" in address else address


def quoted(text: str) -> str:
    """`text` as one step of an address (RFC 3986): what is not a letter, a digit or "-._~" as %XX of its UTF-8."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(
        chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "-._~") else f"%{byte:02X}"
        for byte in text.encode()
    )


def _spaced(text: str) -> str:
    """`text` in one line."""
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def _description(item: Item) -> str:
    """What is known of it, told in the retailer's own words: name, brand, content, department, ingredients."""
    parts = [item.name]
    if item.brand and item.brand not in item.name:
        parts.append(item.brand)
    if item.content_value is not None and item.content_unit is not None:
        said = _content(item.content_value, item.content_unit, item.content_scale or 0)
        parts.append(said if item.pieces == 1 else f"{said} ({item.pieces})")
    if item.category:
        parts.append(" > ".join(item.category))
    if item.ingredients:
        parts.append(item.ingredients)
    text = ". ".join(parts)
    if not text.isprintable() or "  " in text:
        text = clean(text)
    return text[:DESCRIPTION_MAX]


def _number(value: int, scale: int) -> str:
    """`value` x 10^-`scale`, without zeros at its end."""
    if not scale:
        return str(value)
    whole, rest = divmod(value, 10**scale)
    digits = f"{rest:0{scale}d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def _sale(item: Item, kind: str, price: Money, setting: Setting) -> Money | None:
    """The price in a promotion that touches single units; None when it does not, or is no lower."""
    cut = Promotion(kind, item.value or 0, item.every or 1, item.starts, item.ends)
    asked = price_today(Offer(item.sku, setting.store, price, item.available, cut), setting.day)
    return asked if asked is not None and Money(0, price.currency) < asked < price else None


def _unit_pricing(item: Item) -> tuple[tuple[str, str] | None, tuple[int, str] | None]:
    """The content and what the unit price is per, in units Google knows (g, kg, ml, l, ct); None when unknown."""
    if item.sold_by == "weight":
        return ("1", "kg"), (1, "kg")
    if item.content_value is None or item.content_unit is None or item.content_value <= 0:
        return None, None
    return _priced_per(item.content_value, item.content_unit, item.content_scale or 0)


# Packs come in few sizes: a catalog of hundreds of thousands has some thousands of them.
@lru_cache(maxsize=8192)
def _content(value: int, unit: str, scale: int) -> str:
    """As it is printed: 1.5 l."""
    return f"{_number(value, scale)} {UNITS[unit][2]}".strip()


@lru_cache(maxsize=8192)
def _priced_per(value: int, unit: str, scale: int) -> tuple[tuple[str, str] | None, tuple[int, str] | None]:
    dimension, _, symbol = UNITS[unit]
    if dimension == "count":
        return (_number(value, scale), "ct"), (1, "ct")
    if dimension not in _PER:
        return None, None
    (_, small), (_, large) = _PER[dimension]
    if symbol in ("g", "kg", "ml", "l", "cl", "mg"):
        return (_number(value, scale), symbol), (1, large)
    exact = Quantity.of(Quantity(value, unit, scale).base)
    return (_number(exact.value, exact.scale), small), (1, large)
