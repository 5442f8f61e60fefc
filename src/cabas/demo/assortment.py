"""The range of the demo retailer: every family of goods as several products, each with the price it starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cabas.demo import chance
from cabas.demo.data import data
from cabas.demo.wording import Wording, english, french, is_counted, is_produce, says_label, words
from cabas.dialogue.families import pack_size, sheets
from cabas.domain.catalog import Product, SoldBy, Storage
from cabas.kernel.ids import gtin_check_digit
from cabas.kernel.quantity import EACH, Quantity

Sheet = Mapping[str, Any]
OWN, BUDGET, KNOWN, SECOND, PLAIN = "own", "budget", "known", "second", "plain"
# Where in the family's price range each tier sits, and how well it sells against the others.
_TIERS = {OWN: (0.15, 0.95), BUDGET: (-0.15, 0.70), KNOWN: (0.60, 1.00), SECOND: (0.45, 0.75), PLAIN: (0.35, 1.00)}
# What a label adds to the price.
_DEARER = {
    "organic": 1.35,
    "label_rouge": 1.25,
    "pdo": 1.15,
    "gluten_free": 1.40,
    "fair_trade": 1.15,
    "free_range": 1.15,
}
_PROMOTED, _NEVER_PROMOTED = 0.06, "Bébé"
_BUDGET_FROM, _SECOND_FROM, _RARE = 60, 75, 30
# In-store number ranges of GS1: 20-25 counted goods, 26-28 goods billed by weight, 29 loyalty cards.
FIXED_RANGES, WEIGHT_RANGES = 6, 3
# A fruit above this many grams is named in the singular where it lies loose: "Pastèque en vrac".
_LARGE = 500
_NO_OWN_BRAND = frozenset(("spirits", "wine", "beer"))


@dataclass(frozen=True, slots=True)
class Article:
    """A product, the price in cents it starts from (a pack, or a kilogram), and its rank in its family (0 = first).

    `promoted`: it is on promotion in these weeks, in every store that has it.
    """

    product: Product
    price: int
    rank: int
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class _Idea:
    """One SKU to be: who makes it, in which pack, with which label or variant; `pull` is how well it sells."""

    tier: str
    wording: Wording
    brand: str | None
    pull: float


def brands() -> Mapping[str, Any]:
    """`brands.yaml`: names of the own brands and of the pools."""
    return data("brands")


@cache
def articles() -> tuple[Article, ...]:
    """Every article, by family. The same family always gives the same articles, whatever others there are."""
    taken: set[str] = set()
    found: list[Article] = []
    for family in sorted(sheets()):
        sheet = sheets()[family]
        if sheet.get("price") and family not in words()["skip"]:
            found.extend(of_family(family, sheet, taken))
    return tuple(found)


def of_family(family: str, sheet: Sheet, taken: set[str]) -> Iterator[Article]:
    """The articles of one family, the best seller first. Numbers in `taken` are left to others; new ones are added."""
    seen: set[tuple[str | None, str]] = set()
    rank = 0
    limit = 5 + int(sheet["popularity"]) // 25
    for idea in _ideas(family, sheet):
        if rank == limit:
            return
        article = _article(family, sheet, idea, rank, taken)
        known = (article.product.brand, article.product.name)
        if known not in seen:
            seen.add(known)
            taken.add(str(article.product.gtin))
            rank += 1
            yield article


def _ideas(family: str, sheet: Sheet) -> Iterator[_Idea]:
    """The SKUs of a family, the most usual first."""
    popularity = int(sheet["popularity"])
    packs = [str(pack) for pack in sheet.get("packs", ())]
    makers = _makers(family, sheet, popularity)
    first = packs[0] if packs else ""
    labels = [label for label in sheet.get("labels", ()) if not says_label(sheet, family, label)]
    if sheet["sold_by"] == "weight":
        yield _Idea(PLAIN, Wording(family), None, 1.0)
        if is_produce(sheet) and "organic" in labels:
            yield _Idea(PLAIN, Wording(family, label="organic"), None, 0.5)
    if first:
        for tier, brand in makers:
            yield _Idea(tier, Wording(family, first), brand, 0.9 if sheet["sold_by"] == "weight" else 1.0)
    lead = makers[: 2 if popularity >= _RARE else 1]
    for index, label in enumerate(labels[:3]):
        tier, brand = lead[(index + (label == "organic")) % len(lead)]
        yield _Idea(tier, Wording(family, first, label), brand, 0.55)
    for pack, pull in zip(packs[1:], (0.6, 0.45, 0.35), strict=False):
        for tier, brand in lead:
            yield _Idea(tier, Wording(family, pack), brand, pull)
    for index, variant in enumerate(sheet.get("variants", ())):
        tier, brand = lead[index % len(lead)]
        yield _Idea(tier, Wording(family, first, variant=variant), brand, 0.5)


def _makers(family: str, sheet: Sheet, popularity: int) -> list[tuple[str, str | None]]:
    """(tier, brand) of a family, the leader first."""
    pool = brands()["pools"].get(sheet.get("brands"))
    if not pool:
        return [(PLAIN, None)]
    known, *others = chance.order(pool, "maker", family)
    own = [(OWN, str(brands()["own"]))] if sheet["brands"] not in _NO_OWN_BRAND else [(SECOND, others[0])]
    made: list[tuple[str, str | None]] = [(KNOWN, known), *own]
    if chance.share("own first", family) < 1 / 3 and own[0][0] == OWN:
        made.reverse()
    if popularity >= _BUDGET_FROM and own[0][0] == OWN and not sheet.get("age"):
        made.append((BUDGET, str(brands()["budget"])))
    if popularity >= _SECOND_FROM and others and own[0][0] == OWN:
        made.append((SECOND, others[0]))
    return made


def _article(family: str, sheet: Sheet, idea: _Idea, rank: int, taken: set[str]) -> Article:
    wording = idea.wording
    weighed = not wording.pack
    plural = _in_the_plural(family, sheet, wording.pack)
    key = (family, idea.brand, wording.pack, wording.label, (wording.variant or {}).get("fr"))
    gtin = _gtin(key, weighed, taken)
    given = {label for label in sheet.get("labels", ()) if says_label(sheet, family, label)}
    names = {"fr": french(sheet, wording, plural), "en": english(sheet, wording, plural)}
    product = Product(
        sku=gtin[:8] if weighed else gtin[2:12],
        names=names,
        gtin=gtin,
        brand=idea.brand,
        own_brand=idea.tier in (OWN, BUDGET),
        category=tuple(sheet["category"]["fr"]),
        family=family,
        content=_content(wording.pack, sheet.get("piece")),
        pieces=pack_size(wording.pack)[0] if wording.pack else 1,
        sold_by=SoldBy.WEIGHT if weighed else SoldBy.EACH,
        vat_rate=int(sheet["vat"]),
        minimum_age=int(sheet.get("age", 0)),
        allergens=frozenset(sheet.get("allergens", ())) - ({"gluten"} if wording.label == "gluten_free" else set()),
        labels=frozenset(given | ({wording.label} if wording.label else set())),
        storage=Storage(sheet["storage"]),
        popularity=_popularity(sheet, idea, key),
        ingredients=_ingredients(sheet),
    )
    promoted = chance.share("promotion", *key) < _PROMOTED and product.category[0] != _NEVER_PROMOTED
    return Article(product, _price(sheet, idea), rank, promoted)


def _gtin(key: tuple[object, ...], weighed: bool, taken: set[str]) -> str:
    """A restricted-range EAN-13 nobody has yet: 12 digits of the key's hash and the check digit."""
    for attempt in range(100):
        draw = chance.number("gtin", *key, attempt)
        body = (
            f"{26 + draw % WEIGHT_RANGES}{draw // 8 % 10**6:06d}0000"
            if weighed
            else f"{20 + draw % FIXED_RANGES}{draw // 8 % 10**10:010d}"
        )
        gtin = body + gtin_check_digit(body)
        if gtin not in taken:
            return gtin
    raise ValueError(f"No free number for {key}.")


