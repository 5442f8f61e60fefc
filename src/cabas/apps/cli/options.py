"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cabas.apps.config import Config, from_environment
from cabas.kernel.clock import Clock, FixedClock
from cabas.kernel.errors import InvalidInput

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where data lives (CABAS_DATA_DIR).", show_default=False)
]
Retailer = Annotated[str | None, typer.Option("--retailer", help="Whose shop (CABAS_RETAILER).", show_default=False)]
StoreOption = Annotated[str | None, typer.Option("--store", help="Which store; the first one by default.")]
Lang = Annotated[
    str | None, typer.Option("--lang", help="A language like fr, or a locale like fr-BE; found out when left out.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
At = Annotated[
    str | None, typer.Option("--at", help="Pretend it is this moment, like 2019-01-01T10:00 (UTC without an offset).")
]


def settings(data_dir: Path | None = None, retailer: str | None = None) -> Config:
    """The settings, with what the command line overrides."""
    config = from_environment()
    if data_dir is not None:
        config = replace(config, data_dir=data_dir.expanduser().absolute())
    return replace(config, retailer=retailer) if retailer else config


def clock(at: str | None) -> Clock | None:
    """The clock of `--at`; None for the machine's. Raises `InvalidInput` for a moment that is none."""
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise InvalidInput(f"{at!r} is not a moment.", remedy="Write it like 2019-01-01T10:00.") from None
    return FixedClock(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A locale and the language of it."""

    locale: str

    @property
    def lang(self) -> str:
        """fr of fr-BE."""
        return self.locale.partition("-")[0]


def spoken(lang: str | None, text: str, default: str = "fr-FR") -> Spoken:
    """The locale of `--lang`, else of the language the text is in. Raises `NotFound` for an unknown language."""
    from cabas.dialogue import locales
    from cabas.dialogue.language import guess
    from cabas.dialogue.say import phrases

    if lang is not None:
        phrases(lang.partition("-")[0])
        return Spoken(locales.full(lang))
    found = guess(text) if text else None
    return Spoken(locales.full(found) if found else default)
