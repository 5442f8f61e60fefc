"""What those who fetch send and get: HTTP's credentials and conditions (RFC 7617, RFC 9110), and a list as JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.datastructures import Headers

from cabas.usecases.feeds.fetch import FeedFile, PublishedFeed

CREDENTIAL_MAX = 1_000


def key_of(headers: Headers) -> str:
    """The partner's key: as a bearer token, or as the password of whatever user name; empty without one."""
    scheme, _, value = headers.get("authorization", "")[:CREDENTIAL_MAX].partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is sent. `unpack`: it lies packed and is asked for plainly by somebody who cannot unpack."""

    file: FeedFile
    media_type: str
    encoding: str = ""
    unpack: bool = False

    @property
    def etag(self) -> str:
        """Strong: each way of sending the same file has its own (RFC 9110, 8.8.3)."""
        way = "-gzip" if self.encoding else "-plain" if self.unpack else ""
        return f'"{self.file.sha256[:32]}{way}"'


def form_of(feed: PublishedFeed, name: str, headers: Headers) -> Form | None:
    """The file of that name ("products.tsv", "products.tsv.gz" where it lies packed); None when there is none."""
    for file in feed.files:
        if file.packed and name == f"{file.name}.gz":
            return Form(file, "application/gzip")
        if name == file.name:
            kind = _media_type(name)
            if not file.packed:
                return Form(file, kind)
            return Form(file, kind, "gzip") if _takes_gzip(headers) else Form(file, kind, unpack=True)
    return None


def _media_type(name: str) -> str:
    ending = name.rpartition(".")[2]
    known = {"tsv": "text/tab-separated-values; charset=utf-8", "jsonl": "application/jsonl"}
    return known.get(ending, "application/json")


def _takes_gzip(headers: Headers) -> bool:
    for part in headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "x-gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def modified(feed: PublishedFeed) -> str:
    """When the feed was exported, as HTTP writes dates."""
    return format_datetime(feed.exported_at.astimezone(UTC), usegmt=True)


def unchanged(headers: Headers, etag: str, at: datetime) -> bool:
    """Whether the caller has this very file (RFC 9110, 13.1.2 and 13.1.3). A date that is none is read past."""
    known = headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in [one.strip().removeprefix("W/") for one in known.split(",")]
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except (ValueError, TypeError, OverflowError):
        return False
    return at <= (since if since.tzinfo else since.replace(tzinfo=UTC))


def listing(platform: str, feeds: Sequence[PublishedFeed], url: str) -> dict[str, Any]:
    """What there is to fetch."""
    return {
        "platform": platform,
        "feeds": [
            {
                "name": feed.name,
                "day": feed.day,
                "exported_at": f"{feed.exported_at:%Y-%m-%dT%H:%M:%SZ}",
                "files": [
                    {
                        "url": f"{url}/feeds/{platform}/{feed.name}/{file.name}{'.gz' if file.packed else ''}",
                        "bytes": file.size,
                        "sha256": file.sha256,
                    }
                    for file in feed.files
                ],
            }
            for feed in feeds
        ],
    }
