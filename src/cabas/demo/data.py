"""The demo's own lists: brands, wording, people. One YAML file each, beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def data(name: str) -> Mapping[str, Any]:
    """The document `name`.yaml."""
    text = (files("cabas.demo") / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    return loaded
