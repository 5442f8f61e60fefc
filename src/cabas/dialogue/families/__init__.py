"""The families of goods, as data: what things are called in each language, and what is usual about them.

A file holds families of one department:

    category: {fr: [Crèmerie, Laits], en: [Dairy, Milk]}   # path of the department; a family may override it
    defaults: {vat: 550, storage: chilled, sold_by: each}  # any family field
    families:
      semi_skimmed_milk:
        fr: [lait demi-écrémé, lait demi écrémé UHT]       # names, singular; the first is the one Cabas says
        en: [semi-skimmed milk, 2% milk, reduced fat milk]
        gender: m                                          # of the first French name (m when left out)
        parent: milk                                       # the wider family, in any file
        packs: [1 l, 6x1 l, 50 cl]                         # sold so, the usual one first; "6x1 l" is a multipack,
                                                           # "12 pieces" is counted; see `pack_size`
        price: 0.95-1.45                                   # euros for the first pack (per kg when sold by weight)
        brands: dairy                                      # pool of made-up brands, or none for loose goods
        labels: [organic, lactose_free]                    # variants that exist (ids of labels.yaml)
        allergens: [milk]                                  # ids of EU 1169/2011 annex II, see ALLERGENS
        popularity: 95                                     # 0-100
        piece: 55 g                                        # usual weight or volume of one piece, where counted
        storage: ambient                                   # ambient, chilled, frozen
        sold_by: each                                      # each, weight (priced per kg)
        age: 18                                            # minimum age, where there is one
        staple: true                                       # kitchens have it (salt, oil): proposed, not pushed
        not: [lait corporel]                               # names that contain the words but are another thing
        least_percent: 25                                  # a name with a lower percentage is another thing
        instead: [single_cream]                            # what a clerk would offer where there is none, best first
        variants: [{fr: entier, en: whole}]                # more words that make another SKU of the same family

A family with neither packs nor price is only a wider word ("milk", "cheese"): the best-selling child answers for it.
A language no file here names brings `locales/<lang>/foods.yaml`: `{family id: [names]}`; a language of these files may
have more names there, that come after those here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cabas.dialogue import locales
from cabas.kernel.errors import InvalidInput
from cabas.kernel.quantity import EACH, SYMBOLS, Quantity
from cabas.kernel.remember import remembered

ALLERGENS = frozenset(
    "gluten crustaceans egg fish peanut soy milk nuts celery mustard sesame sulphites lupin molluscs".split()
)

_PACK = re.compile(r"(?:(\d+) ?x ?)?(\d+(?:[.,]\d+)?) ?([a-z]*)")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@remembered
def sheets() -> Mapping[str, Mapping[str, Any]]:
    """Every family's record by id, defaults and category filled in. Raises `ValueError` for an id given twice."""
    result: dict[str, Mapping[str, Any]] = {}
    brought = locales.names("foods")
    for path in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".yaml"):
            continue
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
        for family_id, record in document["families"].items():
            if family_id in result:
                raise ValueError(f"{path.name}: family {family_id} is already defined in another file.")
            names = {
                lang: list(dict.fromkeys((*locales.words(record.get(lang)), *said)))
                for lang, said in brought.get(family_id, {}).items()
            }
            result[family_id] = {"category": document["category"], **document.get("defaults", {}), **record, **names}
    return result


@cache
def pack_size(text: str) -> tuple[int, Quantity]:
    """How many units are inside and how much one holds: (6, 1.5 l) for "6x1.5 l", (12, 1 piece) for "12 pieces".

    A word that is no unit of measure counts ("24 rolls"). Raises `InvalidInput` for anything else.
    """
    found = _PACK.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(f"{text!r} is not a pack.", remedy="Write it like 250 g, 6x1.5 l or 12 pieces.")
    units, number, symbol = int(found[1] or 1), Fraction(found[2].replace(",", ".")), found[3]
    if symbol in SYMBOLS:
        return units, Quantity.of(number, SYMBOLS[symbol])
    if number.denominator != 1:
        raise InvalidInput(f"{text!r} counts a part of a piece.", remedy="Give a whole number, or a weight.")
    return units * int(number), Quantity(1, EACH)
