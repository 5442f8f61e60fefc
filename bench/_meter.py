"""What a run takes of the machine: CPU seconds and memory of this process, its children and a server (Linux's /proc).

Elsewhere the figures are those of this process and its ended children, and memory is that of this process.
"""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

PROC = Path("/proc")
SAMPLE_SECONDS = 1.0  # reading the memory of a process is work for the kernel: it counts it page by page


def first() -> bool:
    """Let this process run before whatever else the machine does, where the system lets it: waits are its own then."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except (AttributeError, OSError):
        return False
    return True


class Meter:
    """Counts from `__enter__` on. `roots` are process ids besides this one's, such as a server's."""

    def __init__(self, *roots: int) -> None:
        self._roots = (os.getpid(), *roots)
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._before: dict[int, float] = {}
        self.cpu: dict[int, float] = {}
        self.peak = 0

    def __enter__(self) -> Self:
        self._before = self._times()
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._sampler.join()
        after = self._times()
        self.cpu = {root: after[root] - self._before.get(root, 0.0) for root in after}

    @property
    def cpu_seconds(self) -> float:
        """User and system seconds of all of them."""
        return sum(self.cpu.values())

    def _times(self) -> dict[int, float]:
        if not PROC.is_dir():
            own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
            return {os.getpid(): sum(usage.ru_utime + usage.ru_stime for usage in own)}
        return {root: sum(map(_cpu, _family(root))) for root in self._roots}

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            if PROC.is_dir():
                members = {one for root in self._roots for one in _family(root)}
                self.peak = max(self.peak, sum(map(_resident, members)))
            else:
                self.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _family(root: int) -> Iterator[int]:
    """A process and all that it started and that still run."""
    yield root
    try:
        threads = list((PROC / str(root) / "task").iterdir())
        children = [child for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _cpu(process: int) -> float:
    """Its seconds and those of its ended children."""
    try:
        fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _resident(process: int) -> int:
    """Bytes in memory, pages that are shared counted by their share."""
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)
