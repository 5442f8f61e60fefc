"""cabas bench: how fast, each figure beside a named baseline of the same run."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from cabas.apps.cli import show
from cabas.kernel.errors import NotFound

PANEL = "Measure"
FOLDER = Path(__file__).parents[5] / "bench"


def command(
    name: Annotated[str | None, typer.Argument(help="Which benchmark; all of them by default.")] = None,
    arguments: Annotated[list[str] | None, typer.Argument(help="What it is given, after --.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Say which there are, run none.")] = False,
) -> None:
    """Run the benchmarks of a checkout, one after the other."""
    known = benchmarks()
    if name is not None and name not in known:
        raise NotFound(f"There is no benchmark {name!r}.", remedy=f"There are {', '.join(known)}.")
    if list_:
        for one, path in known.items():
            show.console.print(f"[bold]{one}[/bold]  {_about(path)}")
        return
    failed = False
    for one in [name] if name else known:
        show.notes.print(f"[bold]{one}[/bold]  {_about(known[one])}")
        program = [sys.executable, str(known[one]), *(arguments or ())]
        failed |= subprocess.run(program, check=False).returncode != 0  # noqa: S603 - the checkout's own scripts
    if failed:
        raise typer.Exit(1)


def benchmarks() -> dict[str, Path]:
    """The scripts of the checkout's `bench/` that measure without being asked how: name -> file.

    Raises `NotFound` in an installation, which has none.
    """
    found = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if path.stem != "ranking" and path.stem[0] != "_"}
    if not found:
        raise NotFound(
            "The benchmarks are not part of an installed Cabas.",
            remedy="Run `cabas bench` in a checkout of its source.",
        )
    return found


def _about(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]
