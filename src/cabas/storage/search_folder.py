"""The folder of a search index: numbered generations, and `CURRENT` that names the one in use."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cabas.kernel.errors import Conflict, Unavailable

CURRENT = "CURRENT"
REMEDY = "Make it again: `cabas catalog reindex`."


class IndexBroken(Unavailable):
    """The folder holds no search index, a damaged one, or one of another version."""

    code = "search_index"


def generation(root: Path) -> int | None:
    """The number of the generation in use; None when there is none."""
    try:
        return int((root / CURRENT).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def folder_of(root: Path) -> Path:
    """The folder of the generation in use. Raises `IndexBroken` when there is none."""
    number = generation(root)
    if number is None:
        raise IndexBroken(f"There is no search index in {root}.", remedy="Import a catalog: `cabas catalog import`.")
    return root / str(number)


def new_draft(root: Path) -> tuple[int, Path]:
    """An empty folder for the next generation, and its number."""
    number = (generation(root) or 0) + 1
    folder = root / f"{number}.draft"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return number, folder


def put_in_use(root: Path, number: int, draft: Path) -> None:
    """Make `draft` the generation in use, by two renames. The one before is kept for readers who just opened it."""
    old = generation(root)
    shutil.rmtree(root / str(number), ignore_errors=True)
    draft.rename(root / str(number))
    pointer = root / f"{CURRENT}.new"
    with pointer.open("w") as file:
        file.write(str(number))
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(root / CURRENT)
    for entry in root.iterdir():
        if entry.is_dir() and entry.name not in (str(number), str(old)):
            shutil.rmtree(entry, ignore_errors=True)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Nobody else writes here meanwhile. Raises `Conflict` when somebody does."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(f"Another process is writing the search index in {root}.", remedy="Wait for it.") from None
        yield
