"""The languages Cabas speaks: one folder of YAML each. Adding a folder adds a language; nothing else changes.

The first two languages have their names of foods, labels and dishes in the sheets of those; any other brings its own in
its folder (`foods.yaml`, `labels.yaml`, `dishes.yaml`, `restricted.yaml`: id -> names).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cabas.kernel.errors import NotFound
from cabas.kernel.remember import remembered

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@remembered
def languages() -> tuple[str, ...]:
    """The codes of the languages there are ("en", "fr"), in alphabetical order."""
    return tuple(sorted(entry.name for entry in files(__name__).iterdir() if (entry / "locale.yaml").is_file()))


@remembered
def read(lang: str, name: str) -> Any:  # noqa: ANN401 (YAML holds anything)
    """The document `name`.yaml of a language; an empty mapping when that language has no such file.

    Raises `NotFound`, naming the languages there are, for a language without a folder.
    """
    if lang not in languages():
        raise NotFound(f"Cabas does not speak {lang!r}.", remedy=f"Use one of {', '.join(languages())}.")
    path = files(__name__) / lang / f"{name}.yaml"
    if not path.is_file():
        return {}
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) or {}  # noqa: S506 (a safe loader)


@cache
def others(lang: str) -> tuple[str, ...]:
    """The languages whose names are understood beside those of `lang`: `also` of locale.yaml, or all the others."""
    also = read(lang, "locale").get("also")
    named = languages() if also is None else words(also)
    return tuple(code for code in named if code != lang)


@cache
def head_first(lang: str) -> bool:
    """Whether what a thing is stands before what kind of it ("jus de pomme"), or behind it ("apple juice")."""
    return str(read(lang, "locale").get("head", "first")) == "first"


def head_word(name: str, lang: str) -> str:
    """The word that says what it is: "pommes" of "pommes rouges", "apples" of "red apples"."""
    return name.split(maxsplit=1)[0] if head_first(lang) else name.rsplit(maxsplit=1)[-1]


def qualified(head: str, kind: str, lang: str) -> str:
    """The name of that kind of thing: "pommes vertes" of "pommes" and "vertes", "green apples" of "apples"."""
    return f"{head} {kind}" if head_first(lang) else f"{kind} {head}"


def full(lang: str) -> str:
    """The locale meant by a language alone: "fr-FR" for "fr" (`default` of locale.yaml). A locale stays as it is."""
    return lang if lang not in languages() else str(read(lang, "locale").get("default", lang))


def names(sheet: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Names that languages bring in a file of their own folder ("foods", "labels", ...): id -> language -> names."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for lang in languages():
        for ident, said in read(lang, sheet).items():
            found.setdefault(str(ident), {})[lang] = words(said)
    return found


def words(value: object) -> tuple[str, ...]:
    """A list of phrases: YAML may give it as a list, or as one string with commas between."""
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        items = [items]
    return tuple(text for item in items if (text := str(item).strip()))
