"""Which files an evaluation plays, and writing its answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cabas.kernel.errors import InvalidInput


def files_of(path: Path, pattern: str) -> list[Path]:
    """The case files of `path`: the file itself, or those of a folder that match `pattern`, in order of name."""
    if path.is_file():
        return [path]
    found = sorted(path.rglob(pattern)) if path.is_dir() else []
    if not found:
        raise InvalidInput(f"There are no cases at {path}.", remedy=f"Give a file, or a folder with {pattern}.")
    return found


def read_cases(path: Path) -> list[dict[str, Any]]:
    """The cases of a JSON lines file. Raises `InvalidInput` naming the line that is none."""
    cases = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                cases.append(json.loads(line))
            except ValueError:
                raise InvalidInput(f"{path}:{number} is not JSON.", remedy="One JSON object a line.") from None
    return cases


def write_answers(path: Path, answers: Iterable[Mapping[str, Any]]) -> None:
    """One answer a line; the file appears whole."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("w", encoding="utf-8") as out:
        for answer in answers:
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
    draft.replace(path)
