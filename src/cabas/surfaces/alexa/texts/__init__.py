"""The skill's own words, by language: one YAML file each. A file added here is a language added."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cabas.kernel.errors import InvalidInput


@cache
def languages() -> tuple[str, ...]:
    """The languages the skill speaks."""
    found = (entry.name for entry in files(__package__).iterdir() if entry.name.endswith(".yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in found))


@cache
def texts(lang: str) -> Mapping[str, Any]:
    """Everything in `lang`. Raises `InvalidInput` for a language the skill does not speak."""
    if lang not in languages():
        raise InvalidInput(
            f"The skill does not speak {lang[:20]!r}.", remedy=f"Use one of: {', '.join(languages())}.", code="language"
        )
    loaded: Mapping[str, Any] = yaml.safe_load((files(__package__) / f"{lang}.yaml").read_text("utf-8"))
    return loaded


def locales() -> tuple[str, ...]:
    """The locales a skill can be made for."""
    return tuple(locale for lang in languages() for locale in texts(lang)["locales"])
