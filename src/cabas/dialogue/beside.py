"""A time or a method that stands beside groceries: a wish for a slot, or only the day that they are for."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.borders import in_name
from cabas.dialogue.clauses import DASHES
from cabas.dialogue.idle import HEADED
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Turn
from cabas.dialogue.when import Times, When

# A time and a method take no more words than this.
TIME_TOKENS_MAX = 24
# So many words of a clause about time may be unknown.
STRAY_MAX = 4


def split_when(sight: Sight, times: Times, start: int, end: int) -> tuple[int, int, When | None]:
    """The stretch that is groceries, and the time or method said before or after it, if there is one. A day alone is
    only what they are for ("cider for tonight"): it is no part of the stretch, and no time to come.
    """
    if not times.hinted(start, end):
        return start, end, None
    stop = end
    for place in range(max(start + 1, end - TIME_TOKENS_MAX), end):
        if not _may_be_time(sight, place):
            continue
        when = times.read(place, end)
        if not when.said or when.leftover:
            continue
        if _meant(when):
            return *_how(sight, times, start, place, when), when
        if when.dated:
            stop = place
            break
    when = times.read(start, min(stop, start + TIME_TOKENS_MAX))
    if when.said and when.leftover and when.leftover[0] > start:
        place = when.leftover[0]
        first = times.read(start, place)
        none = first.leftover or in_name(sight, place) or _wishes(sight, times, start, place)
        if not none and (_meant(first) or first.dated):
            if stop < end:  # "deliver two loaves on Sunday"
                first = times.read(start, end, gap=range(place, stop))
            return _items_start(sight, start, place), stop, first if _meant(first) else None
    return start, stop, None


def _how(sight: Sight, times: Times, start: int, end: int, when: When) -> tuple[int, int]:
    """The groceries before a time, without the way to get them that stands first: "deliver two hams on Friday"."""
    place = times.past(start)
    first = times.read(start, place) if start < place < end and when.ask.method is None else When()
    if first.strength > 1 and first.ask.method is not None and not first.timed and not in_name(sight, place):
        when.ask, when.strength = replace(when.ask, method=first.ask.method), first.strength
        return place, end
    return start, end


def _wishes(sight: Sight, times: Times, start: int, place: int) -> bool:
    """Whether words that could be a way to get the goods only wish for what follows them: "pop in some kale"."""
    found = sight.tools.grammar.sections["openers"].longest(sight.text, start, place - start)
    return found is not None and found.end > start and not times.read(found.end, place).said


def _may_be_time(sight: Sight, place: int) -> bool:
    """Whether a time may begin here: not inside a name."""
    return not sight.is_mark(place) and sight.said("and", place) is None and not in_name(sight, place)


def _items_start(sight: Sight, start: int, first: int) -> int:
    """Back over the amount that time words swallowed ("demain deux pizzas")."""
    place = first
    while place > start + 1 and any(one.end == first for one in sight.amounts(place - 1, first)):
        place -= 1
    return place


def _meant(when: When) -> bool:
    """Whether a time beside groceries is a wish for a slot, and not only why they are wanted ("pour ce soir")."""
    if when.strength > 1 or when.slot or when.firm or when.ask.earliest:
        return True
    ask = when.ask
    if ask.day is None:
        return when.bound and ask.method is not None
    return when.bound or ask.method is not None


def only_day(turn: Turn, when: When, start: int, end: int) -> bool:
    """Whether a clause only says for which day the goods behind it are: "Friday night: crisps", "for Sunday, a ham"."""
    sight, size = turn.sight, len(turn.sight.tokens)
    if turn.heard.pending == "slot" or end >= size or not when.dated or _meant(when):
        return False
    if sight.tokens[end].folded not in HEADED | DASHES and sight.said("purpose", start) is None:
        return False
    return any(sight.name(place, size, FAMILY, BRAND, DISH) is not None for place in range(end + 1, size))


def only_told(sight: Sight, when: When, start: int) -> bool:
    """Whether a time stands beside what is no goods for no slot: "what time does the bank open tomorrow"."""
    return not when.slot or (when.ask.method is None and sight.said("questions", start) is not None)


def passable(turn: Turn, when: When, start: int, end: int) -> bool:
    """Whether a clause that names a time and surely a way to get the goods means just that, although a few of its words
    are unknown: "Saturday at nine would be grand, I'll fetch it".
    """
    sight = turn.sight
    if (when.strength < 1 and not when.slot) or len(when.leftover) > STRAY_MAX:
        return False
    if not when.timed and when.strength <= 1:  # unless the way was named beyond doubt: "my son will collect it"
        return False
    if sight.said("questions", start) is not None or any(sight.said("offtopic", place) for place in range(start, end)):
        return False
    return not any(
        sight.name(place, end, FAMILY, BRAND, DISH) is not None or sight.amounts(place, end) for place in when.leftover
    )
