"""Exports as those who fetch find them: `usecases.feeds.fetch.PublishedFeeds` over the folders of `feed_files`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cabas.storage.feed_files import REPORT, STAMP, FeedFolder
from cabas.usecases.feeds.export import Counts
from cabas.usecases.feeds.fetch import FeedFile, PublishedFeed


class _File(msgspec.Struct):
    bytes: int
    sha256: str


class _Report(msgspec.Struct):
    retailer: str
    platform: str
    format: str
    store: str
    day: str
    agreement: str
    counts: Counts
    files: dict[str, _File]


class FeedShelf:
    """The exports below a folder, one folder per retailer. Whose a feed is, its report says: no name is taken apart."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def of(self, retailer_id: str, platform: str) -> list[PublishedFeed]:
        """The last full export of every feed of a platform, by name."""
        return await asyncio.to_thread(lambda: sorted(self._of(retailer_id, platform), key=lambda feed: feed.name))

    def _of(self, retailer_id: str, platform: str) -> Iterator[PublishedFeed]:
        place = self._root / retailer_id
        if not place.is_dir():
            return
        for folder in place.iterdir():
            name = FeedFolder(folder).full() if folder.is_dir() else None
            if name is None:
                continue
            try:
                report = msgspec.json.decode((folder / name / REPORT).read_bytes(), type=_Report)
            except (OSError, msgspec.DecodeError):
                continue  # no export of ours, or one of an earlier version: the next one takes its place
            if (report.retailer, report.platform) == (retailer_id, platform):
                yield _feed(folder / name, report)


def _feed(path: Path, report: _Report) -> PublishedFeed:
    at = datetime.strptime(path.name.rpartition("-")[0], STAMP).replace(tzinfo=UTC)
    files = tuple(
        FeedFile(name.removesuffix(".gz"), str(path / name), name.endswith(".gz"), one.bytes, one.sha256)
        for name, one in sorted(report.files.items())
    )
    name = "-".join(part for part in (report.format, report.store) if part)
    counts = report.counts
    return PublishedFeed(name, report.agreement, report.day, at, counts.published, counts.estimated, files)
