"""Running other people's programs: from `tests/foreign/node_modules`, with the Node that is installed there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BIN = HERE / "node_modules" / ".bin"


def program(name: str) -> Path:
    """A program of an npm package; the test is skipped where it is not installed."""
    path = BIN / name
    if not path.exists():
        pytest.skip(f"{name} is not installed: run `make conformance`")
    return path


def run_program(name: str, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    """What it prints and how it ends."""
    path = program(name)
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [str(path), *arguments], cwd=HERE, env=env, capture_output=True, text=True, timeout=seconds, check=False
    )
