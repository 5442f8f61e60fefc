"""Write `command-line.md` from the commands themselves: `python docs/reference/write_command_line.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cabas.apps.cli import register

PAGE = Path(__file__).with_name("command-line.md")
HEAD = """# The command line

`cabas COMMAND --help` says the same. Exit codes: 0 done; 1 the answer is no (not allowed, sold out, a check failed);
2 the request cannot be used; 3 a part Cabas needs does not answer. Errors are told in two lines: what is wrong, and how
to mend it. Settings come from `CABAS_DATA_DIR`, `CABAS_DATABASE_URL`, `CABAS_RETAILER`, `CABAS_STORE`, `CABAS_HOST`,
`CABAS_PORT`, `CABAS_SECRET` and `CABAS_LOG` (a file, or `-`: one JSON line for every request served).
"""


def page() -> str:
    """The page as it should be."""
    group: Any = typer.main.get_command(register())
    return HEAD + "".join(_commands("cabas", group))


def _commands(path: str, group: Any) -> Iterator[str]:  # noqa: ANN401 - the library behind typer is not its API
    for name, command in sorted(group.commands.items()):
        words = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from _commands(words, command)
            continue
        yield f"\n## {words}\n\n{' '.join((command.help or '').split())}\n\n"
        for one in command.params:
            if one.name == "help":
                continue
            names = f"`{one.name.upper()}`" if one.param_type_name == "argument" else _options(one)
            yield f"- {names}: {' '.join((one.help or '').split())}\n"


def _options(one: Any) -> str:  # noqa: ANN401
    return ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
