"""What is said of a thing in passing: what it is for, and why it is wanted."""

from __future__ import annotations

from cabas.dialogue.item import COST, Item, Piece
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY, LABEL, RESTRICTED, VARIANT
from cabas.dialogue.sight import Sight

# What is said first of whom or when things are for takes no more words than this.
LEAD_IN_TOKENS_MAX = 6


def lead_in(sight: Sight, position: int, end: int) -> int:
    """The index after what is said first of whom or when things are for, where one begins right behind it without a
    mark: "pour le réveillon une dinde", "avant ma garde deux yaourts". `position` where nothing of the kind is said.
    """
    after = sight.said("lead_ins", position)
    if after is None or after >= end:
        return position
    first = sight.said("determiners", after) or after
    first = max([first, *(one.end for one in sight.amounts(after, end) if one.article)])
    whom = sight.said("made_for", first)
    for place in range(first + 1, min(end, first + LEAD_IN_TOKENS_MAX)):
        if sight.is_mark(place):
            return position
        counted = any(not one.implied for one in sight.amounts(place, end))
        some = place == whom and (counted or sight.said("partitives", place) is not None)
        if some or _thing_begins(sight, place, end):
            return place  # "pour le chien des croquettes"
    return position


def _thing_begins(sight: Sight, place: int, end: int) -> bool:
    """Whether something counted, or some of something, is named here: "deux tranches de ...", "du fromage"."""
    some = sight.said("partitives", place) or sight.said("vague", place)
    if some is not None and sight.name(some, end, FAMILY, BRAND) is not None:
        return True
    counted = [one for one in sight.amounts(place, end) if not one.implied]
    glue = sight.tools.measures.of
    ends = [one.end for one in counted] + [of[1] for one in counted if (of := glue.at(sight.tokens, one.end))]
    return any(after < end and sight.name(after, end, FAMILY, BRAND) is not None for after in ends)


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
    """The index after "to" and a verb behind something: "soup to warm us up"."""
    after = sight.said("intents", position) if position > 0 else None
    verb = after is not None and after < end and sight.is_everyday(after)
    return after if verb else None


def _names_next(sight: Sight, place: int, after: int, end: int) -> bool:
    """Whether a thing stands behind "and" and none right before it: "biscuits for our labrador and cat treats"."""
    if not sight.said("and", place) or sight.name(after, end, FAMILY) is None:
        return False
    return sight.name(place - 1, place, FAMILY, DISH) is None and not sight.is_small(place - 1)


def past_remark(sight: Sight, item: Item, after: int, end: int) -> int:
    """Past what a remark says, to the next mark."""
    item.cost += COST["remark"]
    while after < end and not sight.is_mark(after):
        joined = sight.said("and", after)
        another = joined is not None and (
            begins_another(sight, after, joined, end) or _names_next(sight, after, joined, end)
        )
        item.cost += COST["and"] if another else 0.0
        after += 1
    return after


def looks(sight: Sight, item: Item, position: int, end: int) -> int | None:
    """Several words that only say how something is: "extra virgin", "bone in"."""
    after = sight.said("looks", position)
    if after is None or not position + 1 < after <= end:
        return None
    name = sight.name(position, end, FAMILY, BRAND, LABEL, VARIANT)
    if name is not None and name.end >= after:
        return None
    item.cost += COST["known_word"]
    if item.has_food:  # "lamb chops, bone in"
        item.tags.append(sight.spell(position, after).lower())
        return after
    item.pieces.append(Piece(position, after))
    item.kept.extend(range(position, after))
    return after
