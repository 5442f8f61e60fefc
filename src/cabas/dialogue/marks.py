"""What a mark inside one thing costs: "câpres, un bocal, bio" is one, "câpres, riz" are two."""

from __future__ import annotations

from cabas.dialogue.details import branded
from cabas.dialogue.item import COST, Item
from cabas.dialogue.lexicon import FAMILY, LABEL
from cabas.dialogue.sight import Sight

# Marks between a name and how much of it.
TELLING = frozenset(":—–-")


def closes(sight: Sight, position: int, end: int) -> bool:
    """Whether a stretch that ends before `end`, or is cut by a mark, ends at `position`."""
    return position >= end or sight.is_mark(position)


def mark_cost(sight: Sight, item: Item, position: int, end: int) -> float:
    """A comma inside one thing is odd, unless an amount or a detail follows ("câpres, un bocal, bio")."""
    token = sight.tokens[position]
    if token.folded in "()\"'«»" or position + 1 >= end:
        return COST["soft_mark"]
    following = position + 1
    bare = token.folded in TELLING  # "eggs: 12"
    closing = (one for one in sight.amounts(following, end) if closes(sight, one.end, end))
    measured = [one for one in closing if one.unit is not None or bare]
    if item.has_food and ((measured and item.measured is None) or sight.name(following, end, LABEL)):
        return COST["soft_mark"]
    said_of_it = sight.detail(following, end) or branded(sight, following, end)
    if item.has_food and (said_of_it or _tied(sight, following, end) or _placed(sight, following, end)):
        return COST["soft_mark"]
    return COST["mark"]


def _tied(sight: Sight, position: int, end: int) -> bool:
    """Whether "à la", "aux", "en" stand here, that begin nothing by themselves: "une glace, à la vanille"."""
    after = sight.joint(position)
    if after is None or after >= end or (sight.said("determiners", position) or 0) >= after:
        return False
    if sight.tools.measures.of.at(sight.tokens, position) is not None:
        return False  # "de", "d'" begin another thing as well: "besoin de riz, de pâtes"
    return sight.name(position, end, FAMILY) is None


def _placed(sight: Sight, position: int, end: int) -> bool:
    """Whether nothing but where it comes from is said here: "red wine, Spanish"."""
    found = sight.words.origins.at(sight.tokens, position)
    if found is None or not closes(sight, found[1], end):
        return False
    whole = (*sight.tokens[position : found[1]], *sight.tokens[max(0, position - 2) : position - 1])
    names = sight.tools.lexicon.at(whole, 0, sight.lang)
    return not any(one.kind == FAMILY and one.end == len(whole) for one in names)  # "cabbage, savoy"


def mark_floor(sight: Sight, position: int, end: int) -> float:
    """The least that a mark behind a name costs inside one thing, whatever else is read of it."""
    following = position + 1
    if sight.tokens[position].folded in "()\"'«»" or following >= end:
        return COST["soft_mark"]
    bare = sight.tokens[position].folded in TELLING
    closed = any(one.unit is not None or bare for one in sight.amounts(following, end))
    soft = closed or sight.name(following, end, LABEL) is not None or sight.detail(following, end) is not None
    soft = soft or _tied(sight, following, end) or branded(sight, following, end) is not None
    soft = soft or _placed(sight, following, end)
    return COST["soft_mark"] if soft else COST["mark"]
