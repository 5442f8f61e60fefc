"""Exports as folders: written aside, seen only when whole, resumed where a killed one stopped.

    DIR/20261122T130000Z-full/     products.jsonl.gz, ..., rejected.csv, withdrawn.jsonl, report.json
    DIR/latest                     a link to the newest, changed in one step

A draft is `.draft`; its `checkpoint.json` says how much of each file is good. A gzip file can be cut off there and gone
on with, and still it is one member: many programs read no further than the first.
"""

from __future__ import annotations

import asyncio
import fcntl
import gzip
import hashlib
import os
import shutil
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from cabas.kernel.errors import Conflict, InvalidInput, NotFound
from cabas.usecases.feeds.export import REJECTED, STATE, Counts

DRAFT, LATEST, LOCK, CHECKPOINT, REPORT = ".draft", "latest", ".lock", "checkpoint.json", "report.json"
# Fast, and within a few percent of the best for text like this.
GZIP_LEVEL = 1
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\x04\xff"
STAMP = "%Y%m%dT%H%M%SZ"
# Read by people, as it is.
PLAIN = frozenset({REJECTED, "metadata.json"})


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    job: str
    after: str
    counts: Counts
    sizes: dict[str, int] = field(default_factory=dict)
    # CRC-32 and length of what is packed in each file.
    packed: dict[str, tuple[int, int]] = field(default_factory=dict)


class _Packer:
    """A gzip file of one member (RFC 1952), written by as many processes as it takes."""

    def __init__(self, crc: int = 0, size: int = 0) -> None:
        self._packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self.crc, self.size = crc, size

    def write(self, data: bytes) -> bytes:
        """What to append to the file."""
        self.crc, self.size = zlib.crc32(data, self.crc), self.size + len(data)
        return self._packer.compress(data)

    def pause(self) -> bytes:
        """What to append so that the file can be gone on with from there by a new packer."""
        return self._packer.flush(zlib.Z_FULL_FLUSH)

    def end(self) -> bytes:
        """The end of the file."""
        return self._packer.flush() + struct.pack("<II", self.crc, self.size & 0xFFFFFFFF)


