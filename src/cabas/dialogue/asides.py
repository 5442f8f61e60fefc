"""What is said of a thing in passing: what it is for, and why it is wanted."""

from __future__ import annotations

from cabas.dialogue.item import COST, Item, Piece
from cabas.dialogue.lexicon import FAMILY, RESTRICTED
from cabas.dialogue.sight import Sight


def begins_another(sight: Sight, position: int, after: int, end: int) -> bool:
    """Whether "and" with an article or an amount behind it joins two things, and is in no name ("et du fromage")."""
    if sight.said("and", position) is None:
        return False
    counted = any(not one.implied for one in sight.amounts(after, end))
    return counted or sight.said("determiners", after) is not None


def purpose(sight: Sight, item: Item, position: int, after: int, end: int) -> int:
    """ "pour chat" says which; "pour le goûter" says why, and is dropped up to the next mark."""
    inner = sight.said("determiners", after) or after
    made_for = sight.said("made_for", inner)
    if made_for is not None and made_for <= end and item.has_food:
        item.kept.extend(range(position, made_for))
        item.pieces.append(Piece(inner, made_for, None, True))
        return made_for
    named = sight.name(inner, end, FAMILY, RESTRICTED)
    if named is not None and not item.has_food and not item.measured:  # "anything but X for the spaghetti"
        return inner
    return past_remark(sight, item, after, end)


def relative(sight: Sight, item: Item, position: int, end: int) -> int | None:
    """Past "qui me convienne", which tells of a thing named before it and names none: up to the next mark or amount.
    None where no such words begin here.
    """
    after = sight.said("relatives", position)
    if after is None or after >= end or not item.has_food:
        return None
    stop = next((place for place in range(after, end) if _counted(sight, place, end)), end)
    return past_remark(sight, item, after, stop)


def _counted(sight: Sight, place: int, end: int) -> bool:
    return any(not one.implied and not one.article for one in sight.amounts(place, end))


def late_amount(sight: Sight, item: Item, position: int, end: int) -> int | None:
    """Past the amount behind words of every day that were passed over: "demain deux baguettes". None without one."""
    said = next((one for one in sight.amounts(position, end) if not one.article and not one.implied), None)
    if said is None or said.end >= end:
        return None
    item.measured, item.begun = said, True
    item.tags.extend(said.constraints)
    glue = sight.tools.measures.of.at(sight.tokens, said.end)
    return glue[1] if glue is not None and glue[1] < end else said.end


def only_holds(sight: Sight, item: Item, position: int, end: int) -> bool:
    """Whether a word is the unit of the number before it, and "de" what it holds follows: "deux canettes de panaché"
    are no ducks.
    """
    measured = item.measured
    if item.pieces or measured is None or measured.unit is not None or measured.end != position:
        return False
    glue = sight.tools.measures.of.at(sight.tokens, position + 1)
    return glue is not None and glue[1] < end and sight.tools.measures.unit(sight.tokens, position) is not None


def to_do(sight: Sight, position: int, end: int) -> int | None:
    """The index after "to" and a verb: "soup to warm us up"."""
    after = sight.said("intents", position)
    verb = after is not None and after < end and sight.is_everyday(after)
    return after if verb else None


def past_remark(sight: Sight, item: Item, after: int, end: int) -> int:
    """Past what a remark says, to the next mark."""
    item.cost += COST["remark"]
    while after < end and not sight.is_mark(after):
        joined = sight.said("and", after)
        item.cost += COST["and"] if joined is not None and begins_another(sight, after, joined, end) else 0.0
        after += 1
    return after
