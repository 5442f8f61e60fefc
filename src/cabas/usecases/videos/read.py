"""What a video says, read from files: .vtt, .srt, .txt, and .json as the YouTube Data API gives it.

Several files of one video (its data, its transcript) make one. Every size is limited; nothing of the text is obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

import msgspec

from cabas.kernel.errors import InvalidInput
from cabas.kernel.text import clean

FILE_MAX_BYTES, VIDEOS_MAX = 5_000_000, 500
TITLE_MAX, DESCRIPTION_MAX, LINE_MAX, CUES_MAX = 200, 10_000, 500, 20_000
SECONDS_MAX = 24 * 3600

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TAG = re.compile(r"<[^<>\n]{0,200}>")
_CUE = re.compile(r"^\s*(?:(\d{1,2}):)?(\d{1,2}):(\d{2})[.,]\d{1,3}\s+-->")
_CHAPTER = re.compile(r"^[\s(\[\-–•*]*(?:(\d{1,2}):)?(\d{1,2}):(\d{2})[)\]]?[\s\-–:|]+(\S.*)$")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text and the second of the video it belongs to."""

    seconds: int
    text: str


@dataclass(frozen=True, slots=True)
class Video:
    """What is known of a video. `lang` is empty while nobody said it."""

    id: str
    title: str = ""
    description: tuple[str, ...] = ()
    chapters: tuple[Spoken, ...] = ()
    transcript: tuple[Spoken, ...] = ()
    lang: str = ""

    def joined(self, other: Video) -> Video:
        """This one, with what another file says of it."""
        return replace(
            self,
            title=self.title or other.title,
            description=self.description or other.description,
            chapters=self.chapters or other.chapters,
            transcript=self.transcript or other.transcript,
            lang=self.lang or other.lang,
        )


def read_videos(files: Iterable[tuple[str, bytes]]) -> list[Video]:
    """The videos of some files (name, content), in order. Raises `InvalidInput` naming the file that cannot be used."""
    found: dict[str, Video] = {}
    for name, data in files:
        for video in _read(name, data):
            found[video.id] = found[video.id].joined(video) if video.id in found else video
        if len(found) > VIDEOS_MAX:
            raise InvalidInput(f"{name}: more than {VIDEOS_MAX} videos.", remedy="Give them in several calls.")
    return list(found.values())


def _read(name: str, data: bytes) -> Iterator[Video]:
    if len(data) > FILE_MAX_BYTES:
        raise InvalidInput(f"{name} has more than {FILE_MAX_BYTES:,} bytes.", remedy="Cut it into several files.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{name} is not UTF-8 text.", remedy="Save it as UTF-8.") from None
    stem, _, kind = name.rpartition("/")[2].rpartition(".")
    if kind == "json":
        yield from _json(name, text)
        return
    if kind not in ("vtt", "srt", "txt"):
        raise InvalidInput(f"{name} is none of .json, .vtt, .srt, .txt.", remedy="Rename it by what it holds.")
    ident, _, lang = stem.partition(".")
    video = Video(_identifier(ident, name), lang=lang[:2].lower())
    yield _plain(video, text) if kind == "txt" else replace(video, transcript=tuple(_cues(text)))


def _identifier(ident: object, name: str) -> str:
    if not isinstance(ident, str) or not _ID.fullmatch(ident):
        raise InvalidInput(
            f"{name}: {str(ident)[:40]!r} is not the id of a video.", remedy="Name the file by it: ID.vtt, ID.fr.srt."
        )
    return ident


def _plain(video: Video, text: str) -> Video:
    """A title, then a description; lines that begin with a time are chapters."""
    title, *rest = text.splitlines() or [""]
    return _described(replace(video, title=_line(title, TITLE_MAX)), "\n".join(rest))


def _described(video: Video, text: str) -> Video:
    lines, chapters = [], []
    for raw in text[:DESCRIPTION_MAX].splitlines():
        timed = _CHAPTER.match(raw)
        if timed:
            chapters.append(Spoken(_seconds(*timed.groups()[:3]), _line(timed[4])))
        elif line := _line(raw):
            lines.append(line)
    return replace(video, description=tuple(lines), chapters=tuple(chapters))


def _cues(text: str) -> Iterator[Spoken]:
    """The cues of WebVTT or SubRip; a line the cue before has said already (rolling captions) is not said again."""
    at, before, count = None, "", 0
    for raw in text.splitlines():
        timed = _CUE.match(raw)
        if timed:
            at = _seconds(*timed.groups())
            continue
        line = _line(_TAG.sub("", raw))
        if at is None or not line or line.isdigit() or line == before:
            continue
        before, count = line, count + 1
        if count > CUES_MAX:
            return
        yield Spoken(at, line)


def _json(name: str, text: str) -> Iterator[Video]:
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidInput(f"{name} is not JSON.", remedy="Export it again.") from None
    items = document.get("items", [document]) if isinstance(document, dict) else document
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items[:VIDEOS_MAX]):
        raise InvalidInput(f"{name} holds no videos.", remedy='Give videos.list of the Data API, {"items": [...]}.')
    for item in items[: VIDEOS_MAX + 1]:
        yield _item(item, name)


def _item(item: Mapping[str, Any], name: str) -> Video:
    ident = item.get("id")
    ident = ident.get("videoId") if isinstance(ident, dict) else ident
    told = item.get("snippet")
    told = told if isinstance(told, dict) else item
    lang = next((told[key] for key in ("defaultAudioLanguage", "defaultLanguage", "lang") if told.get(key)), "")
    video = Video(_identifier(ident, name), _line(_text(told.get("title")), TITLE_MAX), lang=_text(lang)[:2].lower())
    video = _described(video, _text(told.get("description")))
    spoken = item.get("transcript")
    return replace(video, transcript=tuple(_transcript(spoken))) if isinstance(spoken, list) else video


def _transcript(rows: list[Any]) -> Iterator[Spoken]:
    for row in rows[:CUES_MAX]:
        if isinstance(row, dict) and (line := _line(_text(row.get("text")))):
            start = row.get("start", 0)
            known = isinstance(start, int | float) and 0 <= start <= SECONDS_MAX
            yield Spoken(int(start) if known else 0, line)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _line(text: str, most: int = LINE_MAX) -> str:
    """One line without markup or what nobody sees."""
    return clean(unescape(text[: 4 * most]))[:most]


def _seconds(hours: str | None, minutes: str, seconds: str) -> int:
    return min(SECONDS_MAX, int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds))
