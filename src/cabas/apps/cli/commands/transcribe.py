"""cabas transcribe: what is said in a sound file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cabas.apps.cli import show
from cabas.apps.cli.options import Json, settings, spoken
from cabas.apps.hear import transcribe

PANEL = "Talk"


def command(
    file: Annotated[Path, typer.Argument(help="A sound file: WAV, OGG, WebM, MP4, MP3.")],
    lang: Annotated[
        str | None, typer.Option("--lang", help="The language spoken, like fr (the default) or en.")
    ] = None,
    json: Json = False,
) -> None:
    """Write down what is said in a sound file. Needs the optional part "speech": see `cabas doctor`."""
    said = transcribe(settings(), file, spoken(lang, "").lang)
    if json:
        show.json_out({"text": said})
    else:
        show.console.print(said, markup=False, highlight=False)
