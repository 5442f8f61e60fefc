"""The languages Cabas speaks: one folder of YAML each. Adding a folder adds a language; nothing else changes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cabas.kernel.errors import NotFound

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages there are ("en", "fr"), in alphabetical order."""
    return tuple(sorted(entry.name for entry in files(__name__).iterdir() if (entry / "locale.yaml").is_file()))


@cache
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


def words(value: object) -> tuple[str, ...]:
    """A list of phrases: YAML may give it as a list, or as one string with commas between."""
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        items = [items]
    return tuple(text for item in items if (text := str(item).strip()))
