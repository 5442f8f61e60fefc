"""The `cabas` command. Each command is a file in `commands/`, found by scanning.

Exit codes: 0 done; 1 the answer is no (not allowed, sold out, a check failed); 2 the request cannot be used; 3 a part
Cabas needs does not answer.
"""

from __future__ import annotations

import asyncio
import pkgutil
import sys
from collections.abc import Coroutine
from importlib import import_module
from typing import Any, TypeVar

import typer

from cabas.kernel.errors import CabasError, InvalidInput, NotFound, Unavailable

T = TypeVar("T")

# The order in which `cabas --help` tells what there is; a command says which of them it belongs to (`PANEL`).
PANELS = ("Talk", "Run", "Shop", "Partners", "Measure")

app = typer.Typer(
    name="cabas",
    help="Sell groceries through any voice or AI assistant, and stay the shopkeeper.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def register() -> typer.Typer:
    """The app with every command: a module offers `app` (a group called like the module) or `command` (one verb)."""
    if not app.registered_commands and not app.registered_groups:
        package = import_module("cabas.apps.cli.commands")
        names = [entry.name for entry in pkgutil.iter_modules(package.__path__)]
        modules = [import_module(f"{package.__name__}.{name}") for name in names]
        for module in sorted(modules, key=lambda one: (PANELS.index(one.PANEL), one.__name__)):
            name = module.__name__.rpartition(".")[2].rstrip("_").replace("_", "-")
            panel = module.PANEL
            if hasattr(module, "app"):
                app.add_typer(module.app, name=name, rich_help_panel=panel)
            else:
                app.command(name=name, rich_help_panel=panel)(module.command)
    return app


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
    try:
        register()(standalone_mode=True)
    except CabasError as error:
        print(f"cabas: {error.message}", file=sys.stderr)
        if error.remedy:
            print(f"       {error.remedy}", file=sys.stderr)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
