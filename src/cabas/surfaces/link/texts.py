"""The words of the pages, by language: one YAML file each in `texts/`. `version` names the wording people agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DEFAULT = "fr"


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, the default first."""
    names = (entry.name for entry in (files(__package__) / "texts").iterdir())
    found = {name.removesuffix(".yaml") for name in names if name.endswith(".yaml")}
    return (DEFAULT, *sorted(found - {DEFAULT}))


@cache
def texts(lang: str) -> Mapping[str, Any]:
    """Everything in `lang` as nested mappings."""
    found: Mapping[str, Any] = yaml.safe_load((files(__package__) / "texts" / f"{lang}.yaml").read_text("utf-8"))
    return found


def text(lang: str, path: str, **values: object) -> str:
    """What stands at "consent.title", its braces filled. Raises `KeyError` for a path no file has."""
    found: Any = texts(lang)
    for key in path.split("."):
        found = found[key]
    return str(found).format(**values) if values else str(found)


def word(lang: str, group: str, name: str) -> str:
    """A word of a group ("scopes") by a name that may hold dots."""
    found = texts(lang)
    for key in group.split("."):
        found = found[key]
    return str(found[name])


def version(lang: str) -> str:
    """The wording of the consent page: its language and edition."""
    return f"link/{lang}/{texts(lang)['version']}"


def negotiate(*wishes: str) -> str:
    """The first language of the wishes (a language, a locale, several of them, Accept-Language) that there is."""
    for wish in wishes:
        for tag in wish.replace(",", " ").split():
            lang = tag.partition(";")[0].partition("-")[0].lower()
            if lang in languages():
                return lang
    return DEFAULT