def _piece(sheet: Sheet) -> Quantity | None:
    return pack_size(str(sheet["piece"]))[1] if sheet.get("piece") else None


def _in_the_plural(family: str, sheet: Sheet, pack: str) -> bool:
    """Whether the name before the pack is plural: several pieces, or a bag of small fruit or vegetables."""
    piece = _piece(sheet)
    if family in words()["mass"]:
        return False
    if is_counted(pack):
        return True
    department = sheet["category"]["en"][0]
    if piece is None or department not in words()["several"]:
        return False
    if not pack:
        return is_produce(sheet) and piece.base <= _LARGE
    units, one = pack_size(pack)
    if units > 1 and one.dimension == piece.dimension:
        return True
    return department in words()["trays"] and one.dimension == "mass" and one.base >= 2 * piece.base


@cache
def _content(pack: str, piece: str | None) -> Quantity | None:
    """What the pack holds in all, or what one piece of loose goods weighs. Slices of a known weight are weighed."""
    if not pack:
        return pack_size(piece)[1] if piece else None
    units, one = pack_size(pack)
    if one.unit == EACH and piece and not is_counted(pack) and units > 1:
        return pack_size(piece)[1].times(units)
    return one.times(units)


@cache
def _size(pack: str, piece: str | None) -> float:
    """How much a pack is, for prices: grams or millilitres, or pieces where nobody knows what one weighs."""
    units, one = pack_size(pack)
    return float(units * (pack_size(piece)[1].base if one.unit == EACH and piece else one.base))


