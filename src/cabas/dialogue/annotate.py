"""A retailer's row becomes a product Cabas understands: family, content, labels, brand, allergens, minimum age.

What the retailer says outright counts; the rest is read from the name, the category path and the ingredients. An
allergen that is only usual for the family is declared too: a warning too many is better than one too few.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from cabas.dialogue import locales
from cabas.dialogue.classify import best_family, names_of
from cabas.dialogue.families import ALLERGENS, sheets
from cabas.dialogue.labels import labels, restricted
from cabas.dialogue.names import Name, read_name
from cabas.dialogue.sizes import read_size
from cabas.domain.catalog import Product, SoldBy, Storage
from cabas.kernel.text import fold

_EMPTY: frozenset[str] = frozenset()


class Annotator:
    """Annotates the rows of one catalog, written in `lang`. `brands` are names that may stand in product names."""

    def __init__(self, lang: str, brands: Iterable[str] = ()) -> None:
        self.lang = lang
        self._brands: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for brand in sorted(set(brands), key=len, reverse=True):
            words = read_name(brand, lang).words
            # A brand that is a food's name ("Le Beurre") would be found everywhere.
            if words and not (len(words) == 1 and (words[0] in names_of(lang).known or len(words[0]) < 3)):
                self._brands[words[0]].append((words, brand))

    def product(
        self, *, sku: str, name: str, gtin: str | None = None, brand: str = "", category: tuple[str, ...] = (),
        size: str = "", said_labels: Sequence[str] = (), ingredients: str = "", said_allergens: Sequence[str] = (),
        image: str = "",
    ) -> Product:  # fmt: skip
        """The product a row tells of. Texts are as the retailer wrote them, in the annotator's language."""
        read = read_name(name, self.lang)
        found = best_family(read, category, self.lang)
        sheet = sheets()[found.family] if found else {}
        content, pieces = read_size(size) if size else (None, 1)
        from_name, pieces_in_name = read_size(name)
        return Product(
            sku=sku,
            names={self.lang: name},
            lang=self.lang,
            gtin=gtin,
            brand=brand or self._brand_in(read) or None,
            category=category,
            family=found.family if found else None,
            content=content or from_name,
            pieces=max(pieces, pieces_in_name),
            sold_by=SoldBy.EACH,
            vat_rate=int(sheet.get("vat", 550)),
            minimum_age=int(sheet.get("age", 0)) or age_in(read, category, self.lang),
            allergens=_allergens(ingredients, said_allergens, self.lang) or frozenset(sheet.get("allergens") or ()),
            labels=labels_in(" ; ".join((name, *said_labels)), self.lang),
            storage=Storage(sheet.get("storage", "ambient")),
            popularity=min(1000, 10 * int(sheet.get("popularity", 0))),
            ingredients=ingredients,
            image=image,
        )

    def _brand_in(self, name: Name) -> str:
        for index, word in enumerate(name.words):
            for words, brand in self._brands.get(word, ()):
                if name.words[index : index + len(words)] == words:
                    return brand
        return ""


def labels_in(text: str, lang: str) -> frozenset[str]:
    """The ids of the labels a text names, in its own language or English (the words of open data)."""
    said = fold(text)
    return frozenset(
        label for code in dict.fromkeys((lang, "en")) for pattern, found in _label_patterns(code)
        if pattern.search(said) for label in found
    )  # fmt: skip


@cache
def _label_patterns(lang: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """One pattern that says whether a text names any label at all, or (pattern, ids) for each."""
    result = []
    for label in labels().values():
        names = [fold(name) for name in label.names.get(lang, ())]
        if names and label.kind != "price":
            said = "|".join(re.escape(name) for name in names)
            result.append((re.compile(rf"(?<![a-z])(?:{said})s?(?![a-z])"), (label.id,)))
    return tuple(result)


@cache
def _allergen_words(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Allergen id -> folded words that name it in an ingredient list (`allergens` in search.yaml)."""
    sheet = locales.read(lang, "search").get("allergens", {})
    return {
        allergen: tuple(fold(word) for word in locales.words(sheet.get(allergen))) for allergen in sorted(ALLERGENS)
    }


@cache
def _allergen_pattern(lang: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    words = {word: allergen for allergen, names in _allergen_words(lang).items() for word in names}
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![a-z])(?:{longest_first or '(?!)'})(?=s?x?(?![a-z]))"), words


def _allergens(ingredients: str, said: Sequence[str], lang: str) -> frozenset[str]:
    """Annex II of EU regulation 1169/2011: what the retailer declares and what the ingredient list names."""
    found = {word for word in said if word in ALLERGENS}
    for code in dict.fromkeys((lang, "en")):
        text = " ; ".join(said) if code != lang else f"{ingredients} ; {' ; '.join(said)}"
        if text.strip(" ;"):
            pattern, words = _allergen_pattern(code)
            found.update(words[one] for one in pattern.findall(fold(text).replace("_", " ")))
    return frozenset(found)


@cache
def _age_words(lang: str) -> tuple[tuple[frozenset[str], int], ...]:
    return tuple(
        (frozenset(words), one.minimum_age)
        for one in restricted().values() if one.minimum_age
        for name in one.names.get(lang, ()) if (words := read_name(name, lang).words)
    )  # fmt: skip


def age_in(name: Name, category: tuple[str, ...], lang: str) -> int:
    """The minimum age the category path tells: the department of wines and spirits is for adults."""
    ages = [0]
    for part in category[:1]:
        words = frozenset(read_name(part, lang).words)
        ages.extend(age for said, age in _age_words(lang) if said <= words)
    return max(ages) if not name.lacks else 0
