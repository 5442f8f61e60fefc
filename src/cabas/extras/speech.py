"""Speech to text on this machine with `faster-whisper` and a model in a folder; nothing is downloaded, nothing leaves.

Sound is decoded no further than the limit of seconds, and only from files of sound: a small file can hold hours, and a
playlist could name other files. The recognizer is told no words beforehand: a small model that hears badly repeats
them, and groceries nobody asked for would be in the cart. What it is unsure of is left out.
"""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.kernel.text import clean

BYTES_MAX, SECONDS_MAX, RATE = 10_000_000, 60, 16_000
# Stretches less sure than this (mean log probability, probability of silence) are left out.
SURE_MIN, SILENCE_MAX = -1.0, 0.6
_KINDS = "wav,ogg,matroska,webm,mov,mp4,mp3,flac,aac,aiff"


class NoSpeech(InvalidInput):
    """The file cannot be heard: too large, too long, or no sound."""

    code = "no_speech"


class WhisperTranscriber:
    """`usecases.ports.Transcriber`. One sound at a time; the model stays in memory once it was used."""

    def __init__(self, folder: Path, *, bytes_max: int = BYTES_MAX, seconds_max: float = SECONDS_MAX) -> None:
        self._folder, self._bytes_max, self._seconds_max = folder, bytes_max, seconds_max
        self._model: Any = None
        self._turn = asyncio.Lock()

    async def transcribe(self, audio: bytes, lang: str) -> str:
        """What is said. Raises `NoSpeech` (an `InvalidInput`), and `Unavailable` when the model cannot be used."""
        if len(audio) > self._bytes_max:
            raise NoSpeech(
                f"The sound is {len(audio):,} bytes.", remedy=f"Send at most {self._bytes_max:,} bytes, or type it."
            )
        async with self._turn:
            return await asyncio.to_thread(self._transcribe, audio, lang)

    def _transcribe(self, audio: bytes, lang: str) -> str:
        model = self._loaded()
        sound = decoded(audio, self._seconds_max)
        # One try: others at higher temperatures take a minute and invent more.
        segments, _ = model.transcribe(sound, language=lang, condition_on_previous_text=False, temperature=0.0)
        sure = (one.text for one in segments if one.avg_logprob >= SURE_MIN and one.no_speech_prob <= SILENCE_MAX)
        return clean(" ".join(sure))

    def _loaded(self) -> Any:  # noqa: ANN401 (a library without types)
        if self._model is None:
            if not (self._folder / "model.bin").is_file():
                raise Unavailable(
                    f"There is no speech model in {self._folder}.",
                    remedy="Set CABAS_SPEECH to a folder with a faster-whisper model (model.bin, config.json, ...).",
                )
            try:
                from faster_whisper import WhisperModel

                self._model = WhisperModel(
                    str(self._folder), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
                )
            except (ImportError, OSError, RuntimeError, ValueError) as error:
                raise Unavailable(
                    f"The speech model cannot be used ({error}).", remedy="Run pip install 'cabas[speech]'."
                ) from error
        return self._model


def decoded(audio: bytes, seconds_max: float) -> Any:  # noqa: ANN401 (an array of numpy, which is optional)
    """The sound as 16,000 numbers a second. Raises `NoSpeech` for no sound, or more than `seconds_max` of it."""
    import av
    import numpy as np

    pieces: list[Any] = []
    count = 0
    options = {"format_whitelist": _KINDS, "protocol_whitelist": "none"}
    try:
        with av.open(io.BytesIO(audio), options=options) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                frame.pts = None
                for part in resampler.resample(frame):
                    pieces.append(part.to_ndarray().reshape(-1))
                    count += pieces[-1].size
                if count > seconds_max * RATE:
                    raise NoSpeech(
                        f"The sound is longer than {seconds_max:g} s.", remedy="Say it in shorter parts, or type it."
                    )
    except (av.error.FFmpegError, IndexError, ValueError, OSError) as error:
        raise NoSpeech("That is no sound Cabas can read.", remedy="Send a WAV, OGG, WebM, MP4 or MP3 file.") from error
    if not count:
        raise NoSpeech("The file holds no sound.", remedy="Record it again.")
    return np.concatenate(pieces).astype("float32") / 32768
