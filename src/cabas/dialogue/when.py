"""When and how the goods are to be had: "au drive jeudi après 17 heures", "deliver it Sunday by noon".

Times are in the store's zone, as `now` is. `read_when` reads a stretch of words; what it cannot use is left over, so
that the caller can tell a wish for a slot from groceries with a date beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from cabas.dialogue.clock import DAY_MINUTES, Day, Hour, Part, TimeWords, as_time, time_words
from cabas.dialogue.time_hints import Ahead, Methods, Within, methods_of
from cabas.dialogue.tokens import Token
from cabas.domain.fulfillment import Method, SlotAsk


@dataclass(slots=True)
class When:
    """What was said of time and method. `strength` is 2 when the method was named beyond doubt, 1 when words mean it
    if nothing else is said; `slot` when the word "slot" was said; `bound` when a time of day was, `firm` when it
    was more than a number; `leftover` are the places of words that mean something else.
    """

    ask: SlotAsk = field(default_factory=SlotAsk)
    impossible: bool = False
    strength: int = 0
    slot: bool = False
    bound: bool = False
    firm: bool = False
    timed: bool = False
    leftover: list[int] = field(default_factory=list)
    _hour: Hour | None = None
    _lead: str = ""

    @property
    def said(self) -> bool:
        """Whether anything of time or method was said."""
        return self.timed or self.slot or self.ask.method is not None

    @property
    def dated(self) -> bool:
        """Whether a day or a part of it was said, and no hour."""
        return self.timed and not self.bound and (self.ask.day is not None or self.ask.approx)


class Times:
    """The words of an utterance, read as times and methods. What may start at a word is found once."""

    def __init__(self, tokens: Sequence[Token], lang: str, now: datetime) -> None:
        self.tokens, self.lang, self.now = tuple(tokens), lang, now
        self._words, self._methods = time_words(lang), methods_of(lang)
        self._readings: dict[int, list[tuple[int, int, object]]] = {}

    def hinted(self, start: int, end: int) -> bool:
        """Whether a word in [start, end) can only be there for a time or a method, or may be."""
        if any(token.folded in self._methods.hints for token in self.tokens[start:end]):
            return True
        least = 1 if any(token.kind == "number" for token in self.tokens[start:end]) else 2  # "pick up on the 30th"
        return any(
            self._words.said("earliest", self.tokens, place) is not None
            or ((named := self._methods.names.at(self.tokens, place)) is not None and named[0][1] >= least)
            for place in range(start, end)
        )

    def past(self, index: int) -> int:
        """The index after the longest time or method that begins at a token; the token where none does."""
        found = self._at(index)
        return found[0][0] if found else index

    def read(self, start: int, end: int, gap: range = range(0)) -> When:
        """What the tokens [start, end) say of time and method, but for those in `gap`."""
        found = When()
        index = start
        while index < end:
            if index in gap:
                index = gap.stop
                continue
            last = gap.start if index < gap.start else end
            best = next((reading for reading in self._at(index) if reading[0] <= last), None)
            if best is None:
                if not self.tokens[index].is_mark:
                    found.leftover.append(index)
                index += 1
                continue
            _apply(found, best[2], self.now)
            if best[2] in ("slot_words", "earliest"):  # "une livraison", "the first delivery slot" say how as well
                for place in range(index, best[0]):
                    named = self._methods.names.at(self.tokens, place)
                    if named is not None and named[1] <= best[0]:
                        _apply(found, named[0], self.now)
            index = best[0]
        return _settled(found, self.now)

    def _at(self, index: int) -> list[tuple[int, int, object]]:
        """(end, order among equals, what) of everything that may start at a token, the longest first."""
        if index not in self._readings:
            readings = _readings(self._words, self._methods, self.tokens, index, self.now)
            found = [(after, -order, what) for order, (what, after) in enumerate(readings)]
            self._readings[index] = sorted(found, key=lambda reading: reading[:2], reverse=True)
        return self._readings[index]


def read_when(tokens: Sequence[Token], start: int, end: int, lang: str, now: datetime) -> When:
    """What the tokens [start, end) say of time and method."""
    return Times(tokens, lang, now).read(start, end)


def _readings(
    words: TimeWords, methods: Methods, tokens: Sequence[Token], index: int, now: datetime
) -> Iterator[tuple[object, int]]:  # fmt: skip
    yield from methods.names.every(tokens, index)
    yield from _windows(words, methods, tokens, index)
    yield from _withins(words, methods, tokens, index)
    yield from _bounds(words, tokens, index)
    instead = words.said("rather_than", tokens, index)
    if instead is not None:
        other = words.day(tokens, instead, now) or words.hour(tokens, instead)
        refused = other.end if other is not None else _method_end(methods, tokens, instead)
        if refused is not None:
            yield None, refused
    for kind in ("before", "after"):
        start = words.said(kind, tokens, index)
        if start is not None and words.day(tokens, start, now) is not None:
            yield _Lead(kind), start
    day = words.day(tokens, index, now)
    if day is not None:
        yield day, day.end
    part = words.parts.at(tokens, index)
    if part:
        yield part
    for key in ("earliest", "anytime", "slot_words", "chatter"):
        after = words.said(key, tokens, index)
        if after is not None:
            yield key, after
    hour = words.hour(tokens, index)
    if hour is not None and not hour.bare:
        yield _Bound("at", hour), hour.end


def _method_end(methods: Methods, tokens: Sequence[Token], index: int) -> int | None:
    """The end of the way to get the goods said at a token: what "rather than" refuses."""
    named = methods.names.at(tokens, index)
    return named[1] if named else None


@dataclass(frozen=True, slots=True)
class _Bound:
    kind: str  # before, after, at, around
    hour: Hour


@dataclass(frozen=True, slots=True)
class _Lead:
    kind: str  # "by" of "by Monday 10 am"


@dataclass(frozen=True, slots=True)
class _Window:
    first: Hour
    last: Hour


def _bounds(words: TimeWords, tokens: Sequence[Token], index: int) -> Iterator[tuple[object, int]]:
    """ "avant 19 heures", "around five", "17 h au plus tard"."""
    for kind in ("before", "after", "around", "at"):
        start = words.said(kind, tokens, index)
        if start is None:
            continue
        inner = words.said("around", tokens, start) or words.said("at", tokens, start) or start
        for place in {start, inner}:
            hour = words.hour(tokens, place)
            if hour is not None:
                after = words.said("before_after", tokens, hour.end) or words.said("after_after", tokens, hour.end)
                yield _Bound(kind, hour), after or hour.end
    hour = words.hour(tokens, index)
    if hour is None:
        return
    for key, kind in (("before_after", "before"), ("after_after", "after"), ("around", "around")):
        after = words.said(key, tokens, hour.end)
        if after is not None:
            yield _Bound(kind, hour), after


def _windows(
    words: TimeWords, methods: Methods, tokens: Sequence[Token], index: int
) -> Iterator[tuple[object, int]]:  # fmt: skip
    first = words.hour(tokens, index)
    if first is not None and (dashed := _dashed(words, tokens, index, first)) is not None:
        yield _Window(first, dashed), dashed.end
    for pattern in methods.between:
        if (first is None) if pattern[0].startswith("{") else (tokens[index].folded != pattern[0]):
            continue
        hours: list[Hour] = []
        position = index
        for word in pattern:
            if position >= len(tokens):
                break
            if word.startswith("{"):
                hour = words.hour(tokens, position)
                if hour is None:
                    break
                hours.append(hour)
                position = hour.end
            elif tokens[position].folded == word:
                position += 1
            else:
                break
        else:
            # two bare numbers are no window unless words say so ("between two and four")
            loose = pattern[0].startswith("{") and hours[0].bare and hours[1].bare and not _dated(words, tokens, index)
            if len(hours) == 2 and (not loose or words.said("before", tokens, hours[0].end) is not None):
                yield _Window(hours[0], hours[1]), position


def _dashed(words: TimeWords, tokens: Sequence[Token], index: int, first: Hour) -> Hour | None:
    """The second hour of "6-8 pm"; bare figures ("10-12") are hours only right behind a day."""
    place, size = first.end, len(tokens)
    if place >= size or (tokens[place].lead != "-" and tokens[place].folded not in ("-", "–")):
        return None
    last = words.hour(tokens, place + tokens[place].is_mark) if place + tokens[place].is_mark < size else None
    loose = first.bare and last is not None and last.bare and not _dated(words, tokens, index)
    return None if loose else last


def _dated(words: TimeWords, tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and words.weekdays.at(tokens, index - 1) is not None


def _withins(
    words: TimeWords, methods: Methods, tokens: Sequence[Token], index: int
) -> Iterator[tuple[object, int]]:  # fmt: skip
    for entry, pattern, kind in methods.within:
        if tokens[index].folded != pattern[0]:
            continue
        position, value = index, None
        for word in pattern:
            if position >= len(tokens):
                break
            if word.startswith("{"):
                number = words.numbers.single(tokens, position)
                if number is None:
                    break
                value, position = number.value, number.end
            elif tokens[position].folded == word:
                position += 1
            else:
                break
        else:
            minutes = int(value * entry["unit"]) if value is not None else int(60 * entry.get("hours", 2))
            yield kind(min(minutes, 7 * DAY_MINUTES)), position


def _apply(found: When, what: object, now: datetime) -> None:
    ask = found.ask
    if isinstance(what, tuple) and isinstance(what[0], Method):
        if ask.method is None or what[1] >= found.strength:
            found.ask = replace(ask, method=what[0])
        found.strength = max(found.strength, what[1])
    elif isinstance(what, Day):
        found.timed = True
        found.impossible = found.impossible or what.date is None
        found.ask = replace(ask, day=what.date or ask.day)
    elif isinstance(what, _Lead):
        found._lead = what.kind
    elif isinstance(what, Part):
        _part(found, what, now)
    elif isinstance(what, _Bound):
        _bound(found, what)
    elif isinstance(what, _Window):
        _window(found, what)
    elif isinstance(what, Within):
        end = now + timedelta(minutes=what.minutes)
        found.timed = found.bound = found.firm = True
        found.ask = replace(ask, day=end.date(), before=end.time().replace(second=0, microsecond=0), earliest=True)
    elif isinstance(what, Ahead):
        then = (now + timedelta(minutes=what.minutes)).replace(second=0, microsecond=0)
        found.timed = found.bound = found.firm = True
        found.ask = replace(ask, day=then.date(), at=then.time())
    elif what == "earliest":
        found.timed = True
        found.ask = replace(ask, earliest=True)
    elif what == "slot_words":
        found.slot = True


def _part(found: When, part: Part, now: datetime) -> None:
    """A part of the day alone is a pair of loose bounds; beside a time it says which half of the day was meant."""
    found.timed = True
    ask = replace(found.ask, day=found.ask.day or (now.date() if part.today else None))
    if found.bound and found._hour is not None and not found._hour.sure and found._hour.minutes is not None:
        shifted = found._hour.minutes + 12 * 60 if part.start >= 12 * 60 > found._hour.minutes else found._hour.minutes
        if part.until <= 12 * 60 <= shifted:
            shifted -= 12 * 60
        moved = shifted - found._hour.minutes
        found.ask = replace(
            ask, before=_moved(ask.before, moved), after=_moved(ask.after, moved), at=_moved(ask.at, moved)
        )
        return
    if found.bound:
        found.ask = ask
        return
    found.ask = replace(ask, after=as_time(part.start), before=as_time(part.until), approx=True)


def _moved(value: time | None, minutes: int) -> time | None:
    return as_time(value.hour * 60 + value.minute + minutes) if value is not None else None


def _bound(found: When, bound: _Bound) -> None:
    minutes = bound.hour.minutes
    found.timed = True
    if minutes is None:
        found.impossible = True
        return
    ask = found.ask
    if ask.approx and ask.after is not None and not found.bound:  # "lundi soir vers 9 heures"
        if ask.after.hour >= 12 and minutes < 12 * 60 and not bound.hour.sure:
            minutes += 12 * 60
        elif ask.before is not None and ask.before.hour <= 12 and minutes > 12 * 60 and not bound.hour.sure:
            minutes -= 12 * 60
        ask = replace(ask, after=None, before=None, approx=False)
    found.bound, found._hour = True, bound.hour
    found.firm = found.firm or not bound.hour.bare or bound.kind in ("before", "after")
    ask = replace(ask, approx=True) if bound.kind == "around" else ask
    value = as_time(minutes)
    kind = found._lead or bound.kind if bound.kind == "at" else bound.kind
    if kind == "before":
        found.ask = replace(ask, before=value)
    elif kind == "after":
        found.ask = replace(ask, after=value)
    else:
        found.ask = replace(ask, at=value)


def _window(found: When, window: _Window) -> None:
    first, last = window.first.minutes, window.last.minutes
    found.timed = found.bound = found.firm = True
    if first is None or last is None:
        found.impossible = True
        return
    if first >= last and not window.first.sure and first >= 12 * 60:
        first -= 12 * 60  # "between 7 and 9": both in the morning, unless the evening was said
    if first >= last and not window.last.sure:
        last += 12 * 60
    if window.last.sure and not window.first.sure and last > 12 * 60 and first + 12 * 60 < last:
        first += 12 * 60  # "between 5 and 7 pm"
    if first >= last:
        found.impossible = True
        return
    ask = replace(found.ask, approx=False) if found.ask.approx else found.ask
    if found.ask.approx and found.ask.after is not None and found.ask.after.hour >= 12 and last <= 12 * 60:
        first, last = first + 12 * 60, last + 12 * 60
    found._hour = Hour(first, window.first.end, sure=window.first.sure or window.last.sure)
    found.ask = replace(ask, after=as_time(first), before=as_time(last))


def _settled(found: When, now: datetime) -> When:
    """With the times that have gone by taken for impossible, and a time without a day left to the slots."""
    ask = found.ask
    gone = ask.day is not None and ask.day < now.date()
    late = ask.before is not None and ask.day == now.date() and not ask.approx and ask.before <= now.time()
    passed = ask.at is not None and ask.day == now.date() and not ask.approx and ask.at <= now.time()
    found.impossible = found.impossible or gone or late or passed
    return found
