"""A retailer's row becomes a product Cabas understands: family, content, labels, brand, allergens, minimum age.

What the retailer says outright counts; the rest is read from the name, the category path and the ingredients. An
allergen that is only usual for the family is declared too: a warning too many is better than one too few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from cabas.dialogue import locales
from cabas.dialogue.classify import below, best_family, names_of
from cabas.dialogue.families import ALLERGENS, sheets
from cabas.dialogue.labels import labels, restricted
from cabas.dialogue.names import Name, Phrasebook, read_name, text_stems
from cabas.dialogue.sizes import read_size
from cabas.domain.catalog import Product, SoldBy, Storage
from cabas.kernel.ids import fingerprint
from cabas.kernel.text import fold

ADULT, ALCOHOL_FREE = 18, "alcohol_free"
_EMPTY: frozenset[str] = frozenset()


class Annotator:
    """Annotates the rows of one catalog, written in `lang`. `brands` may stand in product names."""

    def __init__(self, lang: str, brands: Iterable[str] = (), own_brands: Iterable[str] = ()) -> None:
        self.lang, self.brands, self.own_brands = lang, tuple(brands), tuple(own_brands)
        self._own = frozenset(fold(brand) for brand in self.own_brands)
        self._brands: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for brand in sorted(set(self.brands), key=len, reverse=True):
            words = read_name(brand, lang).words
            # A brand that is a food's name ("Le Beurre") would be found everywhere.
            if words and not (len(words) == 1 and (words[0] in names_of(lang).known or len(words[0]) < 3)):
                self._brands[words[0]].append((words, brand))

    def product(
        self, *, sku: str, name: str, gtin: str | None = None, brand: str = "", category: tuple[str, ...] = (),
        size: str = "", said_labels: Sequence[str] = (), ingredients: str = "", said_allergens: Sequence[str] = (),
        image: str = "", deposit: int = 0,
    ) -> Product:  # fmt: skip
        """The product a row tells of. Texts are as the retailer wrote them, in the annotator's language; `deposit` is
        in minor units.
        """
        lang = self.lang
        read = read_name(name, lang)
        brand = brand or self._brand_in(read)
        found = best_family(read, category, lang, brand=_brand_words(brand, lang) if brand else ())
        family = found.family if found else None
        usual = _usual(family)
        content, pieces = read_size(size) if size else (None, 1)
        from_name, pieces_in_name = read_size(name)
        said = _labels_of(name, tuple(said_labels), lang)
        return Product(
            sku=sku,
            names={lang: name},
            lang=lang,
            gtin=gtin,
            brand=brand or None,
            own_brand=bool(self._own) and fold(brand) in self._own,
            category=category,
            family=family,
            content=content or from_name,
            pieces=max(pieces, pieces_in_name),
            sold_by=SoldBy.EACH,
            vat_rate=usual.vat_rate,
            minimum_age=0 if ALCOHOL_FREE in said else age_of(family, category, lang),
            allergens=_allergens(ingredients, said_allergens, lang) or usual.allergens,
            labels=said,
            storage=usual.storage,
            popularity=usual.popularity,
            ingredients=ingredients,
            image=image,
            deposit=deposit,
        )

    def _brand_in(self, name: Name) -> str:
        for index, word in enumerate(name.words):
            for words, brand in self._brands.get(word, ()):
                if name.words[index : index + len(words)] == words:
                    return brand
        return ""


class _Usual(NamedTuple):
    """What is usual of the products of a family, for what their rows do not say."""

    vat_rate: int
    storage: Storage
    popularity: int
    allergens: frozenset[str]


@cache
def _usual(family: str | None) -> _Usual:
    sheet = sheets()[family] if family else {}
    return _Usual(
        int(sheet.get("vat", 550)),
        Storage(sheet.get("storage", "ambient")),
        min(1000, 10 * int(sheet.get("popularity", 0))),
        frozenset(sheet.get("allergens") or ()),
    )


# Names are seldom met twice, brands and labels again and again: they have caches of their own.
@lru_cache(maxsize=1 << 14)
def _brand_words(brand: str, lang: str) -> tuple[str, ...]:
    return read_name(brand, lang).words


@lru_cache(maxsize=1 << 12)
def _label_stems(said: tuple[str, ...]) -> list[str]:
    return text_stems(" ; ".join(said))


def _labels_of(name: str, said: tuple[str, ...], lang: str) -> frozenset[str]:
    stems = text_stems(name)
    return frozenset(_label_book(lang).among(stems + _label_stems(said) if said else stems))


# Raise it when the same words come to mean something else: what was imported before is then read anew.
RULES = 2


@cache
def version() -> str:
    """A mark of all that decides how a row is read: the rules, families, labels and words."""
    sheets_read = ("search", "words", "units", "foods", "forms")
    words = [locales.read(lang, name) for lang in locales.languages() for name in sheets_read]
    known = repr((RULES, dict(sheets()), sorted(labels()), words, sorted(restricted())))
    return fingerprint(known.encode())[:16]


def labels_in(text: str, lang: str) -> frozenset[str]:
    """The ids of the labels a text names, in its own language or English (the words of open data)."""
    return frozenset(_label_book(lang).within(text))


@cache
def _label_book(lang: str) -> Phrasebook:
    return Phrasebook(
        (name, label.id)
        for code in dict.fromkeys((lang, "en"))
        for label in labels().values() if label.kind != "price"
        for name in label.names.get(code, ())
    )  # fmt: skip


@cache
def _allergen_book(lang: str) -> Phrasebook:
    """What names an allergen in an ingredient list (`allergens` in search.yaml); "" only looks like one."""
    return Phrasebook(
        (word, "" if allergen == "none" else allergen)
        for code in dict.fromkeys((lang, "en"))
        for allergen, words in locales.read(code, "search").get("allergens", {}).items()
        for word in locales.words(words)
    )


def _allergens(ingredients: str, said: Sequence[str], lang: str) -> frozenset[str]:
    """Annex II of EU regulation 1169/2011: what the retailer declares and what the ingredient list names."""
    if not ingredients and not said:
        return _EMPTY
    # A text is cut at what is no letter: the underscores that mark allergens in open data ("_lait_") are gone.
    words = text_stems(ingredients)
    found = _allergen_book(lang).among(words + _label_stems(tuple(said)) if said else words)
    return frozenset(found | ALLERGENS.intersection(said)) - {""}


@cache
def _ages() -> Mapping[str, int]:
    """Family -> minimum age, for restricted goods and what is below them."""
    return {
        family: one.minimum_age
        for one in restricted().values() if one.minimum_age
        for wider in one.families for family in below(wider)
    } | {family: int(sheet["age"]) for family, sheet in sheets().items() if sheet.get("age")}  # fmt: skip


@cache
def _adult(lang: str) -> frozenset[str]:
    words = locales.words(locales.read(lang, "search").get("adult_departments"))
    return frozenset(stem for word in words for stem in read_name(word, lang).words)


def age_of(family: str | None, category: tuple[str, ...], lang: str) -> int:
    """The minimum age of restricted goods, by their family or by the department of wines and spirits."""
    if family is not None:
        return _ages().get(family, 0)
    if not category:
        return 0
    return 0 if _adult(lang).isdisjoint(read_name(category[0], lang).words) else ADULT
