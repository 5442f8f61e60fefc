"""The page's own words, by language: one YAML file each in `texts/`. A file added there is a language added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DEFAULT = "fr"


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, the default first."""
    folder = files(__package__) / "texts"
    found = {entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")}
    return (DEFAULT, *sorted(found - {DEFAULT}))


@cache
def texts(lang: str) -> Mapping[str, Any]:
    """Everything in `lang` as nested mappings; the default language when there is no such file."""
    if lang not in languages():
        return texts(DEFAULT)
    loaded: Mapping[str, Any] = yaml.safe_load((files(__package__) / "texts" / f"{lang}.yaml").read_text("utf-8"))
    return loaded


def text(lang: str, path: str, **values: object) -> object:
    """What stands at "cart.title", its braces filled. With `count`, a one/other pair is settled first.

    Raises `KeyError` for a path no file has: a mistake in a template, not something a shopper can cause.
    """
    found: Any = texts(lang)
    for key in path.split("."):
        found = found[key]
    if "count" in values and isinstance(found, Mapping):
        count = values["count"]
        found = found[texts(lang)["zero"] if count == 0 else "one" if count == 1 else "other"]
    return found.format(**values) if isinstance(found, str) and values else found


def negotiate(*wishes: str) -> str:
    """The locale for the first wish that can be met: a language, a locale ("fr-BE") or an Accept-Language header."""
    for wish in wishes:
        for tag in _by_weight(wish):
            lang = tag.partition("-")[0].lower()
            if lang in languages():
                return tag if "-" in tag else str(texts(lang)["locale"])
    return str(texts(DEFAULT)["locale"])


def _by_weight(header: str) -> Iterable[str]:
    """Language tags of an Accept-Language header (RFC 9110, 12.5.4), best first; malformed parts are left out."""
    tags = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, weight = part.partition(";")
        tag = tag.strip()
        if not tag.replace("-", "").isalnum() or not tag.isascii() or len(tag) > 20:
            continue
        number = weight.strip().removeprefix("q=") or "1"
        if number.replace(".", "", 1).isdigit() and float(number) > 0:
            tags.append((-float(number), place, tag))
    return [tag for _, _, tag in sorted(tags)]
