"""Clauses that ask for nothing: what stands over a list, why things are wanted, what no grocer has to do with."""

from __future__ import annotations

from cabas.dialogue.backdrop import HENCE, is_hence, opens, sets_scene, topic
from cabas.dialogue.clauses import REASON_TOKENS_MAX, named, strong_end, tells_count
from cabas.dialogue.diets import is_diet
from cabas.dialogue.item import Item
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY, RESTRICTED
from cabas.dialogue.remarks import tells_first
from cabas.dialogue.sight import Sight
from cabas.dialogue.titled import COLON, kinds_listed, numbered, titles
from cabas.dialogue.turn import Turn

# What a clause says it is all for takes no more words than this.
REMARK_TOKENS_MAX = 6
# What stands over a list, and how long that may be.
HEADED, HEADING_TOKENS_MAX = frozenset(":!—–-"), 6


def heads(turn: Turn, start: int, stop: int, end: int) -> bool:
    """Whether a clause is only what a list stands under: "Taco night: tortillas, beans", "Picnic! Eggs and ham"."""
    sight = turn.sight
    if stop >= end or sight.tokens[stop].folded not in HEADED:
        return False
    if sight.tokens[stop].folded == HENCE and not tells_count(sight, stop, end) and sets_scene(sight, start, stop):
        return True
    if sight.tokens[stop].folded == ":" and not sight.words.tells and tells_first(sight, start, stop, end):
        return True
    if is_hence(sight, stop) or stop - start > HEADING_TOKENS_MAX:
        return False
    if any(numbered(sight, place, stop) for place in range(start, stop)):
        return False
    begin = sight.said("determiners", start) or sight.joint(start) or start
    whole = sight.name(begin, stop, FAMILY, BRAND, DISH)
    ends = [match.end for place in range(start, stop) for match in sight.names(place) if match.kind == FAMILY]
    if sight.tokens[stop].folded == "!":
        return stop not in ends
    if sight.tokens[stop].folded != ":" and stop in ends and (whole is None or whole.end < stop):
        return False  # "nice ripe figs — a dozen"
    close = next((place for place in range(stop + 1, end) if sight.is_mark(place)), end)
    named = (sight.name(place, close, FAMILY, BRAND) for place in range(stop + 1, close))
    first = next((match for match in named if match is not None), None)
    if first is None or whole is None or whole.end < stop:
        return first is not None  # "coffee: two jars" is no heading
    if first.kind == BRAND:
        return False  # "de l'eau : Vittel"
    if first.id != whole.id and first.id in turn.heard.lexicon.below(whole.id):
        return True
    return begin == start and titles(turn, start, stop, listed_end(sight, stop, end))


def puts_it(sight: Sight, place: int) -> bool:
    """Whether some of what was told of before the mark at `place` is asked for: "..., so put in two of them", "..., so
    two packs".
    """
    verb, size = place + 1, len(sight.tokens)
    if verb >= size or not sight.is_mark(place):
        return False
    if is_hence(sight, place) and any(not one.implied for one in sight.amounts(verb, size)):
        return not any(named(sight, at, size) for at in range(verb, size))
    put = sight.tokens[verb].folded in sight.tools.grammar.macro("put")
    return put and verb + 1 < size and sight.said("pronouns", verb + 1) is not None


def told_of(turn: Turn, start: int, end: int) -> Item | None:
    """The one thing named where nothing was asked for, and not in the cart: "my daughter loves clementines"."""
    names = (turn.sight.name(place, end, FAMILY) for place in range(start, end) if not turn.sight.is_small(place))
    named = next((one for one in names if one is not None and one.lang in (None, "", turn.sight.lang)), None)
    item = turn.one(named.start, named.end) if named is not None else None
    return item if item is not None and item.has_food and turn.line(item) is None else None


def stands_over(turn: Turn, start: int, stop: int, end: int) -> int | None:
    """The index after a clause that only says what the things behind it are, or are for; after those things as well
    where they are kinds of it ("juice: orange, apple").
    """
    sight = turn.sight
    if stop < end and sight.tokens[stop].text == COLON:
        close = listed_end(sight, stop, end)
        if kinds := kinds_listed(turn, start, stop, close):
            turn.wish(kinds)
            return close
    remark = sight.said("purpose", start) or sight.said("reasons", start)
    short = stop < end and stop - start <= REMARK_TOKENS_MAX
    if (short and remark is not None) or topic(sight, start, stop, end):
        return stop  # "pour les crêpes, il me faut du lait": why, not what
    if heads(turn, start, stop, end) and not opens(sight, start):
        return stop
    return None


def listed_end(sight: Sight, stop: int, end: int) -> int:
    """The index after what is listed behind the mark at `stop`."""
    return min(strong_end(sight, stop + 1, len(sight.tokens)), end)


def reason_for(turn: Turn, start: int, stop: int) -> bool:
    """Whether a clause only says why the goods behind a "so" are wanted: no diet, and no time to come; or what dish the
    things listed behind a colon are for ("fry-up fixings: eggs and ham"), or that there is a list ("my list: ...").
    """
    sight = turn.sight
    if stop >= len(sight.tokens):
        return False
    if sight.tokens[stop].folded in HEADED and sight.said("titles", start) == stop:
        return True
    if sight.tokens[stop].text == HENCE and any(sight.said("ingredients", at) == stop for at in range(start + 1, stop)):
        return any(named(sight, place, len(sight.tokens)) for place in range(stop + 1, len(sight.tokens)))
    if not is_hence(sight, stop) or not sets_scene(sight, start, stop):
        return False
    following = range(stop + 1, strong_end(sight, stop + 1, len(sight.tokens)))
    points = any(sight.said("pronouns", place) for place in following)
    if is_diet(sight, start, stop) or (
        points and not any(named(sight, place, len(sight.tokens)) for place in following)
    ):
        return False  # "we have rice, so take it off"
    when = turn.times.read(start, stop) if turn.times.hinted(start, stop) else None
    return when is None or not (when.slot or when.strength)


def elsewhere(sight: Sight, start: int, end: int) -> bool:
    """Whether a clause speaks of what no grocer has to do with, and names no goods beside it: "an alarm for six",
    "game night on Friday".
    """
    ends = {place: sight.said("elsewhere", place) for place in range(start, end)}
    told = {inner for place, after in ends.items() if after is not None for inner in range(place, after)}
    if not told or _unsold(sight, start, end):
        return False
    named = (match for place in range(start, end) for match in sight.names(place))
    named = (match for match in named if not told.issuperset(range(match.start, match.end)))  # "film alimentaire"
    return not any(match.kind in (FAMILY, BRAND, RESTRICTED) for match in named)


def _unsold(sight: Sight, start: int, end: int) -> bool:
    """Whether goods that no grocer has are counted: "two train tickets to Rome" is a wish, if a vain one."""
    amounts = (one for place in range(start, min(end, start + REASON_TOKENS_MAX)) for one in sight.amounts(place, end))
    return any(one.end < end and sight.said("unsold", one.end) is not None for one in amounts)
