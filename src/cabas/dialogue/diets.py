"""Who cannot eat what: "je suis végétarienne", "my son is allergic to nuts", and where such words end."""

from __future__ import annotations

from cabas.dialogue.details import label_tag
from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.remarks import teller
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Turn

# It is said in no more words than this.
DIET_TOKENS_MAX = 9


def read_diet(turn: Turn, clause: Sight, *, last: bool) -> bool:
    """Allergies and diets hold for everything asked for in the same breath ("no pork: ...")."""
    for found in clause.tools.grammar.sections["diets"].fits(clause.text):
        asked = found.kind == "diet" and clause.said("questions", 0) is not None  # "is it vegan" tells of nobody
        if asked or (found.kind in ("never", "free") and last):
            continue
        if found.kind == "lift":
            turn.wishes.tags.clear()
            turn.wishes.unsafe.clear()
            return True
        for name, (start, end) in found.slots.items():
            for place in range(start, end):
                allergen = clause.words.allergens.at(clause.tokens, place) if name == "allergen" else None
                if allergen is not None and allergen[1] == end:
                    turn.wishes.unsafe.append(allergen[0])
                    return True
                if any(not clause.is_small(before) for before in range(start, place)):
                    break  # "is the bread gluten free" is no diet
                diet = clause.words.diets.at(clause.tokens, place) if name == "diet" else None
                if diet is not None and diet[1] == end:
                    turn.wishes.tags.append(label_tag(diet[0], clause.lang))
                    return True
    return False


def diet_end(sight: Sight, start: int, end: int) -> int | None:
    """Where words that say who cannot eat what end, and a name begins right there ("I'm celiac so bread"). A question
    says it of goods ("is there a vegan mayo").
    """
    if sight.said("questions", start) is not None:
        return None
    for place in range(start + 2, min(end, start + DIET_TOKENS_MAX)):
        begins = sight.said("determiners", place) or place
        if begins < end and _named(sight, begins, end) and not _named(sight, place - 1, end):
            phrases = (sight.words.diets, sight.words.allergens)
            found = [one.at(sight.tokens, before) for one in phrases for before in range(start, place)]
            ended = any(one is not None and one[1] == place for one in found)
            return place if ended and is_diet(sight, start, place) else None
    return None


def diet_next(sight: Sight, start: int, end: int) -> bool:
    """Whether somebody is spoken of from `start` up to the next mark who cannot eat something."""
    if teller(sight, start, end) is None:
        return False
    stop = start
    while stop < end and not sight.is_mark(stop):
        stop += 1
    return is_diet(sight, start, stop)


def is_diet(sight: Sight, start: int, end: int) -> bool:
    """Whether the words so far say who cannot eat what: "je suis végétarienne, du jambon végétal"."""
    diets, stretch = sight.tools.grammar.sections["diets"], sight.tools.grammar.text(sight.tokens[start:end])
    phrases = {"diet": sight.words.diets, "allergen": sight.words.allergens}
    return any(
        phrases[name].at(sight.tokens, start + place) is not None
        for found in diets.fits(stretch)
        for name in phrases.keys() & found.slots.keys()
        for place in range(*found.slots[name])
        if found.kind != "never"
    )


def _named(sight: Sight, place: int, end: int) -> bool:
    return sight.name(place, end, FAMILY) is not None