class FeedFolder:
    """The exports of one feed: one retailer, platform, format and store."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone in the folder. Raises `Conflict` while another export runs, `InvalidInput` when it is no folder."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / LOCK).open("w")
        except OSError as error:
            raise InvalidInput(
                f"Nothing can be written to {self.path}: {error.strerror}.", remedy="Name a folder of yours (--out)."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Conflict("Another export into this folder is running.", remedy="Wait for it to end.") from None
            yield

    def exports(self) -> list[str]:
        """The finished exports, oldest first."""
        return sorted(one.name for one in self.path.glob("[0-9]*Z-*") if (one / REPORT).is_file())

    def full(self) -> str | None:
        """The last export that was no delta; None when there is none."""
        return next((one for one in reversed(self.exports()) if one.endswith("-full")), None)

    def before(self, since: str = "last") -> str:
        """The export a delta is of: the last one, the last of a day or before ("2026-11-20"), or one by its name.

        Raises `NotFound` when there is none, `InvalidInput` for a day that is none.
        """
        known = self.exports()
        if since in known:
            return since
        if since != "last":
            try:
                day = date.fromisoformat(since)
            except ValueError:
                raise InvalidInput(
                    f"{since!r} is neither an export nor a day.",
                    remedy=f"Use last, a day like 2026-11-20, or one of {', '.join(known[-5:]) or '(none yet)'}.",
                ) from None
            known = [one for one in known if one[:8] <= f"{day:%Y%m%d}"]
        if not known:
            raise NotFound("There is no export to tell the difference from.", remedy="Export once with --full.")
        return known[-1]

    def state(self, name: str) -> Iterator[str]:
        """The lines of what an export published, sorted by SKU."""
        path = next(one for one in (self.path / name / f"{STATE}.gz", self.path / name / STATE) if one.exists())
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="\n") as file:
            yield from file

    def begin(self, job: str, *, packed: bool) -> FeedDraft:
        """A draft; one of the same `job` that was killed is gone on with. Call it `locked`."""
        path = self.path / DRAFT
        left = _left(path)
        if left is None or left.job != job:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
            left = _Checkpoint(job, "", Counts())
        for file in list(path.iterdir()):
            if file.name not in left.sizes and file.name != CHECKPOINT:
                file.unlink()
        for name, size in left.sizes.items():
            os.truncate(path / name, size)
        return FeedDraft(path, left, packed)

    def finish(self, draft: FeedDraft, at: datetime, kind: str, report: Mapping[str, Any], keep: int) -> Path:
        """Make the draft the newest export, in one step. Older ones than the last `keep` go, but for the last full one:
        it is what platforms fetch.
        """
        files = draft.close()
        name = f"{at:{STAMP}}-{kind}"
        target = self.path / name
        if target.exists():
            raise Conflict(f"{name} is there already.", remedy="Export again in a second.")
        told = {**report, "counts": asdict(draft.counts), "files": files}
        _write(draft.path / REPORT, msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
        (draft.path / CHECKPOINT).unlink(missing_ok=True)
        _sync(draft.path)
        draft.path.rename(target)
        link = self.path / f".{LATEST}"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        link.replace(self.path / LATEST)
        _sync(self.path)
        for old in self.exports()[:-keep]:
            if old not in (name, self.full()):
                shutil.rmtree(self.path / old)
        return target


class FeedDraft:
    """`usecases.feeds.export.Draft` in a folder."""

    def __init__(self, path: Path, left: _Checkpoint, packed: bool) -> None:
        self.path, self.counts, self.after = path, left.counts, left.after
        self._job, self._packed = left.job, packed
        self._files: dict[str, IO[bytes]] = {}
        self._packers = {name: _Packer(*sums) for name, sums in left.packed.items()}
        for name in left.sizes:
            self._files[name] = (path / name).open("ab")

    @property
    def resumed(self) -> bool:
        """Whether a part was there already."""
        return bool(self.after)

    async def write(self, parts: Mapping[str, bytes]) -> None:
        """Append to files, beside whatever else this process does: compression lets go of the interpreter."""
        await asyncio.to_thread(self._write, parts)

    def _write(self, parts: Mapping[str, bytes]) -> None:
        for name, data in parts.items():
            if not self._packed or name in PLAIN:
                self._open(name).write(data)
                continue
            file = self._open(stored := f"{name}.gz")
            if stored not in self._packers:
                self._packers[stored] = _Packer()
                file.write(GZIP_HEAD)
            file.write(self._packers[stored].write(data))

    def _open(self, name: str) -> IO[bytes]:
        if name not in self._files:
            self._files[name] = (self.path / name).open("ab")
        return self._files[name]

    async def checkpoint(self, after: str, counts: Counts) -> None:
        """Everything up to that SKU is on the disk."""
        await asyncio.to_thread(self._checkpoint, after, counts)

    def _checkpoint(self, after: str, counts: Counts) -> None:
        for name, packer in self._packers.items():
            self._files[name].write(packer.pause())
        sizes = self._flush()
        packed = {name: (packer.crc, packer.size) for name, packer in self._packers.items()}
        done = _Checkpoint(self._job, after, counts, sizes, packed)
        draft = self.path / f".{CHECKPOINT}"
        _write(draft, msgspec.json.encode(done))
        draft.replace(self.path / CHECKPOINT)

    def _flush(self) -> dict[str, int]:
        """Bring everything to the disk; the sizes by file."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        return {name: file.tell() for name, file in self._files.items()}

    def close(self) -> dict[str, dict[str, object]]:
        """End all files: their size in bytes and SHA-256."""
        for name, packer in self._packers.items():
            self._files[name].write(packer.end())
        self._packers.clear()
        sizes = self._flush()
        for file in self._files.values():
            file.close()
        return {name: {"bytes": size, "sha256": _sha256(self.path / name)} for name, size in sorted(sizes.items())}

    def leave(self) -> None:
        """Let go of the files of a draft that was not finished; it stays, to be gone on with."""
        for file in self._files.values():
            with suppress(OSError):
                file.close()


def _left(path: Path) -> _Checkpoint | None:
    """What a killed export left; None when nothing of it can be used."""
    try:
        left = msgspec.json.decode((path / CHECKPOINT).read_bytes(), type=_Checkpoint)
        whole = all((path / name).stat().st_size >= size for name, size in left.sizes.items())
        whole = whole and left.packed.keys() == {name for name in left.sizes if name.endswith(".gz")}
    except (OSError, msgspec.DecodeError):
        return None
    return left if whole else None


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
