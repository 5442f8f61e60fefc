"""A command starts with what it needs: help and orders import nothing of the web."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cabas.apps.cli import _Told
from cabas.apps.cli import commands as package

MODULES = sorted(path.stem for path in Path(package.__path__[0]).glob("*.py") if path.stem != "__init__")
NOT_FOR_HELP = ("cabas.dialogue", "psycopg", "tantivy", "yaml", "starlette")
NOT_FOR_ORDERS = ("starlette", "uvicorn", "mcp", "pydantic", "authlib", "cryptography", "httpx2")


@pytest.mark.parametrize("name", MODULES)
def test_help_says_of_a_command_what_the_command_says(name: str) -> None:
    module = import_module(f"{package.__name__}.{name}")
    told = _Told(Path(package.__path__[0], f"{name}.py").read_text(encoding="utf-8"))
    assert told.PANEL == module.PANEL
    assert hasattr(told, "app") == hasattr(module, "app")
    if hasattr(module, "app"):
        assert told.app.info.help == module.app.info.help
    else:
        assert (told.command.__doc__ or "").split() == (module.command.__doc__ or "").split()


def imported(program: str, unwanted: tuple[str, ...]) -> str:
    """Which of the modules are there after the program."""
    code = f"{program}\nimport sys\nprint([name for name in {unwanted!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def test_help_imports_no_command() -> None:
    program = "from cabas.apps.cli import register\nregister('')(['--help'], standalone_mode=False)"
    assert imported(program, NOT_FOR_HELP) == "[]"


def test_an_order_imports_nothing_of_the_web() -> None:
    assert imported("from cabas.apps.cli import register\nregister('demo')", NOT_FOR_ORDERS) == "[]"
