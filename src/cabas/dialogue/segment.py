"""Several things in one breath: where one ends and the next begins.

Every cut is tried and the cheapest wins (dynamic programming over the places where a thing may begin). "Et" between
two things, "et" inside a name, lists without any comma: what the words are called decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from cabas.dialogue.asides import LEAD_IN_TOKENS_MAX, lead_in
from cabas.dialogue.borders import says_of_it
from cabas.dialogue.item import Item
from cabas.dialogue.items import read_item
from cabas.dialogue.labels import is_price
from cabas.dialogue.lexicon import BRAND, FAMILY, RESTRICTED, VARIANT
from cabas.dialogue.marks import mark_floor
from cabas.dialogue.sight import Sight

# One thing is at most so many words long.
ITEM_TOKENS_MAX = 18
# What it costs to begin a new thing: after a mark or "and", before an amount, an article, or (in a list without
# commas) just before another name.
BREAK = {
    "mark": 0.0,
    "and": 0.08,
    "amount": 0.3,
    "article": 0.35,
    "implied": 0.7,
    "name": 1.0,
    "name_in_list": 3.0,
    "orphan": 1.0,
    "halved": -1.8,
}
# How many of the next beginnings one thing may swallow, and the least a thing costs.
STOPS_MAX, LEAST = 5, 0.3
# In a list of so many things fewer cuts are tried, so that work stays in proportion.
LONG_LIST, STOPS_FEW = 48, 2
# A name met with this score is taken as a whole.
SURE = 0.9
# Marks that stand inside one thing: "sacs congélation (3 litres)".
INNER_MARKS = frozenset("()[]\"'«»")
_FAR = 1e9


@dataclass(frozen=True, slots=True)
class _Gap:
    """What lies between two things: the next one begins at `end`; `repair` says that it takes back the one before,
    `alternative` that it is only second choice ("ou").
    """

    end: int
    cost: float
    repair: bool = False
    alternative: bool = False


def read_items(sight: Sight, start: int, end: int, *, either: bool = False) -> list[Item]:
    """The things asked for in the tokens [start, end), in order; stretches that say nothing are left out, and so is
    what is only second choice, unless `either` is meant ("I need neither ham or eggs").
    """
    opened = _gap(sight, start, end)
    first = lead_in(sight, opened.end, end)
    starts = _starts(sight, first, end)
    best: dict[int, tuple[float, list[Item]]] = {end: (0.0, [])}
    for place in reversed(starts):
        best[place] = _cheapest(sight, place, end, starts, best)
    found = best[first][1] if first < end else []
    if found and opened.repair:
        found[0].repair = True  # "...; actually two leeks"
    return [item for item in (found if either else _first_choices(sight, found)) if item.says]


def _first_choices(sight: Sight, items: list[Item]) -> list[Item]:
    """The things read without what is only second choice: "figs or plums, the cheapest" are figs, but "white or brown
    bread" is bread all the same. What is said of the price holds for either.
    """
    kept: list[Item] = []
    for item in items:
        if not item.alternative or not kept:
            kept.append(item)
        elif _only_kind(sight, kept[-1]) and item.family is not None:
            item.measured, item.begun = item.measured or kept[-1].measured, item.begun or kept[-1].begun
            item.alternative, item.repair = False, kept[-1].repair
            kept[-1] = item
        else:
            kept[-1].tags.extend(tag for tag in item.tags if is_price(tag))
    return kept


def _only_kind(sight: Sight, item: Item) -> bool:
    """Whether nothing but words that tell kinds apart is in it: "white" of "white or brown bread"."""
    if item.family is not None or item.brand is not None or not item.has_food:
        return False
    return all(
        (piece.match is not None and piece.match.kind == VARIANT) or sight.said("looks", piece.start) == piece.end
        for piece in item.pieces
    )


def _cheapest(
    sight: Sight, place: int, end: int, starts: list[int], best: dict[int, tuple[float, list[Item]]]
) -> tuple[float, list[Item]]:
    """The cheapest way to read everything from `place` on."""
    found: tuple[float, list[Item]] = (_FAR, [])
    crossed = 0.0
    for stop in _stops(sight, place, end, starts):
        gap = _gap(sight, stop, end)
        rest = best.get(gap.end)
        if rest is None:
            continue
        lower = rest[0] + min(gap.cost, BREAK["amount"]) + LEAST + crossed
        if lower >= found[0]:
            continue
        item = read_item(sight, place, stop)
        if item.has_food and stop < end and sight.is_mark(stop):
            crossed += mark_floor(sight, stop, end)  # longer readings have this mark behind a name
        cost = item.cost + rest[0]
        # "miel deux pots farine 1 kg": after an amount that follows its name, the next name begins another thing
        cost += min(gap.cost, BREAK["amount"]) if item.trailing else gap.cost
        if gap.cost >= BREAK["amount"] and rest[1] and not rest[1][0].has_food:
            cost += BREAK["orphan"]  # an amount alone belongs to what stands before it
        if cost < found[0]:
            following = list(rest[1])
            if following:
                following[0].repair = following[0].repair or gap.repair
                following[0].alternative = following[0].alternative or gap.alternative
            found = (cost, [item, *following])
    return found


def _stops(sight: Sight, place: int, end: int, starts: list[int]) -> list[int]:
    """Where the thing that begins at `place` may end: before the next beginnings, without the gap between."""
    limit = min(end, place + ITEM_TOKENS_MAX)
    stops = []
    for following in (*starts, end):
        if following <= place:
            continue
        stop = following
        while stop > place + 1 and (before := _gap_before(sight, place, stop, end)) is not None:
            stop = before
        stops.append(stop)
        if following >= limit or len(stops) >= (STOPS_MAX if len(starts) < LONG_LIST else STOPS_FEW):
            break
    return stops


def _gap_before(sight: Sight, place: int, stop: int, end: int) -> int | None:
    """Where the mark, "and", "no, " or "for my sister" that ends at `stop` begins; None when none does."""
    for start in range(max(place + 1, stop - LEAD_IN_TOKENS_MAX - 3), stop):
        led = sight.said("lead_ins", start) is not None and _parting_before(sight, place, start) is not None
        if led and lead_in(sight, start, end) == stop:
            return start
    return _parting_before(sight, place, stop)


def _parting_before(sight: Sight, place: int, stop: int) -> int | None:
    """Where the mark, "and" or "no, " that ends at `stop` begins; None when none does."""
    if sight.is_mark(stop - 1) and sight.tokens[stop - 1].folded not in INNER_MARKS:
        return stop - 1
    for start in range(max(place + 1, stop - 4), stop):
        if (
            sight.said("and", start) == stop
            or sight.said("or", start) == stop
            or (sight.said("repairs", start) == stop and is_repair(sight, start, stop))
            or (sight.said("turns", start) == stop and sight.same_aisle(start - sight.is_mark(start - 1), stop))
        ):
            return start
    return None


def _gap(sight: Sight, position: int, end: int) -> _Gap:
    """The marks, "and"s and second thoughts from `position` on, and what it costs to begin after them."""
    start, cost, repair, passed, alternative = position, _FAR, False, False, False
    while position < end:
        if sight.is_mark(position) and sight.tokens[position].folded not in INNER_MARKS:
            position, cost, passed = position + 1, min(cost, BREAK["mark"]), True
            continue
        after = sight.said("repairs", position)
        joined = position > start and sight.said("and", position - 1) == position  # "a ham and actually some figs"
        if after is not None and after <= end and not joined and is_repair(sight, position, after):
            halved = sight.same_head(position, after)  # "double no single cream"
            cost = BREAK["halved"] if halved else min(cost, BREAK["mark"])
            position, repair, passed = after, True, True
            continue
        after = sight.said("turns", position)
        swaps = after is not None and after < end and sight.same_aisle(start, after)  # "milk, oh oat milk"
        if after is not None and (swaps or joined):
            position, repair, passed, cost = after, repair or swaps, True, min(cost, BREAK["mark"])
            continue
        after = sight.said("or", position)
        if after is not None and after < end:
            alternative = True
        else:
            after = sight.said("and", position)
        if after is not None and after <= end:
            position, cost, passed = after, min(cost, BREAK["and"]), True
            continue
        break
    if not passed:
        cost = _bare_break(sight, start) if start < end else 0.0
    else:
        position = lead_in(sight, position, end)
    return _Gap(position, cost if position < end else 0.0, repair, alternative)


def is_repair(sight: Sight, start: int, after: int) -> bool:
    """Whether "no" or "sorry" takes something back here: beside a mark, or before an amount or an article."""
    if after >= len(sight.tokens) or says_of_it(sight, start, after) is not None:
        return False
    said_of_it = sight.detail(start, len(sight.tokens))
    if said_of_it is not None and said_of_it.kind == "max_price":
        return False  # "juice, no more than two euros"
    if sight.is_mark(after) or (start > 0 and sight.is_mark(start - 1)):
        return True
    if any(not one.implied for one in sight.amounts(after, len(sight.tokens))):
        return True
    if sight.said("determiners", after) is not None or sight.joint(after) is not None or after - start > 1:
        return True
    named = sight.name(after, len(sight.tokens), FAMILY, BRAND) is not None
    return sight.same_aisle(start, after) or (named and sight.said("regrets", start) == after)


def _bare_break(sight: Sight, position: int) -> float:
    """What it costs to begin a new thing here with nothing in between."""
    costs = [_FAR]
    costs.extend(
        BREAK["implied" if measured.implied and not measured.definite else "amount"]
        for measured in sight.amounts(position, len(sight.tokens))
    )
    if sight.said("determiners", position) is not None:
        costs.append(BREAK["article"])
    if sight.name(position, len(sight.tokens), FAMILY, BRAND, RESTRICTED) is not None:
        costs.append(BREAK["name_in_list" if sight.written else "name"])
    return min(costs)


def _starts(sight: Sight, first: int, end: int) -> list[int]:
    """The places where a thing may begin: not in the middle of an amount or of a name."""
    starts = {first} if first < end else set()
    inside = 0
    position = first
    while position < end:
        gap = _gap(sight, position, end)
        if gap.end > position:
            if gap.end < end:
                starts.add(gap.end)
            position = gap.end
        elif position != first and position >= inside and gap.cost < _FAR:
            starts.add(position)
        if inside <= position < end:
            inside = max(_whole(sight, position, end), sight.joint(position) or 0)  # "à la": "la" begins nothing
        position += 1
    return sorted(starts)


def _whole(sight: Sight, position: int, end: int) -> int:
    """The end of the name or amount that starts here and that nothing begins inside of."""
    names = [match for match in sight.names(position) if match.kind != VARIANT]
    ends = [match.end for match in names if match.end <= end and match.score >= SURE][:1]
    ends += [one.end for one in sight.amounts(position, end)[:1] if one.unit is not None or one.amount.value > 1]
    detail = sight.detail(position, end)
    if detail is not None and not names:
        ends.append(detail.end)  # "pas de la Badoit": "la" begins nothing
    return max(ends, default=position)
