"""cabas alexa: what a skill is registered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cabas.apps.cli.options import settings

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

    _give(made(locale, invocation=invocation), out)


@app.command("manifest")
def manifest(
    privacy: Annotated[str, typer.Option(help="Address of the privacy policy.")],
    terms: Annotated[str, typer.Option(help="Address of the terms of use.")],
    small_icon: Annotated[str, typer.Option(help="Address of a PNG of 108 x 108 pixels.")],
    large_icon: Annotated[str, typer.Option(help="Address of a PNG of 512 x 512 pixels.")],
    locale: Annotated[list[str] | None, typer.Option(help="Each locale; all the skill speaks by default.")] = None,
    name: Annotated[str, typer.Option(help="The name in the store; the invocation name when left out.")] = "",
    invocation: Annotated[str, typer.Option(help="The name shoppers open the skill by, when not the usual one.")] = "",
    url: Annotated[str, typer.Option(help="This installation's public address; CABAS_URL when left out.")] = "",
    testing: Annotated[str, typer.Option(help="What Amazon's testers are told, when not the usual.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write, like skill.json; printed when left out.")] = None,
) -> None:
    """Print the skill's manifest (skill.json): how the store shows it, its address, its policies."""
    from cabas.surfaces.alexa.manifest import Listing
    from cabas.surfaces.alexa.manifest import manifest as made
    from cabas.surfaces.alexa.texts import locales

    address = url.rstrip("/") or settings().public_url
    listing = Listing(address, privacy, terms, (small_icon, large_icon), name, invocation, testing)
    _give(made(locale or locales(), listing), out)


def _give(made: object, out: Path | None) -> None:
    text = json.dumps(made, ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(f"{text}\n", encoding="utf-8")


@app.callback()
def group() -> None:
    """What an Alexa skill is registered with."""
