"""Days and times of day as people say them ("demain", "le 3 décembre", "half past five"), by the words of time.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.numbers import Numbers, numbers_of
from cabas.dialogue.phrases import Phrases, spread
from cabas.dialogue.tokens import Token, tokenize

DAY_MINUTES = 24 * 60
# A date said without a year that lies further ahead than this was meant for the past: nobody orders groceries for it.
AHEAD_DAYS = 90


@dataclass(frozen=True, slots=True)
class Day:
    """A day said by the tokens up to `end`; `date` is None for one that cannot be ("le 31 février", yesterday)."""

    date: date | None
    end: int


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day in minutes from midnight, said by the tokens up to `end`. `sure` when morning or evening was said
    or the figure leaves no choice; `bare` when it is only a number. None for one that cannot be ("25 heures").
    """

    minutes: int | None
    end: int
    sure: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day, in minutes from midnight; `today` when the words mean today's ("ce soir")."""

    start: int
    until: int
    today: bool = False


_POINTED = re.compile(r"([01]?\d|2[0-3])\.([0-5]\d)")
# The lists of time.yaml that are looked up as phrases.
_LISTS = (
    "next", "next_skips", "this", "past", "past_beside", "pm", "am", "noon", "midnight", "before", "before_after",
    "after", "after_after", "around", "at", "earliest", "anytime", "slot_words", "chatter", "rather_than",
)  # fmt: skip


