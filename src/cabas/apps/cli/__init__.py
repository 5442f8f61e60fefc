"""The `cabas` command. Each command is a file in `commands/`, found by scanning.

Exit codes: 0 done; 1 the answer is no (not allowed, sold out, a check failed); 2 the request cannot be used; 3 a part
Cabas needs does not answer.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import os
import pkgutil
import sys
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from importlib.resources import files
from typing import Any, TypeVar

import typer

from cabas.kernel.errors import CabasError, InvalidInput, NotFound, Unavailable

T = TypeVar("T")

# The order in which `cabas --help` tells what there is; a command says which of them it belongs to (`PANEL`).
PANELS = ("Talk", "Run", "Shop", "Partners", "Measure")


def register(wanted: str | None = None) -> typer.Typer:
    """The app with every command: a module offers `app` (a group called like the module) or `command` (one verb).

    When only one is `wanted`, or none (""), the others are there by name and help alone: their modules, and all that
    those need, are not imported.
    """
    app = typer.Typer(
        name="cabas",
        help="Sell groceries through any voice or AI assistant, and stay the shopkeeper.",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    package = import_module("cabas.apps.cli.commands")
    names = [entry.name for entry in pkgutil.iter_modules(package.__path__)]
    found = []
    for name in names:
        called = name.rstrip("_").replace("_", "-")
        module: Any
        if wanted is None or called == wanted:
            module = import_module(f"{package.__name__}.{name}")
        else:
            module = _Told(files(package.__name__).joinpath(f"{name}.py").read_text(encoding="utf-8"))
        found.append((PANELS.index(module.PANEL), called, module))
    for _, called, module in sorted(found, key=lambda one: one[:2]):
        if hasattr(module, "app"):
            app.add_typer(module.app, name=called, rich_help_panel=module.PANEL)
        else:
            app.command(name=called, rich_help_panel=module.PANEL)(module.command)
    return app


class _Told:
    """What `cabas --help` says of a command, read from the text of its module."""

    def __init__(self, source: str) -> None:
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name == "command":
                self.command = _nothing(ast.get_docstring(node))
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name, value = node.targets[0].id, node.value
                if name == "PANEL" and isinstance(value, ast.Constant):
                    self.PANEL = str(value.value)
                elif name == "app" and isinstance(value, ast.Call):
                    told = next(one.value for one in value.keywords if one.arg == "help")
                    self.app = typer.Typer(help=ast.literal_eval(told))
                    self.app.callback()(_nothing(None))


def _nothing(doc: str | None) -> Callable[[], None]:
    def nothing() -> None: ...

    nothing.__doc__ = doc
    return nothing


def _wanted(arguments: Sequence[str]) -> str | None:
    """The command a command line names; "" when it only asks for help, None when that is not for sure."""
    if "_CABAS_COMPLETE" in os.environ:
        return None
    first = arguments[0] if arguments else "--help"
    return "" if first in ("--help", "-h") else None if first.startswith("-") else first


# What a process makes (words, patterns, products, answers) is kept: looking through it for garbage would be a third of
# a start, and stop a turn for a tenth of a second now and then.
GARBAGE = (50_000, 20, 100)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    return asyncio.run(work)


def exit_code(error: CabasError) -> int:
    """The exit code for an error (see the module's docstring)."""
    if isinstance(error, InvalidInput | NotFound):
        return 2
    return 3 if isinstance(error, Unavailable) else 1


def main() -> None:
    """Entry point: errors are told in two lines, what is wrong and how to mend it, never as a stack trace."""
    gc.set_threshold(*GARBAGE)
    try:
        register(_wanted(sys.argv[1:]))(standalone_mode=True)
    except CabasError as error:
        print(f"cabas: {error.message}", file=sys.stderr)
        if error.remedy:
            print(f"       {error.remedy}", file=sys.stderr)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
