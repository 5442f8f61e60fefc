"""The words of the languages as the program holds them, kept in the data folder so that the next start need not work
them out again: a fifth of a second instead of two and a half.

It is to the package's YAML what `__pycache__` is to its Python: nothing is lost with it, and nobody need know of it. A
file is named by what it was made from (`fingerprint`), so that a changed package never meets old words. It is a pickle
and so as good as code: one that somebody else owns or may write is not read.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import cabas
from cabas.kernel.remember import prime, recalled

FOLDER = "kept"
# The rooms whose files decide what is remembered.
ROOMS = ("kernel", "dialogue")


class KeptWords:
    """What is kept in a data folder. `restore` at the start, `keep` when it is known what was needed."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FOLDER / f"words-{fingerprint()}.pickle"
        self._found = 0

    def restore(self) -> bool:
        """Take over what an earlier process kept; whether there was anything."""
        if not take_over(self.path):
            return False
        self._found = _results()
        return True

    def keep(self) -> None:
        """Keep what this process knows, if that is more than it found. A folder that cannot be written is let be."""
        if _results() <= self._found:
            return
        with suppress(OSError, RuntimeError):  # RuntimeError: another thread is learning words right now
            words = pickle.dumps(recalled(), pickle.HIGHEST_PROTOCOL)
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=self.path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(words)
            Path(draft).replace(self.path)
            for other in self.path.parent.glob("words-*"):
                if other != self.path:  # of another version
                    other.unlink(missing_ok=True)
        self._found = _results()


_mine: dict[Path, KeptWords] = {}


def kept_words(data_dir: Path) -> KeptWords:
    """The words kept in a data folder, taken over by this process the first time it asks."""
    words = _mine.get(data_dir)
    if words is None:
        words = _mine[data_dir] = KeptWords(data_dir)
        words.restore()
    return words


def for_children() -> list[str]:
    """Arguments by which a process that this one starts takes over its words (`take_over` of each): what is known by
    now is kept first. None for a process without a data folder.
    """
    for words in _mine.values():
        words.keep()
    return [str(words.path) for words in _mine.values()][:1]


def take_over(path: Path) -> bool:
    """Remember what is kept in a file. One that is missing, damaged or not ours counts as none: False."""
    enabled = gc.isenabled()
    gc.disable()  # what is made here stays: no use looking through it for garbage
    try:
        with path.open("rb") as file:
            if not _is_ours(file.fileno()):
                return False
            prime(pickle.load(file))  # noqa: S301 (our own file: see above)
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, LookupError, TypeError, ValueError):
        return False
    finally:
        if enabled:
            gc.enable()
    return True


def _results() -> int:
    return sum(len(results) for results in recalled().values())


def _is_ours(descriptor: int) -> bool:
    found = os.fstat(descriptor)
    return not found.st_mode & 0o022 and (not hasattr(os, "geteuid") or found.st_uid == os.geteuid())


@cache
def fingerprint() -> str:
    """What the words follow from: the files that make them, and the Python that reads them."""
    made_of = hashlib.blake2b(f"{sys.implementation.cache_tag} {version('cabas')}".encode(), digest_size=8)
    for path in _files(Path(cabas.__file__).parent):
        found = path.stat()
        made_of.update(f"{path} {found.st_mtime_ns} {found.st_size}\n".encode())
    return made_of.hexdigest()


def _files(package: Path) -> Iterator[Path]:
    for room in ROOMS:
        for folder, _, names in os.walk(package / room):
            yield from (Path(folder) / name for name in sorted(names) if name.endswith((".py", ".yaml")))
