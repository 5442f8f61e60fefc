"""Product names in French and English: "Lait demi-écrémé bio 6 x 1 l", "Organic semi-skimmed milk 6 x 1 l"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cabas.demo.data import data
from cabas.dialogue.labels import labels
from cabas.kernel.text import fold

_PACK = re.compile(r"(?:(\d+) ?x ?)?(\d+(?:[.,]\d+)?) ?([a-z]*)")
_PIECES = frozenset(("", "piece", "pieces"))
# What follows these no longer takes the plural: "yaourts à la grecque", "pains au chocolat".
_STOPS = frozenset("à au aux de du des d' en et ou pour sans avec sur façon type of with for in on and from".split())
# French words that never take the plural as an adjective.
_FIXED = frozenset(
    "nature bio grappe pita vanille vapeur coco microfibre plein air orange marron crème cocktail dessert tradition "
    "express maison extra kale iceberg butternut portobello mange-tout standard prêt minute".split()
)
# English puts these words after the name, after a comma: "Orange juice, no pulp".
_AFTER = frozenset("with without in no from for".split())


@dataclass(frozen=True, slots=True)
class Wording:
    """What one SKU's name is made of. `pack` is as in the family sheets; "" is loose. `variant` maps a language."""

    family: str
    pack: str = ""
    label: str | None = None
    variant: Mapping[str, str] | None = None


def words() -> Mapping[str, Any]:
    """The word lists of `wording.yaml`."""
    return data("wording")


def french(sheet: Mapping[str, Any], wording: Wording, plural: bool) -> str:
    """The French name."""
    name = _own_name(sheet, wording.family, "fr")
    name = plural_fr(name) if plural and not looks_plural(name) else name
    variant = str((wording.variant or {}).get("fr", ""))
    parts = [name, variant if fold(variant) not in fold(name) else "", _label_fr(sheet, name, wording.label, plural)]
    if not wording.pack:
        parts.append("en vrac" if is_produce(sheet) else "à la coupe")
    return _joined(parts, pack_words(wording.pack, "fr"))


def english(sheet: Mapping[str, Any], wording: Wording, plural: bool) -> str:
    """The English name."""
    already = looks_plural(_own_name(sheet, wording.family, "fr"))
    name = _own_name(sheet, wording.family, "en")
    name = plural_en(name) if plural and not already else name
    variant = str((wording.variant or {}).get("en", ""))
    after = variant.partition(" ")[0] in _AFTER
    label = _label_en(name, wording.label)
    parts = [label, "" if after or fold(variant) in fold(name) else variant, name]
    if not wording.pack and is_produce(sheet):
        parts = ["Loose", label[:1].lower() + label[1:], *parts[1:]]
    text = " ".join(part for part in parts if part)
    tails = [variant] if after else []
    tails += ["cut to order"] if not wording.pack and not is_produce(sheet) else []
    return _joined([", ".join([text, *tails])], pack_words(wording.pack, "en"))


def _joined(parts: list[str], pack: str) -> str:
    text = " ".join(part for part in (*parts, pack) if part)
    return text[:1].upper() + text[1:]


def _own_name(sheet: Mapping[str, Any], family: str, lang: str) -> str:
    named = words()["names"].get(family) or {}
    return str(named.get(lang) or sheet[lang][0])


def is_produce(sheet: Mapping[str, Any]) -> bool:
    """Whether it is fruit or vegetables: sold loose, in the plural."""
    return bool(sheet["category"]["en"][0] == "Fruit and vegetables")


def _label_fr(sheet: Mapping[str, Any], name: str, label: str | None, plural: bool) -> str:
    if label is None:
        return ""
    form = _label_form(label, "fr")
    if isinstance(form, list):
        many = plural or looks_plural(name)
        form = form[2 * many + (sheet.get("gender", "m") == "f")]
    return "" if fold(form) in fold(name) else str(form)


def _label_en(name: str, label: str | None) -> str:
    if label is None:
        return ""
    form = str(_label_form(label, "en"))
    return "" if fold(form) in fold(name) else form


def _label_form(label: str, lang: str) -> str | list[str]:
    if label in words()["labels"]:
        form: str | list[str] = words()["labels"][label][lang]
        return form
    return labels()[label].tag(lang) if label in labels() else ""


def says_label(sheet: Mapping[str, Any], family: str, label: str) -> bool:
    """Whether the family is that by its name ("œuf bio") or its department (plant-based): then every SKU of it is."""
    if label in ("vegan", "vegetarian") and sheet["category"]["en"][0] == "Plant-based":
        return True
    name = _own_name(sheet, family, "fr")
    return _label_fr(sheet, name, label, plural=False) == ""


@cache
def pack_words(pack: str, lang: str) -> str:
    """The pack as printed: "6 x 1,5 l", "4 tranches", "x 12"; nothing for a single piece or loose goods."""
    found = _PACK.fullmatch(pack.strip())
    if found is None:
        return ""
    units, number, word = found[1], found[2].replace(",", "."), found[3]
    if word in _PIECES:
        count = int(units or 1) * int(number)
        return f"x {count}" if count > 1 else ""
    counted = words()["counted"].get(word, {})
    text = f"{number.replace('.', ',') if lang == 'fr' else number} {counted.get(lang, word)}"
    return f"{units} x {text}" if units else text


def is_counted(pack: str) -> bool:
    """Whether the pack is several pieces, so that the name before it is in the plural."""
    return pack_words(pack, "en").startswith("x ")


def looks_plural(name: str) -> bool:
    """Whether a French name is in the plural already, by its first word."""
    return name.partition(" ")[0][-1:] in ("s", "x")


def plural_fr(name: str) -> str:
    """A French name in the plural, up to the first preposition: "pommes vertes", "yaourts à la grecque"."""
    known = words()["plurals"]["fr"]
    if name in known:
        return str(known[name])
    result: list[str] = []
    parts = name.split(" ")
    for index, part in enumerate(parts):
        if part in _STOPS or part.startswith(("d'", "l'")):
            return " ".join([*result, *parts[index:]])
        fixed = index > 0 and (part in _FIXED or not part[:1].islower())
        result.append(part if fixed else known.get(part) or _plural_word_fr(part))
    return " ".join(result)


def _plural_word_fr(word: str) -> str:
    if not word[-1:].isalpha() or word[-1] in "sxz":
        return word
    if word.endswith(("eau", "au")):
        return word + "x"
    return word[:-2] + "aux" if word.endswith("al") else word + "s"


def plural_en(name: str) -> str:
    """An English name in the plural, up to the first preposition: "free-range eggs", "heads of lettuce"."""
    known = words()["plurals"]["en"]
    if name in known:
        return str(known[name])
    parts = name.split(" ")
    last = next((index - 1 for index, part in enumerate(parts) if index and part in _STOPS), len(parts) - 1)
    parts[last] = known.get(parts[last]) or _plural_word_en(parts[last])
    return " ".join(parts)


def _plural_word_en(word: str) -> str:
    if word.endswith("s") and not word.endswith("ss"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("sh", "ch", "x", "ss", "z")):
        return word + "es"
    return word + "s"
