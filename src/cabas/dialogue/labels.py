"""Labels and constraints ("bio", "sans lactose", "le moins cher"), and goods that are restricted, as data.

`labels.yaml` maps an id to its names per language (the first is the tag Cabas writes), its `kind` (diet, quality,
process, price, packaging, origin), for allergen-free labels the `allergens` they exclude (ids of the families),
`excludes`: words in a product's name or ingredients that contradict it, and `allows`: names that hold such a word and
are fine all the same (turkey ham under "no pork"). A diet with `excludes`, and a label with `must: true`, is never
given up for the closest there is.

A language these do not name brings its names in files of the same name in its folder of `locales`.

`restricted.yaml` maps an id to words per language, with `kind: age`, a `minimum_age` and the `families` concerned (and
all below them), or `kind: refused` for what is not sold this way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cabas.dialogue import locales
from cabas.kernel.remember import remembered
from cabas.kernel.text import fold

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LANGUAGE_CODE = 2


@dataclass(frozen=True, slots=True)
class Label:
    """A constraint people name. `names` maps a language to its names, the first being the tag; `near` are labels that
    mean almost the same: a search for one finds the others. What health or belief forbids (`must`) is never replaced by
    the closest there is.
    """

    id: str
    names: Mapping[str, tuple[str, ...]]
    kind: str
    allergens: frozenset[str] = frozenset()
    excludes: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    must: bool = False

    def contradicted_by(self, text: str) -> bool:
        """Whether a product's name or ingredients hold a word the label excludes: "lardons fumés" under "no pork"."""
        left = _phrases(self.allows).sub(" ", fold(text))
        return _phrases(self.excludes).search(left) is not None

    def claimed_by(self, text: str) -> bool:
        """Whether a product's name says it has the label, in any language; "non pasteurisé" does not."""
        folded = fold(text)
        for names in self.names.values():
            found = _phrases(names).search(folded)
            if found and not _denials().search(folded, 0, found.start()):
                return True
        return False

    def tag(self, lang: str) -> str:
        """What Cabas writes for it in `lang`."""
        return (self.names.get(lang) or next(iter(self.names.values())))[0]


@dataclass(frozen=True, slots=True)
class Restriction:
    """A class of goods that is not for everybody (`kind` "age", from `minimum_age`) or not sold ("refused")."""

    id: str
    names: Mapping[str, tuple[str, ...]]
    kind: str
    minimum_age: int = 0
    families: tuple[str, ...] = ()


def prepare() -> None:
    """Put the patterns of all labels together, which the first product looked at for one would else wait for."""
    _denials()
    for label in labels().values():
        for names in (*label.names.values(), label.allows, label.excludes):
            _phrases(names)


@cache
def _phrases(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, in the singular or plural, the longest first; nothing at all when there are none."""
    folded = sorted({fold(name) for name in names}, key=len, reverse=True)
    spelled = (r"\W+".join(f"{re.escape(word)}(?:s|x)?" for word in name.split()) for name in folded)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled) or '(?!)'})(?!\w)")


@cache
def _denials() -> re.Pattern[str]:
    """What takes back the label after it, in any language (`denials` of search.yaml)."""
    said = {
        fold(word)
        for lang in locales.languages()
        for word in locales.words(locales.read(lang, "search").get("denials"))
    }
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(said)))}) $")


def _document(name: str) -> Mapping[str, Mapping[str, Any]]:
    text = (files("cabas.dialogue") / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Mapping[str, Any]] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    brought = locales.names(name)
    return {key: {**{lang: list(said) for lang, said in brought.get(key, {}).items()}, **record}
            for key, record in loaded.items()}  # fmt: skip


def _names(record: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        lang: tuple(str(name) for name in names)
        for lang, names in record.items()
        if len(lang) == _LANGUAGE_CODE and isinstance(names, list)
    }


@remembered
def labels() -> Mapping[str, Label]:
    """Every label, by id."""
    return {
        label_id: Label(
            id=label_id,
            names=_names(record),
            kind=str(record["kind"]),
            allergens=frozenset(record.get("allergens") or ()),
            excludes=tuple(str(word) for word in record.get("excludes") or ()),
            allows=tuple(str(name) for name in record.get("allows") or ()),
            near=tuple(str(name) for name in record.get("near") or ()),
            must=bool(record.get("must") or (record["kind"] == "diet" and record.get("excludes"))),
        )
        for label_id, record in _document("labels").items()
    }


@cache
def labels_by_word() -> Mapping[str, Label]:
    """Every label by each of its names, folded."""
    return {fold(name): label for label in labels().values() for names in label.names.values() for name in names}


def is_price(tag: str) -> bool:
    """Whether a constraint says how dear something may be: "cheapest"."""
    label = labels_by_word().get(fold(tag))
    return label is not None and label.kind == "price"


@remembered
def restricted() -> Mapping[str, Restriction]:
    """Every class of restricted goods, by id."""
    return {
        class_id: Restriction(
            id=class_id,
            names=_names(record),
            kind=str(record["kind"]),
            minimum_age=int(record.get("minimum_age", 0)),
            families=tuple(record.get("families") or ()),
        )
        for class_id, record in _document("restricted").items()
    }