class TimeWords:
    """The words of time of one language. Use `time_words`."""

    def __init__(self, lang: str) -> None:
        self.sheet = locales.read(lang, "time")
        self.numbers: Numbers = numbers_of(lang)
        self.weekdays = _numbered(enumerate(self.sheet["weekdays"]))
        self.months = _numbered(enumerate(self.sheet["months"], 1))
        self.ordinals = _numbered(self.sheet["ordinals"].items())
        self.days = _numbered((int(key), said) for key, said in self.sheet["days"].items())
        self.feasts: Phrases[tuple[int, ...]] = Phrases()
        for code, said in self.sheet.get("feasts", {}).items():
            for phrase in locales.words(said):
                self.feasts.put(phrase, tuple(int(part) for part in str(code).split("-")))
        self.quarters = _numbered((int(key), said) for key, said in self.sheet["quarters"].items())
        self.minus = _numbered((int(key), said) for key, said in self.sheet["minus"].items())
        self.lists = {key: Phrases.of(spread(locales.words(self.sheet.get(key))), True) for key in _LISTS}
        week = self.sheet["week"]
        self.next_week = Phrases.of(locales.words(week["next"]), True)
        self.weekend = Phrases.of(locales.words(week["weekend"]), True)
        today = {phrase.strip() for phrase in locales.words(self.sheet["evening"])}
        self.parts: Phrases[Part] = Phrases()
        for part in self.sheet["parts"]:
            for phrase in locales.words(part["words"]):
                self.parts.put(phrase, Part(minutes_of(part["from"]), minutes_of(part["to"]), phrase in today))
        self._clock = _patterns(self.sheet["clock"])
        self._dates = _patterns(self.sheet["date"])
        self._in_days = _patterns(self.sheet["in_days"])
        self._in_weeks = _patterns(self.sheet["in_weeks"])
        self._pm_until = int(self.sheet["pm_until"])
        self._hour_words = self.numbers.begin | self.lists["noon"].begin() | self.lists["midnight"].begin()
        self._hour_words |= {word for pattern in self._clock for word in pattern[:1]}
        self._day_words = self._first_of_day()
        self._clock_words = {word for pattern in self._clock for word in pattern[:1] if not word.startswith("{")}

    def said(self, key: str, tokens: Sequence[Token], index: int) -> int | None:
        """The index after a phrase of a list that starts at `index`, or None."""
        found = self.lists[key].at(tokens, index)
        return found[1] if found else None

    def _first_of_day(self) -> frozenset[str]:
        """The words a day may begin with; digits aside."""
        phrases = (self.days, self.feasts, self.weekdays, self.months, self.ordinals, self.weekend, self.next_week)
        words = {word for one in phrases for word in one.begin()} | self.numbers.begin
        words |= {word for key in ("next", "this", "past") for word in self.lists[key].begin()}
        patterns = (*self._dates, *self._in_days, *self._in_weeks)
        return frozenset(words | {pattern[0] for pattern in patterns if pattern})

    def day(self, tokens: Sequence[Token], index: int, now: datetime) -> Day | None:
        """The day said at `index`."""
        if index >= len(tokens) or (tokens[index].kind != "number" and tokens[index].folded not in self._day_words):
            return None
        today = now.date()
        near = self.days.at(tokens, index)
        found = [Day(today + timedelta(days=near[0]), near[1])] if near else []
        feast = self.feasts.at(tokens, index)
        if feast:
            found.append(Day(_feast(feast[0], today), feast[1]))
        past = self.said("past", tokens, index)
        if (
            past is not None
            and self.lists["past"].at(tokens, index)
            and self.said("past_beside", tokens, index) != past
        ):
            found.append(Day(None, past))
        found.extend(self._weekday(tokens, index, today))
        found.extend(self._dated(tokens, index, today))
        found.extend(self._span(tokens, index, today))
        weekend = self.weekend.at(tokens, index)
        if weekend:
            found.append(Day(today + timedelta(days=(5 - today.weekday()) % 7), weekend[1]))
        next_week = self.next_week.at(tokens, index)
        if next_week:
            found.append(Day(today + timedelta(days=7 - today.weekday()), next_week[1]))
        return max(found, key=lambda day: day.end, default=None)

    def _weekday(self, tokens: Sequence[Token], index: int, today: date) -> Iterable[Day]:
        """ "samedi", "next Saturday", "samedi prochain", "last Monday"."""
        start, skip, past = index, 0, False
        before = self.said("next", tokens, index) or self.said("this", tokens, index)
        if before is not None:
            start = before
        elif (gone := self.said("past", tokens, index)) is not None:
            start, past = gone, True
        named = self.weekdays.at(tokens, start)
        if named is None:
            return
        ahead = (named[0] - today.weekday()) % 7 or 7
        end = named[1]
        following = self.said("next_skips", tokens, end)
        if following is not None:
            skip, end = 7, following
        elif (following := self.said("next", tokens, end)) is not None:
            end = following
        elif (following := self.said("past", tokens, end)) is not None:
            past, end = True, following
        if skip and ahead > 6 - today.weekday():
            skip = 0  # the coming one already lies in next week
        yield from self._dated(tokens, end, today)  # "samedi 28 novembre"
        yield Day(None if past else today + timedelta(days=ahead + skip), end)

    def _dated(self, tokens: Sequence[Token], index: int, today: date) -> list[Day]:
        """ "le 3 décembre", "the 3rd": the next such day; None where the calendar has none."""
        found = []
        for pattern in self._dates:
            slots = self._match(pattern, tokens, index)
            if slots is None:
                continue
            number = slots.get("number", slots.get("ordinal", 0))
            month = slots.get("month")
            found.append(Day(_next_date(number, month, today), slots["end"]))
        return found

    def _span(self, tokens: Sequence[Token], index: int, today: date) -> Iterable[Day]:
        for patterns, unit in ((self._in_days, 1), (self._in_weeks, 7)):
            for pattern in patterns:
                slots = self._match(pattern, tokens, index)
                if slots is not None:
                    ahead = min(slots.get("number", 1) * unit, AHEAD_DAYS * 4)
                    yield Day(today + timedelta(days=ahead), slots["end"])

    def hour(self, tokens: Sequence[Token], index: int) -> Hour | None:
        """The time of day said at `index`."""
        if index >= len(tokens) or (tokens[index].kind != "number" and tokens[index].folded not in self._hour_words):
            return None
        noon, midnight = self.said("noon", tokens, index), self.said("midnight", tokens, index)
        found = [Hour(12 * 60, noon, sure=True)] if noon else []
        if midnight:
            found.append(Hour(DAY_MINUTES - 1, midnight, sure=True))
        pointed = _POINTED.fullmatch(tokens[index].text)
        if pointed is not None:  # "9.30"
            found.append(Hour(int(pointed[1]) * 60 + int(pointed[2]), index + 1, bare=True))
        number = self.numbers.single(tokens, index)
        counted = number is not None and number.value.denominator == 1
        if number is not None and number.article:
            counted = self.ordinals.at(tokens, index) is not None  # "a la una"
        for pattern in self._clock if counted or tokens[index].folded in self._clock_words else ():
            slots = self._match(pattern, tokens, index)
            if slots is None:
                continue
            hour = slots.get("number", slots.get("ordinal", 12))
            minutes = slots.get("minutes", slots.get("quarter", 0))
            words = [word for word in pattern if not word.startswith("{")]
            value = hour * 60 + minutes - slots.get("minus", 0)
            if not {"past", "passed", "half", "to"}.isdisjoint(words):
                value = _english(words, hour, slots)
            found.append(Hour(value, slots["end"], bare=len(pattern) == 1))
        best = max(found, key=lambda one: one.end, default=None)
        return self._half_of_day(tokens, best) if best is not None else None

    def _half_of_day(self, tokens: Sequence[Token], hour: Hour) -> Hour | None:
        """Morning or evening: said, or guessed for the hours that are rarely meant in the morning."""
        if hour.minutes is None:
            return hour
        if hour.minutes > DAY_MINUTES:
            return None if hour.bare else Hour(None, hour.end)
        evening, morning = self.said("pm", tokens, hour.end), self.said("am", tokens, hour.end)
        if evening is not None or morning is not None:
            early = hour.minutes < 12 * 60
            value = hour.minutes + (12 * 60 if evening is not None and early else 0)
            value -= 12 * 60 if morning is not None and value >= 12 * 60 else 0
            return Hour(value, evening or morning or hour.end, sure=True)
        if hour.sure or hour.minutes >= 13 * 60:
            return Hour(hour.minutes, hour.end, sure=True, bare=hour.bare)
        guessed = hour.minutes + (12 * 60 if 60 <= hour.minutes < (self._pm_until + 1) * 60 else 0)
        return Hour(guessed, hour.end, bare=hour.bare)

    def _match(self, pattern: Sequence[str], tokens: Sequence[Token], index: int) -> dict[str, int] | None:
        """The slots of a pattern that stands at `index`, with "end", the index after it."""
        slots: dict[str, int] = {}
        for word in pattern:
            if index >= len(tokens):
                return None
            if not word.startswith("{"):
                if tokens[index].folded != word:
                    return None
                index += 1
                continue
            found = self._slot(word[1:-1], tokens, index)
            if found is None:
                return None
            slots[word[1:-1]], index = found
        return {**slots, "end": index}

    def _slot(self, name: str, tokens: Sequence[Token], index: int) -> tuple[int, int] | None:
        phrases = {"month": self.months, "ordinal": self.ordinals, "quarter": self.quarters, "minus": self.minus}
        if name in phrases:
            return phrases[name].at(tokens, index)
        number = self.numbers.single(tokens, index)
        if number is not None and number.value.denominator != 1:
            number = self.numbers.whole(tokens, index)  # "las cinco y media" is no five and a half
        if number is None or number.collective or number.value.denominator != 1:
            return None
        if number.article:
            return None
        value = int(number.value)
        if name == "minutes" and not (
            0 <= value < 60 and (tokens[index].kind != "number" or len(tokens[index].text) == 2)
        ):
            return None
        return (value, number.end) if value <= 9999 else None


