"""The published schemas and examples of ACP, where they are at hand (`../shared/spec/acp`)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

VERSION = "2026-04-17"
SPEC = Path(__file__).parents[3] / "shared" / "spec" / "acp" / VERSION
needs_spec = pytest.mark.skipif(not SPEC.is_dir(), reason="the published ACP schemas are not at ../shared/spec/acp")


def _retrieve(uri: str) -> Resource[Any]:
    """Schemas refer to each other by file name."""
    found = json.loads((SPEC / "json-schema" / uri.rpartition("/")[2]).read_text("utf-8"))
    return Resource(found, DRAFT202012)


@cache
def validator(name: str, bundle: str = "agentic_checkout") -> Draft202012Validator:
    """A validator of the definition `name`."""
    schema = {"$ref": f"https://example.com/schema.{bundle}.json#/$defs/{name}"}
    registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
    return Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())


def problems(value: Any, name: str, bundle: str = "agentic_checkout") -> list[str]:
    """What is wrong with a value, most telling first."""
    errors = sorted(validator(name, bundle).iter_errors(value), key=lambda one: one.json_path)
    return [f"{one.json_path}: {one.message[:200]}" for one in errors]


def example(file: str) -> dict[str, Any]:
    """A file of examples."""
    found: dict[str, Any] = json.loads((SPEC / "examples" / file).read_text("utf-8"))
    return found