def _price(sheet: Sheet, idea: _Idea) -> int:
    """Cents, ending in 5 or 9, for the pack or the kilogram."""
    low, high = (float(part) * 100 for part in str(sheet["price"]).split("-"))
    place, _ = _TIERS[idea.tier]
    cents = low + place * (high - low)
    pack, piece = idea.wording.pack, sheet.get("piece")
    if pack and sheet["sold_by"] == "weight":
        cents *= _size(pack, piece) / 1000 * 1.06
    elif pack and pack != sheet["packs"][0]:
        ratio = _size(pack, piece) / _size(str(sheet["packs"][0]), piece)
        cents *= ratio**0.92 if 1 / 40 < ratio < 40 else 1
    cents *= _DEARER.get(idea.wording.label or "", 1.0)
    return shelf_price(cents)


def shelf_price(cents: float) -> int:
    """`cents` as shelves show them: at least 19, ending in 5 or 9."""
    fives = max(4, round(cents / 5)) * 5
    return fives - 1 if fives % 10 == 0 else fives


def _popularity(sheet: Sheet, idea: _Idea, key: tuple[object, ...]) -> int:
    _, pull = _TIERS[idea.tier]
    wobble = 0.94 + 0.06 * chance.share("popularity", *key)
    return min(1000, round(10 * int(sheet["popularity"]) * pull * idea.pull * wobble))


def _ingredients(sheet: Sheet) -> str:
    """A short list for the label, in French, allergens in capitals as regulation 1169/2011 asks; "" for non-food."""
    if sheet["category"]["fr"][0] in _NOT_FOOD:
        return ""
    name = str(sheet["fr"][0])
    told = [_ALLERGENS_FR[allergen] for allergen in sheet.get("allergens", ())]
    text = name[:1].upper() + name[1:]
    return f"{text}. Contient : {', '.join(told).upper()}." if told else f"{text}."


_NOT_FOOD = frozenset(("Entretien et maison", "Hygiène et beauté", "Maison et loisirs", "Animaux"))
_ALLERGENS_FR = {
    "gluten": "gluten", "crustaceans": "crustacés", "egg": "œuf", "fish": "poisson", "peanut": "arachide",
    "soy": "soja", "milk": "lait", "nuts": "fruits à coque", "celery": "céleri", "mustard": "moutarde",
    "sesame": "sésame", "sulphites": "sulfites", "lupin": "lupin", "molluscs": "mollusques",
}  # fmt: skip