def minutes_of(clock: str) -> int:
    """ "07:30" -> 450."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def as_time(minutes: int) -> time:
    """Minutes from midnight as a time; the end of the day is its last minute."""
    minutes = max(0, min(minutes, DAY_MINUTES - 1))
    return time(minutes // 60, minutes % 60)


def _english(words: Sequence[str], hour: int, slots: dict[str, int]) -> int:
    """ "half past five", "quarter to six", "ten past nine"."""
    minutes = 30 if "half" in words else 15 if "quarter" in words else slots.get("minutes", 0)
    return hour * 60 + (-minutes if "to" in words else minutes)


def _next_date(day: int, month: int | None, today: date) -> date | None:
    """The next such day of the calendar; None when there is none, or when it lies too far ahead to be meant."""
    if month is None:
        month, year = (today.month, today.year) if day >= today.day else (today.month % 12 + 1, today.year)
        year += month < today.month
    else:
        year = today.year + (month < today.month or (month == today.month and day < today.day))
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found <= today + timedelta(days=AHEAD_DAYS) else None


def _feast(code: tuple[int, ...], today: date) -> date | None:
    """The next feast of that code: (month, day), or (month, which one, weekday)."""
    if len(code) == 2:
        return _next_date(code[1], code[0], today)
    for year in (today.year, today.year + 1):
        first = date(year, code[0], 1)
        found = first + timedelta(days=(code[2] - first.weekday()) % 7 + 7 * (code[1] - 1))
        if found >= today:
            return found if found <= today + timedelta(days=AHEAD_DAYS) else None
    return None


def _numbered(pairs: Iterable[tuple[int, object]]) -> Phrases[int]:
    phrases: Phrases[int] = Phrases()
    for number, said in pairs:
        for phrase in locales.words(said):
            phrases.put(phrase, int(number))
    return phrases


def _patterns(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Patterns as words and slots, in the tokenizer's words."""
    made = []
    for text in texts:
        words: list[str] = []
        for piece in str(text).split():
            words.extend([piece] if piece.startswith("{") else [token.folded for token in tokenize(piece)])
        made.append(tuple(words))
    return tuple(made)


@lru_cache(maxsize=16)
def time_words(lang: str) -> TimeWords:
    """The words of time of a language, read once."""
    return TimeWords(lang)
