"""What a clause that takes something out of the cart, or wants none of it, asks for."""

from __future__ import annotations

from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.grammar import Found
from cabas.dialogue.item import is_clause
from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.turn import Turn


def remove(turn: Turn, found: Found) -> list[Act] | None:
    """ "Take out the rice"; None where the verb is part of a name ("bin bags")."""
    if "target" not in found.slots:
        return [Act("remove", target=Reference())]
    start, end = found.slots["target"]
    names = (turn.sight.name(place, end, FAMILY) for place in range(start))
    if any(name is not None and name.end > start for name in names):
        return None
    items = turn.items(start, end)
    items = [item for item in items if item is items[0] or not is_clause(turn.sight, item)]  # "..., they go off"
    if not items or not all(item.has_food or item.pronoun for item in items):
        return None
    return [Act("remove", target=turn.reference(item)) for item in items]


def none_of(turn: Turn, found: Found) -> list[Act] | None:
    """ "No onions": out of the cart, or a question when there are none; None where "no" takes back what was said
    before it ("no, onions").
    """
    start, end = found.slots["target"]
    items = turn.items(start, end)
    if any(turn.sight.is_mark(place) for place in range(end)) or len(items) != 1 or not items[0].known:
        return None
    if turn.wishes.made or (turn.line(items[0]) is None and (turn.focus is not None or turn.heard.topic)):
        return None
    return [Act("remove", target=turn.reference(items[0]))]
