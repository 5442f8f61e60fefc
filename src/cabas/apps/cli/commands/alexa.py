"""cabas alexa: what a skill is registered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

PANEL = "Partners"
app = typer.Typer(help="What an Alexa skill is registered with.", no_args_is_help=True)


@app.command("model")
def model(
    locale: Annotated[str, typer.Argument(help="fr-FR, fr-CA, en-US or en-GB.")],
    invocation: Annotated[str, typer.Option(help="The name shoppers open the skill by, when not the usual one.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; printed when left out.")] = None,
) -> None:
    """Print the interaction model for a locale, for the developer console or `ask`."""
    from cabas.surfaces.alexa.model import model as made

    text = json.dumps(made(locale, invocation=invocation), ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(f"{text}\n", encoding="utf-8")


@app.callback()
def group() -> None:
    """What an Alexa skill is registered with."""
