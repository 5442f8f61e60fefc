"""From a sound file to words, with the recognizer this installation has."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cabas.apps.config import Config
from cabas.extras.speech import WhisperTranscriber
from cabas.kernel.errors import InvalidInput, Unavailable


def transcribe(config: Config, file: Path, lang: str) -> str:
    """What is said in `file`. Raises `Unavailable` when speech is off, `InvalidInput` for what cannot be heard."""
    if config.speech is None:
        raise Unavailable(
            "Speech recognition is off.",
            remedy="Run pip install 'cabas[speech]' and set CABAS_SPEECH to the folder of a faster-whisper model.",
        )
    try:
        audio = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", remedy="Name a sound file.") from None
    return asyncio.run(WhisperTranscriber(config.speech).transcribe(audio, lang))
