"""The optional recognizer: what it refuses, and that a whole order can be said, where the parts are installed."""

import asyncio
import io
import os
import shutil
import subprocess
import wave
from importlib.util import find_spec
from pathlib import Path

import pytest

from cabas.apps.config import from_environment
from cabas.apps.extras import open_extras, report
from cabas.apps.hear import transcribe
from cabas.extras.speech import NoSpeech, WhisperTranscriber
from cabas.kernel.errors import InvalidInput, Unavailable

av = pytest.mark.skipif(find_spec("av") is None, reason="needs cabas[speech]")
MODEL = os.environ.get("CABAS_SPEECH", "")
heard = pytest.mark.skipif(
    find_spec("faster_whisper") is None or not MODEL or shutil.which("espeak-ng") is None,
    reason="needs cabas[speech], a model in CABAS_SPEECH, and espeak-ng",
)


def silence(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(b"\x00\x00" * 8000 * seconds)
    return file.getvalue()


def test_it_is_off_by_default(tmp_path: Path) -> None:
    config = from_environment({"CABAS_DATA_DIR": str(tmp_path)})
    assert [check.what for check in report(config)][1:] == [
        "Embeddings for unknown words: off (CABAS_EMBEDDINGS).",
        "Payments through Stripe: off (CABAS_STRIPE_KEY).",
        "Speech to text: off (CABAS_SPEECH).",
    ]
    with pytest.raises(Unavailable, match="off"):
        transcribe(config, tmp_path / "a.wav", "fr")


@pytest.mark.parametrize("on", [False, True])
def test_the_voice_page_hears_where_it_is_on(tmp_path: Path, on: bool) -> None:
    async def work() -> object:
        async with open_extras(from_environment({"CABAS_SPEECH": str(tmp_path)} if on else {})) as extras:
            return extras.ears

    assert isinstance(asyncio.run(work()), WhisperTranscriber) is on


def test_a_file_that_is_not_there_and_a_language_nobody_speaks(tmp_path: Path) -> None:
    config = from_environment({"CABAS_DATA_DIR": str(tmp_path), "CABAS_SPEECH": str(tmp_path)})
    with pytest.raises(InvalidInput, match="cannot be read"):
        transcribe(config, tmp_path / "a.wav", "fr")
    with pytest.raises(InvalidInput, match="CABAS_EMBEDDINGS names 'tlh'"):
        from_environment({"CABAS_EMBEDDINGS": "fr, tlh"})


def test_a_folder_without_a_model_and_a_sound_that_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no speech model"):
        asyncio.run(WhisperTranscriber(tmp_path).transcribe(silence(1), "fr"))
    with pytest.raises(NoSpeech, match="16,044 bytes"):
        asyncio.run(WhisperTranscriber(tmp_path, bytes_max=16_000).transcribe(silence(1), "fr"))


@av
def test_sound_is_decoded_up_to_the_limit_and_nothing_else_is_read(tmp_path: Path) -> None:
    from cabas.extras.speech import decoded

    assert abs(decoded(silence(2), 3).size - 32_000) < 64
    with pytest.raises(NoSpeech, match="longer than 3 s"):
        decoded(silence(4), 3)
    (tmp_path / "secret.wav").write_bytes(silence(1))
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n"
    concat = f"ffconcat version 1.0\nfile '{tmp_path}/secret.wav'\n"
    for nothing in (b"", b"hello", playlist.encode(), concat.encode(), b"RIFF\xff\xff\xff\xffWAVE", os.urandom(5000)):
        with pytest.raises(NoSpeech):
            decoded(nothing, 3)


@heard
def test_a_sentence_is_written_down(tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    said = ["espeak-ng", "-v", "en-us", "-s", "140", "-w", str(file), "two pounds of apples and a dozen eggs"]
    subprocess.run(said, check=True)
    text = transcribe(from_environment({"CABAS_SPEECH": MODEL}), file, "en")
    assert {"pounds", "dozen", "eggs"} <= set(text.replace(",", " ").replace(".", " ").split())


@heard
def test_silence_is_nothing(tmp_path: Path) -> None:
    assert asyncio.run(WhisperTranscriber(Path(MODEL)).transcribe(silence(2), "en")) == ""
