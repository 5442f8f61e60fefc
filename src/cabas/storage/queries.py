"""The SQL that Cabas runs, read from `sql/queries/*.sql`: named statements, each with one English line.

A statement begins with `-- name: what it does` and lasts to the next one. Parameters are written `%(name)s`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_HEAD = re.compile(r"^-- (?P<name>[a-z_]+): (?P<line>.+)$", re.MULTILINE)


@cache
def queries(topic: str) -> dict[str, bytes]:
    """Name -> statement of `sql/queries/<topic>.sql`."""
    text = files("cabas.storage").joinpath("sql", "queries", f"{topic}.sql").read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {head["name"]: text[head.end() : end].strip().encode() for head, end in zip(heads, ends, strict=True)}


def topics() -> list[str]:
    """The names of the query files."""
    folder = files("cabas.storage").joinpath("sql", "queries")
    return sorted(entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql"))
