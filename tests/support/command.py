"""The real `cabas` command, run in this process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cabas.apps.cli import main
from cabas.storage.embedded import Cluster

Command = Callable[..., "Ran"]


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def told(self) -> str:
        """Everything said, without the line breaks of the terminal."""
        return " ".join((self.out + self.err).split())


def run(*arguments: str, **environment: str) -> Ran:
    """`cabas ARGUMENTS`, in this process, from its entry point to its exit."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    code: object = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["cabas", *arguments])
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as end:
            code = end.code
    told = []
    for stream in (out, err):
        stream.flush()
        told.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return Ran(code if isinstance(code, int) else int(code is not None), *told)


def database_of(folder: Path) -> str:
    """The URL of the embedded database of a data folder whose server runs."""
    return Cluster(folder / "postgres", folder, None).dsn("cabas")
