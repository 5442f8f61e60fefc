"""A demo shop in a folder of its own, made once, and the real `cabas` command on it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cabas.storage import embedded
from support.command import Command, Ran, run


@pytest.fixture(scope="session")
def demo_folder() -> Iterator[Path]:
    """The data folder of a demo shop; its server stays up and does not wait for the disk."""
    memory = "/dev/shm"  # noqa: S108 - a disk in memory, where there is one
    folder = Path(tempfile.mkdtemp(prefix="cabas-demo-", dir=memory if os.access(memory, os.W_OK) else None))
    with embedded.start(folder / "postgres", durable=False):
        ran = run("demo", "--order", "du lait", CABAS_DATA_DIR=str(folder))
        assert ran.code == 0, ran.told
        yield folder
    shutil.rmtree(folder)


@pytest.fixture
def cabas(demo_folder: Path) -> Command:
    """Runs a command on the demo shop."""

    def command(*arguments: str, **environment: str) -> Ran:
        return run(*arguments, **{"CABAS_DATA_DIR": str(demo_folder), **environment})

    return command
