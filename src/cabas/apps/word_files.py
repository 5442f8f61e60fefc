"""Files of words, read from the disk."""

from __future__ import annotations

import gzip
from pathlib import Path

from cabas.kernel.errors import InvalidInput

FILE_MAX_BYTES = 200_000_000
SUFFIXES = (".csv", ".tsv", ".yaml", ".yml", ".json", ".jsonl", ".json.gz", ".jsonl.gz")


def read_texts(path: Path) -> dict[str, str]:
    """The texts of a file, or of the files of a folder that hold words. Raises `InvalidInput` saying what is wrong."""
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.name.endswith(SUFFIXES))
        if not files:
            raise InvalidInput(f"{path} holds no words.", remedy=f"Give files like {', '.join(SUFFIXES)}.")
    return {file.name.removesuffix(".gz"): _read(file) for file in files}


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > FILE_MAX_BYTES:
            raise InvalidInput(f"{file} is larger than {FILE_MAX_BYTES // 1_000_000} MB.", remedy="Split it.")
        raw = file.read_bytes()
        if file.suffix == ".gz":
            with gzip.open(file) as stream:
                raw = stream.read(FILE_MAX_BYTES)
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{file}:{line}: this is not UTF-8 text.", remedy="Save it as UTF-8.") from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or "damaged"
        raise InvalidInput(f"{file} cannot be read: {reason}.", remedy="Check the path.") from None
